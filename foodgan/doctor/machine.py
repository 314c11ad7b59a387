"""Python, the packages of bot and worker, and room on the disk."""

import platform
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version
from uuid import uuid4

from packaging.requirements import Requirement

from foodgan.contract.checkup import Finding, fail, ok, skip, warn
from foodgan.contract.settings import Settings

PYTHONS = ((3, 11), (3, 14))  # from, up to but without
MAIN = {"bot": "discord.py", "worker": "torch"}  # without it a machine is not meant to run it
FREE_MIN = 200 * 2**20  # bytes
FREE_LITTLE = 2 * 2**30


def python(settings: Settings) -> Iterator[Finding]:
    """Python's version, then one line for each extra."""
    lowest, above = PYTHONS
    running = f"{platform.python_version()} on {platform.machine()}"
    if lowest <= sys.version_info[:2] < above:
        yield ok("Python", running)
    else:
        yield fail("Python", running, "foodgan needs Python 3.11, 3.12 or 3.13")
    for extra, main in MAIN.items():
        yield _packages(extra, main)


def _packages(extra: str, main: str) -> Finding:
    part = f"packages of the {extra}"
    wanted = _wanted(extra)
    wrong = {need.name: found for need in wanted if (found := _wrong(need))}
    if not wrong:
        return ok(part, f"{len(wanted)} packages")
    if _wrong(Requirement(main)):
        return skip(part, f"without {main} this machine runs no {extra}")
    return fail(part, "; ".join(wrong.values()), f"pip install --upgrade 'foodgan[{extra}]'")


def _wanted(extra: str) -> list[Requirement]:
    needs = [Requirement(line) for line in requires("foodgan") or ()]
    return [need for need in needs if need.marker is None or need.marker.evaluate({"extra": extra})]


def _wrong(need: Requirement) -> str:
    """What is wrong with a package; empty when nothing is."""
    try:
        found = version(need.name)
    except PackageNotFoundError:
        return f"{need.name} is missing"
    fits = need.specifier.contains(found, prereleases=True)
    return "" if fits else f"{need.name} {found} is not {need.specifier}"


def disk(settings: Settings) -> Iterator[Finding]:
    """Whether the folder for records, logs and pulses can be written, and has room.

    One that is not there is not made.
    """
    part = "disk"
    folder = settings.var_dir
    above = next(each for each in (folder, *folder.parents) if each.exists())
    probe = above / f".doctor-{uuid4().hex[:8]}"
    try:
        probe.touch()
        probe.unlink()
    except OSError as error:
        what = f"{folder} cannot be written ({error.strerror})"
        yield fail(part, what, "make VAR_DIR a folder that this user owns")
        return
    free = shutil.disk_usage(above).free
    told = f"{free / 2**30:.1f} GiB free for {folder}"
    if above != folder:
        told += ", which will be made"
    if free < FREE_MIN:
        yield fail(part, told, "make room: records and the queue's log must be written")
    elif free < FREE_LITTLE:
        yield warn(part, told, "make room soon")
    else:
        yield ok(part, told)
