"""Names as tensors, and new names from old ones."""

import pickle
import re
import time

import pytest
import torch
from torch import Generator

from foodgan.contract.phrases import LOCALES, say
from foodgan.text.encode import TOKENS_MAX, TokenBatch, collate, encode, last_words, null
from foodgan.text.ngrams import NGRAMS_MAX
from foodgan.text.recombine import recombine, swap_one
from foodgan.text.vectors import DIMENSIONS

NAMES = [
    "チーズ味噌カツ丼",
    "カレー",
    "うどん",
    "虹色マグロカレーうどん",
    "",
    "親子丼",
    "抹茶パフェ",
]


def same(one: TokenBatch, other: TokenBatch) -> bool:
    return all(
        torch.equal(getattr(one, name), getattr(other, name))
        for name in ("vectors", "ngrams", "mask", "known", "ids")
    )


def words(batch: TokenBatch) -> list[list[int]]:
    return [[word for word in row if word] for row in batch.ids.tolist()]


def test_a_batch_has_its_shapes_and_zero_padding() -> None:
    batch = encode(NAMES)
    assert len(batch) == len(NAMES)
    assert batch.vectors.shape == (len(NAMES), TOKENS_MAX, DIMENSIONS)
    assert batch.ngrams.shape == (len(NAMES), TOKENS_MAX, NGRAMS_MAX)
    assert batch.mask.sum(dim=1).tolist() == [4, 1, 1, 5, 0, 3, 2]
    assert batch.vectors.dtype == torch.float32
    assert not batch.vectors[~batch.mask].any()
    assert not batch.ngrams[~batch.mask].any()
    assert not batch.known[~batch.mask].any()
    assert torch.equal(batch.ids != 0, batch.mask)
    assert batch.ngrams.max() <= batch.buckets
    rms = batch.vectors[batch.known].square().mean(dim=1).sqrt()
    assert rms == pytest.approx(torch.ones(len(rms)), abs=0.02)


def test_trimmed_of_padding_a_batch_holds_what_it_held() -> None:
    batch = encode(NAMES)
    trimmed = batch.trimmed()
    assert trimmed.mask.shape == (len(NAMES), 5)
    assert words(trimmed) == words(batch)
    assert same(trimmed, TokenBatch(*(t[:, :5] for t in vars(batch).values())))


def test_what_is_trimmed_keeps_its_holes_and_one_slot_at_least() -> None:
    second = torch.arange(TOKENS_MAX) == 1
    holed = encode(["抹茶パフェ", "カレー"]).keep(second.expand(2, -1))
    assert holed.trimmed().mask.tolist() == [[False, True], [False, False]]
    assert null(3).trimmed().mask.shape == (3, 1)


def test_equal_words_have_equal_rows_and_ids() -> None:
    batch = encode(["からあげ丼", "唐揚げ丼", "空揚げうどん"])
    assert same(batch[:1], batch[1:2])
    assert batch.ids[0, 0] == batch.ids[2, 0]
    assert batch.ids[0, 1] != batch.ids[2, 1]


def test_an_unknown_word_is_told_apart() -> None:
    batch = encode(["ゔぁゔぁ丼"])
    assert batch.known[0].any()
    assert not batch.known[0][batch.mask[0]].all()
    assert batch.ngrams[batch.mask].any(dim=1).all()


def test_a_long_name_keeps_its_last_word() -> None:
    batch = encode(["苺 桃 栗 梅 柿 梨 鮪 鮭 鯖 鰹 鯛 鰻 蟹 海老 丼", "丼"])
    assert batch.mask[0].all()
    assert batch.ids[0, -1] == batch.ids[1, 0]


def test_the_null_name_has_no_tokens() -> None:
    assert not null(3).mask.any()
    assert same(null(2), encode(["", "!?"]))


def test_rows_are_picked_joined_and_pickled() -> None:
    batch = encode(NAMES)
    picked = batch[torch.tensor([3, 0])]
    assert same(picked, encode([NAMES[3], NAMES[0]]))
    assert same(collate([batch[:2], batch[2:]]), batch)
    assert same(batch[batch.mask.any(dim=1)], encode([name for name in NAMES if name]))
    assert same(pickle.loads(pickle.dumps(batch)), batch)
    assert same(batch.to("cpu"), batch)


