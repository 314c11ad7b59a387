"""A release becomes a model, is measured, and is served where it passes every gate."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import torch
from PIL import Image

from foodgan import registry
from foodgan.contract.models import MODEL, PICTURE, SERVING, Gate
from foodgan.contract.photos import RELEASES
from foodgan.contract.store import Store
from foodgan.models.stackgan import Conditioned
from foodgan.painting.painter import Painter
from foodgan.photos.folder import MANIFEST
from foodgan.publishing import candidate, gates, serving
from foodgan.publishing.candidate import Candidate
from foodgan.training import hearing
from foodgan.training.hearing import Heard
from tests.metrics.clubs import LIKE, draw_club, index_model
from tests.published import renamed


@pytest.fixture(scope="module")
def model(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return index_model(tiny_model, tmp_path_factory.mktemp("indexed"))


@pytest.fixture(scope="module")
def made(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Candidate]:
    folder = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:  # tiny encoders learn fast
        patch.setattr(hearing, "STEPS", 75)
        patch.setattr(hearing, "OTHERS", 200)
        patch.setattr(hearing, "UNDER", 60)
        club = draw_club(folder / "club")
        yield candidate.learn(model, club, folder / "model", folder / "cache")


@pytest.fixture
def painters(model: Path) -> tuple[Painter, Painter]:
    """The same model twice; a test spoils the second."""
    return Painter.load(model, device="cpu"), Painter.load(model, device="cpu")


def of(measured: tuple[Gate, ...], name: str) -> Gate:
    return next(gate for gate in measured if gate.name == name)


def learning(
    before: Painter, after: Painter, off: float = 0.1, moved: float = 0.05
) -> tuple[Gate, ...]:
    """Gates where one name of each kind, in the second stage, is as far as this."""
    well = Heard({"ハルカ飯": 0.1, "部長スペシャル": 0.1}, {"カレー": 0.05, "鮭丼": 0.05})
    said = Heard({**well.off, "部長スペシャル": off}, {**well.moved, "鮭丼": moved})
    return gates.of_learning(before, after, {"stage1": well, "stage2": said}, list(LIKE))


def test_a_candidate_lies_there_with_card_picture_and_figures(made: Candidate, model: Path) -> None:
    assert made.good
    assert [gate.name for gate in made.gates] == ["paints", "apart", "heard", "stays", "untouched"]
    assert made.base == registry.digest_of(model)
    assert made.model_id in (made.folder / registry.CARD).read_text("utf-8")
    with Image.open(made.folder / PICTURE) as picture:
        assert picture.width == (candidate.BEFORE + candidate.AFTER) * (candidate.SIDE + 2) + 2
        assert picture.height == len(LIKE) * (candidate.SIDE + 2) + 2


def test_a_good_candidate_is_served_to_workers_with_its_base(
    made: Candidate, tmp_path: Path
) -> None:
    store = Store(str(tmp_path))
    digest, fate = candidate.put_forward(store, made)
    assert fate == "promoted"
    counts = serving.serving(store).counts_for(made.base)
    assert counts is not None
    assert (counts.digest, counts.by) == (digest, "trainer")
    assert store.exists(f"models/{digest}/{PICTURE}")


def test_a_candidate_that_fails_a_gate_is_published_and_not_served(
    made: Candidate, tmp_path: Path
) -> None:
    store = Store(str(tmp_path))
    failed = replace(made, gates=(*made.gates[:-1], replace_gate(made.gates[-1])))
    digest, fate = candidate.put_forward(store, failed)
    assert fate == "kept-back"
    assert store.exists(f"models/{digest}/{MODEL}")
    assert serving.serving(store).promotions == ()


def replace_gate(gate: Gate) -> Gate:
    return gate.model_copy(update={"figure": 3.0, "passed": False})


def test_what_an_operator_took_back_is_not_served_again(made: Candidate, tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    candidate.put_forward(store, made)
    serving.roll_back(store)
    assert candidate.put_forward(store, made)[1] == "rolled-back"
    assert serving.serving(store).counts_for(made.base) is None


def test_an_older_release_is_not_promoted_behind_a_newer_one(
    made: Candidate, model: Path, tmp_path: Path
) -> None:
    """It was tried again: it may know what the newer one has forgotten."""
    store, noon = Store(str(tmp_path)), datetime(2026, 7, 1, 12, tzinfo=UTC)
    hour = timedelta(hours=1)
    assert candidate.put_forward(store, made, None, noon)[1] == "promoted"
    assert candidate.put_forward(store, made, None, noon)[1] == "promoted"  # on another base, say
    candidate.withdraw(store, model, noon + hour)
    assert candidate.put_forward(store, made, None, noon)[1] == "outrun"
    with pytest.raises(serving.Refused):
        candidate.withdraw(store, model, noon)
    assert serving.serving(store).counts_for(made.base) is None
    assert candidate.put_forward(store, made)[1] == "promoted"  # by hand


def test_a_release_from_a_clock_that_was_ahead_holds_up_no_other(
    made: Candidate, tmp_path: Path
) -> None:
    store, now = Store(str(tmp_path)), datetime.now(UTC)
    candidate.put_forward(store, made, None, now + timedelta(days=300))
    assert candidate.put_forward(store, made, None, now)[1] == "promoted"
    assert serving.serving(store).newest == now


def test_two_trainers_with_different_models_do_not_take_turns_for_ever(
    made: Candidate, model: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store, release = Store(str(tmp_path / "store")), "a" * 64
    store.write(f"{RELEASES}/{release}/{MANIFEST}", b"{}")
    candidate.put_forward(store, made, release)
    assert candidate.overdue(store, model) is None
    other = renamed(model, tmp_path, "other")
    found = candidate.overdue(store, other)
    assert found == candidate.Overdue(release, registry.digest_of(other), None)
    learned = replace(made, base=found.base)  # as its trainer does
    candidate.put_forward(store, learned, release)
    assert candidate.overdue(store, other) is None
    assert candidate.overdue(store, model) is None
    assert "one MODEL_DIR" in caplog.text


@pytest.fixture
def updated(
    made: Candidate, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Store, Path]:
    """A store whose names were learned on a model, then on that of an update; and the latter.

    Of the promotions there nothing is left that says so.
    """
    monkeypatch.setattr(serving, "REMEMBERED", 3)
    store, later = Store(str(tmp_path / "store")), renamed(model, tmp_path, "later")
    for release in ("a" * 64, "b" * 64):
        store.write(f"{RELEASES}/{release}/{MANIFEST}", b'{"files": {}}')
    candidate.put_forward(store, made, "a" * 64)
    for release in ("a" * 64, *["b" * 64] * serving.REMEMBERED):
        candidate.put_forward(store, replace(made, base=registry.digest_of(later)), release)
    return store, later


def test_a_trainer_of_before_an_update_takes_no_names_from_updated_workers(
    updated: tuple[Store, Path], model: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It was off for months, and never learned the newest release."""
    store, later = updated
    assert registry.digest_of(model) not in {p.base for p in serving.serving(store).promotions}
    assert candidate.overdue(store, model) is None
    assert "one MODEL_DIR" in caplog.text
    assert candidate.overdue(store, later) is None


