"""Discord's ids and tokens: a snowflake carries its time, a token what it belongs to."""

import base64
import hashlib
import secrets
import time

EPOCH_MS = 1_420_070_400_000  # 2015-01-01T00:00:00Z


class Snowflakes:
    """Gives out ids that grow strictly, also within one millisecond."""

    def __init__(self) -> None:
        self._last = 0

    def next(self) -> str:
        """A fresh id of this moment."""
        fresh = (int(time.time() * 1000) - EPOCH_MS) << 22
        self._last = max(fresh, self._last + 1)
        return str(self._last)


def interaction_token(interaction_id: str) -> str:
    """A token of Discord's form: base64url of "interaction:<id>:<random>"."""
    text = f"interaction:{interaction_id}:{secrets.token_hex(48)}"
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def bot_token(application_id: str) -> str:
    """The stand-in's one bot token: of Discord's form, the same at every start, no secret."""
    head = base64.urlsafe_b64encode(application_id.encode()).rstrip(b"=").decode()
    tail = hashlib.sha256(f"foodgan sandbox {application_id}".encode()).hexdigest()
    return f"{head}.Sandbx.{tail[:38]}"
