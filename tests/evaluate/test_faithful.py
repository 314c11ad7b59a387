"""R-precision: a share of pictures, whose interval goes by names."""

import pytest
import torch
from torch import Tensor

from foodgan.evaluate import alarms, faithful
from foodgan.evaluate.faithful import Choices
from foodgan.evaluate.kid import Estimate
from foodgan.models.reader import Reader
from foodgan.text.encode import TokenBatch

NAMES = [f"{food}丼" for food in ("鮭", "鯖", "鯛", "鰻", "鮪", "牛", "豚", "鶏", "卵", "葱")]
EACH = 30  # pictures of a name


class _Told(Reader):
    """It reads out of the picture itself whether it fits its name."""

    def scores(self, features: Tensor, names: TokenBatch) -> Tensor:
        scores = torch.zeros(len(features), len(names))
        scores[:, 0] = features[:, 0]
        return scores


def read(right: Tensor) -> Estimate:
    """R-precision of pictures (10, EACH) of which these fit their name."""
    among: Choices = faithful.choices(NAMES, NAMES)
    features = right.float().mul(2).sub(1).reshape(-1, 1)
    asked = [name for name in NAMES for _ in range(EACH)]
    return faithful.precision(_Told(1, 1), features, asked, among)


def test_many_pictures_of_few_names_are_no_independent_ones() -> None:
    whole_names = torch.zeros(10, EACH, dtype=torch.bool)
    whole_names[:5] = True  # five names are always heard, five never
    anywhere = torch.zeros(10, EACH, dtype=torch.bool)
    anywhere[:, : EACH // 2] = True  # each is heard every other time
    by_name, by_picture = read(whole_names), read(anywhere)
    assert by_name.mean == by_picture.mean == pytest.approx(0.5)
    assert by_name.high - by_name.low > 0.4
    assert by_picture.high - by_picture.low == pytest.approx(0, abs=1e-5)


def test_the_alarm_of_names_that_are_not_heard_reads_the_share() -> None:
    deaf = {"mean": 0.01, "low": 0.0, "high": 0.02}
    figures = {
        "names_apart": None,
        "spread_within_name": None,
        "alike": 0.0,
        "suspicious_share": 0.0,
        "r_precision": deaf,
        "r_precision_imagenet": deaf,
    }
    assert alarms.ringing(figures) == ["report-alarm-unheard"]
    heard = figures | {"r_precision_imagenet": {"mean": 0.5, "low": 0.4, "high": 0.6}}
    assert alarms.ringing(heard) == []
