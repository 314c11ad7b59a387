"""A canteen for tests: the sandbox as Discord, the real bot in it, and members who order."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import discord
from redis import Redis
from rq.job import Job
from rq.serializers import JSONSerializer
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from bot.app import Bot
from bot.records.tables import Order
from bot.sandbox.interaction import Interaction
from bot.sandbox.member_input import Members, UseCommand
from bot.sandbox.server import Sandbox
from foodgan.contract import status
from foodgan.contract.orders import DISH_QUEUE
from foodgan.contract.settings import Settings
from foodgan.contract.status import Hello

PATIENCE_S = 30.0  # a busy machine does everything slowly


async def until(true: Callable[[], Any], what: str, patience_s: float = PATIENCE_S) -> Any:
    """Wait until `true` says something true, and return that."""
    deadline = asyncio.get_running_loop().time() + patience_s
    while not (found := true()):
        assert asyncio.get_running_loop().time() < deadline, f"waited in vain: {what}"
        await asyncio.sleep(0.01)
    return found


class Canteen:
    """One bot at a time. `open` starts it, `close` stops it; the sandbox stays."""

    def __init__(self, sandbox: Sandbox, settings: Settings, engine: AsyncEngine) -> None:
        self.sandbox = sandbox
        self.settings = settings
        self.engine = engine
        self.bot: Bot | None = None
        self._serving: asyncio.Task[None] | None = None

    async def open(self, **changed: Any) -> Bot:
        """Start a bot, with changed settings, and wait till the gateway has it."""
        settings = Settings(_env_file=None, **(self.settings.model_dump() | changed))
        self.bot = Bot(settings, self.engine)
        self._serving = asyncio.create_task(self.bot.serve(self.sandbox.token))
        await until(lambda: self.sandbox.gateway.connected or self._serving.done(), "gateway")
        if not self.sandbox.world.commands.every():
            await self.bot.menu.sync()
        return self.bot

    async def close(self) -> None:
        """Stop the bot."""
        if self.bot is not None:
            await self.bot.close()
            await asyncio.wait_for(self._serving, PATIENCE_S)
            self.bot = None

    def order(self, member: str = "akari", command: str = "dish", **options: Any) -> Interaction:
        """Let a member type a command, without the checks that Discord's own client makes."""
        if command == "dish":
            options = {"name": "虹色マグロカレーうどん"} | options
        use = UseCommand(type="command", command=command, member=member, options=options, raw=True)
        return Members(self.sandbox.world).act(use)

    async def deferred(self, interaction: Interaction) -> float:
        """Wait for the deferral. Returns the seconds it took."""
        await until(lambda: interaction.first("deferred"), "deferral")
        return interaction.first("deferred")

    async def answer(self, interaction: Interaction) -> dict[str, Any]:
        """Wait for a sentence and return the message that holds it."""
        said = ("answered", "edited", "followup")
        await until(lambda: interaction.first(*said), "answer")
        messages = [interaction.original, *interaction.followups]
        return next(m for m in reversed(messages) if m and m.json["content"]).json

    async def record(self, state: str | None = None, asked: Interaction | None = None) -> Order:
        """The newest order in the database, once it is in `state`. asked: the one of this, open."""
        deadline = asyncio.get_running_loop().time() + PATIENCE_S
        while True:
            async with AsyncSession(self.engine) as session:
                found = await session.scalars(select(Order).order_by(Order.asked_at.desc()))
                order = next((o for o in found if asked is None or o.token == asked.token), None)
            if order and (state is None or order.state == state):
                return order
            assert asyncio.get_running_loop().time() < deadline, f"never {state}: {order}"
            await asyncio.sleep(0.02)


def a_hello(**changed: Any) -> Hello:
    """What a worker says of itself."""
    fields = {
        "name": "stove-1-abc123",
        "label": "stove-1",
        "host": "stove",
        "pid": 4711,
        "version": "0.1.0",
        "model": "first·a1b2c3",
        "device": "cuda:0",
        "limit": 16,
        "state": "busy",
        "in_hand": 2,
        "served": 12,
        "failed": 1,
        "since": datetime.now(UTC) - timedelta(minutes=5),
    }
    return Hello(**(fields | changed))


def hire(redis: Redis, **changed: Any) -> None:
    """List a worker as a living one is: by RQ, and by its hello, which stays."""
    hello = a_hello(**changed)
    redis.sadd(f"rq:workers:{DISH_QUEUE}", f"rq:worker:{hello.name}")
    redis.hset(f"rq:worker:{hello.name}", "birth", "today")
    status.say_hello(redis, hello)
    redis.persist(status.hello_key(hello.name))


def dismiss(redis: Redis) -> None:
    """Every worker is gone."""
    for name in redis.smembers(status.WORKERS):
        status.say_goodbye(redis, name.decode())


def line(redis: Redis) -> list[str]:
    """The ids of the orders in line."""
    return [entry.decode() for entry in redis.lrange(f"rq:queue:{DISH_QUEUE}", 0, -1)]


def job_of(redis: Redis, order_id: str) -> Job:
    return Job.fetch(order_id, connection=redis, serializer=JSONSerializer)


async def in_line(
    canteen: Canteen, redis: Redis, member: str = "akari"
) -> tuple[Interaction, Order]:
    """An open canteen with a worker, and an order in its line."""
    hire(redis)
    await canteen.open()
    interaction = canteen.order(member)
    return interaction, await canteen.record("queued")


async def age(canteen: Canteen, order_id: str, by: timedelta) -> None:
    """Make an order older than it is."""
    async with AsyncSession(canteen.engine) as session, session.begin():
        record = await session.get_one(Order, order_id)
        record.asked_at = record.asked_at - by


def edits(interaction: Interaction) -> int:
    """How often the answer was edited."""
    return sum(entry["event"] == "edited" for entry in interaction.events)


def is_private(message: dict[str, Any]) -> bool:
    """Whether only the asker reads it."""
    return discord.MessageFlags._from_value(message["flags"]).ephemeral


@asynccontextmanager
async def busy(settings: Settings) -> AsyncIterator[None]:
    """Another process writes to the records, and for long."""
    path = settings.database_url.get_secret_value().removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as other:
        await until(lambda: _begun(other), "the lock")
        yield
        other.execute("ROLLBACK")


def _begun(connection: sqlite3.Connection) -> bool:
    """Whether it has the lock. It does not wait: who holds it may run on this event loop."""
    with suppress(sqlite3.OperationalError):
        connection.execute("BEGIN EXCLUSIVE")
    return connection.in_transaction
