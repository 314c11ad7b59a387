"""The option --device, as every command has it."""

from typing import Annotated

import typer


def usable(device: str | None) -> str | None:
    """The device, which is there and computes; None is the best. Raises BadParameter."""
    if device is None:
        return None
    import torch

    try:
        torch.zeros(1, device=device).item()
    except (RuntimeError, AssertionError) as error:
        why = str(error).split("\n")[0] or type(error).__name__
        raise typer.BadParameter(f"{device!r} cannot be used: {why}") from error
    return device


Device = Annotated[
    str | None, typer.Option(help="cpu, cuda, cuda:1; else the best.", callback=usable)
]
