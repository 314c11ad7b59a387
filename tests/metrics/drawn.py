"""Drawn dishes of two names, some held out, for what `foodgan evaluate` needs of a folder."""

import json
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

NAMES = ("カレー", "鮭丼")
COLOURS = {"カレー": (190, 120, 30), "鮭丼": (240, 130, 110)}
EACH = 24


def draw_dish(name: str, seed: int, size: int = 64) -> Image.Image:
    """A plate on a table, with blobs of the name's colour in places of the seed."""
    chance = np.random.default_rng(seed)
    picture = Image.new("RGB", (size, size), tuple(chance.integers(30, 200, 3).tolist()))
    pen = ImageDraw.Draw(picture)
    for _ in range(9):
        x, y, r = (int(v) for v in chance.integers((0, 0, size // 10), (size, size, size // 4)))
        shade = int(chance.integers(-40, 40))
        pen.ellipse((x - r, y - r, x + r, y + r), tuple(c + shade for c in COLOURS[name]))
    return picture


def draw_exam(folder: Path, *, held_out_every: int = 3, labelled: bool = True) -> Path:
    """EACH photos of each name with metadata.jsonl; every so many are of the split `test`."""
    lines = []
    for i in range(EACH * len(NAMES)):
        name = NAMES[i % len(NAMES)]
        draw_dish(name, i).save(folder / f"{i}.png")
        held_out = held_out_every and i // len(NAMES) % held_out_every == 0
        entry = {"file_name": f"{i}.png", "split": "test" if held_out else "train"}
        lines.append(entry | ({"name_ja": name} if labelled else {}))
    write_metadata(folder, lines)
    return folder


def write_metadata(folder: Path, lines: list[dict[str, str]]) -> None:
    text = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
    (folder / "metadata.jsonl").write_text(text, encoding="utf-8")
