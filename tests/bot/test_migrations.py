"""Migrations: forward and back, on SQLite and on a real PostgreSQL."""

import asyncio
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, create_engine, inspect
from sqlalchemy.ext.asyncio import async_sessionmaker

from bot.records import migrate, orders
from bot.records.database import RecordsClosed, database_url, open_engine
from bot.records.tables import Base
from tests.bot.orders import AOI, an_order

NO_POSTGRES = "PostgreSQL's server (initdb, postgres) is not installed"


def postgres_folder() -> Path | None:
    """Where PostgreSQL's server programs lie: on the PATH, or where Debian puts them."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    on_path = shutil.which("initdb")
    folders += [Path(on_path).parent] if on_path else []
    return next((f for f in folders if (f / "initdb").exists() and (f / "pg_ctl").exists()), None)


def as_postgres() -> list[str]:
    """PostgreSQL does not run as root; Debian's package brings a user for it."""
    if os.geteuid() != 0:
        return []
    if shutil.which("runuser") is None:
        pytest.skip("root cannot start PostgreSQL without runuser")
    return ["runuser", "-u", "postgres", "--"]


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory, free_socket_folder: Path) -> Iterator[URL]:
    """A throw-away PostgreSQL on a socket of its own."""
    programs = postgres_folder()
    if programs is None:
        pytest.skip(NO_POSTGRES)
    become, data = as_postgres(), free_socket_folder / "data"
    if become:
        shutil.chown(free_socket_folder, "postgres")
    initdb = [programs / "initdb", "-D", data, "-U", "foodgan", "--auth=trust", "--no-sync"]
    subprocess.run([*become, *initdb], check=True, capture_output=True)
    options = f"-c listen_addresses='' -c unix_socket_directories={free_socket_folder} -c fsync=off"
    start = [programs / "pg_ctl", "-D", data, "-w", "-l", free_socket_folder / "log", "-o", options]
    subprocess.run([*become, *start, "start"], check=True, capture_output=True)
    yield database_url(f"postgresql://foodgan@/postgres?host={free_socket_folder}")
    stop = [programs / "pg_ctl", "-D", data, "-m", "immediate", "stop"]
    subprocess.run([*become, *stop], check=True, capture_output=True)


@pytest.fixture(scope="session")
def free_socket_folder() -> Iterator[Path]:
    """A short path: a Unix socket's name holds about a hundred characters."""
    folder = Path(subprocess.check_output(["mktemp", "-d"], text=True).strip())
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> URL:
    if request.param == "sqlite":
        return database_url(f"sqlite:///{tmp_path}/deep/records.sqlite3")
    server: URL = request.getfixturevalue("postgres")
    name = f"t{abs(hash(request.node.name)):x}"
    with create_engine(server, isolation_level="AUTOCOMMIT").connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    return server.set(database=name)


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


async def test_tables_of_a_newer_version_are_left_alone(url: URL) -> None:
    engine = open_engine(url)
    await migrate.bring_up(engine)
    async with engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(RecordsClosed, match="9999"):
        await migrate.bring_up(engine)
    await engine.dispose()


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
