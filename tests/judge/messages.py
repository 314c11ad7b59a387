"""Rules about messages: their text, embeds, flags and mentions."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tests.judge.request import (
    COMPONENTS_V2,
    EPHEMERAL,
    Json,
    Kind,
    Request,
    creates,
    flags_of,
    is_v2,
    kind_of,
    length,
    message_of,
    objects,
)

CONTENT_MAX = 2000
EMBEDS_MAX = 10
EMBED_CHARACTERS = 6000  # title, description, field names and values, footer, author; all embeds
NONCE_MAX = 25
SUPPRESS_EMBEDS = 1 << 2
SUPPRESS_NOTIFICATIONS = 1 << 12
VOICE_MESSAGE = 1 << 13
_EDIT_FLAGS = SUPPRESS_EMBEDS | COMPONENTS_V2
_CREATE_FLAGS = SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS | VOICE_MESSAGE | COMPONENTS_V2
_VISIBLE = ("content", "embeds", "components", "attachments", "sticker_ids", "poll")
_EMBED_LIMITS = {"title": 256, "description": 4096}
_NESTED_LIMITS = (("footer", "text", 2048), ("author", "name", 256))
_FIELD_LIMITS = {"name": 256, "value": 1024}
_FIELDS_MAX = 25


def is_empty(message: Json) -> bool:
    """Whether nothing in the message can be seen."""
    return not any(message.get(key) for key in _VISIBLE)


def empty_message(request: Request) -> Iterator[str]:
    """A new message shows something. Docs: resources/message#create-message."""
    message = message_of(request)
    if message is None or request.files:
        return
    if creates(request) and is_empty(message):
        yield "an empty message: no content, embeds, components, files or poll"
    text_named = isinstance(message.get("content"), str)
    if not creates(request) and text_named and not message["content"].strip() and is_empty(message):
        yield "an edit to an empty text, and nothing else to see"


def blank_content(request: Request) -> Iterator[str]:
    """Spaces are no text: Discord trims content. Docs: resources/message#create-message."""
    content = (message_of(request) or {}).get("content")
    if isinstance(content, str) and content and not content.strip():
        yield "content is only white space"


def content_too_long(request: Request) -> Iterator[str]:
    """At most 2,000 characters. Docs: resources/message#create-message."""
    size = length((message_of(request) or {}).get("content"))
    if size > CONTENT_MAX:
        yield f"content has {size} characters, {CONTENT_MAX} are allowed"


def content_beside_v2(request: Request) -> Iterator[str]:
    """V2 forbids content, embeds, polls, stickers. Docs: components/reference."""
    message = message_of(request)
    if message is None or not is_v2(message):
        return
    for key in ("content", "embeds", "poll", "sticker_ids"):
        if message.get(key):
            yield f"{key} beside the flag IS_COMPONENTS_V2"


def v2_without_components(request: Request) -> Iterator[str]:
    """A V2 message consists of components. Docs: components/using-message-components."""
    message = message_of(request)
    if message is not None and is_v2(message) and not message.get("components"):
        yield "the flag IS_COMPONENTS_V2 without components"


def flags_that_fit(request: Request) -> Iterator[str]:
    """Which flags a message may set. Docs: resources/message#message-object-message-flags."""
    message = message_of(request)
    if message is None:
        return
    allowed = _CREATE_FLAGS if creates(request) else _EDIT_FLAGS
    if creates(request) and kind_of(request) is not Kind.CHANNEL_MESSAGE:
        allowed |= EPHEMERAL
    if surplus := flags_of(message) & ~allowed:
        yield f"flags {surplus:#x} cannot be set here"


def mentions_pinned_down(request: Request) -> Iterator[str]:
    """Project: every message says `parse: []`, and pings at most the one whom it opens with.

    Docs: resources/message#allowed-mentions-object.
    """
    message = message_of(request)
    if message is None:
        return
    mentions = message.get("allowed_mentions")
    if not isinstance(mentions, dict):
        yield "allowed_mentions is missing: a mention in the text would ping"
    elif mentions.get("parse") != []:
        yield f"allowed_mentions.parse is {mentions.get('parse')!r}, not []"
    elif mentions.get("roles"):
        yield "allowed_mentions names roles that would be pinged"
    elif len(users := mentions.get("users") or []) > 1 or not _addressed(message, users):
        yield "allowed_mentions names users other than the one who is addressed"


def _addressed(message: Mapping[str, Any], users: Sequence[object]) -> bool:
    """Whether a message opens with everyone whom it pings."""
    return all(str(message.get("content")).startswith(f"<@{user}> ") for user in users)


def embeds_too_many(request: Request) -> Iterator[str]:
    """At most ten embeds. Docs: resources/message#create-message."""
    count = len(objects((message_of(request) or {}).get("embeds")))
    if count > EMBEDS_MAX:
        yield f"{count} embeds, {EMBEDS_MAX} are allowed"


def embeds_too_long(request: Request) -> Iterator[str]:
    """6,000 characters over all embeds. Docs: resources/message#embed-object-embed-limits."""
    total = sum(map(_characters, objects((message_of(request) or {}).get("embeds"))))
    if total > EMBED_CHARACTERS:
        yield f"the embeds have {total} characters, {EMBED_CHARACTERS} are allowed"


def embed_limits(request: Request) -> Iterator[str]:
    """Each part of an embed has its limit. Docs: resources/message#embed-object-embed-limits."""
    for embed in objects((message_of(request) or {}).get("embeds")):
        for key, limit in _EMBED_LIMITS.items():
            if length(embed.get(key)) > limit:
                yield f"embed {key} is over {limit} characters"
        for part, key, limit in _NESTED_LIMITS:
            if length((embed.get(part) or {}).get(key)) > limit:
                yield f"embed {part}.{key} is over {limit} characters"
        fields = objects(embed.get("fields"))
        if len(fields) > _FIELDS_MAX:
            yield f"an embed with {len(fields)} fields, {_FIELDS_MAX} are allowed"
        for key, limit in _FIELD_LIMITS.items():
            for field in fields:
                if not 1 <= length(field.get(key)) <= limit:
                    yield f"an embed field's {key} is not 1–{limit} characters"


def _characters(embed: Json) -> int:
    texts = [embed.get("title"), embed.get("description")]
    texts += [(embed.get(part) or {}).get(key) for part, key, _ in _NESTED_LIMITS]
    texts += [field.get(key) for field in objects(embed.get("fields")) for key in _FIELD_LIMITS]
    return sum(map(length, texts))


def nonce_that_holds(request: Request) -> Iterator[str]:
    """A nonce of at most 25 characters; enforcing needs one. Docs: resources/message."""
    if kind_of(request) is not Kind.CHANNEL_MESSAGE or not isinstance(request.body, dict):
        return
    nonce = request.body.get("nonce")
    if nonce is not None and not 1 <= len(str(nonce)) <= NONCE_MAX:
        yield f"the nonce has {len(str(nonce))} characters, 1–{NONCE_MAX} are allowed"
    if request.body.get("enforce_nonce") and nonce is None:
        yield "enforce_nonce without a nonce"
    if nonce is not None and not request.body.get("enforce_nonce"):
        yield "a nonce that is not enforced guards against nothing"


RULES = (
    empty_message,
    blank_content,
    content_too_long,
    content_beside_v2,
    v2_without_components,
    flags_that_fit,
    mentions_pinned_down,
    embeds_too_many,
    embeds_too_long,
    embed_limits,
    nonce_that_holds,
)
