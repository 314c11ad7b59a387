"""One id leads from `/dish` to the picture, through the logs of two processes."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.sandbox.member_input import Members, UseCommand
from bot.sandbox.server import Sandbox
from foodgan.contract.settings import Settings
from tests.bot.canteen import until
from tests.valkey import a_valkey
from tests.worker.process import WorkerProcess

ROOT = Path(__file__).parents[1]
NAME = "月光のソーダ煮込み"


def entries(path: Path) -> list[dict[str, Any]]:
    """Every line of a log; fails where one is no JSON object."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.slow
async def test_an_order_can_be_followed_by_its_id_through_both_logs(tmp_path: Path) -> None:
    bot_log, worker_log = tmp_path / "bot.log", tmp_path / "worker.log"
    with a_valkey(data_dir=tmp_path / "valkey") as valkey:
        async with Sandbox() as sandbox:
            settings = Settings(
                _env_file=None,
                redis_url=SecretStr(valkey.connection_url),
                discord_api_base=sandbox.api_base,
                var_dir=tmp_path,
                batch_limit=4,
                log_format="json",
            )
            worker = WorkerProcess(settings, worker_log, "stove", 0.0, None, False)
            environ = {
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(ROOT),
                "REDIS_URL": valkey.connection_url,
                "DATABASE_URL": f"sqlite:///{tmp_path}/records.sqlite3",
                "VAR_DIR": str(tmp_path),
                "DISCORD_API_BASE": sandbox.api_base,
                "DISCORD_GATEWAY": sandbox.gateway_url,
                "DISCORD_TOKEN": sandbox.token,
                "LOG_FORMAT": "json",
            }
            python = [sys.executable, "-m", "bot"]
            sync = await asyncio.create_subprocess_exec(
                *python, "sync", env=environ, cwd=tmp_path, stdout=subprocess.DEVNULL
            )
            assert await sync.wait() == 0
            with bot_log.open("wb") as log:
                bot = subprocess.Popen(python, env=environ, cwd=tmp_path, stderr=log)
            try:
                await until(lambda: sandbox.gateway.connected, "the bot", 90)
                await until(lambda: "serving queue" in worker.log, "the worker", 90)
                use = UseCommand(
                    type="command", command="dish", member="akari", options={"name": NAME}
                )
                asked = Members(sandbox.world).act(use)
                await until(lambda: asked.original and asked.original.json["attachments"],
                            "the picture")  # fmt: skip
                await until(lambda: ": done" in bot_log.read_text(), "the order's end")
            finally:
                bot.send_signal(signal.SIGTERM)
                worker.send(signal.SIGTERM)
                await until(lambda: bot.poll() is not None, "the bot's end")
                worker.wait(60)
                worker.kill()

    in_bot, in_worker = entries(bot_log), entries(worker_log)
    [order_id] = {entry["order"] for entry in in_bot if "order" in entry}
    told = [entry["event"] for entry in in_bot if entry.get("order") == order_id]
    assert [event.split(": ")[1].split(",")[0] for event in told] == ["written", "in line", "done"]
    served = [entry for entry in in_worker if entry.get("order") == order_id]
    assert any("served in" in entry["event"] for entry in served)
    everything = bot_log.read_text() + worker_log.read_text()
    assert asked.token not in everything
    assert NAME not in everything
    assert asked.member.id not in everything
