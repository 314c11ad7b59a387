"""Discord's limits, as its developer documentation gives them; tests shorten the times."""

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

MIB = 1024 * 1024

# Message flags.
SUPPRESS_EMBEDS = 1 << 2
EPHEMERAL = 1 << 6
LOADING = 1 << 7
SUPPRESS_NOTIFICATIONS = 1 << 12
COMPONENTS_V2 = 1 << 15


@dataclass(frozen=True)
class Rules:
    """Times in seconds, sizes in bytes. The last four bound what the stand-in remembers."""

    response_s: float = 3.0  # an interaction's first response
    token_life_s: float = 15 * 60.0  # an interaction's token after that
    link_life_s: float = 24 * 3600.0  # a signed attachment link
    heartbeat_s: float = 41.25
    session_life_s: float = 90.0  # a dropped gateway session can be resumed
    nonce_s: float = 300.0  # enforce_nonce looks this far back
    file_limit: int = 10 * MIB
    request_limit: int = 25 * MIB
    messages_kept: int = 500
    interactions_kept: int = 2000
    requests_kept: int = 5000
    attachments_kept: int = 256 * MIB
