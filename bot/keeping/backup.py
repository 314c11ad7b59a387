"""Back-up and restore: database and store in one tar file, without the secrets of the moment.

records/about.json names the revision of the tables, records/TABLE.jsonl holds their rows, store/…
the files of the store. Interaction tokens and signed links are left out: they are dead in a day.
"""

import json
import logging
import tarfile
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import IO, Any

from sqlalchemy import (
    URL,
    Connection,
    DateTime,
    Engine,
    MetaData,
    Table,
    create_engine,
    text,
)
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from bot.keeping.archive import (
    Tar,
    add,
    damaged,
    in_store,
    is_whole,
    member_of,
    restore_files,
    save_files,
    save_sums,
    saved_lines,
)
from bot.records.database import (
    RecordsClosed,
    database_url,
    is_missing,
    make_file,
    postgres_arguments,
    reason,
)
from bot.records.migrate import HEAD, known_revision, migrate, revision
from bot.records.tables import Base
from foodgan.contract.errors import StoreRefused
from foodgan.contract.photos import PRUNED, RELEASES, TOMBSTONES, Pruned, Tombstone
from foodgan.contract.store import Store, lines_of, object_path
from foodgan.contract.whole import sweep_beside, whole

FORMAT = 3
# The first held the photos of releases once more each, the first two no list of hashes.
READABLE = (1, 2, FORMAT)
SUMMED = 3
ABOUT = "records/about.json"
SECRETS = frozenset({"token", "url"})
PORTION = 500  # rows
_CORRECT = "correct DATABASE_URL or VAR_DIR"
# What waited for a token or a link when the back-up was made cannot go on.
_SETTLED = (
    "UPDATE orders SET state = 'late', ended_at = :now WHERE ended_at IS NULL",
    "UPDATE submissions SET ended_at = :now WHERE ended_at IS NULL",
    "DELETE FROM errands WHERE kind = 'drawing'",
    "UPDATE errands SET ended_at = :now WHERE ended_at IS NULL",
    # Files are younger than rows: which catalogue the models know that came back, no row says.
    "UPDATE errands SET catalogue = NULL",
    "DELETE FROM photos WHERE state = 'draft'",
    "UPDATE photos SET state = 'refused', refusal = 'photo-failed', decided_at = :now,"
    " bytes_gone_at = :now WHERE state = 'submitted'",
    "UPDATE photos SET bytes_gone_at = :now WHERE state = 'withdrawn'",
    "UPDATE audit SET detail = ''"
    " WHERE photo_id IN (SELECT id FROM photos WHERE state = 'withdrawn')",
    "UPDATE submissions SET name = NULL"
    " WHERE id IN (SELECT submission_id FROM photos WHERE state = 'withdrawn')",
)
_WITHDRAWN = {"state": "withdrawn", "name": "", "filename": ""} | dict.fromkeys(
    ("words", "perceptual_hash", "sha256", "original_sha256", "channel_id")
)

log = logging.getLogger(__name__)


class BackupRefused(RecordsClosed):
    """There is nothing to back up, the file is no back-up, or it would overwrite something."""


def backup(url: URL, store: Store, target: Path) -> tuple[int, int]:
    """Write the file whole, readable by this user alone. Returns how many rows and files it holds.

    The bot may run: rows are of one moment, files never change, and one that is deleted meanwhile
    was deleted on purpose. Raises BackupRefused where the database has no tables.
    """
    target.parent.resolve(strict=True)  # no folder takes the place of a disk that is not mounted
    with whole(target, private=True) as partial, partial.open("wb") as file:
        sweep_beside(partial)
        return backup_into(url, store, file)


def backup_into(url: URL, store: Store, file: IO[bytes]) -> tuple[int, int]:
    """Write the same into what may be a pipe. Where it fails there, half of it is written."""
    if is_missing(url):
        raise BackupRefused.of("cli-bot-no-database", file=str(url.database))
    sums: dict[str, str] = {}
    with tarfile.open(fileobj=file, mode="w|") as archive:
        rows, files = _save_records(url, archive, sums), save_files(store, archive, sums)
        save_sums(archive, sums)
        return rows, files


