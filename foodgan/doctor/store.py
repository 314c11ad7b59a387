"""The place of contributed photos: whether it can be written, read and cleared."""

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

from foodgan.contract.checkup import Finding, fail, ok, warn
from foodgan.contract.errors import StoreError
from foodgan.contract.settings import Settings
from foodgan.contract.store import Store

PROBE = b"foodgan doctor"


def store(settings: Settings) -> Iterator[Finding]:
    """Write a file there, read it back, take it away. A folder that is not there is not made."""
    part = "photo store"
    shown = settings.photo_store.split("?")[0]
    advice = "correct PHOTO_STORE, or the rights and credentials for it"
    path = f".doctor-{uuid4().hex[:8]}"
    try:
        place = Store(settings.photo_store)
        if place.is_folder and not Path(place.root).exists():
            above = next(each for each in Path(place.root).parents if each.exists())
            if above.is_dir() and os.access(above, os.W_OK | os.X_OK):
                yield ok(part, f"{shown} will be made with the first photo")
            else:
                yield fail(part, f"{shown} cannot be made in {above}", advice)
            return
        if place.is_folder and not os.access(place.root, os.W_OK):
            what = f"{shown} can be read, and not be written"
            yield warn(
                part,
                what,
                "enough to paint; bot and intake write to it, a trainer refuses to start",
            )
            return
        place.write(path, PROBE)
        try:
            read = place.read(path)
        finally:
            place.delete(path)
    except (StoreError, FileNotFoundError) as error:
        yield fail(part, f"{shown}: {str(error)[:160]}", advice)
        return
    if read == PROBE:
        yield ok(part, f"{shown} takes files and gives them back")
    else:
        yield fail(part, f"{shown} gave back other bytes", "do not trust this store")
