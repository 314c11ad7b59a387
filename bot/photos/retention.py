"""What is kept no longer: drafts, files of rejected photos, refused and withdrawn photos, old audit
lines, old orders.
"""

import logging
import time
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.photos.publisher import Publisher
from bot.photos.reception import DAY, DRAFT_LIFE
from bot.records import operators, rights, submissions
from foodgan.contract.settings import Settings

EVERY_S = 600.0

log = logging.getLogger(__name__)


class Retention:
    """Forgets in time."""

    def __init__(
        self, sessions: async_sessionmaker[AsyncSession], publisher: Publisher, settings: Settings
    ) -> None:
        self._sessions = sessions
        self._publisher = publisher
        self._rejected = timedelta(days=settings.keep_rejected_days)
        self._audit = timedelta(days=settings.keep_audit_days)
        self._orders = timedelta(days=settings.keep_orders_days)
        self._last_s = -EVERY_S

    async def forget(self) -> None:
        """Forget what is due, every ten minutes."""
        if time.monotonic() - self._last_s < EVERY_S:
            return
        now = datetime.now(UTC)
        async with self._sessions.begin() as session:
            drafts = await submissions.discard_stale(session, now - DRAFT_LIFE)
            await rights.forget_withdrawn(session, now - DAY)  # the daily limit counts them
            await submissions.forget_refused(session, now - DAY)
            await operators.forget_old(session, now - self._audit, now - self._orders)
            rejected = await operators.rejected_before(session, now - self._rejected)
        await self._publisher.remove([photo.sha256 for photo in rejected if photo.sha256])
        async with self._sessions.begin() as session:
            await operators.bytes_are_gone(session, [photo.id for photo in rejected])
        self._last_s = time.monotonic()
        if drafts or rejected:
            self._publisher.changed()
            log.info("forgotten: %d drafts, %d rejected photos", drafts, len(rejected))
