"""What `foodgan doctor` asks of the bot: the database, and Discord where there is a token."""

from collections.abc import Iterator
from typing import Any

import aiohttp
from discord import AppCommandType
from discord.app_commands import ContextMenu
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine

from bot.access import is_open
from bot.app import Bot, shown
from bot.records.database import RecordsClosed, database_url, open_engine, reason
from bot.records.migrate import HEAD, revision
from foodgan import __version__
from foodgan.contract.checkup import Finding, Part, fail, ok, skip, warn
from foodgan.contract.settings import Settings
from foodgan.contract.terminal import say

DISCORD_S = 10.0


async def examine(settings: Settings) -> list[Finding]:
    """All findings of the bot's side."""
    return [await database(settings), *await discord(settings, commands(settings))]


def commands(settings: Settings) -> set[str]:
    """The commands that this version of the bot brings, as people know them."""
    bot = Bot(settings, create_async_engine("sqlite+aiosqlite://"))  # never connects
    return {
        shown(each.name, each.type if isinstance(each, ContextMenu) else AppCommandType.chat_input)
        for each in bot.menu.get_commands()
    }


async def database(settings: Settings) -> Finding:
    """Whether it can be opened, and its tables are those of this version."""
    part: Part = "database"
    try:
        url = database_url(settings.database_url.get_secret_value())
        engine = open_engine(url)
    except RecordsClosed as error:
        told = say("doctor-database-away", error=str(error))
        return fail(part, told, say("doctor-database-away.address"))
    try:
        async with engine.connect() as connection:
            found = await connection.run_sync(revision)
    except (SQLAlchemyError, OSError, TimeoutError) as error:
        told = say("doctor-database-away", error=reason(error))
        return fail(part, told, say("doctor-database-away.advice"))
    finally:
        await engine.dispose()
    return _tables(url.get_backend_name(), found)


def _tables(kind: str, found: str | None) -> Finding:
    """Of which revision they are. kind: sqlite or postgresql."""
    part: Part = "database"
    if found is None:
        return warn(part, say("doctor-database-new", kind=kind), say("doctor-database-new.advice"))
    if found < HEAD:
        told = say("doctor-database-old", kind=kind, found=found, ours=HEAD)
        return warn(part, told, say("doctor-database.migrate"))
    if found > HEAD:
        told = say("doctor-database-newer", kind=kind, found=found, ours=HEAD)
        return fail(part, told, say("doctor-database-newer.advice", ours=HEAD))
    return ok(part, say("doctor-database", kind=kind, found=found))


async def discord(settings: Settings, wanted: set[str]) -> list[Finding]:
    """Whether Discord takes the token, and knows the wanted commands. It changes nothing there."""
    part: Part = "Discord"
    if settings.discord_token is None:
        return [skip(part, say("doctor-discord-none"))]
    headers = {
        "Authorization": f"Bot {settings.discord_token.get_secret_value()}",
        "User-Agent": f"DiscordBot (foodgan, {__version__})",  # Discord asks for this form
    }
    timeout = aiohttp.ClientTimeout(total=DISCORD_S)
    try:
        async with aiohttp.ClientSession(headers=headers, timeout=timeout) as session:
            base = settings.discord_api_base
            async with session.get(f"{base}/oauth2/applications/@me") as answer:
                if answer.status == 401:
                    told = say("doctor-discord-refused")
                    return [fail(part, told, say("doctor-discord-refused.advice"))]
                answer.raise_for_status()
                application = await answer.json()
            async with session.get(f"{base}/applications/{application['id']}/commands") as answer:
                answer.raise_for_status()
                registered = {
                    shown(each["name"], AppCommandType(each["type"]))
                    for each in await answer.json()
                }
    except (aiohttp.ClientError, OSError, TimeoutError, LookupError, ValueError) as error:
        status = getattr(error, "status", "")
        told = say("doctor-discord-away", error=f"{type(error).__name__} {status}".rstrip())
        return [fail(part, told, say("doctor-discord-away.advice"))]
    found = [ok(part, say("doctor-discord")), *_whose(settings, application)]
    if missing := sorted(wanted - registered):
        told = say("doctor-commands-missing", names=say("list-comma").join(missing))
        found.append(warn("commands", told, say("doctor-commands-missing.advice")))
    else:
        found.append(ok("commands", say("doctor-commands", count=len(wanted))))
    return found


def _whose(settings: Settings, application: dict[str, Any]) -> Iterator[Finding]:
    """Whether it is said whose the bot is, where it is in several servers."""
    servers = int(application.get("approximate_guild_count") or 0)
    if is_open(settings, servers):
        told = say("doctor-reviewers", count=servers)
        yield warn("reviewers", told, say("doctor-reviewers.advice"))
