"""Databases for tests: an SQLite file, and a real PostgreSQL where its server is installed."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL, NullPool, create_engine

from bot.records.database import database_url

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
    engine = create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    return server.set(database=name)
