"""The client: commands, the one error handler, the pulse, and an orderly start and stop."""

import asyncio
import gc
import logging
import signal
from typing import Any

import discord
from discord import app_commands
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker

from bot import metrics
from bot.access import Access, is_open
from bot.address import point_at
from bot.blocklist import Blocklist
from bot.buttons import Buttons, Mendable
from bot.commands.about import about
from bot.commands.dish import dish_command, dish_presses
from bot.commands.mix import mix_command
from bot.commands.offers import offer_presses
from bot.commands.status import status_command
from bot.deferral import answered
from bot.gallery import Gallery
from bot.heart import Heart
from bot.orders.door import Door
from bot.orders.journal import Journal, journal_path
from bot.orders.kitchen import Kitchen
from bot.orders.late import LateDishes
from bot.orders.rounds import Rounds
from bot.orders.turns import Turns
from bot.orders.voice import Voice
from bot.orders.waiter import Waiter
from bot.queue.dishes import DishQueue
from bot.queue.ends import Ends
from bot.ratelimit import Limits
from bot.records.database import database_url, open_engine
from bot.records.migrate import bring_up
from bot.translator import PhraseTranslator
from bot.watch import Watch
from foodgan.contract import pulse
from foodgan.contract.errors import StoreError, UserError
from foodgan.contract.orders import new_order_id
from foodgan.contract.phrases import locale_of, say
from foodgan.contract.settings import Settings

# Answers after which Discord takes nothing more, or nobody is left to read it; asking on would
# bring a ban in the end.
DEAD = {
    10008: "dismissed before its answer",
    10015: "never acknowledged",
    10062: "answered too late",
    40060: "answered by another process",
    50027: "older than its token",
}

PRESSED = (discord.InteractionType.component, discord.InteractionType.modal_submit)

log = logging.getLogger(__name__)


class Menu(app_commands.CommandTree["Bot"]):
    """The commands, and the one place where their errors become sentences."""

    def names(self) -> list[str]:
        """What each command counts as."""
        kinds = (discord.AppCommandType.chat_input, discord.AppCommandType.message)
        every = [command for kind in kinds for command in self.walk_commands(type=kind)]
        return [one.qualified_name for one in every if not isinstance(one, app_commands.Group)]

    async def on_error(
        self, interaction: discord.Interaction["Bot"], error: app_commands.AppCommandError
    ) -> None:
        """Tell the asker, and nobody else, what went wrong; never in an exception's own words."""
        command = interaction.command.qualified_name if interaction.command else "unknown"
        cause = error.original if isinstance(error, app_commands.CommandInvokeError) else error
        await self.say_why(interaction, command, cause)

    async def say_why(
        self, interaction: discord.Interaction["Bot"], command: str, cause: Exception
    ) -> None:
        """The same for a button or a modal. command: what it counts as."""
        locale = locale_of(interaction.locale.value)
        if isinstance(cause, discord.HTTPException) and cause.code in DEAD:
            log.warning("an interaction was %s (%d)", DEAD[cause.code], cause.code)
            return
        if isinstance(cause, UserError):
            log.info("refused: %s", cause.phrase)
            metrics.COMMANDS.labels(command, "refused").inc()
            metrics.REFUSALS.labels(cause.phrase).inc()
            view = cause.view(locale) if isinstance(cause, Mendable) else None
            await _say_privately(interaction, say(locale, cause.phrase, **cause.values), view)
            return
        metrics.COMMANDS.labels(command, "failed").inc()
        error_id = new_order_id()
        log.error("error %s: a command failed (%s)", error_id, command, exc_info=cause)
        await _say_privately(interaction, _apology(locale, cause, error_id))


def _apology(locale: str, cause: Exception, error_id: str) -> str:
    """What to say of a failure; of a full disk, say, that it may work in a while."""
    if isinstance(cause, OperationalError):
        return say(locale, "records-closed", id=error_id)
    if isinstance(cause, StoreError):
        return say(locale, "store-closed", id=error_id)
    return say(locale, "unexpected", id=error_id)


async def _say_privately(
    interaction: discord.Interaction["Bot"], sentence: str, view: discord.ui.View | None = None
) -> None:
    """Answer, or follow up on a deferred answer, so that only the asker reads it."""
    below = view or discord.utils.MISSING
    try:
        if answered(interaction):
            await interaction.followup.send(sentence, view=below, ephemeral=True)
        else:
            await interaction.response.send_message(sentence, view=below, ephemeral=True)
    except discord.HTTPException as error:
        log.warning("the asker could not be told, %d (%d)", error.status, error.code)


