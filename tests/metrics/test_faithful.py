"""R-precision: a share of pictures, whose interval goes by names."""

from typing import Any

import pytest
import torch
from torch import Tensor

from foodgan.metrics import alarms, faithful
from foodgan.metrics.faithful import Choices
from foodgan.metrics.kid import Estimate
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


def told_of(names: list[str], right: list[bool]) -> dict[str, Any]:
    """The figures of one picture a name, of which these fit their name."""
    features = torch.tensor(right).float().mul(2).sub(1).reshape(-1, 1)
    return faithful.figures("read", _Told(1, 1), features, names, faithful.choices(names, NAMES))


def test_names_of_one_word_do_not_stand_for_those_that_share_their_words_with_others() -> None:
    """One word off ピザ is another dish; one word off 味噌ラーメン is ramen, or a dish of miso."""
    figures = told_of(["ピザ", "味噌ラーメン"], [True, False])
    assert figures["read"]["mean"] == 0.5
    assert figures["read_more_words"] == {"mean": 0, "low": 0, "high": 0}
    assert told_of(["ピザ", "味噌ラーメン"], [False, True])["read_more_words"]["mean"] == 1


def test_a_word_said_twice_is_one_word_and_without_names_of_more_nothing_is_told() -> None:
    assert faithful.more_words(["カレーカレー", "鮭丼", ""]).tolist() == [False, True, False]
    assert told_of(["ピザ", "ワッフル"], [True, True])["read_more_words"] is None


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
