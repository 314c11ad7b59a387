"""Is it a copy? What a member is told of the photos that are nearest to a picture."""

import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from foodgan.contract.photos import CLUB
from foodgan.contract.phrases import say
from foodgan.contract.store import Store
from foodgan.metrics.nearest import Kin, Relative
from foodgan.photos.folder import read_folder
from foodgan.photos.release import freeze
from tests.photos.gallery import add
from tests.worker.conftest import BATCH, Kitchen, an_order
from worker.likeness import Likeness, compared

A = "味噌ラーメン"


def test_a_check_names_the_nearest_photos_and_how_new_the_picture_is(kitchen: Kitchen) -> None:
    order = kitchen.put(an_order(A, kind="check", locale="en"))

    kitchen.serve()

    _, nearest, *photos, verdict = kitchen.answer(order).payload["content"].splitlines()
    assert nearest == say("en", "check-nearest", count=3)
    assert len(photos) == 3
    assert all("% alike" in line for line in photos)
    assert verdict.startswith("Of 100 real photos that the painter never saw, ")


def test_every_check_is_looked_at_on_one_thread_however_many_post(
    kitchen: Kitchen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """torch keeps threads for all cores beside each that ever looks: 2,000 on a machine of 64."""
    looked: list[int] = []

    def told(*_: object) -> str:
        looked.append(threading.get_ident())
        time.sleep(0.01)  # else one poster may have all of them
        return ""

    monkeypatch.setattr(Likeness, "told", told)
    orders = [kitchen.put(an_order(A, kind="check")) for _ in range(2 * BATCH)]

    kitchen.serve()

    assert len(looked) == len(orders) == len(kitchen.discord.answers)
    assert len(set(looked)) == 1


def test_a_model_without_an_index_says_so(kitchen: Kitchen, tiny_model: Path) -> None:
    changed = kitchen.settings.model_copy(update={"model_dir": tiny_model})
    order = kitchen.put(an_order(A, kind="check"))

    replace(kitchen, settings=changed).serve()

    answer = kitchen.answer(order)
    assert answer.payload["content"].endswith(say("ja", "check-no-index"))
    assert len(answer.files) == 1
    assert kitchen.status(order.order_id) == "finished"


def test_a_copy_is_called_one_and_a_name_full_of_tricks_is_only_a_name() -> None:
    photo = Relative("**@everyone**", "club", "CC0", "*", "0123456789ab", 0.1)
    text = compared("en", Kin((photo,), novelty=0.01))
    assert "• 100% alike: “\\*\\*\\@\u200beveryone\\*\\*” — by: \\* / licence: CC0" in text
    assert text.startswith("Of the photos that the painter learned from, this is the nearest.")
    assert text.endswith(say("en", "check-close", percent=1))


def test_whose_a_photo_for_the_club_alone_is_no_answer_tells() -> None:
    """A check may be asked for in any server, and in direct messages."""
    photo = Relative("部長スペシャル", "club", "club-only", "湊 春香", "0123456789ab", 0.5)
    text = compared("ja", Kin((photo,), novelty=0.5))
    assert "「部長スペシャル」 — 部員の写真 / ライセンス: 部内だけ" in text
    assert "湊" not in text


@pytest.mark.parametrize(
    ("photo", "said"),
    [
        (("foodle", "not stated; from Wikipedia", ""), "出典: foodle / ライセンス: 記載なし"),
        (("cuisine", "Unlicense; deleted later", ""), "出典: cuisine / ライセンス: Unlicense"),
        (("club", "CC-BY-4.0", "湊"), "撮影: 湊 / ライセンス: CC\\-BY\\-4\\.0"),
        (("club", "CC0-1.0", ""), "部員の写真 / ライセンス: CC0\\-1\\.0"),
        (("", "", ""), "出典: 記載なし / ライセンス: 記載なし"),
        (("unknown", "unknown", ""), "出典: 記載なし / ライセンス: 記載なし"),
    ],
)
def test_where_a_near_photo_comes_from_is_told_in_the_words_of_who_asks(
    photo: tuple[str, str, str], said: str
) -> None:
    kin = Kin((Relative("うどん", *photo, "0123456789ab", 0.5),), novelty=0.5)
    assert f"「うどん」 — {said}" in compared("ja", kin).splitlines()[1]


@pytest.mark.parametrize(
    ("source", "said"), [(CLUB, "部員の写真"), ("", "出典: 記載なし")], ids=["club", "imported"]
)
def test_whose_a_photo_without_a_credit_is_comes_through_its_release(
    tmp_path: Path, source: str, said: str
) -> None:
    store = Store(str(tmp_path))
    add(store, 1, "部長スペシャル", source=source)
    [photo] = read_folder(Path(store.full(freeze(store).path)))
    near = Relative(photo.name, photo.source, photo.licence, photo.credit, "0123456789ab", 0.5)
    assert f"— {said} / ライセンス: CC0" in compared("ja", Kin((near,), novelty=0.5))


@pytest.mark.parametrize(("locale", "said"), [("ja", "まずありません"), ("en", "hardly any")])
def test_of_a_copy_as_near_as_can_be_no_nought_is_told(locale: str, said: str) -> None:
    text = compared(locale, Kin((), novelty=0.0))
    assert said in text
    assert "0" not in text.replace("100", "")
