"""Rules about the request itself: its path, its headers."""

import re
from collections.abc import Iterator

from tests.judge.request import Kind, Request, kind_of

_SNOWFLAKE = r"[1-9]\d{0,19}"
_WEBHOOK_SHAPES = {
    "GET": rf"/webhooks/{_SNOWFLAKE}/[^/]+(/messages/(@original|{_SNOWFLAKE}))?",
    "POST": rf"/webhooks/{_SNOWFLAKE}/[^/]+",
    "PATCH": rf"/webhooks/{_SNOWFLAKE}/[^/]+(/messages/(@original|{_SNOWFLAKE}))?",
    "DELETE": rf"/webhooks/{_SNOWFLAKE}/[^/]+(/messages/(@original|{_SNOWFLAKE}))?",
}
_CALLBACK_SHAPE = rf"/interactions/{_SNOWFLAKE}/[^/]+/callback"
_BODY_TYPES = ("application/json", "multipart/form-data", "application/x-www-form-urlencoded")
_USER_AGENT = re.compile(r"DiscordBot \(\S+ \S+\)")  # discord.py leaves the comma out


def on_token_route(request: Request) -> bool:
    """Whether the interaction token in the path is all the authority that the request needs."""
    return request.route.startswith(("/webhooks/", "/interactions/"))


def version_in_the_path(request: Request) -> Iterator[str]:
    """An /api path names version 10. Docs: reference#api-versioning."""
    if request.path.startswith("/api/") and not request.path.startswith("/api/v10/"):
        yield "the path does not name API version 10"


def shape_of_a_webhook_path(request: Request) -> Iterator[str]:
    """Follow-ups and edits have their own paths. Docs: interactions/receiving-and-responding."""
    if not request.route.startswith("/webhooks/"):
        return
    shape = _WEBHOOK_SHAPES.get(request.method)
    if shape is None or not re.fullmatch(shape, request.route):
        yield "not a path of interaction answers: application id, token, and a message or @original"


def shape_of_a_callback_path(request: Request) -> Iterator[str]:
    """POST /interactions/{id}/{token}/callback. Docs: interactions/receiving-and-responding."""
    if not request.route.startswith("/interactions/"):
        return
    if request.method != "POST" or not re.fullmatch(_CALLBACK_SHAPE, request.route):
        yield "not POST /interactions/{id}/{token}/callback"


def no_authorization_on_token_routes(request: Request) -> Iterator[str]:
    """Project: worker holds no bot token. Docs: interactions/receiving-and-responding."""
    if on_token_route(request) and "authorization" in request.headers:
        yield "carries Authorization, though the interaction token is enough"


def authorization_on_bot_routes(request: Request) -> Iterator[str]:
    """Other routes carry `Authorization: Bot …`. Docs: reference#authentication."""
    open_to_all = on_token_route(request) or request.route == "/gateway"
    if request.headers and not open_to_all and "authorization" not in request.headers:
        yield "carries no Authorization"


def user_agent(request: Request) -> Iterator[str]:
    """`DiscordBot ($url, $version)` on the bot's routes. Docs: reference#user-agent.

    Not asked of the token routes: discord.py 2.7 itself sends aiohttp's name there.
    """
    if not request.headers or on_token_route(request):
        return
    if not _USER_AGENT.match(request.headers.get("user-agent", "")):
        yield "User-Agent is not of the form DiscordBot (url, version)"


def content_type(request: Request) -> Iterator[str]:
    """A body says what it is. Docs: reference#http-api."""
    if request.body is None or not request.headers:
        return
    media = request.headers.get("content-type", "").partition(";")[0].strip()
    if media not in _BODY_TYPES:
        yield f"Content-Type is {media or 'missing'}"
    elif request.files and media != "multipart/form-data":
        yield f"files travel as multipart/form-data, not as {media}"


def no_body_where_none_is_read(request: Request) -> Iterator[str]:
    """GET and DELETE carry no body. Docs: reference#http-api."""
    if request.method in ("GET", "DELETE") and (request.body is not None or request.files):
        yield f"a {request.method} with a body"


def wait_is_for_follow_ups(request: Request) -> Iterator[str]:
    """`wait` and `with_response` each belong to one route. Docs: resources/webhook."""
    kind = kind_of(request)
    if "wait" in request.query and kind is not Kind.FOLLOW_UP:
        yield "the query parameter wait belongs to POST /webhooks/{id}/{token}"
    if "with_response" in request.query and kind is not Kind.CALLBACK:
        yield "the query parameter with_response belongs to interaction callbacks"


RULES = (
    version_in_the_path,
    shape_of_a_webhook_path,
    shape_of_a_callback_path,
    no_authorization_on_token_routes,
    authorization_on_bot_routes,
    user_agent,
    content_type,
    no_body_where_none_is_read,
    wait_is_for_follow_ups,
)
