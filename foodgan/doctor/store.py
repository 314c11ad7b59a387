"""The place of contributed photos: whether it can be written, read and cleared."""

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

from foodgan.contract.checkup import Finding, Part, fail, ok, warn
from foodgan.contract.errors import StoreError
from foodgan.contract.logs import brief
from foodgan.contract.settings import Settings
from foodgan.contract.store import Store, shown
from foodgan.contract.terminal import say

PROBE = b"foodgan doctor"


def store(settings: Settings) -> Iterator[Finding]:
    """Write a file there, read it back, take it away. A folder that is not there is not made."""
    part: Part = "photo store"
    where = shown(settings.photo_store)
    advice = say("doctor-store.advice")
    path = f".doctor-{uuid4().hex[:8]}"
    try:
        place = Store(settings.photo_store)
        if place.is_folder and not Path(place.root).exists():
            above = next(each for each in Path(place.root).parents if each.exists())
            if above.is_dir() and os.access(above, os.W_OK | os.X_OK):
                yield ok(part, say("doctor-store-new", store=where))
            else:
                what = say("doctor-store-no-room", store=where, above=str(above))
                yield fail(part, what, advice)
            return
        if place.is_folder and not os.access(place.root, os.W_OK):
            what = say("doctor-store-read-only", store=where)
            yield warn(part, what, say("doctor-store-read-only.advice"))
            return
        place.write(path, PROBE)
        try:
            read = place.read(path)
        finally:
            place.delete(path)
    except (StoreError, FileNotFoundError) as error:
        what = say("doctor-store-fails", store=where, error=brief(str(error), 160))
        yield fail(part, what, advice)
        return
    if read == PROBE:
        yield ok(part, say("doctor-store", store=where))
    else:
        what = say("doctor-store-false", store=where)
        yield fail(part, what, say("doctor-store-false.advice"))
