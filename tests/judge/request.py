"""What the judge sees, one HTTP request of bot or worker, and what it finds wrong with it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

Json = dict[str, Any]

EPHEMERAL = 1 << 6
COMPONENTS_V2 = 1 << 15

CALLBACK_MESSAGE = 4
CALLBACK_DEFER = 5
CALLBACK_DEFER_UPDATE = 6
CALLBACK_UPDATE = 7
CALLBACK_CHOICES = 8
CALLBACK_MODAL = 9

_VERSION = re.compile(r"^/api(/v\d+)?(?=/)")


@dataclass(frozen=True)
class Upload:
    """One file part of a multipart body. field: its part name, `files[0]`; size: bytes."""

    field: str
    filename: str
    size: int = 0


@dataclass(frozen=True)
class Request:
    """One request. body: the decoded JSON body or `payload_json`, None where there was none.

    headers: lower-case names; empty where they were not recorded. status: the answer, if known;
    page: whether something on the way gave it, not Discord.
    number: its place in the order of arrival, where requests are not observed in that order.
    """

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    files: tuple[Upload, ...] = ()
    status: int | None = None
    number: int = 0
    page: bool = False

    @property
    def route(self) -> str:
        """The path without `/api/v10`."""
        return _VERSION.sub("", self.path)

    def __str__(self) -> str:
        return f"{self.method} {self.route}"


@dataclass(frozen=True)
class Violation:
    """One thing that is wrong. part: "schema" or "rule"; rule: its name; message: for a reader."""

    part: str
    rule: str
    request: Request
    message: str

    def __str__(self) -> str:
        return f"[{self.part}: {self.rule}] {self.request}: {self.message}"


class Kind(Enum):
    """The routes that the hand-written rules know."""

    CALLBACK = auto()
    FOLLOW_UP = auto()
    WEBHOOK_EDIT = auto()
    CHANNEL_MESSAGE = auto()
    CHANNEL_EDIT = auto()
    COMMAND_LIST = auto()
    COMMAND = auto()
    OTHER = auto()


_ROUTES = (
    (Kind.CALLBACK, "POST", re.compile(r"/interactions/[^/]+/[^/]+/callback")),
    (Kind.FOLLOW_UP, "POST", re.compile(r"/webhooks/[^/]+/[^/]+")),
    (Kind.WEBHOOK_EDIT, "PATCH", re.compile(r"/webhooks/[^/]+/[^/]+/messages/[^/]+")),
    (Kind.CHANNEL_MESSAGE, "POST", re.compile(r"/channels/[^/]+/messages")),
    (Kind.CHANNEL_EDIT, "PATCH", re.compile(r"/channels/[^/]+/messages/[^/]+")),
    (Kind.COMMAND_LIST, "PUT", re.compile(r"/applications/[^/]+(/guilds/[^/]+)?/commands")),
    (Kind.COMMAND, "POST", re.compile(r"/applications/[^/]+(/guilds/[^/]+)?/commands")),
    (Kind.COMMAND, "PATCH", re.compile(r"/applications/[^/]+(/guilds/[^/]+)?/commands/[^/]+")),
)


def kind_of(request: Request) -> Kind:
    """Which of the known routes this is."""
    for kind, method, pattern in _ROUTES:
        if request.method == method and pattern.fullmatch(request.route):
            return kind
    return Kind.OTHER


def callback_type(request: Request) -> int | None:
    """The type of an interaction callback; None for any other request."""
    if kind_of(request) is Kind.CALLBACK and isinstance(request.body, dict):
        value = request.body.get("type")
        return value if isinstance(value, int) else None
    return None


def message_of(request: Request) -> Json | None:
    """The message that this request writes, wherever it stands in the body."""
    body = request.body
    if not isinstance(body, dict):
        return None
    kind = kind_of(request)
    if kind is Kind.CALLBACK:
        data = body.get("data") or {}
        written = callback_type(request) in (CALLBACK_MESSAGE, CALLBACK_UPDATE)
        return data if written and isinstance(data, dict) else None
    if kind in (Kind.FOLLOW_UP, Kind.WEBHOOK_EDIT, Kind.CHANNEL_MESSAGE, Kind.CHANNEL_EDIT):
        return body
    return None


def creates(request: Request) -> bool:
    """Whether the message is a new one, not an edit."""
    return (
        kind_of(request) in (Kind.FOLLOW_UP, Kind.CHANNEL_MESSAGE)
        or callback_type(request) == CALLBACK_MESSAGE
    )


def modal_of(request: Request) -> Json | None:
    """The modal that this request opens."""
    if callback_type(request) != CALLBACK_MODAL:
        return None
    data = request.body.get("data")
    return data if isinstance(data, dict) else {}


def commands_of(request: Request) -> list[Json]:
    """The commands that this request registers."""
    kind, body = kind_of(request), request.body
    if kind is Kind.COMMAND_LIST:
        return objects(body)
    return [body] if kind is Kind.COMMAND and isinstance(body, dict) else []


def is_v2(message: Json) -> bool:
    """Whether the message sets IS_COMPONENTS_V2."""
    return bool(flags_of(message) & COMPONENTS_V2)


def flags_of(message: Json) -> int:
    """The flags of a message, 0 where there are none."""
    flags = message.get("flags")
    return flags if isinstance(flags, int) else 0


def objects(value: Any) -> list[Json]:
    """The objects of a list; nothing where the value is no list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def every_component(top: Any) -> Iterator[Json]:
    """All components, nested ones and accessories too, each once, parents first."""
    for component in objects(top):
        yield component
        yield from every_component(component.get("components"))
        yield from every_component([component.get("accessory"), component.get("component")])


def components_of(request: Request) -> list[Json]:
    """Every component of the message or modal of this request."""
    holder = message_of(request) or modal_of(request) or {}
    return list(every_component(holder.get("components")))


def length(value: Any) -> int:
    """Characters of a text, 0 for anything else."""
    return len(value) if isinstance(value, str) else 0
