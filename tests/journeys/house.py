"""A house of real parts: bot and workers are processes of their own, Discord is the sandbox."""

import asyncio
import io
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from bot.sandbox.interaction import Interaction
from bot.sandbox.member_input import Members, UseCommand, UseComponent
from bot.sandbox.message import pictures
from bot.sandbox.server import Sandbox
from foodgan.contract.phrases import say
from tests.bot.canteen import until
from tests.judge.judge import Judge, from_sandbox
from tests.valkey import a_valkey

ROOT = Path(__file__).parents[2]
START_S, SERVE_S = 90, 90
# The trainer, as other tests hurry it: tiny encoders learn fast, and it stands back for nobody.
_HURRY = "from tests.worker.process import command_line, hurried; hurried(); command_line.app()"
HURRIED = ["-c", _HURRY, "trainer"]

Message = dict[str, Any]


@dataclass
class House:
    """Sandbox, bot and worker. environ: what both processes are given."""

    sandbox: Sandbox
    environ: dict[str, str]
    folder: Path
    bot: subprocess.Popen[bytes] | None = None

    def start(self, *module: str) -> subprocess.Popen[bytes]:
        run = HURRIED if module == ("worker", "trainer") else ["-m", *module]
        with (self.folder / f"{module[0]}.log").open("ab") as log:
            command = [sys.executable, *run]
            return subprocess.Popen(command, env=self.environ, cwd=self.folder, stderr=log)

    async def open_bot(self) -> None:
        self.bot = self.start("bot")
        await until(lambda: self.sandbox.gateway.connected, "the bot", START_S)

    async def close_bot(self) -> None:
        assert self.bot is not None
        self.bot.send_signal(signal.SIGTERM)
        await until(lambda: self.bot and self.bot.poll() is not None, "the bot's end", START_S)
        await until(lambda: not self.sandbox.gateway.connected, "the gateway's end", START_S)

    async def command(self, command: str, /, **options: Any) -> Message:
        """A member types a command; the message that it has become."""
        return await self._served(self.ask("akari", command, **options))

    def ask(self, member: str, command: str, /, **options: Any) -> Interaction:
        """Somebody types a command."""
        use = UseCommand(type="command", command=command, member=member, options=options)
        return Members(self.sandbox.world).act(use)

    async def press(
        self, message: Message, label: str, place: int, member: str = "emma"
    ) -> Message:
        """A member presses a button, as Discord's client lets them; the message that it brings."""
        [found] = [
            each["custom_id"]
            for row in message["components"]
            for each in row["components"]
            if each["label"] == say("ja", label, place=place)
            or each["label"] == say("en", label, place=place)
        ]
        act = UseComponent(type="component", message=message["id"], custom_id=found, member=member)
        return await self._served(Members(self.sandbox.world).act(act))

    async def _served(self, asked: Interaction) -> Message:
        def shown() -> bool:
            return bool(asked.original and pictures(asked.original.json))

        await until(shown, "the pictures", SERVE_S)
        assert asked.original is not None
        return asked.original.json

    def images(self, message: Message) -> list[Image.Image]:
        """Its pictures, as a member's client loads them."""
        kept = [self.sandbox.world.attachments.get(each["id"]) for each in message["attachments"]]
        return [Image.open(io.BytesIO(each.data)).convert("RGB") for each in kept if each]


@asynccontextmanager
async def opened(
    folder: Path, judge: Judge, workers: Sequence[str] = (), **more: str
) -> AsyncIterator[House]:
    """All of it; what still runs at the end is killed.

    workers: kinds of workers beside the one that paints; more: settings.
    """
    with a_valkey(data_dir=folder / "valkey") as valkey:
        async with Sandbox() as sandbox:
            sandbox.record.hooks.append(lambda r: judge.observe(from_sandbox(r.to_json())))
            environ = {
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(ROOT),
                "OMP_NUM_THREADS": "1",
                "REDIS_URL": valkey.connection_url,
                "DATABASE_URL": f"sqlite:///{folder}/records.sqlite3",
                "VAR_DIR": str(folder),
                "PHOTO_STORE": str(folder / "photos"),
                "DISCORD_API_BASE": sandbox.api_base,
                "DISCORD_GATEWAY": sandbox.gateway_url,
                "DISCORD_TOKEN": sandbox.token,
                "COOLDOWN_S": "0",
                "DEVICE": "cpu",
                "THREADS": "1",
                "BATCH_LIMIT": "8",
                "BOT_HEALTH_PORT": "0",
                **more,
            }
            house = House(sandbox, environ, folder)
            running = [house.start("worker"), *(house.start("worker", kind) for kind in workers)]
            try:
                sync = house.start("bot", "sync")
                await until(lambda: sync.poll() is not None, "the commands", START_S)
                await house.open_bot()
                yield house
            finally:
                for process in filter(None, (house.bot, *running)):
                    process.terminate()
                    await asyncio.to_thread(process.wait, START_S)
