"""Rules about sequences: what one request may do depends on those before it.

Each takes all requests in order and the types of those interactions that are known, and yields the
offending request with a sentence. An interaction's token ties its callback, edits and follow-ups
together.
"""

from collections.abc import Iterator, Mapping, Sequence

from tests.judge.messages import is_empty
from tests.judge.request import (
    CALLBACK_CHOICES,
    CALLBACK_DEFER,
    CALLBACK_DEFER_UPDATE,
    CALLBACK_MESSAGE,
    CALLBACK_MODAL,
    CALLBACK_UPDATE,
    Kind,
    Request,
    callback_type,
    is_v2,
    kind_of,
    message_of,
)
from tests.judge.transport import on_token_route

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 2, 3, 4, 5  # interaction types
_ANSWERS: Mapping[int, tuple[int, ...]] = {
    COMMAND: (CALLBACK_MESSAGE, CALLBACK_DEFER, CALLBACK_MODAL),
    COMPONENT: (
        CALLBACK_MESSAGE,
        CALLBACK_DEFER,
        CALLBACK_DEFER_UPDATE,
        CALLBACK_UPDATE,
        CALLBACK_MODAL,
    ),
    AUTOCOMPLETE: (CALLBACK_CHOICES,),
    MODAL_SUBMIT: (CALLBACK_MESSAGE, CALLBACK_DEFER, CALLBACK_DEFER_UPDATE, CALLBACK_UPDATE),
}
_FINAL = (401, 403, 404)

Breach = tuple[Request, str]


def _accepted(request: Request) -> bool:
    """Whether Discord took it; one without an answer may rightly be sent again."""
    return request.status is not None and request.status < 400


def _interaction(request: Request) -> str:
    return request.route.split("/")[2]


def _token(request: Request) -> str:
    return request.route.split("/")[3]


def callback_for_its_context(
    requests: Sequence[Request], types: Mapping[str, int]
) -> Iterator[Breach]:
    """Choices answer autocomplete alone, no modal answers a modal.

    Docs: interactions/receiving-and-responding.
    """
    for request in requests:
        answer = callback_type(request)
        asked = types.get(_interaction(request)) if answer is not None else None
        if asked is not None and answer not in _ANSWERS.get(asked, ()):
            yield request, f"callback type {answer} to an interaction of type {asked}"


def answered_twice(requests: Sequence[Request], types: Mapping[str, int]) -> Iterator[Breach]:
    """One callback an interaction (error 40060). Docs: interactions/receiving-and-responding."""
    seen: set[str] = set()
    for request in requests:
        if kind_of(request) is Kind.CALLBACK and _accepted(request):
            if _interaction(request) in seen:
                yield request, "this interaction has had its callback already"
            seen.add(_interaction(request))


def answered_before_the_callback(
    requests: Sequence[Request], types: Mapping[str, int]
) -> Iterator[Breach]:
    """Edits and follow-ups come after the callback. Docs: interactions/receiving-and-responding."""
    pending = {_token(each) for each in requests if kind_of(each) is Kind.CALLBACK}
    for request in requests:
        if kind_of(request) is Kind.CALLBACK:
            pending.discard(_token(request))
        elif kind_of(request) in (Kind.FOLLOW_UP, Kind.WEBHOOK_EDIT) and _token(request) in pending:
            yield request, "before its interaction had a callback"


def deferral_edited_to_nothing(
    requests: Sequence[Request], types: Mapping[str, int]
) -> Iterator[Breach]:
    """The first edit of a deferral is its message. Docs: interactions/receiving-and-responding."""
    waiting: set[str] = set()
    for request in requests:
        if callback_type(request) == CALLBACK_DEFER:
            waiting.add(_token(request))
        elif kind_of(request) is Kind.WEBHOOK_EDIT and _token(request) in waiting:
            if is_empty(message_of(request) or {}) and not request.files:
                yield request, "a deferred answer edited into an empty message"
            if _accepted(request):
                waiting.discard(_token(request))


def v2_for_good(requests: Sequence[Request], types: Mapping[str, int]) -> Iterator[Breach]:
    """IS_COMPONENTS_V2 cannot be unset. Docs: components/reference."""
    converted: set[str] = set()
    for request in requests:
        message = message_of(request)
        if message is None:
            continue
        place = _message_place(request)
        if is_v2(message) and place is not None:
            converted.add(place)
        for key in ("content", "embeds", "poll"):
            if place in converted and not is_v2(message) and message.get(key):
                yield request, f"{key} in a message that has had IS_COMPONENTS_V2 before"


def _message_place(request: Request) -> str | None:
    """What names the written message: its path, or the token of an interaction's first answer."""
    if callback_type(request) == CALLBACK_MESSAGE:
        return f"{_token(request)}/@original"
    if kind_of(request) is Kind.WEBHOOK_EDIT:
        return f"{_token(request)}/{request.route.rsplit('/', 1)[1]}"
    return request.route if kind_of(request) is Kind.CHANNEL_EDIT else None


def retried_after_refusal(
    requests: Sequence[Request], types: Mapping[str, int]
) -> Iterator[Breach]:
    """401, 403, 404 are final: 10,000 in ten minutes bring a ban. Docs: topics/rate-limits."""
    refused: set[tuple[str, str]] = set()
    for request in requests:
        key = (request.method, request.route)
        if on_token_route(request) and key in refused:
            yield request, "sent again though Discord had refused it for good"
        if request.status in _FINAL and not request.page:
            refused.add(key)


RULES = (
    callback_for_its_context,
    answered_twice,
    answered_before_the_callback,
    deferral_edited_to_nothing,
    v2_for_good,
    retried_after_refusal,
)
