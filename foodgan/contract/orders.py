"""What travels from bot to worker through the queue: JSON, validated on both sides."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal
from uuid import uuid4

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, SecretStr, field_serializer

from foodgan.contract.limits import COUNT_MAX as COUNT_MAX
from foodgan.contract.limits import SEED_MAX as SEED_MAX

DISH_QUEUE = "dish"
MEMBER_META = "member"  # in a job's meta: whose order it is, for a fair share of the queue
PAINT_TASK = "worker.tasks.paint"  # the only function name that the bot may queue

# Worker to bot, through Redis.
PACE_KEY = "foodgan:pace"  # hash; field `dish_s`: mean seconds that one order keeps a worker
PACE_DISH = "dish_s"
TOLD = "told"  # true in a failed job's meta: the worker has already told the member why
# A finished job stays this long, so that the bot can tell a done order from one that Redis lost.
# The bot deletes it sooner, with its token, on its next round. Longer than TOKEN_LIFE.
RESULT_TTL_S = 1200
FAILURE_TTL_S = 86_400  # operators look at failed jobs; the token in them is blotted out

TOKEN_LIFE = timedelta(minutes=15)  # Discord: an interaction token is good for 15 minutes
TOKEN_MARGIN = timedelta(seconds=45)  # stop trying this long before the token dies

Locale = Literal["ja", "en"]
Snowflake = Annotated[str, Field(pattern=r"^[0-9]{1,20}$")]
OrderId = Annotated[str, Field(pattern=r"^[0-9a-z]{8}$")]


def new_order_id() -> str:
    """A short id that a member can read out and an operator can find in the log."""
    return uuid4().hex[:8]


class DishOrder(BaseModel):
    """One `/dish`, ready to be painted and posted.

    token is the interaction token, a secret: it is serialised for the queue and nowhere else.
    attachment_limit: bytes a file may have in that channel.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1] = 1
    order_id: OrderId
    name: Annotated[str, Field(min_length=1, max_length=100)]
    count: Annotated[int, Field(ge=1, le=COUNT_MAX)] = 1
    seed: Annotated[int, Field(ge=0, le=SEED_MAX)]
    locale: Locale = "ja"
    application_id: Snowflake
    token: SecretStr
    asked_at: AwareDatetime
    attachment_limit: Annotated[int, Field(ge=1024)] = 10 * 1024 * 1024

    @field_serializer("token", when_used="json")
    def _reveal(self, token: SecretStr) -> str:
        return token.get_secret_value()

    @property
    def expires_at(self) -> datetime:
        """When the worker must have answered: a little before the token dies."""
        return self.asked_at + TOKEN_LIFE - TOKEN_MARGIN

    def expired(self, now: datetime | None = None) -> bool:
        """Whether it is too late to answer with the interaction token."""
        return (now or datetime.now(UTC)) >= self.expires_at
