"""A progress bar for long work. It goes to stderr: what a command prints can be piped on."""

from collections.abc import Iterable
from typing import TypeVar

from rich import progress
from rich.console import Console

Item = TypeVar("Item")


def track(items: Iterable[Item], what: str, total: float | None = None) -> Iterable[Item]:
    """The items, with a bar while they are gone through. total: where they have no length."""
    console = Console(stderr=True)
    return progress.track(items, what, total=total, transient=True, console=console)
