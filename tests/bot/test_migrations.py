"""Migrations: forward and back, on SQLite and on a real PostgreSQL."""

import asyncio
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, inspect, select
from sqlalchemy.ext.asyncio import async_sessionmaker
from typer.testing import CliRunner

from bot.__main__ import cli
from bot.records import migrate, orders
from bot.records.database import RecordsClosed, database_url, open_engine, set_pragmas
from bot.records.tables import Base, Errand
from foodgan.contract.terminal import say
from tests.bot.sample import AOI, an_order


async def asked(url: URL, question: object) -> object:
    """What `question` finds out about a database."""
    engine = open_engine(url)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(question)
    finally:
        await engine.dispose()


def tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names())


def differences(connection: Connection) -> list[object]:
    return compare_metadata(MigrationContext.configure(connection), Base.metadata)


def test_head_is_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(migrate.FOLDER))
    assert ScriptDirectory.from_config(config).get_heads() == [migrate.HEAD]


async def test_the_migrations_make_the_tables_that_the_models_expect(url: URL) -> None:
    await asyncio.to_thread(migrate.migrate, url, "head")
    assert await asked(url, differences) == []


async def test_every_migration_has_a_way_back(url: URL) -> None:
    await asyncio.to_thread(migrate.migrate, url, "head")
    await asyncio.to_thread(migrate.migrate, url, "base")
    assert await asked(url, tables) == {"alembic_version"}
    await asyncio.to_thread(migrate.migrate, url, "head")
    assert "orders" in await asked(url, tables)


async def test_orders_can_be_kept_in_it(url: URL) -> None:
    engine = open_engine(url)
    await migrate.bring_up(engine)
    sessions = async_sessionmaker(engine)
    order = an_order(seed=2**31 - 1, application_id=str(2**62))
    async with sessions.begin() as session:
        await orders.write(session, order, AOI)
    async with sessions.begin() as session:
        (record,) = await orders.open_orders(session)
        assert orders.as_order(record) == order
        assert await orders.end(session, order.order_id, "done")
        assert not await orders.end(session, order.order_id, "done")
    await engine.dispose()


KINDS = ({}, {"kind": "mix", "mix": "いちごパフェ", "share": 30}, {"kind": "check"})


async def test_orders_of_an_earlier_bot_are_plain_dishes(url: URL) -> None:
    await asyncio.to_thread(migrate.migrate, url, "0002")
    engine = open_engine(url)
    async with engine.begin() as connection:
        await connection.exec_driver_sql(
            "INSERT INTO orders (id, member_id, name, count, seed, locale, state, application_id,"
            " token, attachment_limit, asked_at) VALUES ('abcdef12', 11, '鮭丼', 2, 7, 'ja',"
            " 'queued', 44, 'secret', 8388608, '2026-07-01 00:00:00')"
        )
    await migrate.bring_up(engine)
    async with async_sessionmaker(engine).begin() as session:
        (record,) = await orders.open_orders(session)
        order = orders.as_order(record)
    assert (order.kind, order.version, order.count, order.mix) == ("dish", 1, 2, None)
    await engine.dispose()


async def test_on_the_way_back_no_open_order_becomes_a_plain_dish(url: URL) -> None:
    engine = open_engine(url)
    await migrate.bring_up(engine)
    async with async_sessionmaker(engine).begin() as session:
        for fields in KINDS:
            await orders.write(session, an_order(**fields), AOI)

    for _ in range(2):  # the second time nothing is left to do
        await asyncio.to_thread(migrate.migrate, url, "0002")  # the revision before kinds
        async with engine.connect() as connection:
            assert await connection.run_sync(migrate.revision) == "0002"

    async with engine.connect() as connection:
        rows = await connection.exec_driver_sql("SELECT state, token IS NULL FROM orders")
        assert sorted((state, bool(gone)) for state, gone in rows) == [
            ("refused", True),
            ("refused", True),
            ("written", False),
        ]
    await engine.dispose()


