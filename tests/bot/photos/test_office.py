"""The operators' lists: what does not fit into a message is said to be more, and nothing is cut."""

from datetime import UTC, datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.answer import fitting
from bot.blocklist import Blocklist
from bot.photos.office import Office
from bot.records.tables import Ban, BlockedWord
from bot.sandbox.people import find_member
from foodgan.contract.phrases import say
from tests.bot.photos.club import Club


def _last(locale: str) -> str:
    """The line above the log."""
    listing = say(locale, "operator-listing", who="", words="", audit="")
    return listing.strip().splitlines()[-1]


@pytest.mark.parametrize(("locale", "comma"), [("ja", "、"), ("en", ", ")])
async def test_long_lists_end_with_a_whole_entry_and_leave_room_for_the_audit_log(
    sessions: async_sessionmaker[AsyncSession], locale: str, comma: str
) -> None:
    words = {f"どくきのこ{number:03}" for number in range(300)}
    members = {10**18 + number for number in range(100)}
    now = datetime.now(UTC)
    async with sessions.begin() as session:
        session.add_all(BlockedWord(word=word, by_id=1, at=now) for word in words)
        session.add_all(Ban(member_id=each, by_id=1, reason="", at=now) for each in members)
    office = Office(sessions, Blocklist())

    text = fitting((await office.listing(locale)).text)

    who, which = (line.split("** ")[1].split(comma) for line in text.splitlines()[:2])
    assert who.pop() == which.pop() == "…"
    assert len(who) > 10
    assert len(which) > 10
    assert set(who) <= {f"<@{each}>" for each in members}
    assert set(which) <= words
    assert _last(locale) in text


async def test_the_log_tells_whom_a_ban_was_about_and_nothing_that_did_not_happen(
    sessions: async_sessionmaker[AsyncSession],
) -> None:
    office = Office(sessions, Blocklist())
    await office.ban(201, 1, "")
    await office.ban(202, 1, "他人の写真")
    await office.unban(202, 1)
    await office.unban(203, 1)
    await office.unblock("納豆", 1)

    _, log = (await office.listing("ja")).text.split(_last("ja"))

    told = [line.split(" ", 1)[1] for line in log.strip().splitlines()]
    assert told == [
        "<@1> 写真をまた預かる <@202>",
        "<@1> 写真を預からない <@202> 他人の写真",
        "<@1> 写真を預からない <@201>",
    ]


async def test_an_answer_names_the_member_or_the_word_it_is_about(club: Club) -> None:
    """Discord shows none of the options of a command, so that a slip would not be seen."""
    await club.canteen.open()
    akari = find_member("akari").id
    for command in ("ban", "unban", "unban"):
        told = club.use(f"operator {command}", "minato", options={"member": akari})
        await club.shown(told, f"<@{akari}>")
    for command in ("block", "unblock", "unblock"):
        told = club.use(f"operator {command}", "minato", options={"word": "*納豆*"})
        await club.shown(told, "「\\*納豆\\*」")
