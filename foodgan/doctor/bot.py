"""The bot's side, which only the bot can look at: asked of `python -m bot doctor`."""

import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec

from pydantic import ValidationError

from foodgan.contract.checkup import Finding, Findings, fail, skip
from foodgan.contract.logs import redact
from foodgan.contract.settings import Settings

WITHIN_S = 60.0


def bot(settings: Settings) -> Iterator[Finding]:
    """Database and Discord."""
    if find_spec("discord") is None:
        yield skip("database", "without discord.py this machine runs no bot")
        yield skip("Discord", "without discord.py this machine runs no bot")
        return
    try:
        done = subprocess.run(
            [sys.executable, "-m", "bot", "doctor"],
            env=os.environ | {"LOG_LEVEL": "ERROR"},
            capture_output=True,
            text=True,
            timeout=WITHIN_S,
        )
        yield from Findings.validate_json(done.stdout)
    except subprocess.TimeoutExpired:
        yield fail("bot", f"no answer within {WITHIN_S:.0f} s", "see whether the database hangs")
    except ValidationError:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        yield fail("bot", redact(last)[:200], "correct what it says")
