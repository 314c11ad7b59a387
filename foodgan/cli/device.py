"""The option --device, as every command has it."""

from typing import Annotated

import typer

from foodgan.contract.terminal import say


def usable(device: str | None) -> str | None:
    """The device, which is there and computes; None is the best. Raises BadParameter."""
    if device is None:
        return None
    from foodgan.machine.place import fault_of

    if fault := fault_of(device):
        raise typer.BadParameter(say("cli-device-unusable", device=device, why=fault))
    return device


Device = Annotated[str | None, typer.Option(callback=usable)]
