"""How many photos there are, of what, and by whose leave."""

from typing import Any

from foodgan.contract.photos import RELEASES
from foodgan.contract.store import Store, shown
from foodgan.photos.counts import counted
from foodgan.photos.prune import stale

SHOWN = 20  # names with the most photos


def stats(store: Store) -> dict[str, Any]:
    """Everything that `foodgan photos stats` prints. bytes: of all stored photos."""
    catalogues = {name: store.entries(name) for name in store.catalogues()}
    entries = {entry.sha256: entry for found in catalogues.values() for entry in found}
    objects = list(store.objects())
    names = counted(entry.name for entry in entries.values())
    return {
        "store": shown(store.url),
        "photos": len(entries),
        "objects": len(objects),
        "bytes": sum(one.size for one in objects),
        "catalogues": {name: len(found) for name, found in catalogues.items()},
        "waiting": len(store.waiting()),
        "tombstones": len(store.tombstones()),
        "releases": store.folders(RELEASES),
        "holding_withdrawn": [one.digest for one in stale(store) if one.withdrawn],
        "pruned": [one.digest for one in store.pruned()],
        "names": len(names),
        "most": dict(list(names.items())[:SHOWN]),
        "seen_once": sum(count == 1 for count in names.values()),
        "licences": counted(entry.licence for entry in entries.values()),
        "sources": counted(entry.source for entry in entries.values() if entry.source),
    }
