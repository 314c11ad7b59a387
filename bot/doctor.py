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
from bot.records.database import RecordsClosed, database_url, open_engine
from bot.records.migrate import HEAD, revision
from foodgan import __version__
from foodgan.contract.checkup import Finding, fail, ok, skip, warn
from foodgan.contract.settings import Settings

DISCORD_S = 10.0
MIGRATE = "run `python -m bot migrate`; the bot also does so when it starts"


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
    part = "database"
    try:
        url = database_url(settings.database_url.get_secret_value())
        engine = open_engine(url)
    except RecordsClosed as error:
        return fail(part, str(error), "correct DATABASE_URL")
    try:
        async with engine.connect() as connection:
            found = await connection.run_sync(revision)
    except (SQLAlchemyError, OSError, TimeoutError) as error:
        reason = str(getattr(error, "orig", error)).strip().splitlines()[0][:160]
        return fail(part, reason, "start it, or correct DATABASE_URL and the rights for it")
    finally:
        await engine.dispose()
    kind = url.get_backend_name()
    if found is None:
        return warn(part, f"{kind}, no tables yet", f"{MIGRATE}; who only paints needs none")
    if found < HEAD:
        return warn(part, f"{kind}, tables of revision {found}; this bot has {HEAD}", MIGRATE)
    if found > HEAD:
        what = f"{kind}, tables of revision {found} are newer than this bot's {HEAD}"
        return fail(
            part, what, "update the bot, or go back with that version's `bot migrate --down`"
        )
    return ok(part, f"{kind}, tables of revision {found}")


async def discord(settings: Settings, wanted: set[str]) -> list[Finding]:
    """Whether Discord takes the token, and knows the wanted commands. It changes nothing there."""
    part = "Discord"
    if settings.discord_token is None:
        return [skip(part, "no DISCORD_TOKEN: `make up` opens a chat page in its place")]
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
                    told = "the token is refused"
                    return [fail(part, told, "copy it again from Discord's developer portal")]
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
        told = f"not reached: {type(error).__name__} {status}".rstrip()
        return [fail(part, told, "see whether this machine may reach Discord over HTTPS")]
    found = [ok(part, "the token is taken"), *_whose(settings, application)]
    if missing := sorted(wanted - registered):
        told = f"not registered everywhere: {', '.join(missing)}"
        found.append(warn("commands", told, "run `python -m bot sync`"))
    else:
        found.append(ok("commands", f"{len(wanted)} registered"))
    return found


def _whose(settings: Settings, application: dict[str, Any]) -> Iterator[Finding]:
    """Whether it is said whose the bot is, where it is in several servers."""
    servers = int(application.get("approximate_guild_count") or 0)
    if is_open(settings, servers):
        told = f"the bot is in {servers} servers and CLUB_SERVERS is empty: nobody may review"
        advice = "name your own servers' ids in CLUB_SERVERS, or switch off Public Bot"
        yield warn("reviewers", told, advice)
