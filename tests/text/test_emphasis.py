"""Words of a name that are to be heard more, or less."""

import pytest
import torch

from foodgan.contract.errors import UserError
from foodgan.contract.limits import WEIGHT_MAX
from foodgan.models.text import raised
from foodgan.text.emphasis import emphasis, led, slots_of, words
from foodgan.text.encode import TOKENS_MAX, encode, heard

NAME = "虹色マグロカレーうどん"


def surfaces(name: str, word: str) -> list[str]:
    """The tokens of a name that a word means, as they are written."""
    return [heard(name)[slot].surface for slot in slots_of(name, word)]


@pytest.mark.parametrize("word", ["マグロ", "鮪", "まぐろ"])
def test_a_word_is_found_in_every_spelling(word: str) -> None:
    assert surfaces(NAME, word) == ["マグロ"]


def test_a_word_of_several_words_means_them_all() -> None:
    assert surfaces(NAME, "カレーうどん") == ["カレー", "うどん"]


def test_a_part_of_a_word_finds_the_word() -> None:
    assert surfaces("ゔぁぬゔぁカレー", "ゔぁ") == surfaces("ゔぁぬゔぁカレー", "ゔぁぬゔぁ") != []
    assert surfaces("豆腐納豆丼", "豆") == ["豆腐", "納豆"]


def test_of_several_words_none_is_meant_where_one_is_not_there() -> None:
    assert surfaces("カレー丼", "カレーうどん") == []


def test_what_a_word_implies_can_be_meant_alone() -> None:
    name = "親子丼"
    assert surfaces(name, "親子丼") == ["親子丼"] * len(heard(name))
    assert [heard(name)[slot].key for slot in slots_of(name, "卵")] == ["卵"]


def test_only_the_word_is_weighed_and_its_slot_is_the_encoders() -> None:
    (table,) = emphasis([NAME], [("マグロ", 1.5)])
    slot = int((table != 1).nonzero())
    assert table[slot] == 1.5
    assert table.shape == (TOKENS_MAX,)
    assert encode([NAME]).ids[0, slot] == encode(["鮪"]).ids[0, 0]


def test_a_word_of_the_second_name_weighs_there() -> None:
    own, other = emphasis(["鮭丼", "抹茶パフェ"], [("抹茶", 0.0)])
    assert torch.equal(own, torch.ones(TOKENS_MAX))
    assert (other == 0).sum() == 1


@pytest.mark.parametrize("word", ["抹茶", "", "の"])
def test_a_word_that_is_not_there_is_told_with_those_that_are(word: str) -> None:
    with pytest.raises(UserError) as told:
        emphasis(["鮭の丼"], [(word, 1.5)])
    assert told.value.phrase == "weight-unknown-word"
    assert told.value.values["words"] == "鮭 · 丼"


def test_a_name_without_words_has_none_to_weigh() -> None:
    assert words(["のの"]) == []
    with pytest.raises(UserError) as told:
        emphasis(["のの"], [("抹茶", 1.5)])
    assert told.value.phrase == "weight-none"


@pytest.mark.parametrize("weight", [-0.1, 3.1, float("nan"), float("inf")])
def test_a_weight_out_of_range_is_refused(weight: float) -> None:
    with pytest.raises(UserError) as told:
        emphasis([NAME], [("マグロ", weight)])
    assert told.value.phrase == "weight-out-of-range"


def attention(name: str, weights: list[float], share: float) -> list[float]:
    """What each word of a name gets of a thousand parts, where all got as much before."""
    mask = encode([name]).mask
    count = int(mask.sum())
    given = torch.ones(1, TOKENS_MAX)
    given[0, : len(weights)] = torch.tensor(weights)
    led_by = led(given, mask, share)
    heard_so = raised(mask / count, led_by * mask)[0, :count]
    return [round(1000 * float(part)) for part in heard_so]


@pytest.mark.parametrize(
    ("weights", "parts"),
    [
        ([], [125, 125, 125, 625]),
        ([2, 1, 1, 1], [458, 125, 125, 292]),  # ½ · ⅔, and ½ · ⅓ for うどん
        ([WEIGHT_MAX, 1, 1, 1], [1000, 0, 0, 0]),
        ([1, 1, 1, WEIGHT_MAX], [0, 0, 0, 1000]),
        ([1, 1, 1, 2.2], [50, 50, 50, 850]),  # 0.6, and ½ of what that leaves
        ([1, 1, 1, 0.5], [250, 250, 250, 250]),  # the factor comes in before
    ],
    ids=[
        "unasked",
        "another word",
        "another word alone",
        "the dish alone",
        "more of the dish",
        "less of the dish",
    ],
)
def test_the_last_word_leads_unless_somebody_asks_for_another(
    weights: list[float], parts: list[int]
) -> None:
    assert attention("鮭マグロカレーうどん", weights, 0.5) == parts


def test_a_name_of_one_word_and_one_of_none_are_heard_as_ever() -> None:
    assert attention("丼", [], 0.5) == [1000]
    assert torch.equal(led(torch.ones(1, TOKENS_MAX), encode([""]).mask, 0.5), torch.ones(1, 12))
