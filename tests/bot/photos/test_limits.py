"""The limit of a day holds, however many hands a member has; on SQLite and PostgreSQL."""

import asyncio
import multiprocessing
from collections.abc import Sequence
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import URL, func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.answer import Outcome
from bot.photos.publisher import Publisher
from bot.photos.reception import File, Guest, Reception
from bot.queue.photos import PhotoQueue
from bot.records import migrate
from bot.records.database import open_engine
from bot.records.tables import Photo
from foodgan.contract.errors import UserError
from foodgan.contract.settings import Settings
from foodgan.contract.store import Store
from tests.bot.photos.rows import ANNE, BO

LIMIT = 10


async def hand_over(
    url: URL, settings: Settings, member_id: int, lots: Sequence[int], start: Any = None
) -> list[str]:
    """Hand lots of photos over all at once; returns the phrases that refused some.

    start: a barrier at which other processes wait.
    """
    engine = open_engine(url)
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    queue = PhotoQueue(settings)

    async def edit(*_: object) -> Outcome:
        return "taken"

    publisher = Publisher(sessions, Store(settings.photo_store))
    reception = Reception(sessions, queue, edit, publisher, settings)
    guest = Guest(member_id, "", None, None, "ja", 1, SecretStr("token"))
    if start:
        start.wait()
    file = File("https://cdn.example/a.jpg", "a.jpg")
    handed = (reception.receive(guest, [file] * lot, "きつねうどん") for lot in lots)
    outcomes = await asyncio.gather(*handed, return_exceptions=True)
    queue.close()
    await engine.dispose()
    faults = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    assert all(isinstance(fault, UserError) for fault in faults), faults
    return [fault.phrase for fault in faults if isinstance(fault, UserError)]


async def kept(url: URL, member_id: int) -> int:
    engine = open_engine(url)
    async with AsyncSession(engine) as session:
        count = select(func.count()).select_from(Photo).where(Photo.member_id == member_id)
        found = await session.scalar(count)
    await engine.dispose()
    return int(found or 0)


@pytest.fixture
async def tables(url: URL) -> URL:
    engine = open_engine(url)
    await migrate.bring_up(engine)
    await engine.dispose()
    return url


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"photos_per_day": LIMIT})


async def test_of_many_submissions_at_once_no_more_come_in_than_a_day_has(
    tables: URL, settings: Settings
) -> None:
    refused, others = await asyncio.gather(
        hand_over(tables, settings, ANNE, [1] * 25), hand_over(tables, settings, BO, [1] * 4)
    )
    assert refused == ["submit-enough-today"] * 15
    assert others == []
    assert (await kept(tables, ANNE), await kept(tables, BO)) == (LIMIT, 4)


async def test_a_lot_that_does_not_fit_is_refused_whole(tables: URL, settings: Settings) -> None:
    refused = await hand_over(tables, settings, ANNE, [4, 4, 4, 4])
    assert refused == ["submit-enough-today"] * 2
    assert await kept(tables, ANNE) == 8


def test_processes_do_not_pass_the_limit_together(tables: URL, settings: Settings) -> None:
    many = multiprocessing.get_context("forkserver")
    many.set_forkserver_preload([__name__])  # what they import takes seconds, and is no test
    start = many.Barrier(3)
    bots = [many.Process(target=_bot, args=(tables, settings, start)) for _ in range(3)]
    for bot in bots:
        bot.start()
    for bot in bots:
        bot.join(100)
    assert [bot.exitcode for bot in bots] == [0, 0, 0]
    assert asyncio.run(kept(tables, ANNE)) == LIMIT


def _bot(url: URL, settings: Settings, start: Any) -> None:
    asyncio.run(hand_over(url, settings, ANNE, [1] * 8, start))
