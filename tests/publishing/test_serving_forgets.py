"""Models go from a store: old ones, and those that know what its owner has taken back."""

import logging
import os
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from foodgan.cli import app
from foodgan.contract.errors import StoreError
from foodgan.contract.models import MODELS, SERVING
from foodgan.contract.photos import CLUB, RELEASES
from foodgan.contract.store import Store
from foodgan.photos.folder import MANIFEST
from foodgan.photos.prune import prune, stale
from foodgan.photos.release import freeze
from foodgan.publishing import candidate, serving
from tests.photos.gallery import add
from tests.published import OWN, aged, bury, counted, learned_from, published, renamed, served


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(str(tmp_path / "store"))


def test_a_roll_back_goes_past_what_was_learned_from_withdrawn_photos(
    store: Store, tiny_model: Path, tmp_path: Path
) -> None:
    photo = add(store, 1)
    release = freeze(store).digest
    digests = []
    for name, saw in (("first", None), ("second", release), ("third", None)):
        model = learned_from(renamed(tiny_model, tmp_path, name), saw)
        digests.append(served(store, model, base=OWN))
    bury(store, photo.sha256)
    assert serving.roll_back(store).digest == digests[0]
    assert serving.roll_back(store).digest is None


def test_a_release_that_brings_nothing_to_serve_ends_what_knows_a_withdrawn_photo(
    store: Store, tiny_model: Path, tmp_path: Path
) -> None:
    photo = add(store, 1)
    knowing = learned_from(renamed(tiny_model, tmp_path, "knowing"), freeze(store).digest)
    digest = served(store, knowing, base=OWN)
    assert not candidate.forget_outdated(store, OWN, None)
    assert counted(store, OWN) == digest
    bury(store, photo.sha256)
    assert candidate.forget_outdated(store, OWN, None)
    assert counted(store, OWN) is None
    assert not candidate.forget_outdated(store, OWN, None)
    chosen = served(store, knowing, base=None, by="operator")
    assert not candidate.forget_outdated(store, OWN, None)  # that is an operator's to end
    assert counted(store, OWN) == chosen


