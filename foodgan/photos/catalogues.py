"""Changes of a catalogue that others may change in the same moment: nothing of either is lost."""

from collections.abc import Callable, Collection, Iterable

from foodgan.contract import swap
from foodgan.contract.photos import Entry
from foodgan.contract.store import Store, catalogue_path, lines_from, lines_of

Change = Callable[[list[Entry]], Iterable[Entry] | None]  # None: it stays as it is


def change(store: Store, name: str, how: Change) -> None:
    """Replace a catalogue by what `how` makes of it, as it is now; it may be asked several times.

    Raises StoreError, also where a line is no entry.
    """
    path = catalogue_path(name)

    def changed(data: bytes | None) -> bytes | None:
        entries = how(lines_from(data or b"", path, Entry))
        return None if entries is None else lines_of(entries)

    swap.change(store, path, changed)


def remove(store: Store, name: str, gone: Collection[str]) -> int:
    """Remove the entries of these hashes; returns how many there were."""
    removed = 0

    def without(entries: list[Entry]) -> list[Entry] | None:
        nonlocal removed
        kept = [entry for entry in entries if entry.sha256 not in gone]
        removed = len(entries) - len(kept)
        return kept if removed else None

    change(store, name, without)
    return removed
