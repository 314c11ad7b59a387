"""Dishes as files and as sentences: what `foodgan dish` and `foodgan mix` share."""

import hashlib
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from foodgan.contract.terminal import say

if TYPE_CHECKING:  # heavy, and `--help` does without
    from foodgan.metrics.nearest import Kin
    from foodgan.painting.painter import Dish

BYTES_MAX = 255  # of a file's name, on the file systems there are


def weights(given: list[str]) -> tuple[tuple[str, float], ...]:
    """`抹茶=1.5` as a word in its one spelling and its weight. Raises UserError, BadParameter."""
    from foodgan.contract import dishname

    found = []
    for words in given:
        word, _, number = words.replace("＝", "=").rpartition("=")
        try:
            weight = float(number)
        except ValueError:
            wrong = say("cli-dish-weight-unread", given=words)
            raise typer.BadParameter(wrong, param_hint="--weight") from None
        found.append((dishname.normalise(word), weight))
    return tuple(found)


def file_name(dish: "Dish", ending: str) -> str:
    """The name of a dish's file, which no other dish has. ending: `.png` and the like.

    A plain dish is its name and seed; what else was asked for, or does not fit, is told by a hash.
    """
    names, tail = "×".join(dish.names).replace("/", "／"), f"-{dish.seed}"
    plain = dish == type(dish)(dish.name, dish.seed)
    if not plain or len((names + tail + ending).encode()) > BYTES_MAX:
        tail += f"-{hashlib.sha256(repr(asdict(dish)).encode()).hexdigest()[:6]}"
    room = BYTES_MAX - len(tail + ending)
    return names.encode()[:room].decode(errors="ignore") + tail + ending


def kin_json(kin: "Kin") -> dict[str, Any]:
    """What the nearest photos are, for `--json`."""
    return {"novelty": round(kin.novelty, 4), "photos": [asdict(photo) for photo in kin.photos]}


def tell_kin(kin: "Kin") -> None:
    """Print how new a picture is, and the photos nearest to it."""
    from foodgan.contract.photos import UNKNOWN

    typer.echo("  " + say("nearest-novelty", percent=int(100 * kin.novelty)))
    if kin.close:
        typer.echo("  " + say("nearest-close"))
    for photo in kin.photos:
        name = photo.name or say("nearest-unnamed")
        said = (photo.source, photo.licence, photo.credit)
        by = " · ".join(text for text in said if text not in ("", UNKNOWN))
        by = by or say("check-not-stated")
        typer.echo("  " + say("nearest-photo", name=name, by=by, gap=f"{photo.distance:.2f}"))


def written(path: Path) -> dict[str, Any]:
    """A file and its SHA-256, for `--json`."""
    return {"file": str(path), "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
