"""The operators' office: who may not contribute, which words may not be used, who did what."""

from collections.abc import Sequence
from typing import get_args

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.answer import Answer
from bot.blocklist import Blocklist, folded
from bot.photos.desk import REASONS
from bot.records import operators
from bot.records.rights import BY_OPERATOR
from bot.records.tables import AuditEntry, Verdict
from foodgan.contract import dishname
from foodgan.contract.errors import UserError
from foodgan.contract.phrases import say

AUDIT_SHOWN = 12  # lines
LINE_MAX = 500  # characters of bans, and as many of words
DETAIL_MAX = 40  # characters of what a line of the log says
AUDITED = frozenset((
    *("accept", "reject", "skip", "accepted", "rejected", "escalated", "undo", "rename"),
    *("consent", "withdrawn", "erased", "ban", "unban", "block", "unblock"),
))  # fmt: skip
VOTES = " votes"  # behind their number, in the records


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
            lines = [_audit_line(locale, entry) for entry in audit]
        who = _line(locale, [f"<@{ban.member_id}>" for ban in banned])
        which = _line(locale, [dishname.display(word) for word in blocked])
        text = say(locale, "operator-listing", who=who, words=which, audit="\n".join(lines) or "—")
        return Answer(text)


def _line(locale: str, entries: Sequence[str]) -> str:
    """Those that fit on a line, whole; "…" stands for the others."""
    comma = say(locale, "list-comma")
    listed = comma.join(entries) or "—"
    if len(listed) <= LINE_MAX:
        return listed
    return f"{listed[: listed.rfind(comma, 0, LINE_MAX)]}{comma}…"


def _audit_line(locale: str, entry: AuditEntry) -> str:
    when = f"<t:{entry.at.timestamp():.0f}:R>"
    actor = f"<@{entry.actor_id}>" if entry.actor_id else "—"
    deed = say(locale, f"audit-{entry.action}") if entry.action in AUDITED else entry.action
    return " ".join(filter(None, (when, actor, deed, entry.photo_id, _detail(locale, entry))))


def _detail(locale: str, entry: AuditEntry) -> str:
    """What a line is about: of a ban the member, as a name that can be read, and the reason."""
    said = entry.detail
    if entry.action in ("ban", "unban") and said:
        member_id, _, reason = said.partition(": ")
        return f"<@{member_id}> {dishname.display(reason[:DETAIL_MAX])}".rstrip()
    if entry.action == "reject" and said in REASONS:
        return f"({say(locale, f'reason-{said}')})"
    votes = said.removesuffix(VOTES)
    if entry.action in ("accepted", "rejected") and votes.isdecimal():
        return say(locale, "audit-votes", count=int(votes))
    if said == BY_OPERATOR:
        return say(locale, "audit-by-operator")
    if entry.action == "undo" and said in get_args(Verdict):
        return f"({say(locale, f'audit-{said}')})"
    return dishname.display(said[:DETAIL_MAX])
