"""The operators' office: who may not contribute, which words may not be used, who did what."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.answer import Answer
from bot.blocklist import Blocklist, folded
from bot.records import operators
from bot.records.tables import AuditEntry
from foodgan.contract import dishname
from foodgan.contract.errors import UserError
from foodgan.contract.phrases import say

AUDIT_SHOWN = 12  # lines
LINE_MAX = 500  # characters of bans, and as many of words
DETAIL_MAX = 40  # characters of what a line of the log says


class Office:
    """Keeps the lists. Methods that change one return the key of the sentence about it."""

    def __init__(self, sessions: async_sessionmaker[AsyncSession], blocklist: Blocklist) -> None:
        self._sessions = sessions
        self._blocklist = blocklist

    async def ban(self, member_id: int, by_id: int, reason: str) -> str:
        """Let a member contribute nothing more. What was accepted before stays."""
        async with self._sessions.begin() as session:
            await operators.ban(session, member_id, by_id, reason)
        return "operator-banned"

    async def unban(self, member_id: int, by_id: int) -> str:
        """Let a member in again."""
        async with self._sessions.begin() as session:
            found = await operators.unban(session, member_id, by_id)
        return "operator-unbanned" if found else "operator-no-ban"

    async def block(self, word: str, by_id: int) -> str:
        """Block a word, however it is spelt. Raises UserError where nothing is left of it."""
        plain = folded(dishname.normalise(word))
        if not plain:
            raise UserError("name-no-words")
        async with self._sessions.begin() as session:
            await operators.block(session, plain, by_id)
        await self.read()
        return "operator-blocked"

    async def unblock(self, word: str, by_id: int) -> str:
        """Allow a word again."""
        async with self._sessions.begin() as session:
            found = await operators.unblock(session, folded(dishname.normalise(word)), by_id)
        await self.read()
        return "operator-unblocked" if found else "operator-no-word"

    async def read(self) -> None:
        """Hold the words that the records hold."""
        async with self._sessions() as session:
            self._blocklist.hold(await operators.blocked(session))

    async def listing(self, locale: str) -> Answer:
        """Bans, words and the last lines of the audit log."""
        async with self._sessions() as session:
            banned = await operators.bans(session)
            blocked = await operators.blocked(session)
            audit = await session.scalars(
                select(AuditEntry).order_by(AuditEntry.id.desc()).limit(AUDIT_SHOWN)
            )
            lines = [_audit_line(entry) for entry in audit]
        who = _line([f"<@{ban.member_id}>" for ban in banned])
        which = _line([dishname.display(word) for word in blocked])
        text = say(locale, "operator-listing", who=who, words=which, audit="\n".join(lines) or "—")
        return Answer(text)


def _line(entries: Sequence[str]) -> str:
    """Those that fit on a line, whole; "…" stands for the others."""
    listed = ", ".join(entries) or "—"
    if len(listed) <= LINE_MAX:
        return listed
    return listed[: listed.rfind(", ", 0, LINE_MAX)] + ", …"


def _audit_line(entry: AuditEntry) -> str:
    when = f"<t:{entry.at.timestamp():.0f}:R>"
    actor = f"<@{entry.actor_id}>" if entry.actor_id else "—"
    return " ".join(filter(None, (when, actor, entry.action, entry.photo_id, _detail(entry))))


def _detail(entry: AuditEntry) -> str:
    """What a line is about: of a ban the member, as a name that can be read, and the reason."""
    if entry.action not in ("ban", "unban") or not entry.detail:
        return dishname.display(entry.detail[:DETAIL_MAX])
    member_id, _, reason = entry.detail.partition(": ")
    return f"<@{member_id}> {dishname.display(reason[:DETAIL_MAX])}".rstrip()
