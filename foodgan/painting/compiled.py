"""A painter's stages compiled: fewer passes over memory, for a minute of compiling.

Compiling takes a C++ compiler; what was compiled ahead needs none to run, but the same kind of
machine, the same torch, networks and weights that paint: where one of these changed it is not found
again. A model that learned names paints with the weights of the one that it learned on, and finds
that one's code.
"""

import hashlib
import json
import os
import platform
import shutil
import tempfile
from pathlib import Path

import torch
from torch import Tensor, nn

from foodgan import registry
from foodgan.contract import private
from foodgan.contract.whole import settle
from foodgan.models import layers, stackgan
from foodgan.models.stackgan import RULES, SKETCH_SIZE, Stage1Generator, Stage2Generator
from foodgan.painting.painter import Painter, portions

FOLDER = "compiled"  # in VAR_DIR
STAGES = ("stage1.pt2", "stage2.pt2")
_HEARING = ("names.", "augment.")  # tensors that make a condition of a name, before `paint`
_NAME = "カレー"  # of the dishes that are traced: any will do
# As many threads as the process that runs it has, not as many as the one that compiled it had.
_OPTIONS = {"cpp.dynamic_threads": True}


def compiler() -> str | None:
    """The C++ compiler that torch would call, None where there is none."""
    return shutil.which(os.environ.get("CXX") or "g++")


def at_first_use(painter: Painter) -> None:
    """Both stages by `torch.compile`: the first pass of one picture pays, and the first of more."""
    painter.first_pass = torch.compile(painter.first_pass)
    painter.second_pass = torch.compile(painter.second_pass)
    painter.in_lanes = False


def ahead(painter: Painter, home: Path) -> Path:
    """Compile a CPU's painter into a folder of home, whole or not at all; the folder.

    By `torch.export` and AOTInductor, for any number of pictures, in float32. What was compiled for
    it before goes: it may be damaged. Raises RuntimeError where it does not compile.
    """
    private.make_folder(home)
    place = place_of(painter, home)
    with tempfile.TemporaryDirectory(dir=home) as folder:
        fresh = Path(folder) / place.name
        fresh.mkdir()
        first, second = _traced(painter)
        _compile(painter.first, first, fresh / STAGES[0])
        _compile(painter.second, second, fresh / STAGES[1])
        for made in (*fresh.iterdir(), fresh):
            settle(made)  # else a power cut leaves names without what they name
        if place.exists():  # damaged, maybe; whoever has its files open keeps them
            place.rename(Path(folder) / "before")
        try:
            fresh.rename(place)
        except OSError:
            if not place.is_dir():  # else another process was quicker
                raise
    return place


def take_up(painter: Painter, home: Path) -> bool:
    """Let the painter paint with what was compiled for it and this machine, where there is any.

    Raises RuntimeError for a damaged file; the painter then stays as it was.
    """
    if painter.device.type != "cpu" or not home.is_dir():
        return False
    place = place_of(painter, home)
    if not place.is_dir():
        return False
    first, second = (torch._inductor.aoti_load_package(str(place / name)) for name in STAGES)
    painter.first_pass, painter.second_pass = first, second
    painter.in_lanes = False  # what was compiled ahead holds Python's lock while it computes
    return True


def place_of(painter: Painter, home: Path) -> Path:
    """The folder of these weights and networks on this kind of machine; takes some 30 ms."""
    weights = [_painting(stage) for stage in (painter.first, painter.second)]
    code = [registry.sha256(Path(str(module.__file__))) for module in (stackgan, layers)]
    can = sorted(name for name, has in torch.cpu.get_capabilities().items() if has is True)
    rules = painter.second.config.model_dump(include=set(RULES))
    told = json.dumps([weights, rules, code, platform.machine(), str(torch.__version__), can])
    return home / hashlib.sha256(told.encode()).hexdigest()[:16]


def _painting(stage: nn.Module) -> str:
    """SHA-256 of the tensors that `paint` computes with, in hexadecimal."""
    told = hashlib.sha256()
    for name, tensor in sorted(stage.state_dict().items()):
        if not name.startswith(_HEARING):
            told.update(f"{name} {tuple(tensor.shape)} {tensor.dtype} ".encode())
            # As a painter lays convolutions, channels last: there is nothing to copy then.
            laid = tensor.permute(0, 2, 3, 1) if tensor.dim() == 4 else tensor
            told.update(laid.cpu().contiguous().numpy().data)
    return told.hexdigest()


class _Paint(nn.Module):
    """A stage of which `paint` is what is called."""

    def __init__(self, stage: Stage1Generator | Stage2Generator) -> None:
        super().__init__()
        self.stage = stage

    def forward(self, *given: Tensor) -> Tensor:
        return self.stage.paint(*given)


def _traced(painter: Painter) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
    """What `paint` of either stage takes for two pictures; of one, the one would be traced too."""
    with torch.no_grad():
        given = painter.prepare(portions(_NAME, 0, 2))
        first, _, _ = painter.first.condition_of(given.names, given.ca1)
        second, _, _ = painter.second.condition_of(given.names, given.ca2)
    sketch = torch.zeros(2, 3, SKETCH_SIZE, SKETCH_SIZE)
    sketch = sketch.contiguous(memory_format=torch.channels_last)
    return (first, first.clone(), given.z1), (second, sketch, given.z2)


def _compile(
    stage: Stage1Generator | Stage2Generator, given: tuple[Tensor, ...], path: Path
) -> None:
    pictures = torch.export.Dim("pictures", min=1)
    shapes = (tuple({0: pictures} for _ in given),)
    with torch.no_grad():
        exported = torch.export.export(_Paint(stage), given, dynamic_shapes=shapes)
        torch._inductor.aoti_compile_and_package(
            exported, package_path=str(path), inductor_configs=_OPTIONS
        )