def test_a_release_that_brings_nothing_to_serve_ends_what_names_somebody_as_they_do_not_want(
    store: Store, tiny_model: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    photo = add(store, 1, split="train", credit="Akari")
    other = add(store, 2, split="train")  # which names nobody, and may from now on
    knowing = learned_from(renamed(tiny_model, tmp_path, "knowing"), freeze(store).digest)
    digest = served(store, knowing, base=OWN)
    named = [photo, other.model_copy(update={"credit": "Minato"})]
    store.write_entries(CLUB, named)
    assert not candidate.forget_outdated(store, OWN, None)
    assert counted(store, OWN) == digest
    store.write_entries(CLUB, [photo.model_copy(update={"credit": ""}), other])
    shown = CliRunner().invoke(app, ["serving", "show", "--store", store.url])
    assert "otherwise than they want" in shown.stdout
    assert candidate.forget_outdated(store, OWN, None)
    assert counted(store, OWN) is None
    [told] = [each.getMessage() for each in caplog.records if each.levelno == logging.WARNING]
    assert "names contributors otherwise" in told


def test_models_that_know_withdrawn_photos_go_once_they_are_served_no_more(
    store: Store, tiny_model: Path, tmp_path: Path
) -> None:
    photo = add(store, 1)
    release = freeze(store).digest
    knowing = [
        serving.publish(store, learned_from(renamed(tiny_model, tmp_path, name), release))
        for name in ("kept back", "served before", "served")
    ]
    for digest in knowing[1:]:
        serving.promote(store, digest, base=OWN, model_id=digest[:4], by="trainer")
    aged(store)
    serving.tidy(store)
    assert set(store.folders(MODELS)) == set(knowing)
    bury(store, photo.sha256)
    serving.tidy(store)
    assert store.folders(MODELS) == knowing[2:]  # the others go, and what is served stays
    assert serving.knows_withdrawn(store, serving.serving(store), knowing[2])
    shown = CliRunner().invoke(app, ["serving", "show", "--store", store.url])
    assert "withdrawn since" in shown.stdout
    clean = served(store, renamed(tiny_model, tmp_path, "clean"), base=OWN)
    assert store.folders(MODELS) == [clean]
    assert not serving.knows_withdrawn(store, serving.serving(store), clean)
    assert serving.roll_back(store).digest is None


def test_models_that_know_a_pruned_release_go_as_well(
    store: Store, tiny_model: Path, tmp_path: Path
) -> None:
    photo = add(store, 1)
    release = freeze(store).digest
    served(store, learned_from(renamed(tiny_model, tmp_path, "knowing"), release), base=OWN)
    elsewhere = learned_from(renamed(tiny_model, tmp_path, "elsewhere"), "f" * 64)
    chosen = served(store, elsewhere, base=None, by="operator")
    bury(store, photo.sha256)
    prune(store, stale(store))
    aged(store)
    withdrawn_from = served(store, renamed(tiny_model, tmp_path, "clean"), base=None, by="operator")
    assert set(store.folders(MODELS)) == {chosen, withdrawn_from}  # of that one nobody knows harm


def test_a_model_that_knows_withdrawn_photos_and_was_published_just_now_may_be_promoted(
    store: Store, tiny_model: Path, tmp_path: Path
) -> None:
    photo = add(store, 1)
    knowing = learned_from(renamed(tiny_model, tmp_path, "knowing"), freeze(store).digest)
    digest = serving.publish(store, knowing)
    bury(store, photo.sha256)
    assert serving.tidy(store) == 0
    serving.promote(store, digest, base=OWN, model_id="knowing·1", by="trainer")


def test_names_are_withdrawn_and_what_operators_chose_goes_on(
    store: Store, tiny_model: Path, tmp_path: Path
) -> None:
    photo = add(store, 1)
    ours = learned_from(renamed(tiny_model, tmp_path, "ours"), freeze(store).digest)
    chosen = served(store, ours, base=None, by="operator")
    served(store, renamed(ours, tmp_path, "learned"), base=chosen)
    bury(store, photo.sha256)
    assert serving.roll_back(store).digest == chosen
    assert counted(store, OWN) == chosen


def test_old_models_go_and_those_that_a_roll_back_reaches_stay(
    store: Store, tiny_model: Path, tmp_path: Path
) -> None:
    digests = []
    for number in range(serving.KEPT + 2):
        digests.append(served(store, renamed(tiny_model, tmp_path, f"model{number}"), base=OWN))
        for path in Path(store.full(f"{MODELS}/{digests[-1]}")).iterdir():
            os.utime(path, (1_000, 1_000))  # long ago
    serving.tidy(store)
    assert set(published(store)) == set(digests[-serving.KEPT :])


def test_what_operators_chose_outlives_all_that_is_learned_on_it(
    store: Store, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "REMEMBERED", 4)
    chosen = served(store, renamed(tiny_model, tmp_path, "chosen"), base=None, by="operator")
    for number in range(serving.KEPT + 2):
        learned = served(store, renamed(tiny_model, tmp_path, f"model{number}"), base=chosen)
        for path in Path(store.full(MODELS)).rglob("*"):
            os.utime(path, (1_000, 1_000))  # long ago
    serving.tidy(store)
    then = serving.serving(store)
    assert then.chosen is not None
    assert then.chosen.digest == chosen
    assert len(then.promotions) == 4
    assert counted(store, OWN) == learned
    assert serving.base_of(store, None, tmp_path / "home") is not None


def test_a_model_that_is_being_published_is_not_tidied_away(
    store: Store, tiny_model: Path, tmp_path: Path
) -> None:
    coming = serving.publish(store, renamed(tiny_model, tmp_path, "coming"))
    served(store, tiny_model, base=OWN)  # another trainer was quicker
    assert coming in published(store)
    for path in Path(store.full(f"{MODELS}/{coming}")).iterdir():
        os.utime(path, (1_000, 1_000))  # its trainer was killed
    assert serving.tidy(store) == 1


@pytest.mark.parametrize("anything_served", [True, False])
def test_of_models_that_were_never_promoted_the_newest_two_stay(
    store: Store, tiny_model: Path, tmp_path: Path, anything_served: bool
) -> None:
    kept = {served(store, tiny_model, base=OWN)} if anything_served else set()
    now, failed = time.time(), []
    for number in range(5):  # the last one just now, the first one longest ago
        failed.append(serving.publish(store, renamed(tiny_model, tmp_path, f"failed{number}")))
        for path in Path(store.full(f"{MODELS}/{failed[-1]}")).iterdir():
            os.utime(path, (now, now - 0.4 * serving.COMING_S * (4 - number)))
    if anything_served:
        os.utime(store.full(SERVING), (1_000, 1_000))  # all of them failed since
    assert serving.tidy(store) == 2
    assert set(published(store)) == {*kept, *failed[2:]}  # the third may be promoted in a moment
    for path in Path(store.full(f"{MODELS}/{failed[2]}")).iterdir():
        os.utime(path, (2_000, 2_000))
    assert serving.tidy(store) == 1
    assert set(published(store)) == {*kept, *failed[3:]}


def test_a_store_that_cannot_be_tidied_does_not_fail_what_is_promoted(
    store: Store, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Store) -> int:
        raise StoreError("models/1 is gone already")

    monkeypatch.setattr(serving, "tidy", broken)
    digest = served(store, tiny_model, base=OWN)
    assert counted(store, OWN) == digest


def test_a_roll_back_does_not_make_a_model_count_that_is_gone(
    store: Store, tiny_model: Path, tmp_path: Path
) -> None:
    photo = add(store, 1)
    learned = served(store, tiny_model, base=OWN)
    older = learned_from(renamed(tiny_model, tmp_path, "older"), freeze(store).digest)
    served(store, older, base=None, by="operator")
    served(store, renamed(tiny_model, tmp_path, "newer"), base=None, by="operator")
    bury(store, photo.sha256)
    assert serving.roll_back(store).digest == learned
    assert counted(store, OWN) == learned
    assert serving.serving(store).chosen is None


def test_a_trainers_model_whose_release_is_gone_without_a_record_may_know_withdrawn_photos(
    store: Store, tiny_model: Path, tmp_path: Path
) -> None:
    """As after a restore of an older store, or where somebody has cleared up by hand."""
    add(store, 1)
    release = freeze(store).digest
    digest = served(store, learned_from(renamed(tiny_model, tmp_path, "ours"), release), base=OWN)
    assert not serving.knows_withdrawn(store, serving.serving(store), digest)
    store.delete_folder(f"{RELEASES}/{release}", MANIFEST)
    assert serving.knows_withdrawn(store, serving.serving(store), digest)