def test_what_such_a_trainer_took_out_of_the_line_is_learned_anew_for_updated_workers(
    updated: tuple[Store, Path], made: Candidate
) -> None:
    store, later = updated
    candidate.put_forward(store, made, "b" * 64)
    base = registry.digest_of(later)
    assert serving.serving(store).counts_for(base) is None
    assert candidate.overdue(store, later) == candidate.Overdue("b" * 64, base, None)


def test_promotions_of_a_build_of_before_say_which_model_came_later(
    made: Candidate, model: Path, tmp_path: Path
) -> None:
    store, later = Store(str(tmp_path / "store")), renamed(model, tmp_path, "later")
    bases = [registry.digest_of(model), registry.digest_of(later)]
    for base in (*bases, *bases):
        candidate.put_forward(store, replace(made, base=base))
    told = json.loads(store.read(SERVING))
    assert told.pop("bases") == bases
    store.write(SERVING, json.dumps(told).encode())
    assert list(serving.serving(store).own_bases) == bases


def test_names_are_learned_anew_on_the_machines_own_model_when_it_is_chosen_again(
    made: Candidate, model: Path, tmp_path: Path
) -> None:
    store, release = Store(str(tmp_path / "store")), "a" * 64
    store.write(f"{RELEASES}/{release}/{MANIFEST}", b'{"files": {}}')
    candidate.put_forward(store, made, release)
    chosen = serving.publish(store, renamed(model, tmp_path, "chosen"))
    serving.promote(store, chosen, base=None, model_id="chosen", by="operator")
    assert candidate.overdue(store, model) == candidate.Overdue(release, chosen, None)
    candidate.put_forward(store, replace(made, base=chosen), release)
    serving.promote(store, None, base=None, model_id="", by="operator")
    assert candidate.overdue(store, model) == candidate.Overdue(release, made.base, None)


