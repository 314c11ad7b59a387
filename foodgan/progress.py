"""A progress bar for long work. It goes to stderr: what a command prints can be piped on."""

from collections.abc import Iterable
from typing import Protocol, TypeVar

Item = TypeVar("Item")


class Track(Protocol):
    """Shows progress over a sequence; `track` is one."""

    def __call__(self, items: Iterable[Item], what: str) -> Iterable[Item]: ...


def untracked(items: Iterable[Item], what: str) -> Iterable[Item]:
    """Shows nothing."""
    return items


def track(items: Iterable[Item], what: str, total: float | None = None) -> Iterable[Item]:
    """The items, with a bar while they are gone through. total: where they have no length."""
    from rich import progress
    from rich.console import Console

    console = Console(stderr=True)
    return progress.track(items, what, total=total, transient=True, console=console)