def test_dropout_leaves_zero_padding() -> None:
    batch = encode(NAMES[:2])
    kept = batch.keep(torch.tensor([[True, False] * (TOKENS_MAX // 2), [False] * TOKENS_MAX]))
    assert kept.mask.sum(dim=1).tolist() == [2, 0]
    assert same(kept[1:], null(1))
    assert not kept.vectors[~kept.mask].any()
    assert torch.equal(batch.mask, encode(NAMES[:2]).mask)


def test_the_last_word_of_a_name_is_its_last_where_another_has_been_dropped() -> None:
    named = encode(["チーズ味噌ラーメン", "チーズラーメン", "抹茶パフェ", ""])
    kept = torch.ones(4, TOKENS_MAX, dtype=torch.bool)
    kept[0, 1] = kept[1, 0] = kept[2, 1] = False
    last = [row.nonzero().flatten().tolist() for row in last_words(named.keep(kept).mask)]
    assert last == [[2], [1], [0], []]


def test_a_name_read_before_costs_little() -> None:
    encode(NAMES)
    began = time.process_time()  # others may keep the machine busy
    for _ in range(100):
        encode(NAMES)
    assert (time.process_time() - began) / (100 * len(NAMES)) < 0.0003


def test_recombining_puts_heads_under_other_modifiers() -> None:
    batch = encode(NAMES)
    old = words(batch)
    heads = {row[-1] for row in old if row}
    for seed in range(20):
        new = words(recombine(batch, Generator().manual_seed(seed)))
        assert new[4] == []
        for row, before in zip(new, old, strict=True):
            assert row[-1:] == before[-1:]
            assert set(row[-1:]) <= heads
            assert row[:-1] in [before[:-1], *([*other[:-1]] or other for other in old)]


def test_recombining_two_single_words_joins_them() -> None:
    curry, udon = words(encode(["カレー", "うどん"]))
    new = [
        words(recombine(encode(["カレー", "うどん"]), Generator().manual_seed(n))) for n in range(9)
    ]
    assert [curry + curry, udon + udon] in new
    assert [udon + curry, curry + udon] in new


def test_recombining_names_as_long_as_they_get_stays_inside() -> None:
    full = encode(["苺桃栗梅柿梨鮪鮭鯖鰹鯛丼", "苺 桃 栗 梅 柿 梨 鮪 鮭 鯖 鰹 鯛 汁"])
    mixed = recombine(full, Generator().manual_seed(0))
    assert torch.equal(mixed.ids[:, -1], full.ids[:, -1])


def test_swapping_changes_one_word_for_another_of_its_kind() -> None:
    batch = encode(NAMES)
    old = words(batch)
    heads = {row[-1] for row in old if row}
    modifiers = {word for row in old for word in row[:-1]}
    for seed in range(20):
        new, swapped = swap_one(batch, Generator().manual_seed(seed))
        assert swapped.tolist() == [bool(row) for row in old]
        for row, before in zip(words(new), old, strict=True):
            changed = [(a, b) for a, b in zip(row, before, strict=True) if a != b]
            assert len(changed) == (1 if before else 0)
            for word, was in changed:
                assert word not in before
                assert word in (heads if was == before[-1] else modifiers)


def test_swapping_takes_words_from_the_pool_and_says_when_there_is_none() -> None:
    batch, pool = encode(["鮭丼", "鮭丼"]), encode(["抹茶パフェ"])
    new, swapped = swap_one(batch, Generator().manual_seed(0), pool)
    assert swapped.all()
    assert {word for row in words(new) for word in row} & set(words(pool)[0])
    same_words, swapped = swap_one(batch, Generator().manual_seed(0))
    assert not swapped.any()
    assert same(same_words, batch)
    assert not swap_one(null(2), Generator().manual_seed(0))[1].any()


@pytest.mark.parametrize("mix", [recombine, lambda batch, random: swap_one(batch, random)[0]])
def test_the_same_seed_mixes_the_same(mix) -> None:  # type: ignore[no-untyped-def]
    batch = encode(NAMES)
    once, again = (mix(batch, Generator().manual_seed(5)) for _ in range(2))
    assert same(once, again)
    assert not same(once, mix(batch, Generator().manual_seed(6)))


def test_common_words_are_counted_once_each_and_padding_never() -> None:
    names = encode(["カレーうどん", "カレー", "", "うどんうどん"])
    common = names.common(names)
    assert common[0].tolist() == [2, 1, 0, 1]
    assert common[2].tolist() == [0, 0, 0, 0]
    assert common[3, 3] == 1


def test_names_are_the_same_where_all_their_words_are() -> None:
    names = encode(["カレーうどん", "うどんカレー", "カレー", ""])
    assert names.same(encode(["カレーうどん", ""])).tolist() == [
        [True, False],
        [True, False],
        [False, False],
        [False, True],
    ]


@pytest.mark.parametrize("locale", LOCALES)
def test_every_dish_that_a_hint_names_as_an_example_is_heard(locale: str) -> None:
    hints = [f"option-{what}-hint" for what in ("name", "more", "less", "mix-a", "mix-b")]
    hints += ["option-photo-name-hint", "submit-field-name-hint"]
    for hint in hints:
        [example] = re.findall(r"\((?:例|say): ([^;。)]+)", say(locale, hint))
        batch = encode([example])
        assert batch.known[batch.mask].all(), hint
