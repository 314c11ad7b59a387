"""`python -m bot`: run the bot. `sync` registers its commands, `migrate` moves its tables,
`backup` and `restore` keep and bring back all that it knows, `withdraw` and `erase` take out what
members cannot, or can no longer, take out themselves.
"""

import asyncio
import logging
import shutil
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Annotated, Any, NoReturn, TypeVar

import typer

from foodgan.contract import logs, private, pulse
from foodgan.contract.errors import FoodganError, StoreError, UserError
from foodgan.contract.settings import Settings, read_settings
from foodgan.contract.store import Store
from foodgan.contract.store import shown as store_shown
from foodgan.contract.terminal import Terminal, say, told

T = TypeVar("T")
PIPE = Path("-")
Yes = Annotated[bool, typer.Option("--yes", "-y")]

cli = Terminal("bot", add_completion=False)


@cli.callback(invoke_without_command=True)
def serve(context: typer.Context) -> None:
    """Run the bot until SIGTERM or Ctrl-C."""
    context.obj = settings = _settings()
    if context.invoked_subcommand is None:
        token = _token(settings)
        from bot.app import run  # here: `health` runs every few seconds and needs no discord.py

        _await(run(settings, token))


@cli.command()
def sync(context: typer.Context, guild: int | None = None) -> None:
    """Register the commands with Discord. Needed once, and after an update that changes them."""
    from bot.app import sync as register

    settings: Settings = context.obj
    names = _await(register(settings, _token(settings), guild))
    told = ", ".join(sorted(names))
    if guild:
        typer.echo(say("cli-bot-registered-in", guild=str(guild), names=told))
    else:
        typer.echo(say("cli-bot-registered", names=told))


@cli.command()
def migrate(context: typer.Context, to: Annotated[int | None, typer.Option(min=1)] = None) -> None:
    """Bring the tables to this version. The bot does so itself when it starts."""
    from bot.records.database import RecordsClosed, database_url, is_missing
    from bot.records.migrate import migrate as move

    settings: Settings = context.obj
    url = database_url(settings.database_url.get_secret_value())
    if to and is_missing(url):
        _fail(say("cli-bot-no-database", file=str(url.database)))
    try:
        move(url, f"{to:04}" if to else "head")
    except RecordsClosed as error:
        _fail(told(error))


@cli.command()
def backup(context: typer.Context, file: Path) -> None:
    """Put database and photo store into one file, - for standard output. The bot may run."""
    from bot.keeping.backup import backup as save
    from bot.keeping.backup import backup_into
    from bot.records.database import database_url, shown

    settings: Settings = context.obj
    url = database_url(settings.database_url.get_secret_value())
    store, out = _or_fail(lambda: Store(settings.photo_store)), sys.stdout.buffer
    if piped := file == PIPE:
        if out.isatty():
            _fail(say("cli-bot-backup-terminal"))
        rows, files = _or_fail(lambda: backup_into(url, store, out))
    else:
        rows, files = _or_fail(lambda: save(url, store, file))
    places = {"database": shown(url), "store": store_shown(settings.photo_store)}
    counts = {"rows": rows, "files": files}
    typer.echo(say("cli-bot-saved", file=str(file), **counts, **places), err=piped)


@cli.command()
def restore(
    context: typer.Context,
    file: Path,
    replace: Annotated[bool, typer.Option("--replace")] = False,
    salvage: Annotated[bool, typer.Option("--salvage")] = False,
) -> None:
    """Bring database and photo store back from a file, - for standard input. The bot must be
    stopped."""
    from bot.keeping.backup import restore as bring_back
    from bot.records.database import database_url

    settings: Settings = context.obj
    # Its lines of tables that go frighten, and their rows are brought back.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    if pulse.alive(pulse.of_bot(settings.var_dir)):
        _fail(say("cli-bot-running"))
    url = database_url(settings.database_url.get_secret_value())
    store = _or_fail(lambda: Store(settings.photo_store))

    def work() -> tuple[int, int]:
        with _from_input(settings) if file == PIPE else nullcontext() as given:
            return bring_back(url, store, file, replace, salvage, given)

    rows, files = _or_fail(work)
    typer.echo(say("cli-bot-restored", rows=rows, files=files))


