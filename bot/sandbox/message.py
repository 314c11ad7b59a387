"""Messages of the stand-in: posting, editing and deleting as Discord does it."""

import re
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.sandbox.attachment import Attachments
from bot.sandbox.body import Body
from bot.sandbox.form import check_message, check_whole, walk
from bot.sandbox.people import BOT_USER, GUILD_ID, MEMBERS, user_json
from bot.sandbox.refusal import Refusal
from bot.sandbox.rules import (
    COMPONENTS_V2,
    EPHEMERAL,
    LOADING,
    SUPPRESS_EMBEDS,
    SUPPRESS_NOTIFICATIONS,
    Json,
    Rules,
)
from bot.sandbox.snowflake import Snowflakes

DEFAULT, REPLY, CHAT_INPUT_COMMAND, CONTEXT_MENU_COMMAND = 0, 19, 20, 23  # message types
_SETTABLE = SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS | COMPONENTS_V2


@dataclass
class Message:
    """json: Discord's message object. seen_by: the one member an ephemeral message is for."""

    json: Json
    seen_by: str | None = None
    interaction_id: str | None = None
    posted: float = field(default_factory=time.monotonic)

    @property
    def id(self) -> str:
        return str(self.json["id"])

    @property
    def loading(self) -> bool:
        return bool(self.json["flags"] & LOADING)


def now_iso() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")


def pictures(message: Json) -> list[Json]:
    """Every picture that a message shows: attachments, embedded pictures, gallery items."""
    found = []
    if not message["flags"] & COMPONENTS_V2:  # there only what the layout names is shown
        found += [a for a in message["attachments"] if a["content_type"].startswith("image/")]
    found += [embed["image"] for embed in message["embeds"] if embed.get("image")]
    for _, component in walk(message["components"]):
        for item in component.get("items") or [component]:
            if isinstance(item.get("media"), dict):
                found.append(item["media"] | {"description": item.get("description")})
    return found


