"""When the silence of others means their death: not while Redis has only just come back.

After an outage nobody has renewed a claim, and whoever is the first to reach Redis again would find
all of them run out: those of workers that live, and its own.
"""

import math
import time

from worker.books import CLAIM_TTL_S

# Between two of one's own beats. Others' claims outlive such an outage, though each beats at its
# own moment, and may first have to wait for a try that fails.
_GAP_S = CLAIM_TTL_S / 2


class Contact:
    """For how long this worker has reached Redis without a gap. Starts as if it always had."""

    def __init__(self) -> None:
        self._last = math.nan  # monotonic seconds of the last beat; never, at first
        self._since = -math.inf

    def beaten(self) -> None:
        """Redis has just taken a heartbeat of this worker."""
        now = time.monotonic()
        if now - self._last > _GAP_S:
            self._since = now
        self._last = now

    @property
    def steady(self) -> bool:
        """Whether it has lasted for so long that all who live have renewed their claims."""
        now = time.monotonic()
        return not now - self._last > _GAP_S and now - self._since >= CLAIM_TTL_S
