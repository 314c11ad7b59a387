"""Rules about interaction callbacks: their types, deferrals, autocomplete results."""

from collections.abc import Iterator

from tests.judge.request import (
    CALLBACK_CHOICES,
    CALLBACK_DEFER,
    CALLBACK_DEFER_UPDATE,
    CALLBACK_MESSAGE,
    CALLBACK_MODAL,
    CALLBACK_UPDATE,
    COMPONENTS_V2,
    EPHEMERAL,
    Json,
    Kind,
    Request,
    callback_type,
    flags_of,
    kind_of,
    length,
    objects,
)

CHOICES_MAX = 25
CHOICE_MAX = 100  # characters of a choice's name, and of its value where that is text
_GATEWAY_TYPES = (
    CALLBACK_MESSAGE,
    CALLBACK_DEFER,
    CALLBACK_DEFER_UPDATE,
    CALLBACK_UPDATE,
    CALLBACK_CHOICES,
    CALLBACK_MODAL,
)
_NEEDS_DATA = (CALLBACK_MESSAGE, CALLBACK_UPDATE, CALLBACK_CHOICES, CALLBACK_MODAL)


def _data(request: Request) -> Json:
    data = request.body.get("data") if isinstance(request.body, dict) else None
    return data if isinstance(data, dict) else {}


def callback_of_a_known_type(request: Request) -> Iterator[str]:
    """4–9; PONG is no answer over the gateway. Docs: interactions/receiving-and-responding."""
    kind = callback_type(request)
    if kind_of(request) is Kind.CALLBACK and kind not in _GATEWAY_TYPES:
        yield f"callback type {kind!r}"
    if kind in _NEEDS_DATA and not _data(request):
        yield f"callback type {kind} without data"


def flags_of_a_deferral(request: Request) -> Iterator[str]:
    """No flag but EPHEMERAL. Docs: interactions/receiving-and-responding."""
    if callback_type(request) not in (CALLBACK_DEFER, CALLBACK_DEFER_UPDATE):
        return
    flags = flags_of(_data(request))
    if flags & COMPONENTS_V2:
        yield "IS_COMPONENTS_V2 in a deferral; it belongs to the edit"
    if flags & ~(EPHEMERAL | COMPONENTS_V2):
        yield f"a deferral with flags {flags:#x}; only EPHEMERAL is allowed"
    if callback_type(request) == CALLBACK_DEFER_UPDATE and flags:
        yield "a deferred update takes no flags"


def deferral_that_says_something(request: Request) -> Iterator[str]:
    """A deferral carries flags, nothing to read. Docs: interactions/receiving-and-responding."""
    if callback_type(request) in (CALLBACK_DEFER, CALLBACK_DEFER_UPDATE):
        for key in sorted(_data(request).keys() - {"flags"}):
            yield f"a deferral with {key}, which is never shown"


def choices_of_an_autocomplete(request: Request) -> Iterator[str]:
    """≤ 25 choices, names 1–100, one type. Docs: interactions/receiving-and-responding."""
    if callback_type(request) != CALLBACK_CHOICES:
        return
    listed = _data(request).get("choices")
    if not isinstance(listed, list):
        yield "an autocomplete result without choices"
    yield from choice_breaches(objects(listed))


def choice_breaches(choices: list[Json]) -> Iterator[str]:
    """What is wrong with choices, in a command or in an autocomplete result."""
    if len(choices) > CHOICES_MAX:
        yield f"{len(choices)} choices, {CHOICES_MAX} are allowed"
    for choice in choices:
        if not 1 <= length(choice.get("name")) <= CHOICE_MAX:
            yield f"a choice's name is not 1–{CHOICE_MAX} characters"
        value = choice.get("value")
        if not isinstance(value, str | int | float) or length(value) > CHOICE_MAX:
            yield f"a choice's value is no number and no text of at most {CHOICE_MAX} characters"
    if len({isinstance(choice.get("value"), str) for choice in choices}) > 1:
        yield "choices of different types"
    if len({choice.get("name") for choice in choices}) != len(choices):
        yield "two choices share a name"


RULES = (
    callback_of_a_known_type,
    flags_of_a_deferral,
    deferral_that_says_something,
    choices_of_an_autocomplete,
)
