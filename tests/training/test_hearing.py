"""A lesson in hearing: new names are heard as known ones, and no other name moves."""

from pathlib import Path
from random import Random

import pytest
import torch

from foodgan import registry
from foodgan.metrics.nearest import Nearest
from foodgan.models.stackgan import Conditioned
from foodgan.text.encode import TokenBatch, encode
from foodgan.training import hearing
from foodgan.training.hearing import Heard, hear_as
from foodgan.training.new_names import known_names
from tests.metrics.clubs import LIKE

TWO = ("カレー", "鮭丼")

pytestmark = pytest.mark.usefixtures("quick_hearing")


def means(generator: Conditioned, names: list[str]) -> torch.Tensor:
    with torch.no_grad():
        mean: torch.Tensor = generator.augment.to_mu(generator.names(encode(names)).pooled)
    return mean


@pytest.mark.parametrize("stage", registry.STAGES)
def test_a_new_name_is_heard_as_the_known_one_also_under_a_word_and_others_stay(
    model: Path, stage: str
) -> None:
    _, *stages = registry.open_model(model)
    generator = dict(zip(registry.STAGES, stages, strict=True))[stage]
    names = known_names(Nearest.open(model))
    before = {name: tensor.clone() for name, tensor in generator.state_dict().items()}
    others = ["カレー", "鮭丼", "醤油ラーメン", "抹茶プリン"]
    wanted, stay = means(generator, list(LIKE.values())), means(generator, others)
    under = means(generator, [f"チーズ{known}" for known in LIKE.values()])
    away = (means(generator, list(LIKE)) - wanted).norm()
    away_under = (means(generator, [f"チーズ{new}" for new in LIKE]) - under).norm()

    heard = hear_as(generator, LIKE, names)

    assert (means(generator, list(LIKE)) - wanted).norm() < 0.3 * away
    assert (means(generator, [f"チーズ{new}" for new in LIKE]) - under).norm() < 0.7 * away_under
    assert (means(generator, others) - stay).norm() < 0.2 * away
    assert set(heard.off) == set(LIKE)
    assert 0 < hearing.farthest([heard.off]) < hearing.FAR
    assert heard.moved == dict.fromkeys(names, 0.0)  # they have nothing of the new ones
    changed = {
        name for name, tensor in generator.state_dict().items() if not tensor.equal(before[name])
    }
    assert changed == {"names.from_ngrams.weight"}  # and nothing that paints


def test_of_more_new_names_than_a_batch_holds_none_is_left_out(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hearing, "BATCH", 8)
    _, first, _ = registry.open_model(model)
    signs = "アイウエオカキクケコサシ"
    alike = {a + b + b: known for a, b, known in zip(signs, signs[::-1], TWO * 6, strict=True)}
    wanted = means(first, list(alike.values()))
    before = (means(first, list(alike)) - wanted).norm(dim=1)

    hear_as(first, alike, known_names(Nearest.open(model)))

    after = (means(first, list(alike)) - wanted).norm(dim=1)
    assert (after < 0.5 * before).all()


def test_what_a_known_name_moves_for_is_left_out_and_what_has_less_of_it_is_not() -> None:
    new = dict.fromkeys(("タマちゃん", "バーゲン飯", "ビーフバーガー", "タイガーセット"), 0.1)
    well = Heard(new, {"ハンバーガー": 0.1, "うどん": 0.2})
    moved = Heard(new, {"ハンバーガー": 0.75, "うどん": 0.2})
    assert hearing.unheard({"stage1": well, "stage2": well}) == set()
    assert hearing.unheard({"stage1": well, "stage2": moved}) == {"ビーフバーガー"}
    nan = Heard({**new, "タマちゃん": float("nan")}, well.moved)
    assert hearing.unheard({"stage1": well, "stage2": nan}) == {"タマちゃん"}


def test_invented_names_with_a_new_one_in_them_are_not_held_to_what_they_were(
    model: Path,
) -> None:
    """An éclair is among the dishes that names are invented of."""
    _, first, _ = registry.open_model(model)
    alike = {"エクレア": "カレー"}
    lesson = hearing._Lesson.of(first, alike, ["カレー", "鮭丼"], Random(0))
    assert not encode(["エクレア"]).within(lesson.held).any()
    assert encode(["カレー"]).within(lesson.held).any()


def test_only_names_that_have_something_of_the_new_ones_are_drawn_to_be_held(model: Path) -> None:
    """Others cannot move, and padding is nothing that names have in common."""
    _, first, _ = registry.open_model(model)
    lesson = hearing._Lesson.of(first, {"部長スペシャル": "カレー"}, list(TWO), Random(0))
    own = set(encode(["部長スペシャル"]).ngrams.flatten().tolist()) - {0}
    shared = [bool(own & set(row)) for row in lesson.held.ngrams.flatten(1).tolist()]
    assert lesson.touched.bool().tolist() == shared
    assert not all(shared)


def test_a_lesson_computes_no_slots_that_no_name_has(model: Path) -> None:
    """Of twelve they are ten, and a lesson's time goes by them."""
    _, first, _ = registry.open_model(model)
    seen: list[TokenBatch] = []
    first.names.register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    hear_as(first, LIKE, known_names(Nearest.open(model)))
    assert seen
    assert all(names.mask.any(dim=0).all() for names in seen)


def test_only_n_grams_of_the_new_names_learn(model: Path) -> None:
    _, first, _ = registry.open_model(model)
    before = first.names.from_ngrams.weight.clone()
    hear_as(first, {"部長スペシャル": "カレー"}, known_names(Nearest.open(model)))
    moved = (first.names.from_ngrams.weight != before).any(dim=1).nonzero().flatten().tolist()
    assert set(moved) <= set(encode(["部長スペシャル"]).ngrams.flatten().tolist()) - {0}
    assert moved


@pytest.mark.slow
def test_a_clubs_ordinary_names_are_all_heard_though_they_share_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hearing, "STEPS", 250)
    monkeypatch.setattr(hearing, "OTHERS", 500)
    monkeypatch.setattr(hearing, "BATCH", 64)
    alike = {"Aセット": "豚カツ", "Bセット": "ハンバーグ", "Aランチ": "カレーライス"}
    alike |= {"Bランチ": "牛丼", "部長スペシャル": "醤油ラーメン", "店長のおすすめ": "ピザ"}
    alike |= {"シェフのおすすめ": "ステーキ", "本日のおすすめ": "餃子", "今日のおすすめ": "寿司"}
    index, (_, first, _) = Nearest.open(), registry.open_model()
    known = sorted(set(known_names(index)))
    wanted = means(first, known)

    heard = hear_as(first, alike, known)

    assert hearing.unheard({"stage1": heard}) == set()
    nearest = torch.cdist(means(first, list(alike)), wanted).argmin(dim=1)
    assert [known[row] for row in nearest.tolist()] == list(alike.values())
