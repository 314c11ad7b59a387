"""Models in a store: whole or not there, promoted and taken back, and each for whom it is meant."""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from foodgan import registry
from foodgan.cli import app
from foodgan.contract.errors import ModelError, StoreError
from foodgan.contract.models import MODEL, MODELS, SERVING
from foodgan.contract.photos import TOMBSTONES
from foodgan.contract.store import Store
from foodgan.photos.check import verify
from foodgan.publishing import copies, gates, serving
from tests.published import (
    OTHER,
    OWN,
    counted,
    published,
    renamed,
    served,
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(str(tmp_path / "store"))


def test_a_published_model_comes_back_as_it_was(
    store: Store, tiny_model: Path, tmp_path: Path
) -> None:
    digest = serving.publish(store, tiny_model)
    assert digest == registry.digest_of(tiny_model)
    folder = copies.fetch(store, digest, tmp_path / "home")
    assert folder == tmp_path / "home" / digest
    assert registry.open_model(folder)[0] == registry.describe(tiny_model)
    assert published(store) == [digest]
    shutil.rmtree(tmp_path / "store")  # a second look asks nobody
    assert copies.fetch(store, digest, tmp_path / "home") == folder


def test_a_damaged_model_is_not_published(store: Store, tiny_model: Path, tmp_path: Path) -> None:
    broken = Path(shutil.copytree(tiny_model, tmp_path / "broken"))
    weights = broken / "stage2.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"!")
    with pytest.raises(ModelError, match="stage2"):
        serving.publish(store, broken)
    assert published(store) == []


@pytest.mark.parametrize("name", ["stage1.safetensors", MODEL])
def test_a_model_that_was_damaged_in_the_store_is_not_taken(
    store: Store, tiny_model: Path, tmp_path: Path, name: str
) -> None:
    digest = serving.publish(store, tiny_model)
    place = Path(store.full(f"{MODELS}/{digest}/{name}"))
    place.write_bytes(place.read_bytes() + b" ")
    with pytest.raises(ModelError):
        copies.fetch(store, digest, tmp_path / "home")
    assert list((tmp_path / "home").iterdir()) == []


def test_a_model_that_was_damaged_in_the_store_is_mended_by_publishing_it_again(
    store: Store, tiny_model: Path, tmp_path: Path
) -> None:
    digest = serving.publish(store, tiny_model)
    store.write(f"{MODELS}/{digest}/stage2.safetensors", b"half")
    assert serving.publish(store, tiny_model) == digest
    assert copies.fetch(store, digest, tmp_path / "home").is_dir()


def test_verify_finds_a_published_model_that_is_damaged(store: Store, tiny_model: Path) -> None:
    digest = serving.publish(store, tiny_model)
    store.write(f"{MODELS}/{OWN}/stage1.safetensors", b"half")  # being published
    assert verify(store).sound
    store.write(f"{MODELS}/{digest}/stage2.safetensors", b"half")
    findings = verify(store, repair=True)
    assert findings.models == [f"{MODELS}/{digest}/stage2.safetensors"]
    assert not findings.sound
    store.write(f"{MODELS}/{digest}/{MODEL}", b"half")
    assert verify(store).models == [f"{MODELS}/{digest}/{MODEL}"]


def test_a_model_can_name_no_file_outside_its_folder(
    store: Store, tiny_model: Path, tmp_path: Path
) -> None:
    hostile = Path(shutil.copytree(tiny_model, tmp_path / "pack/models/hostile"))
    (tmp_path / "pack/tombstones.jsonl").write_bytes(b"")
    described = json.loads((hostile / MODEL).read_text("utf-8"))
    described["hashes"]["../../tombstones.jsonl"] = hashlib.sha256().hexdigest()
    (hostile / MODEL).write_text(json.dumps(described), "utf-8")
    store.write(TOMBSTONES, b"kept")
    with pytest.raises(ModelError, match="names a file that no model has"):
        serving.publish(store, hostile)
    assert store.read(TOMBSTONES) == b"kept"
    digest = registry.digest_of(hostile)
    for path in hostile.iterdir():
        store.write(f"{MODELS}/{digest}/{path.name}", path.read_bytes())
    with pytest.raises(ModelError, match="names a file that no model has"):
        copies.fetch(store, digest, tmp_path / "home")


def test_a_model_that_is_half_published_is_not_there(store: Store, tmp_path: Path) -> None:
    store.write(f"{MODELS}/{OWN}/stage1.safetensors", b"half")
    assert published(store) == []
    with pytest.raises(ModelError, match="no whole model"):
        copies.fetch(store, OWN, tmp_path / "home")
    with pytest.raises(ModelError, match="no whole model"):
        serving.promote(store, OWN, base=None, model_id="x", by="operator")


def test_without_a_promotion_each_worker_serves_its_own(store: Store) -> None:
    assert counted(store, OWN) is None
    assert not Path(store.root).exists()  # nobody makes a store by looking into it


def test_a_learned_model_counts_for_workers_with_the_model_that_it_learned_on(
    store: Store, tiny_model: Path
) -> None:
    digest = served(store, tiny_model, base=OWN)
    assert counted(store, OWN) == digest
    assert counted(store, OTHER) is None


def test_what_an_operator_chooses_counts_for_everyone_and_names_are_learned_on_it(
    store: Store, tiny_model: Path, tmp_path: Path
) -> None:
    stale = served(store, tiny_model, base=OWN)
    chosen = served(store, renamed(tiny_model, tmp_path, "chosen"), base=None, by="operator")
    assert counted(store, OWN) == counted(store, OTHER) == chosen
    base = serving.base_of(store, None, tmp_path / "home")
    assert base is not None
    assert registry.digest_of(base) == chosen
    learned = served(store, renamed(tiny_model, tmp_path, "learned"), base=chosen)
    assert counted(store, OWN) == counted(store, OTHER) == learned
    # A trainer that had begun before promotes what it learned on another model: it has to wait.
    serving.promote(store, stale, base=OWN, model_id="stale·000000", by="trainer")
    assert counted(store, OWN) == counted(store, OTHER) == chosen


def test_a_roll_back_goes_to_what_was_served_before_and_in_the_end_to_the_own_model(
    store: Store, tiny_model: Path, tmp_path: Path
) -> None:
    first = served(store, tiny_model, base=OWN)
    served(store, renamed(tiny_model, tmp_path, "second"), base=OWN)
    assert serving.roll_back(store).digest == first
    assert counted(store, OWN) == first
    assert serving.serving(store).rolled_back == (registry.describe(tmp_path / "second").model_id,)
    assert serving.roll_back(store).digest is None
    assert counted(store, OWN) is None
    with pytest.raises(ModelError, match="nothing to roll back"):
        serving.roll_back(store)


def test_a_roll_back_from_an_operators_choice_gives_trainers_their_own_base_again(
    store: Store, tiny_model: Path, tmp_path: Path
) -> None:
    learned = served(store, tiny_model, base=OWN)
    served(store, renamed(tiny_model, tmp_path, "chosen"), base=None, by="operator")
    assert serving.roll_back(store).digest == learned
    assert counted(store, OWN) == learned
    assert serving.base_of(store, None, tmp_path / "home") is None


def test_nobody_is_sent_back_to_the_own_model_by_a_variable_that_is_empty(store: Store) -> None:
    told = CliRunner().invoke(app, ["serving", "promote", "--store", store.url])
    assert told.exit_code == 2
    assert not store.exists(SERVING)
    told = CliRunner().invoke(app, ["serving", "promote", "--own", "--store", store.url])
    assert told.exit_code == 0
    shown = CliRunner().invoke(app, ["serving", "show", "--store", store.url])
    assert "each worker's own model, by operator" in shown.output


def test_an_operator_promotes_a_model_by_its_folder_and_takes_it_back(
    store: Store, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told(*words: str) -> Result:
        return CliRunner().invoke(app, ["serving", *words, "--store", store.url])

    done = told("promote", str(tiny_model))
    assert done.exit_code == 0, done.output
    assert "gate paints: 0 (bound 0), passed" in done.output
    assert counted(store, OWN) == registry.digest_of(tiny_model)
    assert "each worker's own model, by operator" in told("rollback").output
    assert counted(store, OWN) is None
    monkeypatch.setattr(gates, "APART_MIN", 1e9)
    refused = told("promote", str(tiny_model))
    assert (refused.exit_code, "NOT PASSED" in refused.output) == (1, True)
    assert counted(store, OWN) is None
    assert told("promote", str(tiny_model), "--force").exit_code == 0
    assert counted(store, OWN) == registry.digest_of(tiny_model)


def test_operators_may_send_everyone_back_to_their_own_models(
    store: Store, tiny_model: Path
) -> None:
    served(store, tiny_model, base=None, by="operator")
    serving.promote(store, None, base=None, model_id="", by="operator")
    assert counted(store, OWN) is None


def test_what_was_rolled_back_may_be_promoted_again_by_an_operator(
    store: Store, tiny_model: Path
) -> None:
    served(store, tiny_model, base=None)
    serving.roll_back(store)
    digest = served(store, tiny_model, base=None, by="operator")
    assert serving.serving(store).rolled_back == ()
    assert counted(store, OWN) == digest


def test_what_was_rolled_back_stays_so_where_another_machine_learns_the_same_release(
    store: Store, tiny_model: Path
) -> None:
    """By more threads the same lesson ends in other last digits."""
    digest = served(store, tiny_model, base=None, by="operator")

    def learned(model_id: str, release: str) -> None:
        serving.promote(store, digest, base=OWN, model_id=model_id, by="trainer", release=release)

    learned("taught·aaaaaa", "a" * 64)
    serving.roll_back(store)
    with pytest.raises(serving.Refused):
        learned("taught·bbbbbb", "a" * 64)
    learned("taught·bbbbbb", "b" * 64)
    assert serving.serving(store).promotions[-1].release == "b" * 64


@pytest.mark.parametrize("name", ["stage1.safetensors", MODEL])
def test_a_copy_that_was_damaged_is_fetched_anew(
    store: Store, tiny_model: Path, tmp_path: Path, name: str
) -> None:
    digest = serving.publish(store, tiny_model)
    folder = copies.fetch(store, digest, tmp_path / "home")
    (folder / name).write_bytes(b"damaged")
    assert copies.fetch(store, digest, tmp_path / "home") == folder
    assert registry.open_model(folder)[0] == registry.describe(tiny_model)


@pytest.mark.parametrize("path", [SERVING, f"{MODELS}/{OWN}/{MODEL}"])
def test_what_should_be_small_and_is_not_is_refused(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(serving, "SERVING_MAX", 100)
    monkeypatch.setattr(copies, "MODEL_MAX", 100)
    store.write(path, b"{" + b" " * 100 + b"}")
    with pytest.raises(StoreError, match="larger than"):
        _ = serving.serving(store) if path == SERVING else copies.fetch(store, OWN, tmp_path)


def test_a_damaged_list_is_said_and_not_taken_for_none(store: Store) -> None:
    store.write(SERVING, b'{"version": 2}')
    with pytest.raises(StoreError, match="damaged"):
        serving.serving(store)


def test_a_roll_back_and_a_promotion_in_the_same_moment_lose_nothing(
    store: Store, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The trainer is quicker: what the operator did not see is not rolled back."""
    served(store, tiny_model, base=OWN)
    before = serving._before
    quicker: list[str] = []

    def promoted_meanwhile(*then: Any) -> Any:
        quicker.append(served(store, renamed(tiny_model, tmp_path, "newer"), base=OWN))
        return before(*then)

    monkeypatch.setattr(serving, "_before", promoted_meanwhile)
    with pytest.raises(ModelError, match="another model is served since") as told:
        serving.roll_back(store)
    assert told.value.phrase == "cli-serving-moved-on"
    assert [counted(store, OWN)] == quicker
    assert serving.serving(store).rolled_back == ()
    assert len(serving.serving(store).promotions) == 2


def test_what_a_later_build_wrote_about_what_is_served_is_kept(
    store: Store, tiny_model: Path, tmp_path: Path
) -> None:
    first = served(store, tiny_model, base=OWN)
    told = json.loads(store.read(SERVING))
    told["wishes"], told["promotions"][0]["mood"] = {"deep": [1]}, "sunny"
    store.write(SERVING, json.dumps(told).encode())
    second = served(store, renamed(tiny_model, tmp_path, "second"), base=OWN)
    assert serving.roll_back(store).digest == first
    serving.withdraw(store, OWN)
    after = json.loads(store.read(SERVING))
    digests = [(each["digest"], each.get("mood")) for each in after["promotions"]]
    assert digests == [(first, "sunny"), (second, None), (first, "sunny"), (None, None)]
    assert after["wishes"] == {"deep": [1]}
