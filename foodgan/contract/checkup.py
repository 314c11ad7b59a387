"""What a check of `foodgan doctor` finds. Bot and foodgan each check their own side.

Both say it in the language of the terminal, which the bot's process inherits.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter

from foodgan.contract.logs import redact
from foodgan.contract.terminal import say

Level = Literal["ok", "warn", "fail", "skip"]

# What can be looked at, by the names that scripts go by in every language.
Part = Literal[
    "Python and packages",
    "Python",
    "packages of the bot",
    "packages of the worker",
    "disk",
    "private files",
    "Redis",
    "Redis role",
    "Redis persistence",
    "Redis memory",
    "Redis password and TLS",
    "clock",
    "workers",
    "photo intake",
    "trainer",
    "photo store",
    "device",
    "threads",
    "model",
    "served model",
    "database and Discord",
    "bot",
    "database",
    "Discord",
    "commands",
    "reviewers",
]


class Finding(BaseModel):
    """One line. part: what was looked at; found: what is there; advice: what to do, "" for nothing.

    skip: could not or need not be checked here; `found` says why.
    """

    model_config = ConfigDict(frozen=True)

    part: Part
    level: Level
    found: str
    advice: str = ""

    @property
    def title(self) -> str:
        """The part, as people call it."""
        return say(f"doctor-part-{self.part.replace(' ', '-').lower()}")


Findings = TypeAdapter(list[Finding])


def ok(part: Part, found: str) -> Finding:
    """All is well."""
    return Finding(part=part, level="ok", found=redact(found))


def warn(part: Part, found: str, advice: str) -> Finding:
    """It runs, but wants a look."""
    return Finding(part=part, level="warn", found=redact(found), advice=advice)


def fail(part: Part, found: str, advice: str) -> Finding:
    """Members would notice."""
    return Finding(part=part, level="fail", found=redact(found), advice=advice)


def skip(part: Part, reason: str) -> Finding:
    """Not checked."""
    return Finding(part=part, level="skip", found=redact(reason))
