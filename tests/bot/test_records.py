"""Records: written before the queue, ended once, tokens erased."""

import os
import sqlite3
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from traceback import format_exception
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.records import figures, orders
from bot.records.database import RecordsClosed, database_url, make_file, open_engine
from bot.records.migrate import bring_up, migrate
from bot.records.orders import Asker
from bot.records.tables import Order
from foodgan.contract.orders import SEED_MAX
from tests.bot.sample import AOI, TOKEN, an_order

Sessions = async_sessionmaker[AsyncSession]
BO = Asker(member_id=12, channel_id=22, guild_id=33)


async def test_an_order_comes_back_as_it_was_written(sessions: Sessions) -> None:
    order = an_order(count=4, locale="en", attachment_limit=50_000_000)

    async with sessions.begin() as session:
        await orders.write(session, order, AOI)
    async with sessions() as session:
        (record,) = await orders.open_orders(session)

    assert orders.as_order(record) == order
    assert (record.member_id, record.channel_id, record.guild_id) == (11, 22, 33)
    assert record.state == "written"


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "mix", "mix": "いちごパフェ", "count": 4},
        {"kind": "mix", "mix": "いちごパフェ", "share": 0},
        {"kind": "variations", "count": 4, "variation": SEED_MAX},
        {"kind": "enlarged", "mix": "いちごパフェ", "share": 40, "variation": 3},
        {"kind": "check"},
    ],
    ids=str,
)
async def test_so_does_one_of_another_kind(sessions: Sessions, fields: dict[str, Any]) -> None:
    order = an_order(**fields)
    async with sessions.begin() as session:
        await orders.write(session, order, AOI)
    async with sessions() as session:
        (record,) = await orders.open_orders(session)
    assert orders.as_order(record) == order


async def test_both_names_of_a_mix_are_asked_for_and_no_press_asks_for_a_name(
    sessions: Sessions,
) -> None:
    mix = {"kind": "mix", "mix": "いちごパフェ"}
    asked = [(AOI, {"name": "鮭丼"}), (AOI, mix | {"name": "鮭丼"}), (BO, mix | {"name": "うどん"})]
    pressed = {"name": "鮭丼", "kind": "variations", "variation": 1}
    async with sessions.begin() as session:
        for asker, fields in [*asked, (BO, pressed)]:
            await orders.write(session, an_order(**fields), asker)
    async with sessions() as session:
        names = await figures.asked_names(session, datetime.now(UTC) - timedelta(days=1), limit=9)
    aoi, bo = AOI.member_id, BO.member_id
    wanted = {"鮭丼": {aoi}, "うどん": {bo}, "いちごパフェ": {aoi, bo}}
    assert {name: set(members) for name, members in names} == wanted


async def test_open_orders_are_the_oldest_first_and_without_the_ended(sessions: Sessions) -> None:
    old, new, gone = an_order(timedelta(minutes=2)), an_order(), an_order(timedelta(minutes=9))
    async with sessions.begin() as session:
        for order in (new, gone, old):
            await orders.write(session, order, AOI)
        await orders.end(session, gone.order_id, "done")

    async with sessions() as session:
        found = await orders.open_orders(session)

    assert [record.id for record in found] == [old.order_id, new.order_id]


async def test_an_order_ends_once_and_its_token_is_gone(sessions: Sessions, tmp_path: Path) -> None:
    order = an_order()
    async with sessions.begin() as session:
        await orders.write(session, order, AOI)
    async with sessions.begin() as session:
        assert await orders.end(session, order.order_id, "failed", error_id="abcd1234")
    async with sessions.begin() as session:
        assert not await orders.end(session, order.order_id, "done")
        await orders.queued(session, order.order_id)

    async with sessions() as session:
        record = await session.get_one(Order, order.order_id)
    assert (record.state, record.token, record.error_id) == ("failed", None, "abcd1234")
    assert record.ended_at is not None
    assert not orders.as_order(record).has_token


