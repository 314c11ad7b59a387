"""Look-alikes among all known photos, in memory: the records are read once, at the start."""

import asyncio
from collections.abc import Iterable, Sequence

from foodgan.contract.lookalikes import search

SHOWN_MAX = 3


class LookAlikes:
    """The perceptual hashes of taken, accepted and rejected photos."""

    def __init__(self) -> None:
        self._ids: list[str] = []
        self._hashes: list[int] = []
        self._places: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._ids)

    def load(self, photos: Iterable[tuple[str, int]]) -> None:
        """Hold these photos (id, 64-bit hash), and no others."""
        self._ids, self._hashes, self._places = [], [], {}
        for photo_id, hashed in photos:
            self.add(photo_id, hashed)

    def add(self, photo_id: str, hashed: int) -> None:
        """Hold one more."""
        if photo_id not in self._places:
            self._places[photo_id] = len(self._ids)
            self._ids.append(photo_id)
            self._hashes.append(hashed)

    def drop(self, photo_ids: Iterable[str]) -> None:
        """Let withdrawn photos go; the last one takes the free place."""
        for photo_id in photo_ids:
            place = self._places.pop(photo_id, None)
            if place is None:
                continue
            last_id, last_hash = self._ids.pop(), self._hashes.pop()
            if last_id != photo_id:
                self._ids[place], self._hashes[place] = last_id, last_hash
                self._places[last_id] = place

    async def of(self, photo_id: str, hashed: int) -> Sequence[str]:
        """Ids of the photos most like this one, without itself."""
        ids, hashes = self._ids.copy(), self._hashes.copy()  # they may change meanwhile
        alike = await asyncio.to_thread(search, hashed, hashes)
        found = [ids[one.place] for one in alike if ids[one.place] != photo_id]
        return found[:SHOWN_MAX]
