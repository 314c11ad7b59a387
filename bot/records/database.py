"""Opening the database: SQLite by default, PostgreSQL by URL."""

import sqlite3
import time
from contextlib import suppress
from pathlib import Path

from sqlalchemy import URL, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from foodgan.contract import private
from foodgan.contract.errors import FoodganError
from foodgan.contract.logs import brief

BUSY_TIMEOUT_S = 5  # how long a writer waits for another
STATEMENT_TIMEOUT_S = 10
_LOGS = ("-wal", "-shm", "-journal")  # beside SQLite's file, which lends new ones its mode

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
}


class RecordsClosed(FoodganError):
    """The database cannot be opened, or holds tables that this version does not know."""


def database_url(raw: str) -> URL:
    """The URL with the driver that this project brings: `postgresql://` and `sqlite:///` will do.

    Raises RecordsClosed for a URL that names no such database.
    """
    try:
        url = make_url(raw)
    except (ArgumentError, ValueError):
        # The parser's own sentence would repeat the URL, and with it a password.
        raise RecordsClosed("DATABASE_URL is not a database URL") from None
    url = url.set(drivername=_DRIVERS.get(url.drivername, url.drivername))
    if url.drivername not in _DRIVERS.values():
        raise RecordsClosed(f"DATABASE_URL: no driver for {url.drivername!r}")
    return url


def shown(url: URL) -> str:
    """Where a database is, for an operator: neither user nor password, nor what its query holds."""
    if url.get_backend_name() == "sqlite":
        return str(Path(url.database or "").resolve())
    plain = URL.create("postgresql", host=url.host, port=url.port, database=url.database)
    return plain.render_as_string()


def reason(error: Exception) -> str:
    """What the driver, or whoever failed, says of it: one line without a secret."""
    lines = str(getattr(error, "orig", None) or error).strip().splitlines()
    return brief(lines[0] if lines else type(error).__name__, 160)


def open_engine(url: URL) -> AsyncEngine:
    """An engine for the running bot. Connects at the first use.

    Its errors do not repeat parameters: a token is one of them.
    """
    if url.get_backend_name() == "sqlite":
        make_file(url)
        engine = create_async_engine(url, hide_parameters=True)
        event.listen(engine.sync_engine, "connect", set_pragmas)
        return engine
    return create_async_engine(
        url, pool_pre_ping=True, hide_parameters=True, connect_args=postgres_arguments()
    )


def is_missing(url: URL) -> bool:
    """Whether this is an SQLite file that is not there: connecting would make it, in a place that
    an operator at the command line did not mean.
    """
    return url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file()


def make_file(url: URL) -> None:
    """Make an SQLite file and the folder it lies in, for this user alone: it holds tokens.

    One that is there is closed to others. Raises RecordsClosed where the folder cannot be made.
    """
    if not url.database or url.database.startswith((":memory:", "file:")):
        return
    path = Path(url.database)
    try:
        private.make_folder(path.parent)
    except OSError as error:
        raise RecordsClosed(f"the database's folder cannot be made: {error}") from error
    with suppress(OSError):  # it is another user's, or cannot be written: SQLite will say so
        private.make_file(path)
    for ending in _LOGS:
        with suppress(OSError):
            private.close(path.with_name(path.name + ending))


def postgres_arguments() -> dict[str, object]:
    """Limits, so that a database that hangs gives an error instead of silence."""
    return {
        "connect_timeout": BUSY_TIMEOUT_S,
        "options": f"-c statement_timeout={STATEMENT_TIMEOUT_S * 1000}",
    }


def set_pragmas(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    """SQLite: readers beside one writer, patience, and foreign keys that are kept."""
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_S * 1000}")
    _write_ahead(cursor)
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _write_ahead(cursor: DBAPICursor) -> None:
    """Of two that turn a new file to WAL at once, SQLite refuses one without waiting."""
    until_s = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until_s:
                raise
            time.sleep(0.01)
