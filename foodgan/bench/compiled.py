"""A painter's stages compiled: fewer passes over memory, for minutes of compiling.

Both ways take a C++ compiler on the machine that compiles.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn

from foodgan.models.stackgan import SKETCH_SIZE
from foodgan.painter import Painter, portions

NAME = "カレー"  # of the dishes that are traced: any will do


def compiler() -> str | None:
    """The C++ compiler that torch would call, None where there is none."""
    return shutil.which(os.environ.get("CXX") or "g++")


def at_first_use(painter: Painter) -> None:
    """Both stages by `torch.compile`: the first pass of one picture pays, and the first of more."""
    painter.first_pass = torch.compile(painter.first_pass)
    painter.second_pass = torch.compile(painter.second_pass)


def ahead(painter: Painter, folder: Path) -> None:
    """Both stages by `torch.export` and AOTInductor, for any number of pictures, in float32.

    Leaves a file each in the folder, which holds weights and code for this very kind of machine.
    """
    first, second = _traced(painter)
    painter.first_pass = _ahead(painter.first, first, folder / "stage1.pt2")
    painter.second_pass = _ahead(painter.second, second, folder / "stage2.pt2")


class _Paint(nn.Module):
    """A stage of which `paint` is what is called."""

    def __init__(self, stage: nn.Module) -> None:
        super().__init__()
        self.stage = stage

    def forward(self, *given: Tensor) -> Tensor:
        painted: Tensor = self.stage.paint(*given)  # type: ignore[operator]
        return painted


def _traced(painter: Painter) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
    """What `paint` of either stage takes for two pictures; one alone would be traced as one."""
    with torch.no_grad():
        given = painter.prepare(portions(NAME, 0, 2))
        first, _, _ = painter.first.condition_of(given.names, given.ca1)
        second, _, _ = painter.second.condition_of(given.names, given.ca2)
    sketch = torch.zeros(2, 3, SKETCH_SIZE, SKETCH_SIZE, device=painter.device)
    return (first, given.z1), (
        second,
        sketch.contiguous(memory_format=torch.channels_last),
        given.z2,
    )


def _ahead(stage: nn.Module, given: tuple[Tensor, ...], path: Path) -> Callable[..., Tensor]:
    pictures = torch.export.Dim("pictures", min=1)
    with torch.no_grad():
        exported = torch.export.export(
            _Paint(stage), given, dynamic_shapes=(tuple({0: pictures} for _ in given),)
        )
        package = torch._inductor.aoti_compile_and_package(exported, package_path=str(path))
    loaded: Callable[..., Tensor] = torch._inductor.aoti_load_package(package)
    return loaded
