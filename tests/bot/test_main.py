"""`python -m bot` as an operator meets it: a quick start, clear refusals, a clean stop."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from typer.testing import CliRunner

from bot.__main__ import cli
from bot.sandbox.server import Sandbox
from foodgan.contract import pulse
from foodgan.contract.settings import Settings
from tests.bot.canteen import until

COMMANDS = (
    "/about, /credits, /dataset, /dish, /mix, /operator, /photos, /privacy, /release, /review, "
    "/status, /submit, Hand over as a dish photo"
)
START_MAX_S = 3.0  # of processor time, as others may keep the machine busy
STOP_MAX_S = 10.0  # Docker's patience
END_S = 90.0
HEAVY = ("torch", "torchvision", "numpy", "PIL", "sudachipy", "alembic", "worker")


def environment(settings: Settings, **more: str) -> dict[str, str]:
    """The variables of a bot whose files lie in this test's folder."""
    ours = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "VAR_DIR": str(settings.var_dir),
        "DATABASE_URL": settings.database_url.get_secret_value(),
        "REDIS_URL": settings.redis_url.get_secret_value(),
    }
    return ours | more


def bot(env: dict[str, str], cwd: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "bot", *arguments]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=env, cwd=cwd, stdout=pipe, stderr=pipe, text=True)


def test_help_may_be_asked_for_in_short() -> None:
    asked = CliRunner().invoke(cli, ["-h"])
    assert (asked.exit_code, "SIGTERM" in asked.output) == (0, True)


@pytest.fixture
async def discord_there(engine: AsyncEngine):
    """A sandbox and the variables that point a bot at it; the tables are there already."""
    async with Sandbox() as sandbox:
        yield (
            sandbox,
            {
                "DISCORD_API_BASE": sandbox.api_base,
                "DISCORD_GATEWAY": sandbox.gateway_url,
                "DISCORD_TOKEN": sandbox.token,
            },
        )


def spent_s(process: subprocess.Popen[str]) -> float:
    """Seconds of processor time that a running process has taken so far."""
    if not Path("/proc/self/stat").exists():
        pytest.skip("needs /proc (Linux)")
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


async def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Wait for a process without stopping the sandbox in this one."""
    await until(lambda: process.poll() is not None, "the process to end", END_S)
    said, complained = process.communicate()
    return process.returncode, said, complained


async def test_the_bot_starts_in_time_beats_and_stops_on_sigterm(
    settings: Settings, tmp_path: Path, discord_there
) -> None:
    _, where = discord_there
    env = environment(settings, **where)
    path = settings.var_dir / "bot.pulse"

    process = bot(env, tmp_path)
    await until(lambda: path.exists() or process.poll() is not None, "pulse", END_S)
    started_s = spent_s(process)
    assert pulse.alive(path)
    assert (await ended(bot(env, tmp_path, "health")))[0] == 0

    process.send_signal(signal.SIGTERM)
    began = time.monotonic()
    status, _, log = await ended(process)

    assert status == 0
    assert time.monotonic() - began < STOP_MAX_S
    assert not path.exists()
    assert "Traceback" not in log
    assert where["DISCORD_TOKEN"] not in log
    assert (await ended(bot(env, tmp_path, "health")))[0] == 1
    assert started_s < START_MAX_S


@pytest.mark.slow
async def test_migrate_goes_forward_and_back(settings: Settings, tmp_path: Path) -> None:
    env = environment(settings)
    path = Path(settings.database_url.get_secret_value().removeprefix("sqlite:///"))

    def tables() -> set[str]:
        with closing(sqlite3.connect(path)) as connection:
            return {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}

    assert (await ended(bot(env, tmp_path, "migrate")))[0] == 0
    assert "orders" in tables()
    assert "photos" in tables()
    assert (await ended(bot(env, tmp_path, "migrate", "--to", "0001")))[0] == 0
    assert "photos" not in tables()
    assert "orders" in tables()


async def test_sync_registers_the_commands_and_says_so(
    settings: Settings, tmp_path: Path, discord_there
) -> None:
    sandbox, where = discord_there
    status, said, _ = await ended(bot(environment(settings, **where), tmp_path, "sync"))
    assert status == 0
    assert said == f"registered everywhere: {COMMANDS}\n"
    registered = {c["name"] for c in sandbox.world.commands.every()}
    assert registered == {name.removeprefix("/") for name in COMMANDS.split(", ")}


async def test_sync_can_be_for_one_server(
    settings: Settings, tmp_path: Path, discord_there
) -> None:
    _, where = discord_there
    guild = "1240000000000000100"
    env = environment(settings, **where)
    status, said, _ = await ended(bot(env, tmp_path, "sync", "--guild", guild))
    assert (status, said) == (0, f"registered in server {guild}: {COMMANDS}\n")


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"DISCORD_TOKEN": ""}, "DISCORD_TOKEN is missing"),
        ({"DISCORD_TOKEN": "wrong-secret"}, "DISCORD_TOKEN was refused"),
        ({"DISCORD_API_BASE": "http://127.0.0.1:9/api/v10"}, "Discord cannot be reached"),
        ({"DATABASE_URL": "sqlite:////dev/null/wrong-secret.db"}, "the database"),
        ({"DATABASE_URL": "postgresql://u:wrong-secret@127.0.0.1:9/d"}, "the database"),
        ({"COOLDOWN_S": "wrong-secret"}, "The setting COOLDOWN_S is wrong"),
    ],
)
async def test_what_keeps_the_bot_from_starting_is_said_in_a_line(
    settings: Settings, tmp_path: Path, discord_there, changed: dict[str, str], reason: str
) -> None:
    _, where = discord_there
    env = environment(settings, **(where | changed))
    status, _, complaint = await ended(bot(env, tmp_path))
    assert status == 1
    assert f"bot: {reason}" in complaint
    assert "Traceback" not in complaint
    assert "wrong-secret" not in complaint.replace("wrong-secret.db", "")


def test_the_bot_loads_nothing_heavy(settings: Settings, tmp_path: Path) -> None:
    program = f"import sys, bot.app; print([m for m in {HEAVY!r} if m in sys.modules])"
    said = subprocess.check_output(
        [sys.executable, "-c", program], env=environment(settings), cwd=tmp_path, text=True
    )
    assert said == "[]\n"
