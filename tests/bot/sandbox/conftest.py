"""A sandbox in the test's own process, and a real discord.py client that is pointed at it."""

import asyncio
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import discord
import pytest
import yarl
from discord import app_commands
from playwright.async_api import Page, async_playwright, expect

from bot.sandbox.rules import Rules
from bot.sandbox.server import Sandbox
from tests.bot.canteen import PATIENCE_S

CHROMIUM = Path("/usr/bin/chromium")
IN_CHROMIUM = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Debian's chromium"),
]
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x40\x00\x00\x00\x20\x08\x02\x00\x00\x00"
    b"no more than a head, for the stand-in opens no picture"
)

expect.set_options(timeout=30_000)  # a busy machine draws slowly


class Client(discord.Client):
    """A small bot: /dish defers and answers with a file, /count says a number."""

    def __init__(self) -> None:
        super().__init__(intents=discord.Intents(guilds=True), guild_ready_timeout=0.02)
        self.tree = app_commands.CommandTree(self)
        self.asked: list[str] = []
        self.seen: asyncio.Event = asyncio.Event()
        self.resumed: asyncio.Event = asyncio.Event()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Identify at once; discord.py would wait five seconds before it identifies anew."""

    async def on_resumed(self) -> None:
        self.resumed.set()


@dataclass
class Driver:
    """The driver API, as tests and benchmarks call it."""

    session: aiohttp.ClientSession
    origin: str

    async def post(self, path: str, body: Any, status: int = 201) -> Any:
        async with self.session.post(self.origin + path, json=body) as response:
            assert response.status == status, await response.text()
            return await response.json()

    async def get(self, path: str, status: int = 200) -> Any:
        async with self.session.get(self.origin + path) as response:
            assert response.status == status, await response.text()
            return await response.json()

    async def command(self, name: str, **more: Any) -> str:
        act = {"type": "command", "command": name, **more}
        return str((await self.post("/sandbox/interactions", act))["id"])

    async def wait(self, interaction: str, until: str, status: int = 200) -> Any:
        path = f"/sandbox/interactions/{interaction}/wait?until={until}&timeout_s=60"
        return await self.get(path, status)


@pytest.fixture
def rules() -> Rules:
    return Rules()


@pytest.fixture
async def sandbox(rules: Rules) -> AsyncIterator[Sandbox]:
    async with Sandbox(rules=rules) as running:
        yield running


@pytest.fixture
async def driver(sandbox: Sandbox) -> AsyncIterator[Driver]:
    async with aiohttp.ClientSession() as session:
        yield Driver(session, sandbox.origin)


@pytest.fixture
async def page(sandbox: Sandbox) -> AsyncIterator[Page]:
    """The chat page in Chromium, on a desk's screen."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        opened = await browser.new_page()
        await opened.goto(sandbox.origin)
        yield opened
        await browser.close()


Start = Callable[[Client], Awaitable[Client]]


@pytest.fixture
async def start(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Start]:
    """Log a client in, register its commands, connect it, and wait till it is ready."""
    monkeypatch.setattr(discord.http.Route, "BASE", sandbox.api_base)
    gateway = yarl.URL(sandbox.gateway_url)
    monkeypatch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", gateway)
    running: list[tuple[Client, asyncio.Task[None]]] = []

    async def started(client: Client) -> Client:
        await client.login(sandbox.token)
        await client.tree.sync()
        running.append((client, asyncio.create_task(client.connect())))
        await asyncio.wait_for(client.wait_until_ready(), PATIENCE_S)
        return client

    yield started
    for client, task in running:
        await client.close()
        await asyncio.wait_for(task, PATIENCE_S)


@pytest.fixture
def client() -> Client:
    bot = Client()

    @bot.tree.command(description="Paints a dish")
    @app_commands.describe(name="What it is called", count="How many")
    async def dish(
        interaction: discord.Interaction,
        name: app_commands.Range[str, 1, 100],
        count: app_commands.Range[int, 1, 4] = 1,
    ) -> None:
        bot.asked.append(name)
        bot.seen.set()
        await interaction.response.defer(thinking=True)
        files = [
            discord.File(io.BytesIO(PNG), f"dish-{n}.png", description=f"{name} {n}")
            for n in range(count)
        ]
        await interaction.edit_original_response(content=name, attachments=files)

    return bot
