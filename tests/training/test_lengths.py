"""A run may become longer, but not where names would count for less than they did."""

from pathlib import Path
from typing import Any

import pytest

from foodgan.step.config import ConfigError, TrainConfig, load_config
from foodgan.training.lineage import refuse_others

RUN = Path("run")


def go_on(config: TrainConfig, seen: int, pictures: int) -> None:
    """Hold a checkpoint after `seen` pictures against a run of so many."""
    longer = config.model_copy(update={"pictures": pictures})
    told: dict[str, Any] = {"photos": {}, "before": []}
    refuse_others(
        told | {"seen": seen, "config": config.model_dump(mode="json")},
        told | {"seen": 0, "config": longer.model_dump(mode="json")},
        RUN,
    )


@pytest.mark.parametrize(("seen", "pictures"), [(8_000, 2_000_000), (400, 9_000), (8_000, 90_000)])
def test_a_run_does_not_become_one_where_names_count_for_less(seen: int, pictures: int) -> None:
    with pytest.raises(ConfigError, match=r"--begin-from run with conditional_full = 0"):
        go_on(load_config("stage1", pictures=8_000), seen, pictures)


def test_a_run_does_not_become_one_where_names_count_for_more() -> None:
    with pytest.raises(ConfigError, match=r"count for 0\.20, and of 1,000 .* for 1\.00"):
        go_on(load_config("stage1", pictures=10_000), 200, 1_000)


@pytest.mark.parametrize(("seen", "pictures"), [(8_000, 80_000), (800, 4_000), (0, 2_000_000)])
def test_a_run_becomes_longer_or_shorter_where_names_count_as_before(
    seen: int, pictures: int
) -> None:
    go_on(load_config("stage1", pictures=8_000), seen, pictures)


@pytest.mark.parametrize("which", ["dcgan", "published", "stage1-wide-further"])
def test_a_run_whose_names_count_alike_all_along_takes_any_length(which: str) -> None:
    go_on(load_config(which, pictures=8_000), 100, 2_000_000)


def test_a_run_whose_names_do_not_count_yet_takes_any_length() -> None:
    late = load_config("stage1", pictures=8_000, conditional_from=0.5, conditional_full=1.0)
    go_on(late, 3_000, 2_000_000)


@pytest.mark.parametrize(
    ("begun", "full", "weights"),
    [
        (0.0, 0.5, [0.0, 0.5, 1.0, 1.0, 1.0]),
        (0.5, 1.0, [0.0, 0.0, 0.0, 0.5, 1.0]),
        (0.0, 0.0, [1.0, 1.0, 1.0, 1.0, 1.0]),
        (1.0, 0.5, [0.0, 0.0, 1.0, 1.0, 1.0]),
    ],
)
def test_names_count_by_the_share_of_the_pictures_that_a_run_has_seen(
    begun: float, full: float, weights: list[float]
) -> None:
    config = load_config("stage1", pictures=400, conditional_from=begun, conditional_full=full)
    assert [config.conditional(seen) for seen in range(0, 401, 100)] == weights
