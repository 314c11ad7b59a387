"""The embedded queue's append-only log, where Valkey refuses it: set aside, whole, for a new one.

One that was cut short Valkey takes. Zeros, which a power cut may leave in place of what was written
last, it does not, and what its own check would mend it refuses as well where the log was rewritten.
"""

import re
from datetime import UTC, datetime
from pathlib import Path

FOLDER = "appendonlydir"
LEFT = frozenset({"BACKOFF", "EXITED", "FATAL"})  # supervisord's words for a process that has left

# Valkey's last words over a log with zeros, or with a file missing: in the file written last, in
# the one that it was rewritten to, in the list of both.
_REFUSED = re.compile(
    r"reading the append only file|Check RDB returned error code|Unable to obtain the AOF file"
    r"|AOF manifest file contains|empty AOF manifest|Invalid AOF manifest"
)


def is_refused(last_words: str) -> bool:
    """Whether Valkey left over its log, by the last line that it wrote."""
    return _REFUSED.search(last_words) is not None


def set_aside(valkey: Path) -> Path:
    """Give the log in Valkey's folder another name, which is returned; nothing of it is lost."""
    aside = valkey / f"{FOLDER}.damaged-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    return (valkey / FOLDER).rename(aside)
