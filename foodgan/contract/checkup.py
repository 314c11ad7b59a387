"""What a check of `foodgan doctor` finds. Bot and foodgan each check their own side."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter

from foodgan.contract.logs import redact

Level = Literal["ok", "warn", "fail", "skip"]


class Finding(BaseModel):
    """One line. part: what was looked at; found: what is there; advice: what to do, "" for nothing.

    skip: could not or need not be checked here; `found` says why.
    """

    model_config = ConfigDict(frozen=True)

    part: str
    level: Level
    found: str
    advice: str = ""


Findings = TypeAdapter(list[Finding])


def ok(part: str, found: str) -> Finding:
    """All is well."""
    return Finding(part=part, level="ok", found=redact(found))


def warn(part: str, found: str, advice: str) -> Finding:
    """It runs, but wants a look."""
    return Finding(part=part, level="warn", found=redact(found), advice=advice)


def fail(part: str, found: str, advice: str) -> Finding:
    """Members would notice."""
    return Finding(part=part, level="fail", found=redact(found), advice=advice)


def skip(part: str, reason: str) -> Finding:
    """Not checked."""
    return Finding(part=part, level="skip", found=redact(reason))
