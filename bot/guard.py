"""What fails in a round is logged once and left for the next one: the rest has its turn."""

import logging
from collections.abc import Awaitable

from sqlalchemy.exc import SQLAlchemyError

from bot.records.database import reason
from bot.records.photos import RecordChanged
from foodgan.contract.errors import KitchenClosed, StoreError

# On any day: Redis, the store or the records are away, or somebody was quicker.
EXPECTED = (KitchenClosed, StoreError, SQLAlchemyError, RecordChanged)
KEPT = 1_000  # failures that are known to have been logged

log = logging.getLogger(__name__)


class Guard:
    """Keeps failures from whoever waits for the work; those that go on are logged once."""

    def __init__(self) -> None:
        self._failing: dict[str, type[Exception]] = {}

    async def keep(self, what: str, work: Awaitable[bool | None]) -> bool:
        """Do it, and log where it fails, unless it has just failed in the same way.

        False where it returned that, or failed as nobody expected.
        """
        try:
            done = await work is not False
        except EXPECTED as error:
            if self._news(what, error):
                kind = type(error).__name__
                log.warning("%s: left for the next round, %s: %s", what, kind, reason(error))
            return True
        except Exception as error:
            if self._news(what, error):
                log.exception("%s: left for the next round", what)
            return False
        self._failing.pop(what, None)
        return done

    def _news(self, what: str, error: Exception) -> bool:
        if self._failing.get(what) is type(error):
            return False
        self._failing[what] = type(error)
        if len(self._failing) > KEPT:  # of orders that have ended in another way since
            del self._failing[next(iter(self._failing))]
        return True