class Messages:
    """All messages, oldest first. announce(event, message) tells gateway and page."""

    def __init__(
        self,
        ids: Snowflakes,
        rules: Rules,
        attachments: Attachments,
        announce: Callable[[str, Message], None],
    ) -> None:
        self._ids = ids
        self._rules = rules
        self._attachments = attachments
        self._announce = announce
        self._kept: OrderedDict[str, Message] = OrderedDict()
        self._nonces: dict[str, Message] = {}

    def find(self, message_id: str, channel_id: str | None = None) -> Message:
        """Refuses with 10008 what is not there."""
        message = self._kept.get(message_id)
        if message is None or channel_id not in (None, message.json["channel_id"]):
            raise Refusal(10008)
        return message

    def listing(self, channel_id: str | None = None) -> list[Message]:
        """Oldest first."""
        every = self._kept.values()
        return [m for m in every if channel_id in (None, m.json["channel_id"])]

    def post(
        self,
        channel_id: str,
        body: Body,
        *,
        author: Json = BOT_USER,
        kind: int = DEFAULT,
        seen_by: str | None = None,
        interaction: Json | None = None,
        extra: Json | None = None,
    ) -> Message:
        """A new message. interaction: the metadata of what it answers; extra: further keys."""
        check_message(body, self._rules)
        form = body.form()
        if form.get("enforce_nonce") and (known := self._known(form.get("nonce"))):
            return known
        blank = self._blank(channel_id, author, kind) | (extra or {})
        blank["flags"] = EPHEMERAL if seen_by else 0
        message = Message(self._composed(blank, body), seen_by)
        if interaction:
            message.json |= interaction["shown"]
            message.interaction_id = interaction["id"]
        if (nonce := form.get("nonce")) is not None:
            message.json["nonce"] = nonce
            self._nonces[str(nonce)] = message
        self._refer(message, form.get("message_reference"))
        check_whole(message.json)
        self._keep(message)
        return message

    def post_loading(
        self, channel_id: str, kind: int, seen_by: str | None, interaction: Json, extra: Json
    ) -> Message:
        """The "thinking" message of a deferred answer."""
        blank = self._blank(channel_id, BOT_USER, kind) | interaction["shown"] | extra
        blank["flags"] = LOADING | (EPHEMERAL if seen_by else 0)
        message = Message(blank, seen_by, interaction["id"])
        self._keep(message)
        return message

    def say(
        self, channel_id: str, author: Json, text: str, attachments: Sequence[Json] = ()
    ) -> Message:
        """A member's own message. attachments: of files that were uploaded before."""
        body, extra = Body({"content": text}), {"attachments": list(attachments)}
        return self.post(channel_id, body, author=author, extra=extra)

    def edit(self, message: Message, body: Body) -> None:
        """Change what the form names; nothing changes where it is refused."""
        check_message(body, self._rules)
        was_loading = message.loading
        edited = self._composed(message.json, body)
        check_whole(edited)
        if not was_loading:
            edited["edited_timestamp"] = now_iso()
        message.json = edited
        self._announce("MESSAGE_UPDATE", message)

    def delete(self, message: Message) -> None:
        self._kept.pop(message.id, None)
        self._announce("MESSAGE_DELETE", message)

    def _keep(self, message: Message) -> None:
        self._kept[message.id] = message
        while len(self._kept) > self._rules.messages_kept:
            self._kept.popitem(last=False)
        self._announce("MESSAGE_CREATE", message)

    def _known(self, nonce: object) -> Message | None:
        """The message that carries this nonce already. Forgets old nonces on the way."""
        oldest = time.monotonic() - self._rules.nonce_s
        self._nonces = {n: m for n, m in self._nonces.items() if m.posted >= oldest}
        return None if nonce is None else self._nonces.get(str(nonce))

    def _blank(self, channel_id: str, author: Json, kind: int) -> Json:
        return {
            "id": self._ids.next(),
            "channel_id": channel_id,
            "type": kind,
            "author": author,
            "content": "",
            "timestamp": now_iso(),
            "edited_timestamp": None,
            "tts": False,
            "mention_everyone": False,
            "mentions": [],
            "mention_roles": [],
            "attachments": [],
            "embeds": [],
            "components": [],
            "pinned": False,
            "flags": 0,
        }

    def _composed(self, old: Json, body: Body) -> Json:
        form = body.form()
        made = dict(old)
        flags = int(form.get("flags") or 0) & _SETTABLE
        made["flags"] = flags | (old["flags"] & (EPHEMERAL | COMPONENTS_V2))  # V2 stays for good
        uploaded = self._attach(made, body)
        for key in ("embeds", "components"):
            if key in form:
                made[key] = _with_links(form[key] or [], uploaded)
        if "content" in form:
            made["content"] = form["content"] or ""
        if "content" in form or "allowed_mentions" in form:
            made |= mentions(made["content"], form.get("allowed_mentions"))
        shown = {embed["image"]["url"] for embed in made["embeds"] if embed.get("image")}
        made["attachments"] = [a for a in made["attachments"] if a["url"] not in shown]
        if "components" in form:
            for number, (_, component) in enumerate(walk(made["components"]), start=1):
                component.setdefault("id", number)
        return made

    def _attach(self, made: Json, body: Body) -> dict[str, Json]:
        """Settle `made["attachments"]`; returns all of them by file name."""
        form = body.form()
        listed = form.get("attachments")
        entries = {str(entry["id"]): entry for entry in listed or []}
        kept = made["attachments"]
        if listed is not None:
            kept = [
                a | ({"description": d} if (d := entries[a["id"]].get("description")) else {})
                for a in kept
                if a["id"] in entries
            ]
        made["attachments"] = list(kept)
        for upload in body.files:
            description = entries.get(str(upload.index), {}).get("description")
            private = bool(made["flags"] & EPHEMERAL)
            kept_file = self._attachments.add(upload, made["channel_id"], description, private)
            shown = self._attachments.to_json(kept_file)
            made["attachments"].append(shown)
        return {a["filename"]: a for a in made["attachments"]}

    def _refer(self, message: Message, reference: Json | None) -> None:
        if not reference:
            return
        target = self._kept.get(str(reference.get("message_id")))
        if target is None:
            if reference.get("fail_if_not_exists", True):
                why = {"code": "REPLIES_UNKNOWN_MESSAGE", "message": "Unknown message"}
                raise Refusal(50035, {"message_reference": {"_errors": [why]}})
            return
        message.json["type"] = REPLY
        message.json["message_reference"] = {
            "type": 0,
            "message_id": target.id,
            "channel_id": target.json["channel_id"],
            "guild_id": GUILD_ID,
        }
        message.json["referenced_message"] = target.json


def _with_links(tree: object, uploaded: dict[str, Json]) -> object:
    """A copy in which every `attachment://name` has become the link of that attachment."""
    if isinstance(tree, list):
        return [_with_links(entry, uploaded) for entry in tree]
    if not isinstance(tree, dict):
        return tree
    copy = {key: _with_links(value, uploaded) for key, value in tree.items()}
    url = copy.get("url")
    if isinstance(url, str) and url.startswith("attachment://"):
        target = uploaded.get(url.removeprefix("attachment://"))
        if target is None:
            why = {"code": "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND", "message": url}
            raise Refusal(50035, {"_errors": [why]})
        copy |= {k: target[k] for k in ("url", "proxy_url", "width", "height") if k in target}
    return copy


def mentions(content: str, allowed: Json | None) -> Json:
    """Whom a text pings. allowed: Discord's allowed_mentions; None lets everything ping."""
    parse = ["users", "roles", "everyone"] if allowed is None else allowed.get("parse") or []
    users = [str(user) for user in (allowed or {}).get("users") or []]
    named = set(re.findall(r"<@!?(\d+)>", content))
    return {
        "mention_everyone": "everyone" in parse and bool(re.search(r"@(everyone|here)", content)),
        "mention_roles": re.findall(r"<@&(\d+)>", content) if "roles" in parse else [],
        "mentions": [
            user_json(member)
            for member in MEMBERS
            if member.id in named and ("users" in parse or member.id in users)
        ],
    }
