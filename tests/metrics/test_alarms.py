"""Alarms ring for what is broken, and for nothing else."""

import pytest
import torch

from foodgan.metrics import alarms

HEALTHY = {
    "names_apart": 9.0,
    "spread_within_name": {"made": 1.0, "real": 1.0, "ratio": 1.0},
    "alike": 0.01,
    "suspicious_share": 0.01,
    "r_precision": {"mean": 0.2},
    "r_precision_imagenet": {"mean": 0.5},
}


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"names_apart": 0.3}, "drown"),
        ({"spread_within_name": {"ratio": 0.2}}, "more alike"),
        ({"alike": 0.6}, "identical"),
        ({"suspicious_share": 0.4}, "copies"),
        ({"r_precision": {"mean": 0.01}, "r_precision_imagenet": {"mean": 0.02}}, "not heard"),
    ],
)
def test_an_alarm_rings_for_what_is_broken(change: dict[str, object], word: str) -> None:
    (sentence,) = alarms.rung(HEALTHY | change)
    assert word in sentence


def test_no_alarm_rings_for_a_sound_model_nor_for_what_was_not_measured() -> None:
    assert alarms.rung(HEALTHY) == []
    assert alarms.rung(HEALTHY | {"spread_within_name": None}) == []


def test_names_that_all_mean_the_same_are_not_apart() -> None:
    noise = torch.full((6, 8), -3.0)
    assert alarms.apart(torch.ones(6, 8), noise) == 0
    assert alarms.apart(torch.randn(60, 8), noise) > 10
