"""Bringing the tables to this version. Alembic is slow to import: only when there is work."""

import asyncio
import logging
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from bot.records.database import (
    RecordsClosed,
    make_file,
    postgres_arguments,
    reason,
    set_pragmas,
)

HEAD = "0008"  # the newest file in migrations/versions; a test holds them equal
FOLDER = Path(__file__).parent / "migrations"
PATIENCE_MS = 60_000
_LOCK = 0x666F6F64  # any constant: PostgreSQL's advisory lock of this project


async def bring_up(engine: AsyncEngine) -> None:
    """Bring the tables to HEAD, at the cost of one query where they are there already.

    Raises RecordsClosed where the database cannot be opened or is newer than this version.
    """
    try:
        async with engine.connect() as connection:
            found = await connection.run_sync(known_revision)
    except (SQLAlchemyError, OSError) as error:
        raise RecordsClosed(f"the database cannot be opened: {reason(error)}") from error
    if found != HEAD:
        await asyncio.to_thread(migrate, engine.url, "head")


def revision(connection: Connection) -> str | None:
    """Which revision the tables are at; None for an empty database."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return None if found is None else str(found)


def known_revision(connection: Connection) -> str | None:
    """The same. Raises RecordsClosed where a later version of the bot left it."""
    found = revision(connection)
    if found is not None and found > HEAD:
        raise RecordsClosed.of("cli-bot-newer-tables", found=found, ours=HEAD)
    return found


def migrate(url: URL, target: str) -> None:
    """Move the tables to `target`: "head", "base" or a revision, on or back; one process at a time.

    Raises RecordsClosed where they cannot be moved.
    """
    logging.getLogger("alembic.runtime.plugins").setLevel(logging.WARNING)  # speaks when imported
    from alembic import command  # here, for it is slow to import and most starts need none of it
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    engine = _locking_engine(url)
    try:
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            found = known_revision(connection)
            back = target == "base" or (target != "head" and target < (found or ""))
            move = command.downgrade if back else command.upgrade
            config.attributes["connection"] = connection
            move(config, target)
    except CommandError as error:
        raise RecordsClosed(f"the tables cannot be moved to {target}: {error}") from error
    except SQLAlchemyError as error:
        raise RecordsClosed(f"the tables cannot be moved to {target}: {reason(error)}") from error
    finally:
        engine.dispose()


def _locking_engine(url: URL) -> Engine:
    """A plain engine whose transactions exclude one another and hold the table changes too."""
    if url.get_backend_name() != "sqlite":
        return create_engine(url, poolclass=NullPool, connect_args=postgres_arguments())
    make_file(url)
    engine = create_engine(url.set(drivername="sqlite"), poolclass=NullPool)

    def connected(connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
        set_pragmas(connection, entry)
        connection.execute(f"PRAGMA busy_timeout = {PATIENCE_MS}")  # another bot may be moving them
        connection.isolation_level = None  # or Python's driver commits before each table change

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", lambda c: c.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine
