"""The buttons under a finished dish: what they say, and what a press on one asks for.

The worker puts them under its answer, the bot serves them. A custom_id has room for 100 characters
and two names take 120, so it names the order, whose recipe the bot's records hold.

Of several pictures each has buttons of its own with its number, and there is no menu to choose
one from: a client sends nothing when the same entry of a menu is chosen twice.
"""

import hashlib
from dataclasses import dataclass

from foodgan.contract.orders import DishOrder
from foodgan.contract.phrases import say
from foodgan.contract.recipes import Kind

CUSTOM_ID_MAX = 100  # Discord: characters of a custom_id

# Actions. The arguments of each: the order's id; of all but the first also which picture, from 0,
# and the mark of the model that painted it, where that is known.
REROLL, VARY, ENLARGE, CHECK = "reroll", "vary", "enlarge", "check"

_EMOJI = {REROLL: "🎲", VARY: "🍳", ENLARGE: "🔍", CHECK: "🪞"}
# What may follow an order of each kind. A picture near another one has none near itself: the
# painter knows it by a way from the seed's own picture, and there is one step to go.
_FOLLOW: dict[Kind, tuple[str, ...]] = {
    "dish": (REROLL, VARY, ENLARGE, CHECK),
    "mix": (REROLL, VARY, ENLARGE, CHECK),
    "variations": (REROLL, ENLARGE, CHECK),
    "enlarged": (VARY, CHECK),
    "check": (),
}


@dataclass(frozen=True)
class Offer:
    """One button."""

    custom_id: str
    emoji: str
    label: str


def custom_id(action: str, *arguments: str) -> str:
    """The custom_id of an action. Raises ValueError for one that Discord would not take."""
    made = ":".join((action, *arguments))
    if len(made) > CUSTOM_ID_MAX:
        raise ValueError(f"custom_id of {len(made)} characters: {action}")
    return made


def mark_of(model_id: str) -> str:
    """What stands for a model in a custom_id: of model_id itself any letter may be, and many."""
    return hashlib.sha256(model_id.encode()).hexdigest()[:8]


def offers(order: DishOrder, mark: str | None = None) -> list[list[Offer]]:
    """Rows of buttons under the pictures of an order; none where its bot would not serve them.

    mark: of the model that painted them.
    """
    actions = _FOLLOW[order.kind] if order.buttons else ()
    places = range(len(order.recipes))
    actions = tuple(each for each in actions if each != VARY or order.variation is None)
    if len(places) == 1:
        row = [_offer(order, each, None if each == REROLL else 0, mark) for each in actions]
        return [row] if row else []
    return [
        [_offer(order, each, None, mark)]
        if each == REROLL
        else [_offer(order, each, place, mark, numbered=True) for place in places]
        for each in actions
    ]


def _offer(
    order: DishOrder, action: str, place: int | None, mark: str | None, *, numbered: bool = False
) -> Offer:
    picture = [] if place is None else [str(place), *([mark] if mark else [])]
    if numbered and place is not None:
        label = say(order.locale, f"offer-{action}-one", place=place + 1)
    else:
        what = "more" if action == REROLL and order.kind == "variations" else action
        label = say(order.locale, f"offer-{what}")
    return Offer(custom_id(action, order.order_id, *picture), _EMOJI[action], label)
