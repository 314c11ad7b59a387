"""Python, the packages of bot and worker, room on the disk, and who may read what lies there."""

import platform
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from uuid import uuid4

from packaging.requirements import Requirement

from foodgan.contract import private
from foodgan.contract.checkup import Finding, Part, fail, ok, skip, warn
from foodgan.contract.settings import Settings
from foodgan.contract.terminal import say

PYTHONS = ((3, 11), (3, 14))  # from, up to but without
MAIN = {"bot": "discord.py", "worker": "torch"}  # without it a machine is not meant to run it
PACKAGES: dict[str, Part] = {"bot": "packages of the bot", "worker": "packages of the worker"}
FREE_MIN = 200 * 2**20  # bytes
FREE_LITTLE = 2 * 2**30


def python(settings: Settings) -> Iterator[Finding]:
    """Python's version, then one line for each extra."""
    lowest, above = PYTHONS
    running = say("doctor-python", version=platform.python_version(), machine=platform.machine())
    if lowest <= sys.version_info[:2] < above:
        yield ok("Python", running)
    else:
        yield fail("Python", running, say("doctor-python.advice"))
    for extra, main in MAIN.items():
        yield _packages(extra, main)


def _packages(extra: str, main: str) -> Finding:
    part = PACKAGES[extra]
    wanted = _wanted(extra)
    wrong = {need.name: found for need in wanted if (found := _wrong(need))}
    if not wrong:
        return ok(part, say("doctor-packages", count=len(wanted)))
    if _wrong(Requirement(main)):
        return skip(part, say("doctor-runs-none", package=main, extra=extra))
    told = say("doctor-packages-list").join(wrong.values())
    return fail(part, told, say("doctor-packages.advice", extra=extra))


def _wanted(extra: str) -> list[Requirement]:
    needs = [Requirement(line) for line in requires("foodgan") or ()]
    return [need for need in needs if need.marker is None or need.marker.evaluate({"extra": extra})]


def _wrong(need: Requirement) -> str:
    """What is wrong with a package; empty when nothing is."""
    try:
        found = version(need.name)
    except PackageNotFoundError:
        return say("doctor-package-missing", name=need.name)
    if need.specifier.contains(found, prereleases=True):
        return ""
    wanted = str(need.specifier)
    return say("doctor-package-other", name=need.name, found=found, wanted=wanted)


def disk(settings: Settings) -> Iterator[Finding]:
    """Whether the folder for records, logs and pulses can be written, and has room.

    One that is not there is not made.
    """
    part: Part = "disk"
    folder = settings.var_dir
    above = next(each for each in (folder, *folder.parents) if each.exists())
    probe = above / f".doctor-{uuid4().hex[:8]}"
    try:
        probe.touch()
        probe.unlink()
    except OSError as error:
        what = say("doctor-disk-closed", folder=str(folder), reason=str(error.strerror))
        yield fail(part, what, say("doctor-disk-closed.advice"))
        return
    free = shutil.disk_usage(above).free
    phrase = "doctor-disk" if above == folder else "doctor-disk-new"
    told = say(phrase, free=f"{free / 2**30:.1f}", folder=str(folder))
    if free < FREE_MIN:
        yield fail(part, told, say("doctor-disk.full"))
    elif free < FREE_LITTLE:
        yield warn(part, told, say("doctor-disk.little"))
    else:
        yield ok(part, told)


def private_files(settings: Settings) -> Iterator[Finding]:
    """Whether others on this machine may read the token, or photos that nobody has reviewed."""
    part: Part = "private files"
    modes = {Path(".env"): "600", settings.var_dir: "700"}
    found = {path: mode for path, mode in modes.items() if path.exists() and private.is_open(path)}
    for path, mode in found.items():
        advice = say("doctor-private-open.advice", mode=mode, path=str(path))
        yield warn(part, say("doctor-private-open", path=str(path)), advice)
    if not found:
        yield ok(part, say("doctor-private"))
