"""Sound requests by hand, small and easy to spoil: what faults are planted into."""

from typing import Any

from tests.judge.request import COMPONENTS_V2, Json, Request, Upload

APPLICATION = "1100000000000000001"
INTERACTION = "1100000000000000002"
CHANNEL = "1100000000000000003"
TOKEN = "aToken"
ORIGINAL = f"/api/v10/webhooks/{APPLICATION}/{TOKEN}/messages/@original"
FOLLOW_UP = f"/api/v10/webhooks/{APPLICATION}/{TOKEN}"
CALLBACK = f"/api/v10/interactions/{INTERACTION}/{TOKEN}/callback"
MESSAGES = f"/api/v10/channels/{CHANNEL}/messages"
COMMANDS = f"/api/v10/applications/{APPLICATION}/commands"
QUIET: Json = {"parse": []}
_AGENT = "DiscordBot (https://example.org, 1.0)"


def _headers(body: Any, files: tuple[Upload, ...], token: bool) -> dict[str, str]:
    headers = {"user-agent": _AGENT}
    if body is not None:
        headers["content-type"] = "multipart/form-data" if files else "application/json"
    return headers | ({"authorization": "kept"} if token else {})


def edit(
    *,
    files: tuple[Upload, ...] = (),
    status: int | None = 200,
    path: str = ORIGINAL,
    **message: Any,
) -> Request:
    """The worker's answer: an edit of the deferred message."""
    body: Json = {"content": "できました", "allowed_mentions": QUIET} | message
    return Request("PATCH", path, {}, _headers(body, files, False), body, files, status)


def v2_edit(*components: Json, files: tuple[Upload, ...] = (), **message: Any) -> Request:
    """The same with the flag IS_COMPONENTS_V2."""
    body: Json = {"flags": COMPONENTS_V2, "components": list(components), "allowed_mentions": QUIET}
    return Request("PATCH", ORIGINAL, {}, _headers(body, files, False), body | message, files)


def follow_up(**message: Any) -> Request:
    """A second message to an interaction."""
    body: Json = {"content": "もうひとつ", "allowed_mentions": QUIET} | message
    return Request("POST", FOLLOW_UP, {"wait": "true"}, _headers(body, (), False), body)


def channel_message(**message: Any) -> Request:
    """The bot's own message, guarded against doubles by a nonce."""
    body: Json = {"content": "遅れました", "allowed_mentions": QUIET, "nonce": "order-1"}
    body = {**body, "enforce_nonce": True} | message
    return Request("POST", MESSAGES, {}, _headers(body, (), True), body)


def callback(kind: int, data: Json | None = None, status: int | None = None) -> Request:
    """The first answer to an interaction."""
    body: Json = {"type": kind} if data is None else {"type": kind, "data": data}
    query = {"with_response": "1"}
    return Request("POST", CALLBACK, query, _headers(body, (), False), body, status=status)


def modal(*components: Json, **head: Any) -> Request:
    """A callback that opens a modal."""
    data = {"custom_id": "submit", "title": "写真", "components": list(components)}
    return callback(9, data | head)


def label(component: Json | None = None, **fields: Any) -> Json:
    """A label with a text input."""
    inner = component or {"type": 4, "custom_id": "name", "style": 1}
    return {"type": 18, "label": "名前", "component": inner} | fields


def row(*components: Json) -> Json:
    return {"type": 1, "components": list(components)}


def button(custom_id: str = "again", **fields: Any) -> Json:
    return {"type": 2, "style": 1, "label": "もう一度", "custom_id": custom_id} | fields


def text(content: str = "カレー") -> Json:
    return {"type": 10, "content": content}


def gallery(*names: str) -> Json:
    items = [{"media": {"url": f"attachment://{name}"}, "description": "絵"} for name in names]
    return {"type": 12, "items": items}


def attachment(index: int = 0, **fields: Any) -> Json:
    return {"id": str(index), "filename": f"dish-{index}.png", "description": "カレーの絵"} | fields


def picture(index: int = 0, **fields: Any) -> Upload:
    return Upload(**({"field": f"files[{index}]", "filename": f"dish-{index}.png"} | fields))


def sync(*commands: Json) -> Request:
    """The registration of all commands."""
    return Request("PUT", COMMANDS, {}, _headers(commands, (), True), list(commands))


def command(*options: Json, **fields: Any) -> Json:
    return {"name": "dish", "type": 1, "description": "描く", "options": list(options)} | fields


def option(name: str = "name", **fields: Any) -> Json:
    return {"type": 3, "name": name, "description": "料理名", "required": True} | fields


SOUND: dict[str, Request] = {
    "edit": edit(files=(picture(),), attachments=[attachment()]),
    "v2 edit": v2_edit(
        text(), gallery("dish-0.png"), row(button()), files=(picture(),), attachments=[attachment()]
    ),
    "follow-up": follow_up(),
    "channel message": channel_message(),
    "deferral": callback(5),
    "message": callback(4, {"content": "はい", "allowed_mentions": QUIET, "flags": 64}),
    "choices": callback(8, {"choices": [{"name": "カレー", "value": "カレー"}]}),
    "modal": modal(label()),
    "command": sync(command(option())),
}