class Bot(discord.Client):
    """The bot. Connects, serves commands, and walks its rounds until it is closed."""

    def __init__(self, settings: Settings, engine: AsyncEngine) -> None:
        # It has no voice, so the libraries for one are not missed.
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
        self._settings = settings
        self._limits = Limits(settings)
        super().__init__(
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            http_trace=self._limits.trace,
        )
        sessions = async_sessionmaker(engine, expire_on_commit=False)
        door = Door(settings)
        self._queue = DishQueue(settings)
        voice = Voice(self)
        journal = Journal(journal_path(settings))
        self.kitchen = Kitchen(sessions, self._queue, door, voice, journal, settings.queue_limit)
        turns = Turns()
        late = LateDishes(sessions, self._queue, self.kitchen, voice, turns)
        self._rounds = Rounds(sessions, self._queue, self.kitchen, door, late, turns)
        self._ends = Ends(settings, self._rounds.attend)
        self._heart = Heart(pulse.of_bot(settings.var_dir))
        self.watch = Watch(settings, self._queue, self._heart, lambda: self.latency)
        self._chores: list[asyncio.Task[None]] = []
        self.menu = Menu(self)
        blocklist = Blocklist()
        self.gallery = Gallery(self, sessions, blocklist, settings)
        waiter = Waiter(door, self.kitchen, blocklist)
        self._buttons = Buttons(
            {
                **dish_presses(self.kitchen),
                **offer_presses(self.kitchen, waiter),
                **self.gallery.presses,
            }
        )
        self.menu.add_command(dish_command(waiter))
        self.menu.add_command(mix_command(waiter))
        self.menu.add_command(about)
        self.menu.add_command(status_command(Access(settings), self._queue))
        for command in self.gallery.commands:
            self.menu.add_command(command)
        metrics.expect(self.menu.names())

    async def setup_hook(self) -> None:
        """Called once, when Discord has taken the token."""
        await self.menu.set_translator(PhraseTranslator())

    async def serve(self, token: str) -> None:
        """Log in and serve until closed. Reconnects by itself."""
        self.watch.open()
        await self.gallery.open()
        await self.login(token)
        self._chores = [
            asyncio.create_task(self._rounds.walk(), name="rounds"),
            asyncio.create_task(self._ends.listen(), name="ends"),
            asyncio.create_task(self._limits.listen(), name="limits"),
            asyncio.create_task(self.gallery.rounds.walk(), name="photo rounds"),
            asyncio.create_task(self._heart.beat(), name="heart"),
        ]
        await self.connect(reconnect=True)

    async def close(self) -> None:
        """Stop: hand over the orders in hand, then leave Discord and Redis.

        The rounds end before what they use: one that is cut off in the records could wait for ever.
        """
        for chore in self._chores:
            chore.cancel()
        await asyncio.gather(*self._chores, return_exceptions=True)
        self._heart.stop()
        await self.kitchen.settle()
        await super().close()
        self.watch.close()
        self._queue.close()
        self.gallery.close()
        self._limits.close()

    async def on_interaction(self, interaction: discord.Interaction["Bot"]) -> None:
        """Anything that a member does; commands have been seen to already."""
        if interaction.type in PRESSED:
            try:
                await self._buttons.press(interaction)
                metrics.COMMANDS.labels(metrics.PRESS, "done").inc()
            except Exception as error:
                await self.menu.say_why(interaction, metrics.PRESS, error)

    async def on_connect(self) -> None:
        """The gateway has said READY."""
        log.info("gateway connected")
        self._heart.start()

    async def on_ready(self) -> None:
        """All servers that the bot is in are known."""
        self._look_whose()

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Somebody has invited the bot."""
        log.info("invited to server %d", guild.id)
        self._look_whose()

    def _look_whose(self) -> None:
        if is_open(self._settings, len(self.guilds)):
            log.warning(
                "the bot is in %d servers and CLUB_SERVERS is empty: nobody may review or operate "
                "until it names your own",
                len(self.guilds),
            )

    async def on_app_command_completion(
        self, interaction: discord.Interaction, command: app_commands.Command[Any, ..., Any]
    ) -> None:
        """A command did what it does."""
        metrics.COMMANDS.labels(command.qualified_name, "done").inc()

    async def on_resumed(self) -> None:
        """The gateway has taken the session up again."""
        log.info("gateway resumed")
        self._heart.start()

    async def on_disconnect(self) -> None:
        """The gateway is gone; discord.py will be back."""
        log.info("gateway disconnected")
        self._heart.stop()


async def run(settings: Settings, token: str) -> None:
    """Serve until SIGTERM or SIGINT. Raises what kept the bot from starting."""
    point_at(settings)
    engine = open_engine(database_url(settings.database_url.get_secret_value()))
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        await bring_up(engine)
        async with Bot(settings, engine) as bot:
            gc.freeze()  # what has been loaded stays; to look through it would hold up every member
            serving = asyncio.create_task(bot.serve(token))
            stopping = asyncio.create_task(stop.wait())
            await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not stop.is_set():
                stopping.cancel()
                return await serving
            log.info("stopping")
            await bot.close()
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)
    finally:
        await engine.dispose()


async def sync(settings: Settings, token: str, guild_id: int | None) -> list[str]:
    """Register the commands with Discord, everywhere or in one server. Returns their names."""
    point_at(settings)
    engine = open_engine(database_url(settings.database_url.get_secret_value()))
    guild = discord.Object(guild_id) if guild_id else None
    async with Bot(settings, engine) as bot:
        await bot.login(token)
        if guild:
            bot.menu.copy_global_to(guild=guild)
        return [shown(each.name, each.type) for each in await bot.menu.sync(guild=guild)]


def shown(name: str, kind: discord.AppCommandType) -> str:
    """A command as people know it: those of a message's menu have no slash."""
    return f"/{name}" if kind is discord.AppCommandType.chat_input else name
