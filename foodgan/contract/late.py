"""An order that the worker can no longer answer goes to the bot, by a Redis stream with one group.

The worker's one key to an answer is the interaction token, which dies after 15 minutes. The bot
posts such a dish with its own token. Nothing in the stream is secret: never an interaction token.
"""

import json
from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from foodgan.contract.orders import OrderId

LATE_STREAM = "foodgan:late"
LATE_GROUP = "bot"
HANDED = "handed"  # true in a finished job's meta: the dish is in the stream, not in the answer
LATE_ENTRIES_MAX = 64  # dishes that may wait for the bot; further orders wait in the queue
LATE_BYTES_MAX = 1024 * 1024  # pictures of one dish; four JPEGs of 256×256 take about a tenth

_TOLD = b"told"  # field of an entry: all but the pictures, as JSON
_FILE = b"file"  # fields file0, file1 …: the bytes of each picture


class LateFile(BaseModel):
    """What is said of one picture. alt: what a screen reader says."""

    model_config = ConfigDict(frozen=True)

    filename: Annotated[str, Field(max_length=100)]
    alt: Annotated[str, Field(max_length=1024)]


class LateDish(BaseModel):
    """A dish for the bot to post. replayed: an operator has asked for it after it had failed."""

    model_config = ConfigDict(frozen=True)  # fields of a later version are left out

    version: Literal[1] = 1
    order_id: OrderId
    content: Annotated[str, Field(max_length=2000)]
    files: Annotated[list[LateFile], Field(max_length=10)]
    replayed: bool = False
    bodies: Annotated[tuple[bytes, ...], Field(exclude=True)] = ()

    @property
    def size(self) -> int:
        """Bytes of its pictures."""
        return sum(map(len, self.bodies))

    def to_fields(self) -> dict[bytes, bytes]:
        """The fields of its stream entry: pictures are bytes, not text."""
        bodies = {_FILE + str(n).encode(): body for n, body in enumerate(self.bodies)}
        return {_TOLD: self.model_dump_json().encode(), **bodies}

    @classmethod
    def from_fields(cls, fields: Mapping[bytes, bytes]) -> Self:
        """Raises ValueError for an entry of another shape."""
        try:
            told = json.loads(fields[_TOLD])
            bodies = [fields[_FILE + str(n).encode()] for n in range(len(told["files"]))]
            return cls.model_validate(told | {"bodies": bodies})
        except (LookupError, TypeError, ValidationError) as error:
            raise ValueError(f"no late dish ({type(error).__name__})") from None
