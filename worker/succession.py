"""Which model a worker paints with: the one of the store that counts for it, else its own.

Asked at its start, and then every few seconds beside the painting: another model that counts by now
is fetched and opened, and lies ready for the loop to take it up between two batches. A store is no
part that must be there: without one a worker paints with its own model.
"""

import logging
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Self, TypeVar

from foodgan import registry
from foodgan.contract.errors import StoreError
from foodgan.contract.settings import Settings
from foodgan.contract.store import Store
from foodgan.machine import process
from foodgan.painting import compiled
from foodgan.painting.painter import Painter, portions
from foodgan.publishing import copies, serving

LOOK_S = 10.0  # between two looks into the store
_START_S = 30.0  # that a worker waits for the store before it begins with its own model
_PAUSE_MOST_S = 600.0  # between two tries of a model that cannot be had
_NICE = 10  # how far looking and opening stand back behind painting
_LEAVE_S = 1.0
_NAME = "チーズ味噌カツ丼"

_log = logging.getLogger(__name__)

Found = TypeVar("Found")


@dataclass(frozen=True)
class Opened:
    """A model that can paint. digest: its name in the store, None for the worker's own; folder:
    where it lies, None for the shipped one.
    """

    digest: str | None
    folder: Path | None
    painter: Painter


@dataclass(frozen=True)
class _Failure:
    """A model that could not be had. again: monotonic seconds of the next try."""

    digest: str | None
    tries: int
    again: float


class Succession:
    """One worker's models. Entered it looks for the next one, on a thread of its own.

    folder: of the first one, None for the shipped one. Raises ModelError where the worker has no
    model of its own.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.folder = settings.model_dir
        self._own = registry.digest_of(settings.model_dir)
        self._home = settings.var_dir / copies.HOME
        self._store: Store | None = None
        self._digest: str | None = None  # of the model that paints
        self._before: str | None = None
        self._count: set[str] = set()  # digests that may count for workers of this machine
        self._heir: Opened | None = None
        self._failure: _Failure | None = None
        self._away = False  # whether the last look did not reach the store
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="succession", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join(_LEAVE_S)  # it may wait for the store

    def first(self) -> Painter:
        """The model to begin with, on the worker's device. Raises ModelError for its own one.

        Waits for the store but a while. Where its model cannot be had, it is the worker's own.
        """
        digest = None
        try:
            digest = _within(_START_S, self._counting)
            if digest:
                folder = _within(_START_S, partial(self._fetch, digest))
                opened = self._open(digest, folder, self._settings.device)
                self._digest, self.folder = digest, opened.folder
                return opened.painter
        except StoreError as error:
            self._unreached(error)
        except Exception as error:
            self._failed(digest, error)
        return self._open(None, self._settings.model_dir, self._settings.device).painter

    def take(self) -> Opened | None:
        """The model to paint with from now on, on the CPU; None while there is no other one."""
        with self._lock:
            heir, self._heir = self._heir, None
            if heir:
                self._before, self._digest = self._digest, heir.digest
            return heir

    def refuse(self, heir: Opened, error: Exception) -> None:
        """The model that was taken does not paint on the device: the one before goes on."""
        with self._lock:
            self._digest = self._before
        self._failed(heir.digest, error)

    def look(self) -> None:
        """Whether another model counts by now: lay it ready. Raises nothing for store or model."""
        try:
            digest = self._counting()
        except StoreError as error:
            self._unreached(error)
            return
        if self._away:
            _log.info("the store of models answers again")
            self._away = False
        if self._wanted(digest):
            try:
                folder = self._fetch(digest) if digest else self._settings.model_dir
                heir = self._open(digest, folder, "cpu")
                heir.painter.paint(portions(_NAME, 0, 1))  # here nobody waits for what it allocates
            except Exception as error:
                self._failed(digest, error)
            else:
                with self._lock:
                    self._heir = heir
        self._tidy()

    def _keep(self) -> None:
        process.step_back(_NICE)
        while not self._stopped.wait(LOOK_S):
            try:
                self.look()
            except Exception:  # a full disk, say: this thread must outlive it
                _log.exception("looking for another model failed; the next look comes by itself")

    def _counting(self) -> str | None:
        """The model that counts now, None for the worker's own. Raises StoreError."""
        if self._store is None:
            self._store = Store(self._settings.photo_store)
        served = serving.serving(self._store)
        self._count = served.in_use
        promotion = served.counts_for(self._own)
        return promotion.digest if promotion and promotion.digest != self._own else None

    def _wanted(self, digest: str | None) -> bool:
        """Whether a model is to be opened now. One that lies ready and counts no more is let go."""
        with self._lock:
            if self._heir and self._heir.digest != digest:
                self._heir = None
            if digest == self._digest:
                self._failure = None
            if digest == self._digest or self._heir:
                return False
            failure = self._failure
            held = failure and failure.digest == digest and time.monotonic() < failure.again
            return not held

    def _open(self, digest: str | None, folder: Path | None, device: str | None) -> Opened:
        """Open a model, compiled where it was. Raises ModelError."""
        began = time.monotonic()
        painter = Painter.load(folder, device=device)
        faster = _take_up(painter, self._settings.var_dir / compiled.FOLDER)
        how = "loaded, compiled for this machine," if faster else "loaded"
        whose = f", {digest[:12]} of the store" if digest else ""
        took_s = time.monotonic() - began
        _log.info("model %s%s, %s in %.1f s", painter.model_id, whose, how, took_s)
        return Opened(digest, folder, painter)

    def _fetch(self, digest: str) -> Path:
        assert self._store is not None
        return copies.fetch(self._store, digest, self._home)

    def _failed(self, digest: str | None, error: Exception) -> None:
        """Say so once a model, and let each try come later than the one before."""
        with self._lock:
            before = self._failure if self._failure and self._failure.digest == digest else None
            tries = before.tries + 1 if before else 1
            pause_s = min(LOOK_S * 2**tries, _PAUSE_MOST_S)
            self._failure = _Failure(digest, tries, time.monotonic() + pause_s)
        which = f"model {digest[:12]} of the store" if digest else "this worker's own model"
        level = logging.DEBUG if before else logging.WARNING
        _log.log(level, "%s cannot be taken up (%s); going on without it", which, _told(error))

    def _unreached(self, error: Exception) -> None:
        if not self._away:
            _log.warning("which model counts is not known (%s); going on without", _told(error))
        self._away = True

    def _tidy(self) -> None:
        """Remove copies that nobody has needed for an hour; the one in use is kept young.

        That of the model before goes as well: it may know photos that were withdrawn.
        """
        used = set(self._count)
        if self._digest:
            used.add(self._digest)
            with suppress(OSError):  # gone, or never there: the painter has it in memory
                os.utime(self._home / self._digest)
        copies.forget(self._home, used)


def _take_up(painter: Painter, home: Path) -> bool:
    """Whether the painter now runs what `foodgan model compile` wrote."""
    try:
        return compiled.take_up(painter, home)
    except RuntimeError:
        _log.warning("what is in %s cannot be loaded; painting without it", home, exc_info=True)
        return False


def _within(seconds: float, work: Callable[[], Found]) -> Found:
    """What work returns or raises; StoreError where that takes longer, and it goes on alone."""
    found: Future[Found] = Future()

    def run() -> None:
        try:
            found.set_result(work())
        except Exception as error:
            found.set_exception(error)

    threading.Thread(target=run, name="store", daemon=True).start()
    try:
        return found.result(seconds)
    except TimeoutError:
        raise StoreError(f"the store does not answer within {seconds:.0f} s") from None


def _told(error: Exception) -> str:
    """One line of it."""
    return f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"
