"""Votes, on SQLite and on PostgreSQL: counted once, decided once, taken back while it is time."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from sqlalchemy import URL, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.records import migrate, reviews, rights
from bot.records.database import open_engine
from bot.records.reviews import Fate, Renamed, Reviewer, Rules, Undone
from bot.records.tables import AuditEntry, Photo, Verdict, Vote
from foodgan.contract.phrases import say
from tests.bot.photos.rows import ANNE, BO, CHE, DEE, START, a_photo, photos

Sessions = async_sessionmaker[AsyncSession]
TWO = Rules(votes=2, escalate_after=2)
ID = "00000000"


@pytest.fixture
async def sessions(url: URL) -> AsyncIterator[Sessions]:
    engine = open_engine(url)
    await migrate.bring_up(engine)
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    async with sessions.begin() as session:
        session.add(a_photo())
    yield sessions
    await engine.dispose()


async def vote(
    sessions: Sessions,
    who: int,
    verdict: Verdict,
    operator: bool = False,
    rules: Rules = TWO,
    name: str = a_photo().name,
) -> Fate:
    """name: what the reviewer saw."""
    async with sessions.begin() as session:
        reviewer, mark = Reviewer(who, operator), reviews.mark_of(name)
        return await reviews.vote(session, ID, mark, reviewer, verdict, rules, "other")


async def undo(sessions: Sessions, who: int) -> Undone:
    async with sessions.begin() as session:
        return await reviews.undo(session, ID, Reviewer(who), TWO)


async def rename(sessions: Sessions, who: int, name: str, operator: bool = False) -> Renamed:
    async with sessions.begin() as session:
        return await reviews.rename(session, ID, Reviewer(who, operator), name)


async def the_photo(sessions: Sessions) -> Photo:
    async with sessions() as session:
        return await session.get_one(Photo, ID)


async def shown(sessions: Sessions, who: int, operator: bool = False) -> str | None:
    async with sessions() as session:
        return next(iter(await reviews.line(session, Reviewer(who, operator))), None)


async def test_two_votes_of_one_kind_decide(sessions: Sessions) -> None:
    assert await vote(sessions, BO, "accept") == "counted"
    assert (await the_photo(sessions)).state == "taken"
    assert await vote(sessions, CHE, "accept") == "decided"
    photo = await the_photo(sessions)
    assert (photo.state, photo.settled_by) == ("accepted", CHE)


async def test_two_votes_against_it_turn_it_down_with_the_reason(sessions: Sessions) -> None:
    await vote(sessions, BO, "reject")
    await vote(sessions, CHE, "reject")
    photo = await the_photo(sessions)
    assert (photo.state, photo.reason) == ("rejected", "other")


async def test_nobody_votes_twice(sessions: Sessions) -> None:
    await vote(sessions, BO, "accept")
    assert await vote(sessions, BO, "accept") == "twice"
    assert await vote(sessions, BO, "reject") == "twice"
    assert (await the_photo(sessions)).state == "taken"


async def test_nobody_judges_their_own_nor_is_shown_it(sessions: Sessions) -> None:
    assert await vote(sessions, ANNE, "accept", operator=True) == "own"
    assert await shown(sessions, ANNE, operator=True) is None


async def test_even_votes_are_decided_by_one_vote_of_an_operator_even_a_second_one(
    sessions: Sessions,
) -> None:
    await vote(sessions, BO, "accept")
    assert await vote(sessions, CHE, "reject") == "escalated"
    assert await vote(sessions, CHE, "accept") == "twice"
    assert await shown(sessions, CHE) is None
    assert await shown(sessions, CHE, operator=True) == ID
    assert await vote(sessions, CHE, "reject", operator=True) == "decided"
    assert (await the_photo(sessions)).state == "rejected"


async def test_an_operator_who_puts_even_votes_off_keeps_the_vote(sessions: Sessions) -> None:
    await vote(sessions, BO, "accept")
    await vote(sessions, CHE, "reject", operator=True)
    assert await vote(sessions, CHE, "skip", operator=True) == "counted"
    async with sessions() as session:
        assert sorted(await reviews.verdicts(session, ID)) == ["accept", "reject"]
    assert await shown(sessions, CHE, operator=True) is None
    assert await shown(sessions, DEE) == ID

    async with sessions.begin() as session:
        put_off = await session.get_one(Vote, (ID, CHE))
        put_off.put_off_at = datetime.now(UTC) - timedelta(days=1)
    assert await shown(sessions, CHE, operator=True) == ID
    assert await vote(sessions, CHE, "reject", operator=True) == "decided"


async def test_who_takes_back_that_even_votes_were_put_off_keeps_the_vote(
    sessions: Sessions,
) -> None:
    await vote(sessions, BO, "accept")
    await vote(sessions, CHE, "reject", operator=True)
    await vote(sessions, CHE, "skip", operator=True)
    assert await undo(sessions, CHE) == "undone"
    assert (await the_photo(sessions)).escalated
    assert await shown(sessions, CHE, operator=True) == ID
    assert await undo(sessions, CHE) == "undone"  # the vote itself
    assert not (await the_photo(sessions)).escalated


async def test_even_votes_about_an_operators_photo_are_decided_by_who_has_not_voted(
    sessions: Sessions,
) -> None:
    await vote(sessions, BO, "accept")
    await vote(sessions, CHE, "reject")
    assert await vote(sessions, ANNE, "accept", operator=True) == "own"
    assert await shown(sessions, ANNE, operator=True) is None
    assert await shown(sessions, DEE) == ID
    assert await vote(sessions, DEE, "accept") == "decided"
    assert (await the_photo(sessions)).state == "accepted"


async def test_what_has_even_votes_comes_first(sessions: Sessions) -> None:
    async with sessions.begin() as session:
        session.add(a_photo(1, escalated=True))
    assert await shown(sessions, BO) == f"{1:08x}"


async def test_even_votes_escalate_after_as_many_as_are_asked_for(sessions: Sessions) -> None:
    rules = Rules(votes=3, escalate_after=4)
    fates = [
        await vote(sessions, who, verdict, rules=rules)
        for who, verdict in ((BO, "accept"), (CHE, "reject"), (DEE, "accept"), (5, "reject"))
    ]
    assert fates == ["counted", "counted", "counted", "escalated"]


@pytest.mark.parametrize("votes", [1, 2, 3])
async def test_reviewers_who_click_at_once_are_each_counted_once(
    sessions: Sessions, votes: int
) -> None:
    rules = Rules(votes=votes, escalate_after=9)
    crowd = [10 + number // 3 for number in range(12)]  # four reviewers, three clicks each
    fates = await asyncio.gather(*(vote(sessions, who, "accept", rules=rules) for who in crowd))
    assert fates.count("decided") == 1
    assert fates.count("counted") == votes - 1
    async with sessions() as session:
        voters = (await session.scalars(select(Vote.reviewer_id))).all()
        decisions = await session.scalars(select(AuditEntry).where(AuditEntry.action == "accepted"))
        assert len(decisions.all()) == 1
    assert len(voters) == len(set(voters)) == votes


async def test_a_skipped_photo_comes_back_another_day(sessions: Sessions) -> None:
    assert await vote(sessions, BO, "skip") == "counted"
    assert await shown(sessions, BO) is None
    assert await shown(sessions, CHE) == ID
    async with sessions.begin() as session:
        skip = await session.get_one(Vote, (ID, BO))
        skip.at = datetime.now(UTC) - timedelta(days=1)
    assert await shown(sessions, BO) == ID
    assert await vote(sessions, BO, "accept") == "counted"


async def test_a_vote_can_be_taken_back_until_the_decision_is_final(sessions: Sessions) -> None:
    await vote(sessions, BO, "accept")
    await vote(sessions, CHE, "accept")
    assert await undo(sessions, DEE) == "none"
    assert await undo(sessions, CHE) == "undone"
    assert await undo(sessions, CHE) == "none"
    photo = await the_photo(sessions)
    assert (photo.state, photo.decided_at) == ("taken", None)

    await vote(sessions, CHE, "accept")
    async with sessions.begin() as session:
        told = await reviews.untold(session, datetime.now(UTC))
        assert [photo.id for photo in told] == [ID]
    assert await undo(sessions, CHE) == "late"
    async with sessions.begin() as session:
        assert await reviews.untold(session, datetime.now(UTC)) == []


async def decided(sessions: Sessions, number: int, ago_s: float, member_id: int = ANNE) -> None:
    """One more photo, accepted so long ago, of which its member has not heard."""
    when = datetime.now(UTC) - timedelta(seconds=ago_s)
    changed = {"state": "accepted", "decided_at": when, "told_at": None, "member_id": member_id}
    async with sessions.begin() as session:
        session.add(a_photo(number, **changed))


async def untold(sessions: Sessions) -> set[int]:
    """The numbers of the photos whose members hear of them now: undo 60 s, patience 600 s."""
    now = datetime.now(UTC)
    before, oldest = now - timedelta(seconds=60), now - timedelta(seconds=600)
    async with sessions.begin() as session:
        return {int(photo.id, 16) for photo in await reviews.untold(session, before, oldest)}


async def test_news_wait_while_another_decision_of_the_member_can_be_taken_back(
    sessions: Sessions,
) -> None:
    await decided(sessions, 1, ago_s=90)
    await decided(sessions, 2, ago_s=30)
    await decided(sessions, 3, ago_s=90, member_id=BO)
    assert await untold(sessions) == {3}
    async with sessions.begin() as session:
        (await session.get_one(Photo, "00000002")).decided_at = START
    assert await untold(sessions) == {1, 2}


async def test_news_do_not_wait_for_ever_while_decisions_go_on(sessions: Sessions) -> None:
    for number, ago_s in enumerate((700, 300, 30), start=1):
        await decided(sessions, number, ago_s)
    assert await untold(sessions) == {1, 2}
    assert await untold(sessions) == set()


async def test_a_vote_that_a_decision_needs_takes_the_decision_back(sessions: Sessions) -> None:
    await vote(sessions, BO, "accept")
    await vote(sessions, CHE, "accept")
    assert await undo(sessions, BO) == "undone"
    assert (await the_photo(sessions)).state == "taken"
    assert await shown(sessions, BO) == ID
    assert await vote(sessions, DEE, "accept") == "decided"


async def test_a_vote_that_a_decision_does_not_need_stays(sessions: Sessions) -> None:
    rules = Rules(votes=2, escalate_after=4)
    await vote(sessions, BO, "reject", rules=rules)
    await vote(sessions, CHE, "accept", rules=rules)
    assert await vote(sessions, DEE, "accept", rules=rules) == "decided"
    assert await undo(sessions, BO) == "settled"
    assert (await the_photo(sessions)).state == "accepted"


async def test_nobody_takes_back_what_an_operator_has_decided(sessions: Sessions) -> None:
    await vote(sessions, BO, "accept")
    await vote(sessions, CHE, "reject")
    assert await vote(sessions, DEE, "accept", operator=True) == "decided"
    assert await undo(sessions, CHE) == "settled"
    assert await undo(sessions, BO) == "settled"
    assert (await the_photo(sessions)).state == "accepted"
    assert await undo(sessions, DEE) == "undone"
    assert (await the_photo(sessions)).escalated
    assert await shown(sessions, DEE, operator=True) == ID


async def test_who_takes_a_vote_back_that_is_gone_is_told_why(sessions: Sessions) -> None:
    await vote(sessions, BO, "accept")
    await rename(sessions, CHE, "たぬきうどん")
    assert await undo(sessions, BO) == "none"
    async with sessions.begin() as session:
        await rights.withdraw(session, ANNE, [ID])
    assert await undo(sessions, BO) == "withdrawn"


@pytest.mark.parametrize("undone", sorted(set(get_args(Undone)) - {"undone"}))
def test_each_reason_why_a_vote_stays_has_a_sentence(undone: str) -> None:
    assert say("ja", f"review-undo-{undone}")


async def test_taking_back_one_of_even_votes_gives_it_back_to_the_reviewers(
    sessions: Sessions,
) -> None:
    await vote(sessions, BO, "accept")
    await vote(sessions, CHE, "reject")
    assert await undo(sessions, CHE) == "undone"
    assert not (await the_photo(sessions)).escalated
    assert await vote(sessions, DEE, "accept") == "decided"


async def test_another_name_wants_new_votes(sessions: Sessions) -> None:
    await vote(sessions, BO, "accept")
    name = "たぬきうどん"
    assert await rename(sessions, CHE, name) == "renamed"
    assert await vote(sessions, CHE, "accept", name=name) == "counted"
    assert await vote(sessions, BO, "accept", name=name) == "decided"
    assert (await the_photo(sessions)).name == name


@pytest.mark.parametrize("verdict", ["accept", "reject", "skip"])
async def test_a_vote_is_for_the_name_that_was_seen_and_for_no_other(
    sessions: Sessions, verdict: Verdict
) -> None:
    await rename(sessions, CHE, "たぬきうどん")
    assert await vote(sessions, BO, verdict) == "stale"
    assert await shown(sessions, BO) == ID
    assert await vote(sessions, BO, verdict, name="たぬきうどん") == "counted"


async def test_who_may_judge_even_votes_may_mend_the_name_and_nobody_else(
    sessions: Sessions,
) -> None:
    await vote(sessions, BO, "accept")
    await vote(sessions, CHE, "reject")
    assert await rename(sessions, BO, "親子丼") == "tied"
    assert await rename(sessions, ANNE, "親子丼", operator=True) == "own"
    assert await rename(sessions, CHE, "親子丼", operator=True) == "renamed"
    assert await vote(sessions, BO, "accept", name="親子丼") == "counted"
    assert await vote(sessions, CHE, "reject", name="親子丼") == "escalated"
    assert await rename(sessions, DEE, "牛丼") == "renamed"
    assert not (await the_photo(sessions)).escalated


async def test_the_same_name_again_leaves_the_votes(sessions: Sessions) -> None:
    await vote(sessions, BO, "accept")
    assert await rename(sessions, CHE, a_photo().name) == "same"
    assert await vote(sessions, CHE, "accept") == "decided"
    assert await rename(sessions, CHE, "牛丼") == "gone"


@pytest.mark.parametrize("renamed", sorted(get_args(Renamed)))
def test_each_end_of_a_rename_has_a_sentence(renamed: str) -> None:
    assert say("ja", f"review-{renamed}")


async def test_the_oldest_comes_first_and_what_is_left_is_counted(sessions: Sessions) -> None:
    async with sessions.begin() as session:
        session.add_all(photos(range(1, 130)))
    assert await shown(sessions, BO) == ID
    await vote(sessions, BO, "accept")
    assert await shown(sessions, BO) == f"{1:08x}"
    async with sessions() as session:
        assert len(await reviews.line(session, Reviewer(BO))) == reviews.LEFT_MAX
        assert await reviews.line(session, Reviewer(ANNE)) == []
