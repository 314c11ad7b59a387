"""What may be queued, by name, and what becomes of it: read, paint, and what to say if not.

`worker.batching` reads and paints, `worker.delivery` does the rest beside the painting.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from PIL.Image import Image

from foodgan.contract import dishname
from foodgan.contract.errors import DiscordRefused, FoodganError, ModelError, UserError
from foodgan.contract.limits import SHARE_MAX
from foodgan.contract.orders import PAINT_TASK, VERSION, DishOrder
from foodgan.contract.phrases import say
from foodgan.painting.painter import Dish
from foodgan.text.emphasis import emphasis
from worker.jobs import DishJob
from worker.late import Crowded
from worker.payload import Refused, call, order_of
from worker.reply import Message, OutOfTime, TooLarge


class TooNew(FoodganError):
    """An order of a later version than this worker's: for one that has been updated already."""


class Poison(FoodganError):
    """An order without tries left that devices were lost with: it takes its workers down."""

    def __init__(self, deaths: int) -> None:
        super().__init__(f"{deaths} workers died, or lost their device, with one order")


class Paints(Protocol):
    """What a task needs of `foodgan.painting.painter.Painter`."""

    @property
    def model_id(self) -> str: ...
    @property
    def device(self) -> torch.device: ...
    def paint(self, dishes: Sequence[Dish]) -> list[Image]: ...
    def knows(self, name: str) -> bool: ...


Paint = Callable[[Sequence[Dish]], list[Image]]
Task = Callable[[Paint, Sequence[DishOrder]], list[list[Image]]]


def paint(dishes_to_pictures: Paint, orders: Sequence[DishOrder]) -> list[list[Image]]:
    """The pictures of every order, of whatever kind, all in one pass."""
    wanted = [dishes(order) for order in orders]
    painted = iter(dishes_to_pictures([dish for each in wanted for dish in each]))
    return [[next(painted) for _ in each] for each in wanted]


def dishes(order: DishOrder) -> list[Dish]:
    """What an order asks of the painter, picture by picture."""
    return [
        Dish(
            recipe.name,
            recipe.seed,
            mix=recipe.mix,
            share=0.5 if recipe.share is None else recipe.share / SHARE_MAX,
            variation=recipe.variation,
            weights=tuple((word, percent / 100) for word, percent in recipe.weights),
            truncation=1.0 if recipe.truncation is None else recipe.truncation / 100,
            enlarged=order.kind == "enlarged",
        )
        for recipe in order.recipes
    ]


def heed(order: DishOrder) -> None:
    """Raise UserError, before its batch is painted, for a word that no name of the order has."""
    if order.weights:
        emphasis(order.names, dishes(order)[0].weights)


TASKS: Mapping[str, Task] = {PAINT_TASK: paint}  # the allow-list: nothing else is ever run


def read(job: DishJob) -> DishOrder:
    """The order in a job; fields that a later bot has added to this version are left out.

    Raises Refused for a task not in TASKS or another shape, TooNew for a later version.
    """
    _, given = call(job, TASKS)
    if isinstance(given, dict):
        version = given.get("version", VERSION)
        if type(version) is int and version > VERSION:
            raise TooNew(f"version {version} of an order, and this worker knows {VERSION}")
    order = order_of(DishOrder, given)
    if order.order_id != job.id:
        raise Refused("the order carries another id than its job")
    return order


@dataclass(frozen=True)
class Verdict:
    """What becomes of an order that could not be served.

    phrase: what to say to the member, None for nothing; declined: nobody can make what was asked
    for, so that nothing has failed; retry: whether trying again may help; later: so it will, and
    costs no try; traced: whether the log needs the traceback.
    """

    phrase: str | None
    declined: bool = False
    retry: bool = False
    later: bool = False
    traced: bool = False


def verdict(error: Exception) -> Verdict:
    """How an error ends an order, or does not."""
    match error:
        case Refused():
            return Verdict(None)  # there is no order to answer; the bot tells the member
        case Crowded():
            return Verdict(None, later=True)
        case TooNew():
            return Verdict("dish-failed", retry=True)
        case OutOfTime():
            return Verdict("dish-late")
        case ModelError():
            return Verdict("dish-model-missing")
        case UserError(phrase=phrase):
            return Verdict(phrase, declined=True)
        case DiscordRefused() | TooLarge() | Poison():
            return Verdict("dish-failed")
        case _:
            return Verdict("dish-failed", retry=True, traced=True)


def apology(order: DishOrder, phrase: str, error: Exception | None = None) -> Message:
    """The sentence that stands where the picture would have been. Takes earlier pictures away."""
    values = error.values if isinstance(error, UserError) else {}
    shown = {
        key: dishname.display(value) if isinstance(value, str) else value
        for key, value in values.items()
    }
    known = {"id": order.order_id, "name": order.title}
    return Message(say(order.locale, phrase, **known | shown))
