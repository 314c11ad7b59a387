"""What Discord means by refusing a request; bot and workers go by the same."""

from http import HTTPStatus
from typing import Literal

UNKNOWN_MESSAGE = 10008  # its member, or a moderator, has deleted it
TOKEN_DEAD = frozenset({10015, 10062, 50027})  # unknown webhook or interaction, invalid token
CODE_MIN = 10_000  # of Discord's codes; a firewall, a proxy or another server says 0, less or none

# dead: only the interaction token is no longer good, and the bot has another; gone: nobody is left
# to answer, as the message is deleted or access lost; barred: something on the way refused, not
# Discord's API; refused: anything else.
Refusal = Literal["dead", "gone", "barred", "refused"]


def meaning(status: int, code: int) -> Refusal:
    """status: of HTTP; code: Discord's own, 0 where it gave none."""
    if code in TOKEN_DEAD or status == HTTPStatus.UNAUTHORIZED:
        return "dead"
    if code == UNKNOWN_MESSAGE:
        return "gone"
    if status in (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND):
        return "gone" if code >= CODE_MIN else "barred"
    return "refused"