def test_a_release_without_new_names_lets_what_was_learned_be_forgotten(
    made: Candidate, model: Path, tmp_path: Path
) -> None:
    store = Store(str(tmp_path))
    candidate.withdraw(store, model)
    assert serving.serving(store).promotions == ()  # nothing was learned, so nothing is said
    candidate.put_forward(store, made)
    candidate.withdraw(store, model)
    assert serving.serving(store).counts_for(made.base) is None


def test_what_an_operator_chose_stays_when_a_release_has_no_new_names(
    made: Candidate, model: Path, tmp_path: Path
) -> None:
    store = Store(str(tmp_path))
    chosen = serving.publish(store, model)
    serving.promote(store, chosen, base=None, model_id="chosen·1", by="operator")
    digest = serving.publish(store, made.folder)
    serving.promote(store, digest, base=chosen, model_id=made.model_id, by="trainer")
    candidate.withdraw(store, None)
    counts = serving.serving(store).counts_for("0" * 64)
    assert counts is not None
    assert counts.digest == chosen
    assert candidate.overdue(store, None) is None  # nothing was learned: nothing is to be anew


def test_a_model_passes_its_gates_against_itself(painters: tuple[Painter, Painter]) -> None:
    assert all(gate.passed for gate in learning(*painters))


def test_a_model_that_paints_one_colour_fails(painters: tuple[Painter, Painter]) -> None:
    before, after = painters
    after.second_pass = lambda _, sketches, __: torch.zeros(len(sketches), 3, 256, 256)
    gate = of(learning(before, after), "paints")
    assert not gate.passed
    assert gate.figure == 1


def test_a_model_that_paints_no_numbers_fails(painters: tuple[Painter, Painter]) -> None:
    before, after = painters
    after.second_pass = lambda _, sketches, __: torch.full((len(sketches), 3, 256, 256), torch.nan)
    assert not of(learning(before, after), "paints").passed


def test_a_model_whose_names_drown_in_noise_fails(painters: tuple[Painter, Painter]) -> None:
    before, after = painters
    with torch.no_grad():
        after.first.augment.to_mu.weight.mul_(0.01)
    assert not of(learning(before, after), "apart").passed


def test_a_figure_without_end_passes_no_gate_that_asks_for_more() -> None:
    assert not gates._gate("apart", float("inf"), 2).passed


def test_a_model_that_was_changed_where_it_paints_fails(
    painters: tuple[Painter, Painter],
) -> None:
    before, after = painters
    with torch.no_grad():
        next(after.second.parameters()).add_(1e-3)
    gate = of(learning(before, after), "untouched")
    assert not gate.passed
    assert gate.figure == 1


def test_learning_may_change_the_ngrams_of_names_alone(painters: tuple[Painter, Painter]) -> None:
    before, after = painters
    for stage in (after.first, after.second):
        assert isinstance(stage, Conditioned)
        with torch.no_grad():
            stage.names.from_ngrams.weight.add_(1e-3)
    assert of(learning(before, after), "untouched").passed


@pytest.mark.parametrize(("figure", "gate"), [({"off": 0.7}, "heard"), ({"moved": 0.7}, "stays")])
def test_one_name_that_is_not_heard_and_one_known_that_moves_are_enough_to_fail(
    painters: tuple[Painter, Painter], figure: dict[str, float], gate: str
) -> None:
    assert not of(learning(*painters, **figure), gate).passed


@pytest.mark.parametrize(("figure", "name"), [("off", "heard"), ("moved", "stays")])
def test_a_figure_that_is_no_number_fails_and_can_be_told(
    painters: tuple[Painter, Painter], figure: str, name: str
) -> None:
    gate = of(learning(*painters, **{figure: float("nan")}), name)
    assert (gate.figure, gate.shown, gate.passed) == (None, "no number", False)
    assert Gate.model_validate_json(gate.model_dump_json()) == gate
