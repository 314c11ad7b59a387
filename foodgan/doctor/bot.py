"""The bot's side, which only the bot can look at: asked of `python -m bot doctor`."""

import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec

from pydantic import ValidationError

from foodgan.contract.checkup import Finding, Findings, fail, skip
from foodgan.contract.logs import brief
from foodgan.contract.settings import Settings
from foodgan.contract.terminal import say

WITHIN_S = 60.0


def bot(settings: Settings) -> Iterator[Finding]:
    """Database and Discord."""
    if find_spec("discord") is None:
        why = say("doctor-runs-none", package="discord.py", extra="bot")
        yield skip("database", why)
        yield skip("Discord", why)
        return
    try:
        done = subprocess.run(
            [sys.executable, "-m", "bot", "doctor"],
            env=os.environ | {"LOG_LEVEL": "ERROR", "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            encoding="utf-8",
            timeout=WITHIN_S,
        )
        yield from Findings.validate_json(done.stdout)
    except subprocess.TimeoutExpired:
        told = say("doctor-bot-hangs", seconds=f"{WITHIN_S:.0f}")
        yield fail("bot", told, say("doctor-bot-hangs.advice"))
    except ValidationError:
        last = (done.stderr.strip().splitlines() or [say("doctor-bot-silent")])[-1]
        yield fail("bot", brief(last, 200), say("doctor-bot-silent.advice"))
