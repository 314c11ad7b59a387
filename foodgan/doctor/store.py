"""The place of contributed photos: whether it can be written, read and cleared."""

from collections.abc import Iterator
from uuid import uuid4

from foodgan.contract.checkup import Finding, fail, ok, skip
from foodgan.contract.settings import Settings

PROBE = b"foodgan doctor"


def store(settings: Settings) -> Iterator[Finding]:
    """Write a file there, read it back, take it away."""
    part = "photo store"
    url = getattr(settings, "photo_store", None)  # only a canteen with photos has the setting
    if not url:
        yield skip(part, "no photo store is set")
        return
    shown = str(url).split("?")[0]
    try:
        from fsspec.core import url_to_fs

        place, root = url_to_fs(str(url))
        path = f"{root}/.doctor-{uuid4().hex[:8]}"
        place.makedirs(root, exist_ok=True)
        place.pipe_file(path, PROBE)
        try:
            read = place.cat_file(path)
        finally:
            place.rm_file(path)
    except Exception as error:  # every backend of fsspec raises its own
        what = f"{shown}: {type(error).__name__}: {str(error)[:120]}"
        yield fail(part, what, "correct PHOTO_STORE, or the rights and credentials for it")
        return
    if read == PROBE:
        yield ok(part, f"{shown} takes files and gives them back")
    else:
        yield fail(part, f"{shown} gave back other bytes", "do not trust this store")