async def test_the_same_order_is_not_written_twice(sessions: Sessions) -> None:
    order = an_order()
    async with sessions.begin() as session:
        await orders.write(session, order, AOI)
    with pytest.raises(IntegrityError) as refusal:
        async with sessions.begin() as session:
            await orders.write(session, order, AOI)
    assert TOKEN not in str(refusal.value)


async def test_an_order_prints_without_its_token(sessions: Sessions) -> None:
    async with sessions.begin() as session:
        await orders.write(session, an_order(), AOI)
        (record,) = await orders.open_orders(session)
    assert TOKEN not in repr(record)


async def test_sqlite_lets_readers_read_beside_a_writer(sessions: Sessions, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "records.sqlite3") as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


@pytest.fixture
def usual_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def open_files(folder: Path) -> set[str]:
    """Those that others than their owner may do something with."""
    return {path.name for path in folder.iterdir() if path.stat().st_mode & 0o077}


async def test_nobody_else_may_read_an_sqlite_file_nor_its_log(
    usual_umask: None, tmp_path: Path
) -> None:
    place = tmp_path / "var"
    engine = open_engine(database_url(f"sqlite:///{place}/records.sqlite3"))
    async with engine.begin() as connection:
        await connection.exec_driver_sql("CREATE TABLE orders (token TEXT)")
        assert len(list(place.iterdir())) == 3
        assert open_files(place) == set()
    await engine.dispose()
    assert stat.S_IMODE(place.stat().st_mode) == 0o700


def test_a_file_of_an_earlier_bot_is_closed_with_what_lies_beside_it(
    usual_umask: None, tmp_path: Path
) -> None:
    for name in ("records.sqlite3", "records.sqlite3-wal", "records.sqlite3-shm", "other"):
        (tmp_path / name).touch()
    make_file(database_url(f"sqlite:///{tmp_path}/records.sqlite3"))
    assert open_files(tmp_path) == {"other"}


async def test_a_database_whose_mode_is_not_ours_to_change_opens_all_the_same(
    usual_umask: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "chmod", refused)
    monkeypatch.setattr(Path, "touch", refused)
    engine = open_engine(database_url(f"sqlite:///{tmp_path}/records.sqlite3"))
    await bring_up(engine)
    await engine.dispose()


def test_a_folder_in_the_place_of_a_database_is_said_so_and_let_be(
    usual_umask: None, tmp_path: Path
) -> None:
    (tmp_path / "photos").mkdir()
    with pytest.raises(RecordsClosed, match="cannot be moved"):
        migrate(database_url(f"sqlite:///{tmp_path}/photos"), "head")
    assert open_files(tmp_path) == {"photos"}


@pytest.mark.parametrize(
    ("given", "driver"),
    [
        ("sqlite:///a.db", "sqlite+aiosqlite"),
        ("sqlite+aiosqlite:///a.db", "sqlite+aiosqlite"),
        ("postgres://u:p@h/d", "postgresql+psycopg"),
        ("postgresql://u:p@h/d", "postgresql+psycopg"),
        ("postgresql+psycopg://u:p@h/d", "postgresql+psycopg"),
    ],
)
def test_usual_database_urls_get_our_driver(given: str, driver: str) -> None:
    assert database_url(given).drivername == driver


@pytest.mark.parametrize(
    "given",
    [
        "",
        "secret-password@nowhere",
        "mysql://u:secret-password@h/d",
        "postgresql://u:p@1:secret-password@h/d",
    ],
)
def test_another_url_is_refused_without_repeating_it(given: str) -> None:
    with pytest.raises(RecordsClosed) as refusal:
        database_url(given)
    assert "secret-password" not in "".join(format_exception(refusal.value))


async def test_only_an_order_that_has_failed_is_redeemed(sessions: Sessions) -> None:
    failed, cancelled = an_order(), an_order()
    async with sessions.begin() as session:
        for order, state in ((failed, "failed"), (cancelled, "cancelled")):
            await orders.write(session, order, AOI)
            await orders.end(session, order.order_id, state)
            await orders.redeem(session, order.order_id)
    async with sessions() as session:
        assert (await session.get_one(Order, failed.order_id)).state == "done"
        assert (await session.get_one(Order, cancelled.order_id)).state == "cancelled"
