"""Whom models of a store name: as the photos did that they learned from. Contributors may change
their mind, and a model's index and card do not follow before names are learned anew.
"""

import json
import logging
from collections.abc import Iterator

from foodgan.contract.errors import FoodganError
from foodgan.contract.photos import CLUB, RELEASES
from foodgan.contract.store import Store
from foodgan.photos.folder import METADATA, PhotosError
from foodgan.photos.prune import releases_seen

log = logging.getLogger(__name__)


def names_otherwise(store: Store, digest: str) -> bool:
    """Whether a model of the store names somebody otherwise than they want to be named by now.

    What is withdrawn or pruned is not looked at: see `serving.knows_withdrawn`. A model that cannot
    be read is named in the log.
    """
    wanted = {entry.sha256: entry.credit for entry in store.entries(CLUB)}
    try:
        return any(
            wanted.get(sha256, credit) != credit
            for release in releases_seen(store, digest)
            for sha256, credit in _named(store, release)
        )
    except FoodganError as error:
        log.warning("whom a model names cannot be read: %s", error)
        return False


def _named(store: Store, release: str) -> Iterator[tuple[str, str]]:
    """The photos of a release that a model may learn from, by hash, with whom they name."""
    table = f"{RELEASES}/{release}/train/{METADATA}"
    try:
        for line in store.read(table).splitlines():
            told = json.loads(line)
            if told["credit"]:
                yield told["sha256"], told["credit"]
    except FileNotFoundError:
        return
    except (ValueError, KeyError, TypeError) as error:
        raise PhotosError(f"{table} is damaged: {type(error).__name__}") from error