@cli.command()
def withdraw(
    context: typer.Context,
    photos: Annotated[list[str], typer.Argument(metavar="PHOTO_ID")],
    yes: Yes = False,
) -> None:
    """Take photos out for good, as `/photos withdraw` does for members."""
    from bot.keeping import removal
    from bot.records.database import database_url

    settings: Settings = context.obj
    url = database_url(settings.database_url.get_secret_value())
    found = _or_fail(lambda: asyncio.run(removal.find(url, photos)))
    for photo in found:
        typer.echo(removal.described(photo))
    if not yes:
        typer.confirm(say("cli-bot-withdraw-sure"), abort=True)
    gone = _or_fail(lambda: asyncio.run(removal.withdraw(url, found)))
    typer.echo(say("cli-bot-withdrawn", count=len(gone)))


@cli.command()
def erase(
    context: typer.Context,
    member: Annotated[int, typer.Argument(metavar="MEMBER_ID", min=1)],
    yes: Yes = False,
) -> None:
    """Erase a member, as `/privacy delete` does, also one who has left."""
    from bot.keeping import removal
    from bot.orders.journal import Journal, journal_path
    from bot.records.database import database_url, shown

    settings: Settings = context.obj
    url = database_url(settings.database_url.get_secret_value())
    database = shown(url)
    kept = _or_fail(lambda: asyncio.run(removal.kept(url, member)))
    journal = Journal(journal_path(settings))
    noted = journal.of_member(member)
    if not kept.rows and not noted:
        _fail(
            say("cli-bot-ban-stays")
            if kept.banned
            else say("cli-bot-erase-nobody", member=str(member), database=database)
        )
    if not yes:
        counts = {"rows": kept.rows + len(noted), "photos": kept.photos}
        typer.confirm(say("cli-bot-erase-sure", member=str(member), **counts), abort=True)
    for order_id in noted:  # first: a bot that runs would write them down
        journal.forget(order_id)
    done = _or_fail(lambda: asyncio.run(removal.erase(url, member)))
    rows = done.rows + len(noted)
    typer.echo(say("cli-bot-erased", rows=rows, photos=done.photos, database=database))
    if done.banned:
        typer.echo(say("cli-bot-ban-stays"))


@cli.command()
def health(context: typer.Context) -> None:
    """Exit 0 while the bot is connected and serving. For containers."""
    settings: Settings = context.obj
    if not pulse.alive(pulse.of_bot(settings.var_dir)):
        _fail(say("cli-bot-not-serving"))


@cli.command()
def doctor(context: typer.Context) -> None:
    """Print what `foodgan doctor` wants to know of the bot, as JSON."""
    from bot.keeping.doctor import examine
    from foodgan.contract.checkup import Findings

    settings: Settings = context.obj
    found = _await(examine(settings))
    typer.echo(Findings.dump_json(found).decode())


@contextmanager
def _from_input(settings: Settings) -> Iterator[IO[bytes]]:
    """What standard input holds, which can be read but once, in a file beside the records: a
    container's own folder for temporary files is memory. It has no name: a kill leaves nothing.
    """
    private.make_folder(settings.var_dir)
    with TemporaryFile(dir=settings.var_dir) as file:
        shutil.copyfileobj(sys.stdin.buffer, file)
        file.seek(0)
        yield file


def _or_fail(work: Callable[[], T]) -> T:
    """Run `work`; what it is refused for becomes one line for the operator."""
    from sqlalchemy.exc import SQLAlchemyError

    try:
        return work()
    except FoodganError as error:
        _fail(told(error))
    except OSError as error:
        _fail(str(error))
    except SQLAlchemyError as error:
        from bot.records.database import reason

        _fail(say("cli-bot-database-fails", fault=reason(error)))


def _settings() -> Settings:
    try:
        settings = read_settings()
    except UserError as error:
        _fail(told(error))
    logs.set_up(settings.log_level, settings.log_format)
    return settings


def _token(settings: Settings) -> str:
    if settings.discord_token is None:
        _fail(say("cli-bot-no-token"))
    return settings.discord_token.get_secret_value()


def _await(work: Coroutine[Any, Any, Any]) -> Any:
    """Run `work`; what keeps it from starting becomes one line for the operator."""
    import aiohttp
    import discord

    from bot.records.database import RecordsClosed

    try:
        return asyncio.run(work)
    except discord.LoginFailure:
        _fail(say("cli-bot-token-refused"))
    except (discord.HTTPException, discord.GatewayNotFound) as error:
        _fail(say("cli-bot-discord-refused", fault=str(error)))
    except (aiohttp.ClientError, TimeoutError) as error:
        _fail(say("cli-bot-discord-away", fault=str(error)))
    except (RecordsClosed, StoreError) as error:
        _fail(told(error))


def _fail(reason: str) -> NoReturn:
    typer.echo(f"bot: {reason}", err=True)
    raise typer.Exit(1)


if __name__ == "__main__":
    cli()
