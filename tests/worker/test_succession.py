"""Workers take up the model that counts by now: at the start, between batches, back again."""

import logging
import os
import subprocess
import time
from pathlib import Path

import pytest
import torch

from foodgan import registry
from foodgan.contract.settings import Settings
from foodgan.contract.store import Store
from foodgan.painting.painter import Dish, Painter
from foodgan.publishing import copies, serving
from tests.disk import small_disk
from tests.worker.heirs import another, model_id, own, promote, second, store
from worker import service, succession
from worker.succession import Succession

__all__ = ["own", "second", "store"]  # fixtures

START_S = 60.0  # importing torch on a busy machine
DISH = [Dish("鮭丼", 7)]


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]


def test_without_a_store_a_worker_paints_with_its_own_model_and_says_nothing(
    own: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    models = Succession(own)
    assert service.load(own, models).model_id == model_id(own.model_dir)
    [told] = [r.getMessage() for r in caplog.records if "painting on" in r.getMessage()]
    assert ("core" in told, "DEVICE" in told) == (True, True)
    models.look()
    assert (models.take(), models.folder) == (None, own.model_dir)
    assert not list(tmp_path.iterdir())
    assert not warnings(caplog)


def test_a_worker_begins_with_the_model_that_counts(
    own: Settings, store: Store, second: Path
) -> None:
    digest = promote(store, second)
    models = Succession(own)
    painter = service.load(own, models)
    assert painter.model_id == model_id(second)
    assert models.folder == own.var_dir / copies.HOME / digest
    models.look()
    assert models.take() is None


def test_names_that_were_learned_on_another_model_do_not_count(
    own: Settings, store: Store, second: Path, tiny_model: Path, tmp_path: Path
) -> None:
    """Of two workers with models of their own the one follows, and the other does not."""
    promote(store, second, base=registry.digest_of(own.model_dir))
    other = own.model_copy(update={"model_dir": another(tiny_model, "third", tmp_path)})
    assert Succession(own).first().model_id == model_id(second)
    assert Succession(other).first().model_id == model_id(other.model_dir)


def test_the_own_model_is_not_fetched_when_it_is_promoted(own: Settings, store: Store) -> None:
    promote(store, own.model_dir)
    models = Succession(own)
    assert models.first().model_id == model_id(own.model_dir)
    assert models.folder == own.model_dir


@pytest.mark.parametrize("where", ["file/photos", "s3://canteen/photos", "no-such://place"])
def test_a_store_that_cannot_be_reached_costs_one_warning(
    own: Settings,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    where: str,
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "s3cr3t")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")  # how often S3's library tries is not ours
    (tmp_path / "file").touch()
    url = where if "://" in where else str(tmp_path / where)
    models = Succession(own.model_copy(update={"photo_store": url}))
    assert models.first().model_id == model_id(own.model_dir)
    models.look()
    [line] = warnings(caplog)
    assert "which model counts is not known" in line
    assert "s3cr3t" not in caplog.text


def test_a_store_that_does_not_answer_holds_no_start_up(
    own: Settings, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(succession, "_START_S", 0.1)
    os.mkfifo(own.var_dir / "fifo")  # opening it waits for whoever writes
    (own.var_dir / "photos/models").mkdir(parents=True)
    (own.var_dir / "photos/models/serving.json").symlink_to(own.var_dir / "fifo")
    assert Succession(own).first().model_id == model_id(own.model_dir)
    [line] = warnings(caplog)
    assert "does not answer" in line
    (own.var_dir / "fifo").write_text("{}")  # lets the waiting thread go


def test_a_damaged_list_of_what_is_served_is_told_once_and_leaves_the_model(
    own: Settings, store: Store, second: Path, caplog: pytest.LogCaptureFixture
) -> None:
    models = Succession(own)
    models.first()
    store.write("models/serving.json", b"{")
    models.look()
    models.look()
    assert (models.take(), len(warnings(caplog))) == (None, 1)
    store.delete("models/serving.json")
    promote(store, second)
    models.look()
    assert models.take().painter.model_id == model_id(second)


@pytest.mark.parametrize("begun", [False, True], ids=["at the start", "while serving"])
def test_a_model_that_is_damaged_in_the_store_is_told_once_and_taken_up_when_mended(
    own: Settings,
    store: Store,
    second: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    begun: bool,
) -> None:
    monkeypatch.setattr(succession, "LOOK_S", 0.0)  # no pauses between tries
    models = Succession(own)
    if begun:
        models.first()
    file = f"models/{promote(store, second)}/stage2.safetensors"
    whole = store.read(file)
    store.write(file, whole[:-1] + b"?")
    if not begun:
        assert models.first().model_id == model_id(own.model_dir)
    for _ in range(3):
        models.look()
        assert models.take() is None
    [line] = warnings(caplog)
    assert "stage2.safetensors" in line
    store.write(file, whole)
    models.look()
    assert models.take().painter.model_id == model_id(second)


def test_a_model_that_cannot_be_had_is_tried_again_but_not_at_every_look(
    own: Settings, store: Store, second: Path
) -> None:
    models = Succession(own)
    models.first()
    folder = Path(store.full(f"models/{promote(store, second)}"))
    folder.rename(folder.with_name("away"))
    models.look()
    folder.with_name("away").rename(folder)
    models.look()
    assert models.take() is None


def test_a_copy_that_is_damaged_on_this_machine_is_fetched_anew(
    own: Settings, store: Store, second: Path
) -> None:
    copy = copies.fetch(store, promote(store, second), own.var_dir / copies.HOME)
    (copy / "stage1.safetensors").write_bytes(b"half")
    assert Succession(own).first().model_id == model_id(second)


def test_a_promoted_model_lies_ready_and_a_roll_back_leads_to_the_own_one(
    own: Settings, store: Store, second: Path
) -> None:
    models = Succession(own)
    before = models.first()
    promote(store, second)
    models.look()
    heir = models.take()
    assert heir.painter.paint(DISH) != before.paint(DISH)
    serving.roll_back(store)
    models.look()
    back = models.take()
    assert (back.digest, back.folder) == (None, own.model_dir)
    assert back.painter.paint(DISH) == before.paint(DISH)


def test_a_model_that_was_rolled_back_before_it_was_taken_is_let_go(
    own: Settings, store: Store, second: Path
) -> None:
    models = Succession(own)
    models.first()
    promote(store, second)
    models.look()
    serving.roll_back(store)
    models.look()
    assert models.take() is None


def test_a_model_that_does_not_paint_on_the_device_is_refused_and_the_old_one_stays(
    own: Settings, store: Store, second: Path, caplog: pytest.LogCaptureFixture
) -> None:
    models = Succession(own)
    models.first()
    promote(store, second)
    models.look()
    models.refuse(models.take(), torch.OutOfMemoryError("no memory"))
    models.look()
    assert models.take() is None  # not at once
    [line] = warnings(caplog)
    assert "no memory" in line


def test_a_model_that_raises_when_it_paints_is_never_laid_ready(
    own: Settings,
    store: Store,
    second: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    models = Succession(own)
    models.first()
    promote(store, second)

    def broken(*_: object) -> None:
        raise RuntimeError("shapes do not fit")

    monkeypatch.setattr(Painter, "paint", broken)
    models.look()
    assert models.take() is None
    assert "shapes do not fit" in caplog.text


def test_copies_that_nobody_needs_go_after_an_hour(
    own: Settings, store: Store, tiny_model: Path, tmp_path: Path
) -> None:
    home = own.var_dir / copies.HOME
    models = Succession(own)
    models.first()
    digests = []
    for name in ("second", "third", "fourth"):
        digests.append(promote(store, another(tiny_model, name, tmp_path)))
        models.look()
        assert models.take().digest == digests[-1]
        models.look()
    left = home / ".fetching-killed"
    left.mkdir()
    assert {path.name for path in home.iterdir()} == {*digests, left.name}  # all are young
    long_ago = time.time() - 2 * copies.COPY_S
    for path in home.iterdir():
        os.utime(path, (long_ago, long_ago))
    models.look()
    assert [path.name for path in home.iterdir()] == digests[2:]  # what is served now


def test_a_store_that_can_only_be_read_is_enough(own: Settings, second: Path) -> None:
    with small_disk(own.var_dir / "disk", "8m") as disk:
        store = Store(str(disk.place))
        promote(store, second)
        subprocess.run(["mount", "-o", "remount,ro", str(disk.place)], check=True)
        models = Succession(own.model_copy(update={"photo_store": store.url}))
        assert models.first().model_id == model_id(second)


def test_a_model_that_was_refused_on_the_device_is_tried_again_later(
    own: Settings, store: Store, second: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Memory may have been short for a while only."""
    models = Succession(own)
    models.first()
    digest = promote(store, second)
    models.look()
    models.refuse(models.take(), torch.OutOfMemoryError("no memory"))
    later = time.monotonic() + succession._PAUSE_MOST_S
    monkeypatch.setattr(time, "monotonic", lambda: later)
    models.look()
    heir = models.take()
    assert heir is not None
    assert heir.digest == digest