async def test_drawings_that_ended_before_lose_the_names_that_others_ordered(url: URL) -> None:
    await asyncio.to_thread(migrate.migrate, url, "0006")
    engine = open_engine(url)
    async with engine.begin() as connection:
        await connection.exec_driver_sql(
            "INSERT INTO errands (id, kind, ended_at, member_id, locale, application_id, payload,"
            " asked_at) VALUES"
            " ('ended', 'drawing', '2026-07-01 00:01:00', 1, 'ja', 2, '{}', '2026-07-01 00:00:00'),"
            " ('open', 'drawing', NULL, 1, 'ja', 2, '{}', '2026-07-01 00:00:00'),"
            " ('other', 'release', '2026-07-01 00:01:00', 1, 'ja', 2, '{}', '2026-07-01 00:00:00')"
        )

    await migrate.bring_up(engine)

    async with async_sessionmaker(engine)() as session:
        kept = await session.scalars(select(Errand.id).order_by(Errand.id))
        assert kept.all() == ["open", "other"]
    await engine.dispose()


async def test_two_bots_that_start_at_once_do_not_collide(url: URL) -> None:
    faults: list[Exception] = []

    def start() -> None:
        try:
            migrate.migrate(url, "head")
        except Exception as fault:
            faults.append(fault)

    bots = [threading.Thread(target=start) for _ in range(4)]
    for bot in bots:
        bot.start()
    for bot in bots:
        await asyncio.to_thread(bot.join)

    assert faults == []
    assert await asked(url, differences) == []


def test_of_many_who_open_a_new_file_at_once_none_is_refused(tmp_path: Path) -> None:
    """SQLite refuses a fiftieth of them by itself."""

    def opened(number: int, together: threading.Barrier) -> None:
        together.wait(30)
        with closing(sqlite3.connect(tmp_path / f"{number}.sqlite3")) as connection:
            set_pragmas(connection, None)

    with ThreadPoolExecutor(6) as pool:
        for number in range(100):
            together = threading.Barrier(6)
            for done in [pool.submit(opened, number, together) for _ in range(6)]:
                done.result()


async def test_tables_of_a_newer_version_are_left_alone(url: URL) -> None:
    engine = open_engine(url)
    await migrate.bring_up(engine)
    async with engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    told = rf"newer version \(9999 > {migrate.HEAD}\)"
    with pytest.raises(RecordsClosed, match=told):
        await migrate.bring_up(engine)
    await engine.dispose()
    for target in ("head", "0002"):
        with pytest.raises(RecordsClosed, match=told):
            await asyncio.to_thread(migrate.migrate, url, target)


def test_the_way_back_begins_in_no_database_that_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = tmp_path / "var/foodgan.sqlite3"
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{missing}")
    done = CliRunner().invoke(cli, ["migrate", "--to", "0002"])
    assert done.exit_code == 1
    assert say("cli-bot-no-database", file=str(missing)) in done.stderr
    assert not missing.parent.exists()


def test_tables_of_before_any_revision_are_nowhere_to_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Base would drop everything."""
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/foodgan.sqlite3")
    assert CliRunner().invoke(cli, ["migrate"]).exit_code == 0
    for to in ("0", "base"):
        assert CliRunner().invoke(cli, ["migrate", "--to", to]).exit_code == 2


async def test_a_database_that_is_none_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "noise.sqlite3").write_bytes(b"not a database at all, sorry" * 100)
    engine = open_engine(database_url(f"sqlite:///{tmp_path}/noise.sqlite3"))
    with pytest.raises(RecordsClosed, match="not a database"):
        await migrate.bring_up(engine)
    await engine.dispose()


def test_a_start_with_tables_in_place_imports_no_alembic(tmp_path: Path) -> None:
    program = (
        "import asyncio, sys\n"
        "from bot.records.database import database_url, open_engine\n"
        "from bot.records.migrate import bring_up\n"
        "async def main():\n"
        f"    engine = open_engine(database_url('sqlite:///{tmp_path}/records.sqlite3'))\n"
        "    await bring_up(engine)\n"
        "    await engine.dispose()\n"
        "asyncio.run(main())\n"
        "print('alembic' in sys.modules)\n"
    )
    said = [
        subprocess.check_output([sys.executable, "-c", program], text=True).strip()
        for _ in range(2)
    ]
    assert said == ["True", "False"]
