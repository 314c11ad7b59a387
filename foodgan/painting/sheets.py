"""What models paint of names, on one sheet: for people who would rather look than read."""

from collections.abc import Sequence
from pathlib import Path

import torch
from torch.nn import functional as F
from torchvision.utils import make_grid

from foodgan.machine.progress import track
from foodgan.painting.grids import contact_sheet
from foodgan.painting.painter import Painter, portions


def write(
    names: Sequence[str],
    painters: Sequence[tuple[Painter, int]],
    path: Path,
    *,
    side: int,
    columns: int = 1,
) -> None:
    """Paint every name by each painter, so many pictures with seeds from 0; a PNG, whole or not.

    names: normalised, at least one; side: pixels of a picture; columns: names side by side.
    """
    rows = []
    for name in track(names, "painting"):
        for painter, count in painters:
            painted = painter.paint_tensor(portions(name, 0, count))
            rows.append(F.interpolate(painted, (side, side), mode="area").cpu())
    across = columns * sum(count for _, count in painters)
    contact_sheet(make_grid(torch.cat(rows), nrow=across, padding=2), path)