def restore(
    url: URL,
    store: Store,
    source: Path,
    replace: bool = False,
    salvage: bool = False,
    file: IO[bytes] | None = None,
) -> tuple[int, int]:
    """Bring database and store to what the file holds. Returns how many rows and files.

    file: where what `source` names is open already.

    Photos that were withdrawn since stay withdrawn, and releases that hold such photos or were
    pruned since stay away: what database and store know of that now counts on.
    Raises BackupRefused, before anything is changed, where there are records and not `replace`,
    where the file lacks a table or holds what does not fit, and where it is damaged and not
    `salvage`: then all rows and what else is sound come back, and the rest is told to the log.
    """
    try:
        with Tar.open(source, "r:", file, ignore_zeros=salvage) as archive:
            about = json.loads(member_of(archive, ABOUT))
            if about.get("format") not in READABLE or str(about.get("revision")) > HEAD:
                raise BackupRefused(f"{source} is of another version")
            with _engine(url).begin() as connection:
                known_revision(connection)
            if _has_records(url) and not replace:
                raise BackupRefused.of("cli-bot-holds-records")
            bad = damaged(archive)
            ended = is_whole(archive, summed=about["format"] >= SUMMED)
            if not salvage and (bad or not ended):
                fault = f"{min(bad)} is damaged" if ended else "half of it is missing"
                raise BackupRefused.of("cli-bot-backup-damaged", file=str(source), fault=fault)
            _rehearse(archive, store, source, str(about["revision"]))
            for name in sorted(bad):
                log.warning("damaged or missing in the back-up: %s", name)
            if not ended:
                log.warning("the back-up is cut off: what else it held, it does not say")
            graves = _graves(url, store) | _graves_in(archive, bad)
            files = restore_files(archive, store, _keep_away(archive, store, graves, bad), bad)
            migrate(url, "base")
            migrate(url, str(about["revision"]))
            rows = _load_records(url, archive)
    except (tarfile.TarError, OSError, KeyError, ValueError, StoreRefused) as error:
        raise BackupRefused.of("cli-bot-no-backup", file=str(source), fault=str(error)) from error
    migrate(url, "head")
    _settle(url, graves)
    return rows, files


def _rehearse(archive: tarfile.TarFile, store: Store, source: Path, to: str) -> None:
    """Load all rows into a database that is thrown away: what fails there must not cost this one.

    to: the back-up's revision. Raises BackupRefused where a row or a table does not fit, and
    StoreRefused where a path does not.
    """
    for path in filter(None, map(in_store, archive.getnames())):
        store.full(str(path))
    with TemporaryDirectory() as folder:
        url = database_url(f"sqlite:///{folder}/rehearsal.sqlite3")
        try:
            migrate(url, to)
            _load_records(url, archive)
        except (SQLAlchemyError, RecordsClosed, AttributeError, TypeError) as error:
            raise BackupRefused(f"{source} does not fit: {reason(error)}") from error


def _engine(url: URL) -> Engine:
    if url.get_backend_name() == "sqlite":
        make_file(url)
        return create_engine(url.set(drivername="sqlite"), poolclass=NullPool, hide_parameters=True)
    return create_engine(
        url,
        hide_parameters=True,
        poolclass=NullPool,
        connect_args=postgres_arguments(),
        isolation_level="REPEATABLE READ",
    )


def _tables(connection: Connection) -> list[Table]:
    """Our tables as they are in the database, whatever its revision; what others point at first.

    A schema of PostgreSQL may hold another program's beside them.
    """
    metadata = MetaData()
    metadata.reflect(connection, only=lambda name, _: name in Base.metadata.tables)
    return [table for table in metadata.sorted_tables if table.name in Base.metadata.tables]


def _save_records(url: URL, archive: tarfile.TarFile, sums: dict[str, str]) -> int:
    count = 0
    with _engine(url).begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN")
        found = revision(connection)
        if found is None:
            raise BackupRefused(f"the database has no tables: {_CORRECT}")
        about = {
            "format": FORMAT,
            "revision": found,
            "made_at": datetime.now(UTC).isoformat(),
        }
        sums[ABOUT] = add(archive, ABOUT, json.dumps(about).encode())
        for table in _tables(connection):
            lines = [_line(row._mapping) for row in connection.execute(table.select())]
            name = f"records/{table.name}.jsonl"
            sums[name] = add(archive, name, "".join(lines).encode())
            count += len(lines)
    return count


def _line(row: Any) -> str:
    shown = {
        key: value.replace(tzinfo=value.tzinfo or UTC).astimezone(UTC).isoformat()
        if isinstance(value, datetime)
        else value
        for key, value in row.items()
        if key not in SECRETS
    }
    return json.dumps(shown, ensure_ascii=False) + "\n"


