"""A contact sheet of drawn dishes."""

from pathlib import Path

import numpy as np
from PIL import Image

from foodgan.contract.whole import whole
from foodgan.kondate.folder import FolderError
from foodgan.kondate.render import render
from foodgan.kondate.splits import menu
from foodgan.machine.progress import Track, untracked

GAP = 2  # pixels between dishes
FORMATS = {".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg"}


def write_sheet(
    out: Path, columns: int, rows: int, size: int, seed: int, *, track: Track = untracked
) -> list[str]:
    """Training dishes side by side; returns their names, row by row. Whole or not at all.

    Raises FolderError for a file that is neither PNG nor JPEG.
    """
    kind = FORMATS.get(out.suffix.lower())
    if kind is None:
        raise FolderError(f"{out.name} is neither .png nor .jpg")
    entries = menu(columns * rows, seed, held_out=0).entries
    step = size + GAP
    sheet = np.full((rows * step - GAP, columns * step - GAP, 3), 255, np.uint8)
    for i, entry in enumerate(track(entries, "Drawing")):
        top, left = i // columns * step, i % columns * step
        sheet[top : top + size, left : left + size] = render(entry.recipe, entry.seed, size)
    with whole(out) as partial:
        Image.fromarray(sheet).save(partial, format=kind, quality=85, optimize=True)
    return [entry.plan.name for entry in entries]
