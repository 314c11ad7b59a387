"""A progress bar for long work. It goes to stderr: what a command prints can be piped on."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Protocol, TypeVar

Item = TypeVar("Item")


class Track(Protocol):
    """Shows progress over a sequence; `track` is one."""

    def __call__(self, items: Iterable[Item], what: str) -> Iterable[Item]: ...


def untracked(items: Iterable[Item], what: str) -> Iterable[Item]:
    """Shows nothing."""
    return items


def track(items: Iterable[Item], what: str, total: float | None = None) -> Iterable[Item]:
    """The items, with a bar while they are gone through. total: where they have no length.

    A log that is no terminal gets none, not even the empty line that a bar leaves.
    """
    from rich import progress
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        return items
    return progress.track(items, what, total=total, transient=True, console=console)


@contextmanager
def counted(
    what: str, done: int, total: int, unit: str, *, shown: bool
) -> Iterator[Callable[[int], None]]:
    """A bar with a count and a speed, for work that goes on from `done`; it is told how far it is.

    shown: False for the processes that do not lead.
    """
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:,.0f}/{task.total:,.0f} " + unit),
        TextColumn("{task.fields[speed]}"),
        TimeRemainingColumn(),
    )
    begun = time.monotonic()
    with Progress(*columns, console=Console(stderr=True), disable=not shown) as progress:
        task = progress.add_task(what, total=total, completed=done, speed="")

        def tell(now: int) -> None:
            speed = (now - done) / (time.monotonic() - begun)
            progress.update(task, completed=now, speed=f"{speed:.1f}/s")

        yield tell