def _load_records(url: URL, archive: tarfile.TarFile) -> int:
    count = 0
    with _engine(url).begin() as connection:
        for table in _tables(connection):
            rows = [
                _row(table, json.loads(line))
                for line in member_of(archive, f"records/{table.name}.jsonl").splitlines()
            ]
            for start in range(0, len(rows), PORTION):
                connection.execute(table.insert(), rows[start : start + PORTION])
            count += len(rows)
            if connection.dialect.name == "postgresql" and table.name in ("consents", "audit"):
                sequence = f"pg_get_serial_sequence('{table.name}', 'id')"
                highest = f"(SELECT COALESCE(MAX(id), 0) + 1 FROM {table.name})"
                connection.execute(text(f"SELECT setval({sequence}, {highest}, false)"))
    return count


def _row(table: Table, values: dict[str, Any]) -> dict[str, Any]:
    return {
        column.name: datetime.fromisoformat(value)
        if isinstance(column.type, DateTime) and (value := values.get(column.name))
        else values.get(column.name)
        for column in table.columns
    }


def _has_records(url: URL) -> bool:
    with _engine(url).begin() as connection:
        return any(connection.execute(t.select().limit(1)).first() for t in _tables(connection))


def _graves(url: URL, store: Store) -> set[tuple[str, str]]:
    """What must not come back, by the database and by the store: one of them may be lost."""
    known = {(stone.sha256, stone.original_sha256) for stone in store.tombstones()}
    with _engine(url).begin() as connection:
        if any(table.name == "graves" for table in _tables(connection)):
            rows = connection.execute(text("SELECT sha256, original_sha256 FROM graves"))
            known |= {(sha256, original) for sha256, original in rows}
    return known


def _graves_in(archive: tarfile.TarFile, bad: Collection[str]) -> set[tuple[str, str]]:
    """What was withdrawn while the back-up was made: its files are younger than its rows."""
    stones = map(Tombstone.model_validate_json, saved_lines(archive, TOMBSTONES, bad))
    return {(stone.sha256, stone.original_sha256) for stone in stones}


def _settle(url: URL, graves: Iterable[tuple[str, str]]) -> None:
    """Close what cannot go on, and bury again what was buried after the back-up."""
    now = datetime.now(UTC)
    with _engine(url).begin() as connection:
        (table,) = [table for table in _tables(connection) if table.name == "graves"]
        photos = table.metadata.tables["photos"]
        buried = set(connection.scalars(table.select().with_only_columns(table.c.sha256)))
        for sha256, original in graves:
            stone = Tombstone(sha256=sha256, original_sha256=original)
            if sha256 not in buried:
                connection.execute(table.insert().values(**stone.model_dump(), buried_at=now))
            whose = photos.c.sha256 == sha256
            connection.execute(photos.update().where(whose).values(_WITHDRAWN))
        for statement in _SETTLED:
            connection.execute(text(statement), {"now": now})
        # The store may be an older copy, which has their bytes still.
        connection.execute(table.update().values(purged_at=None))


def _keep_away(
    archive: tarfile.TarFile,
    store: Store,
    graves: Iterable[tuple[str, str]],
    bad: Collection[str],
) -> set[str]:
    """Files and folders of the back-up that stay away: what was withdrawn or pruned since.

    The store's lists of both are written here, with the back-up's lines and those known now: first,
    as a restore that is killed must not lose them.
    """
    stones = [Tombstone(sha256=sha256, original_sha256=other) for sha256, other in sorted(graves)]
    buried = {stone.sha256 for stone in stones}
    before = list(map(Pruned.model_validate_json, saved_lines(archive, PRUNED, bad)))
    pruned = {one.digest for one in before}  # one that came again since is in the back-up
    since = [one for one in store.pruned() if one.digest not in pruned]
    away = {TOMBSTONES, PRUNED, *map(object_path, buried)}
    away |= {f"{RELEASES}/{one.digest}" for one in since}
    there = set(store.folders(RELEASES))
    for digest, photos in _releases(archive).items():
        if withdrawn := len(photos & buried):
            if f"{RELEASES}/{digest}" not in away and digest not in there:
                gone = {"photos": len(photos), "withdrawn": withdrawn}
                since.append(Pruned(digest=digest, pruned_at=datetime.now(UTC), **gone))
            away.add(f"{RELEASES}/{digest}")
    for path, lines in ((TOMBSTONES, stones), (PRUNED, [*before, *since])):
        if lines:
            store.write(path, lines_of(lines))
    return away


def _releases(archive: tarfile.TarFile) -> dict[str, set[str]]:
    """The hashes of the photos of each release in the back-up."""
    found: dict[str, set[str]] = {}
    for path in map(PurePosixPath, archive.getnames()):
        if path.parts[:2] == ("store", RELEASES) and path.suffix == ".jpg":
            found.setdefault(path.parts[2], set()).add(path.stem)
    return found
