"""What travels from bot to worker through the queue: JSON, validated on both sides."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal, Self
from uuid import uuid4

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    field_serializer,
    model_validator,
)

from foodgan.contract import dishname
from foodgan.contract.limits import COUNT_MAX as COUNT_MAX
from foodgan.contract.limits import SEED_MAX as SEED_MAX
from foodgan.contract.limits import SHARE_MAX, WEIGHT_MAX, WORDS_MAX
from foodgan.contract.logs import REDACTED
from foodgan.contract.plain import plain
from foodgan.contract.recipes import PRIVATE, SINGLE, Kind, Recipe, recipes

# Of DishOrder; fields with a default may be added without a new one. A plain dish is still of
# version 1, for workers that know no other kind; what they must not paint as one is of version 2,
# and of version 3 what they must not paint in the usual manner.
VERSION = 3
DISH_QUEUE = "dish"
MEMBER_META = "member"  # in a job's meta: whose order it is, for a fair share of the queue
PAINT_TASK = "worker.tasks.paint"  # the only function name that the bot may queue

# Worker to bot, through Redis.
PACE_KEY = "foodgan:pace"  # hash; field `dish_s`: mean seconds that one order keeps a worker
PACE_DISH = "dish_s"
TOLD = "told"  # true in a failed job's meta: the worker has already told the member why
BACKGROUND_META = "background"  # true in a job's meta: nobody waits for it; others go first
# Followed by the id of an order that has failed with its worker: another one finds out whether its
# pictures are there and tells the member; for so long after it last said so, the bot need not.
TELLING_KEY = "foodgan:telling:"
TELLING_TTL_S = 30
ENDED_CHANNEL = "foodgan:ended"  # pub/sub: the id of each order whose job has just ended

# Bot and workers, through Redis: whoever is first decides how an order ends.
END_KEY = "foodgan:end:"  # followed by the order's id; one of the next two
END_POSTING = "posting"  # a worker is about to post it: too late to cancel
END_CANCELLED = "cancelled"  # its member wants it no more: nobody posts it
END_TTL_S = 7200
# A finished job stays this long, so that the bot can tell a done order from one that Redis lost.
# The bot deletes it sooner, with its token, on its next round. Longer than LATE_LIFE.
RESULT_TTL_S = 4500
FAILURE_TTL_S = 86_400  # operators look at failed jobs; the token in them is blotted out
NO_TIMEOUT = -1  # of a job, as rq spells it: workers go by bounds of their own

TOKEN_LIFE = timedelta(minutes=15)  # Discord: an interaction token is good for 15 minutes
TOKEN_MARGIN = timedelta(seconds=45)  # stop trying this long before the token dies
LATE_LIFE = timedelta(hours=1)  # after asking; till then the bot brings what came too late

Locale = Literal["ja", "en"]
Snowflake = Annotated[str, Field(pattern=r"^[0-9]{1,20}$")]
OrderId = Annotated[str, Field(pattern=r"^[0-9a-z]{8}$")]
Name = Annotated[str, Field(min_length=1, max_length=100)]
Plain = Annotated[str, AfterValidator(plain)]  # what others wrote, as a terminal may show it
Seed = Annotated[int, Field(ge=0, le=SEED_MAX)]
Share = Annotated[int, Field(ge=0, le=SHARE_MAX)]
Weight = tuple[Name, Annotated[int, Field(ge=0, le=100 * WEIGHT_MAX)]]  # a word and its percent
Weights = Annotated[tuple[Weight, ...], Field(max_length=WORDS_MAX)]
Mark = Annotated[str, Field(min_length=1, max_length=16)]
Truncation = Annotated[int, Field(ge=0, le=100)]


def _version_of(kind: Kind, *, unusual: bool) -> Literal[1, 2, 3]:
    if unusual:
        return 3
    return 1 if kind == "dish" else 2


def new_order_id() -> str:
    """A short id that a member can read out and an operator can find in the log."""
    return uuid4().hex[:8]


class DishOrder(BaseModel):
    """One order, ready to be painted and posted.

    name, count, seed, mix, share, variation, weights, truncation: see `foodgan.contract.recipes`.
    token is the interaction token, a secret: it is serialised for the queue and nowhere else.
    attachment_limit: bytes a file may have in that channel. buttons: whether the bot that took it
    serves those under its answer. painted_by: mark of the model (`foodgan.contract.offers`) that
    painted the picture which this order goes on from, where that is known; it is in no record.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind = "dish"
    weights: Weights = ()
    truncation: Truncation | None = None
    version: Literal[1, 2, 3] = Field(
        default_factory=lambda given: _version_of(
            given["kind"], unusual=bool(given["weights"]) or given["truncation"] is not None
        )
    )
    order_id: OrderId
    name: Name
    count: Annotated[int, Field(ge=1, le=COUNT_MAX)] = 1
    seed: Seed
    mix: Name | None = None
    share: Share | None = None
    variation: Seed | None = None
    locale: Locale = "ja"
    application_id: Snowflake
    token: SecretStr
    asked_at: AwareDatetime
    attachment_limit: Annotated[int, Field(ge=1024)] = 10 * 1024 * 1024
    buttons: bool = False
    painted_by: Mark | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        """Whether the fields make an order of its kind."""
        plain = self.kind == "dish"
        faults = {
            "version": self.version != _version_of(self.kind, unusual=self.unusual),
            "mix": (plain and self.mix is not None) or (self.kind == "mix" and self.mix is None),
            "share": self.share is not None and self.mix is None,
            "variation": ((self.kind == "variations") and self.variation is None)
            or (self.kind in ("dish", "mix") and self.variation is not None),
            "count": self.kind in SINGLE and self.count != 1,
        }
        wrong = [field for field, fault in faults.items() if fault]
        if wrong:
            raise ValueError(f"{', '.join(wrong)} of an order of kind {self.kind}")
        return self

    @property
    def recipes(self) -> tuple[Recipe, ...]:
        """What each of its pictures is painted from, in order."""
        return recipes(
            self.kind,
            self.name,
            self.count,
            self.seed,
            self.mix,
            self.share,
            self.variation,
            self.weights,
            self.truncation,
        )

    @property
    def unusual(self) -> bool:
        """Whether it is to be made in a manner of its own."""
        return bool(self.weights) or self.truncation is not None

    @property
    def names(self) -> tuple[str, ...]:
        """The dish, and the second one of a mix."""
        return (self.name,) if self.mix is None else (self.name, self.mix)

    @property
    def title(self) -> str:
        """Its names as text of a Discord message."""
        return " × ".join(map(dishname.display, self.names))

    @property
    def private(self) -> bool:
        """Whether only the one who asked reads the answer."""
        return self.kind in PRIVATE

    @field_serializer("token", when_used="json")
    def _reveal(self, token: SecretStr) -> str:
        return token.get_secret_value()

    @property
    def expires_at(self) -> datetime:
        """When the worker must have answered: a little before the token dies."""
        return self.asked_at + TOKEN_LIFE - TOKEN_MARGIN

    def expired(self, now: datetime | None = None) -> bool:
        """Whether it is too late for a worker to answer with the interaction token."""
        return (now or datetime.now(UTC)) >= self.expires_at

    def too_old(self, now: datetime | None = None) -> bool:
        """Whether nobody wants it any more."""
        return (now or datetime.now(UTC)) >= self.asked_at + LATE_LIFE

    @property
    def has_token(self) -> bool:
        """Whether it carries its token still; that of an order that has failed is blotted out."""
        return self.token.get_secret_value() != REDACTED
