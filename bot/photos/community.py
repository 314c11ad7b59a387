"""Who made the collection: credits as contributors want them, and a leaderboard to opt into."""

from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.answer import Answer
from bot.records import figures
from bot.records.tables import Leader
from foodgan.contract import dishname
from foodgan.contract.phrases import say

SHOWN_MAX = 1800  # characters of names; a message takes 2,000
LEADERS = 10


class Community:
    """Reads who contributed what."""

    def __init__(self, sessions: async_sessionmaker[AsyncSession]) -> None:
        self._sessions = sessions

    async def credits(self, locale: str) -> Answer:
        """Everyone who has accepted photos, by their own choice of name."""
        async with self._sessions() as session:
            found = await figures.credits(session)
        if not found:
            return Answer(say(locale, "credits-none"))
        named = [(credit, count) for credit, count in found if credit]
        photos = sum(count for _, count in found)
        lines = [say(locale, "credits-head", photos=photos, people=len(found))]
        length = 0
        for place, (credit, count) in enumerate(named):
            line = say(locale, "credits-line", name=dishname.display(credit), count=count)
            length += len(line) + 1
            if length > SHOWN_MAX:
                lines.append(say(locale, "credits-more", count=len(named) - place))
                break
            lines.append(line)
        if len(named) < len(found):
            lines.append(say(locale, "credits-unnamed", count=len(found) - len(named)))
        return Answer("\n".join(lines))

    async def leaderboard(self, member_id: int, locale: str, show_me: bool | None) -> Answer:
        """Those who want to be seen. show_me: whether the asker does; None leaves it as it is."""
        async with self._sessions.begin() as session:
            leader = await session.get(Leader, member_id)
            if show_me and leader is None:
                session.add(Leader(member_id=member_id, joined_at=datetime.now(UTC)))
            elif show_me is False and leader is not None:
                await session.delete(leader)
            await session.flush()
            found = await figures.leaderboard(session, LEADERS)
        lines = [say(locale, "leaders-head")] if found else []
        for place, (leader_id, count) in enumerate(found, start=1):
            who = f"<@{leader_id}>"
            lines.append(say(locale, "leaders-line", place=place, who=who, count=count))
        if show_me is not None:  # all read the answer: it names nobody
            told = "leaders-joined" if show_me else "leaders-left"
            lines.append(say(locale, told, limit=LEADERS))
        elif not found:
            lines.append(say(locale, "leaders-none"))
        return Answer("\n".join(lines))
