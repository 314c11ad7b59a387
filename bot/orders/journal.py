"""Orders that the records are slow to take: a file each, so that a killed bot finds them again."""

import logging
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from pydantic import BaseModel

from bot.records.orders import Asker
from foodgan.contract.orders import LATE_LIFE, DishOrder
from foodgan.contract.settings import Settings
from foodgan.contract.whole import PARTIAL, write_text

LEFTOVER_S = 60.0  # a half-written file of this age has no writer any more

log = logging.getLogger(__name__)


class Entry(BaseModel):
    """An order and who asked for it."""

    order: DishOrder
    asker: Asker


class Journal:
    """A folder of entries, each in a file that appears whole or not at all.

    They hold interaction tokens, as the records do: only the bot's own user may read them. A
    process that is killed leaves them; a machine that loses its power may not.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._unread: set[str] = set()  # stems of files that were complained of

    def note(self, order: DishOrder, asker: Asker) -> None:
        """Write an order down, at once: a small file, kept by the system. Raises OSError."""
        text = Entry(order=order, asker=asker).model_dump_json()
        write_text(self._path(order.order_id), text, private=True, lasting=False)

    def forget(self, order_id: str) -> None:
        """The records have it, or nobody wants it. One that is not there is no error."""
        try:
            self._path(order_id).unlink(missing_ok=True)
        except OSError as error:  # what the records have is not written twice
            log.warning("order %s: still in the journal, %s", order_id, type(error).__name__)

    def of_member(self, member_id: int) -> list[str]:
        """The orders of a member."""
        every = self.entries()
        return [each.order.order_id for each in every if each.asker.member_id == member_id]

    def entries(self) -> Iterator[Entry]:
        """Every order that is noted. What cannot be read stays while its member may wait for it.

        It is a later bot's, which this one has taken the place of for a while, or is damaged.
        """
        for path in sorted(self._folder.glob(f"*{PARTIAL}*")):
            self._drop(path, LEFTOVER_S)
        for path in sorted(self._folder.glob("*.json")):
            try:
                yield Entry.model_validate_json(path.read_text(encoding="utf-8"))
            except FileNotFoundError:
                continue
            except ValueError:  # its text may hold the token
                if path.stem not in self._unread:
                    log.error("order %s: unreadable in the journal, kept for an hour", path.stem)
                    self._unread.add(path.stem)
                self._drop(path, LATE_LIFE.total_seconds())

    def _drop(self, path: Path, age_s: float) -> None:
        """Remove a file that is older."""
        with suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > age_s:
                path.unlink()
                self._unread.discard(path.stem)

    def _path(self, order_id: str) -> Path:
        return self._folder / f"{order_id}.json"


def journal_path(settings: Settings) -> Path:
    """Where a bot keeps its journal."""
    return settings.var_dir / "journal"
