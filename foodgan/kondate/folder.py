"""Menus as folders of pictures with metadata.jsonl (Hugging Face imagefolder): write, and read."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from foodgan.contract.errors import FoodganError
from foodgan.contract.whole import sweep, whole, write_text
from foodgan.kondate.cooks import each
from foodgan.kondate.recipe import SINGLE, Recipe, Stated, in_order
from foodgan.kondate.render import render
from foodgan.kondate.splits import Entry, menu
from foodgan.machine.progress import Track, untracked

SETTINGS = "kondate.json"  # what the folder was asked for; a second run must ask for the same
VERSION = 4  # counts up when the same seed gives other names or pictures


class FolderError(FoodganError):
    """The folder cannot take these pictures."""


def write_folder(
    out: Path, names: int, size: int, seed: int, *, jobs: int = 1, track: Track = untracked
) -> dict[str, int]:
    """Pictures in `out`/{train,test}, then metadata.jsonl; returns how many of each set.

    jobs: processes that draw.

    A run that was killed goes on where it stopped: pictures get their names when they are whole,
    and the metadata come last. Raises FolderError when `out` holds anything else.
    """
    _claim(out, {"names": names, "size": size, "seed": seed, "version": VERSION})
    entries = menu(names, seed).entries
    paths = [
        out / entry.split / f"{entry.kind}-{number:06d}.png" for number, entry in enumerate(entries)
    ]
    placed = list(zip(paths, entries, strict=True))
    missing = [(path, entry, size) for path, entry in placed if not path.exists()]
    for _ in zip(track(missing, "Drawing"), each(_write_picture, missing, jobs), strict=True):
        pass
    lines = [json.dumps(_line(p.relative_to(out), e), ensure_ascii=False) for p, e in placed]
    write_text(out / "metadata.jsonl", "".join(line + "\n" for line in lines))
    counts: dict[str, int] = {}
    for entry in entries:
        counts[entry.kind] = counts.get(entry.kind, 0) + 1
    return counts


@dataclass(frozen=True)
class Known:
    """One picture of a Kondate folder and the truth of it. kind: "train" or one of SETS."""

    path: Path
    name: str
    kind: str
    stated: Stated
    recipe: Recipe


def read_menu(folder: Path) -> list[Known]:
    """What `write_folder` wrote, in order. Raises FolderError."""
    table = folder / "metadata.jsonl"
    try:
        lines = table.read_text(encoding="utf-8").splitlines()
        return [_known(folder, json.loads(line)) for line in lines]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FolderError(f"{folder} is no folder of `foodgan kondate render`: {error}") from error


def _known(folder: Path, line: dict[str, Any]) -> Known:
    said = dict(line["stated"])
    mains = said.pop("mains", None)
    return Known(
        path=folder / line["file_name"],
        name=line["name_ja"],
        kind=line["set"],
        stated=Stated(
            mains=None if mains is None else in_order(mains),
            **{key: frozenset(values) for key, values in said.items()},
        ),
        recipe=Recipe(mains=in_order(line["mains"]), **{key: line[key] for key in SINGLE}),
    )


def _claim(out: Path, settings: dict[str, int]) -> None:
    """Take the folder, new or from a run with the same settings."""
    table = out / SETTINGS
    if table.exists():
        try:
            before = json.loads(table.read_text(encoding="utf-8"))
        except ValueError as error:
            raise FolderError(f"{table} is damaged: {error}") from error
        if before != settings:
            raise FolderError(f"{out} holds pictures of other settings: {before}")
        sweep(out)
        return
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise FolderError(f"{out} is not an empty folder")
    out.mkdir(parents=True, exist_ok=True)
    write_text(table, json.dumps(settings))


def _line(path: Path, entry: Entry) -> dict[str, Any]:
    """One line of metadata. stated: what the name says; the attributes: what the picture shows."""
    truth = {key: getattr(entry.recipe, key) for key in SINGLE}
    return {
        "file_name": path.as_posix(),
        "name_ja": entry.plan.name,
        "split": entry.split,
        "set": entry.kind,
        **truth,
        "mains": list(entry.recipe.mains),
        "stated": entry.plan.stated.as_json(),
        "seed": entry.seed,
        "style": "kondate",
        "licence": "MIT",
        "source": "kondate",
    }


def _write_picture(wanted: tuple[Path, Entry, int]) -> None:
    path, entry, size = wanted
    with whole(path) as partial:
        Image.fromarray(render(entry.recipe, entry.seed, size)).save(partial, format="png")
