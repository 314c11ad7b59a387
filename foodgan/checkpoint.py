"""Tensors and JSON on disk, whole or not at all."""

import json
import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn, optim

from foodgan.contract.errors import ModelError
from foodgan.contract.whole import whole

FORMAT = 1  # of every file that this project writes; a reader refuses others
CHECKPOINT = "last.safetensors"  # in the folder of a training run
SNAPSHOTS = "snapshots"  # its averaged generators on the way, by photos seen


def save(path: Path, tensors: dict[str, Tensor], about: dict[str, Any]) -> None:
    """Write tensors and a JSON description as one safetensors file, atomically.

    A process killed at any moment leaves the old file or the new one. Raises OSError
    (a full disk, say) with the old file untouched.
    """
    described = {"foodgan": json.dumps({"format": FORMAT, **about}, ensure_ascii=False)}
    plain = {name: t.detach().contiguous() for name, t in tensors.items()}
    try:
        with whole(path) as partial:
            save_file(plain, partial, described)
            partial.chmod(0o644)  # safetensors makes it private; a model is not
    except SafetensorError as error:
        raise OSError(f"could not write {path.name}: {error}") from error


def of(run: Path, kept: str = CHECKPOINT) -> Path:
    """The file of that name in a run's folder; a file, such as a snapshot, is its own."""
    return run if run.is_file() else run / kept


def load(path: Path, device: str = "cpu") -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Read what `save` wrote. Raises ModelError when the file is missing, damaged or foreign."""
    with _opened(path, device) as opened:
        about = _about(opened, path)
        return {name: opened.get_tensor(name) for name in opened.keys()}, about  # noqa: SIM118


def description(path: Path) -> dict[str, Any]:
    """What `save` wrote beside the tensors, none of which is read. Raises ModelError."""
    with _opened(path, "cpu") as opened:
        return _about(opened, path)


@contextmanager
def _opened(path: Path, device: str) -> Iterator[Any]:
    try:
        with safe_open(path, framework="pt", device=device) as opened:
            yield opened
    except FileNotFoundError as error:
        raise ModelError(f"{path.name} is missing in {path.parent}") from error
    except (SafetensorError, KeyError, ValueError, OSError) as error:
        raise ModelError(f"{path.name} is damaged or not of this project: {error}") from error


def _about(opened: Any, path: Path) -> dict[str, Any]:
    about: dict[str, Any] = json.loads((opened.metadata() or {})["foodgan"])
    if about.get("format") != FORMAT:
        raise ModelError(f"{path.name} has format {about.get('format')}, this build reads {FORMAT}")
    return about


def kept(run: Path) -> str:
    """What a person can still rely on when a run stops."""
    there = (run / CHECKPOINT).exists()
    return f"the last checkpoint in {run} is good" if there else "there is no checkpoint"


def not_finite(tensors: dict[str, Tensor]) -> str | None:
    """The name of a tensor that holds what is no number, if any does."""
    sums = torch.stack([tensor.sum(dtype=torch.float64) for tensor in tensors.values()])
    totals = zip(tensors, sums.tolist(), strict=True)  # one wait for all of them
    return next((name for name, total in totals if not math.isfinite(total)), None)


def prefixed(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """The tensors under "prefix." names."""
    return {f"{prefix}.{name}": tensor for name, tensor in tensors.items()}


def part(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """The tensors whose names begin with "prefix.", without it."""
    head = f"{prefix}."
    return {name[len(head) :]: t for name, t in tensors.items() if name.startswith(head)}


def fill(module: nn.Module, tensors: dict[str, Tensor], what: str) -> None:
    """Load tensors into a module, every one and no other. Raises ModelError."""
    try:
        module.load_state_dict(tensors)
    except RuntimeError as error:
        raise ModelError(f"{what} does not fit its configuration: {error}") from error


def optimizer_tensors(optimizer: optim.Optimizer) -> dict[str, Tensor]:
    """An optimiser's state as flat tensors: "3.exp_avg" and so on."""
    states = optimizer.state_dict()["state"]
    return {f"{i}.{key}": value for i, state in states.items() for key, value in state.items()}


def fill_optimizer(optimizer: optim.Optimizer, tensors: dict[str, Tensor]) -> None:
    """The inverse of `optimizer_tensors`; moments lie in memory as their parameters do.

    A fused optimiser takes nothing else, and files hold every tensor row by row.
    """
    state: dict[int, dict[str, Tensor]] = {}
    for name, tensor in tensors.items():
        index, key = name.split(".", 1)
        state.setdefault(int(index), {})[key] = tensor
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": state, "param_groups": groups})
    for parameter, held in optimizer.state.items():
        for key, value in held.items():
            if value.dim() and value.shape == parameter.shape:
                held[key] = torch.empty_like(parameter).copy_(value)
