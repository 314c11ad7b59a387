"""One interaction from a member's click to the bot's last edit, by Discord's clock."""

import asyncio
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.sandbox.body import Body
from bot.sandbox.message import Message, pictures
from bot.sandbox.people import (
    APPLICATION_ID,
    DM_IDS,
    EVERYONE_MAY,
    GUILD_ID,
    Channel,
    Member,
    channel_json,
    member_json,
    user_json,
)
from bot.sandbox.rules import Json
from bot.sandbox.snowflake import interaction_token

PING, COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 1, 2, 3, 4, 5  # interaction types

# Types of the first response.
PONG, ANSWER, DEFER, DEFER_UPDATE, UPDATE, CHOICES, MODAL = 1, 4, 5, 6, 7, 8, 9


@dataclass
class Interaction:
    """data: what the member sent; source: the message whose component was used.

    Times are of time.monotonic, seconds; `events` counts them from `created`.
    """

    id: str
    type: int
    member: Member
    channel: Channel
    locale: str
    data: Json
    file_limit: int  # bytes
    source: Message | None = None
    command_name: str | None = None
    token: str = ""
    created: float = field(default_factory=time.monotonic)
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    response: int | None = None  # the type of the first response
    void: bool = False  # the first response came too late, or never
    original: Message | None = None
    followups: list[Message] = field(default_factory=list)
    modal: Json | None = None
    choices: list[Json] | None = None
    events: list[Json] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.token = interaction_token(self.id)

    def note(self, event: str, message: Message | None = None) -> None:
        """Remember that something happened just now, and wake who waits for it."""
        entry: Json = {"event": event, "at_s": time.monotonic() - self.created}
        if message is not None:
            entry |= {"message_id": message.id, "pictures": len(pictures(message.json))}
        self.events.append(entry)
        self.changed.set()
        self.changed = asyncio.Event()

    def first(self, *events: str, with_pictures: bool = False) -> float | None:
        """Seconds until the first of these events; None where it has not happened."""
        for entry in self.events:
            if entry["event"] in events and (not with_pictures or entry.get("pictures")):
                return float(entry["at_s"])
        return None

    def to_gateway(self) -> Json:
        """The payload of INTERACTION_CREATE."""
        payload: Json = {
            "id": self.id,
            "application_id": APPLICATION_ID,
            "type": self.type,
            "data": self.data,
            "guild": {"id": GUILD_ID, "locale": "ja", "features": []},
            "guild_id": GUILD_ID,
            "guild_locale": "ja",
            "channel": channel_json(self.channel) | {"permissions": str(self.member.permissions)},
            "channel_id": self.channel.id,
            "member": member_json(self.member)
            | {"user": user_json(self.member), "permissions": str(self.member.permissions)},
            "token": self.token,
            "version": 1,
            "app_permissions": str(EVERYONE_MAY),
            "locale": self.locale,
            "entitlements": [],
            "entitlement_sku_ids": [],
            "authorizing_integration_owners": {"0": GUILD_ID},
            "context": 0,
            "attachment_size_limit": self.file_limit,
        }
        if self.source is not None:
            payload["message"] = self.source.json
        return self._in_dm(payload) if self.channel.id in DM_IDS else payload

    def _in_dm(self, payload: Json) -> Json:
        """The payload as it comes from direct messages: of a user, and of no server."""
        left = {key: value for key, value in payload.items() if not key.startswith("guild")}
        del left["member"]
        channel = channel_json(self.channel) | {"permissions": "0"}
        return left | {"channel": channel, "user": user_json(self.member), "context": 1}

    def credit(self) -> Json:
        """What a message that answers carries: `shown` for its JSON, and this interaction's id."""
        user = user_json(self.member)
        metadata: Json = {
            "id": self.id,
            "type": self.type,
            "user": user,
            "authorizing_integration_owners": {"0": GUILD_ID},
        }
        if self.type == COMPONENT and self.source is not None:
            metadata["interacted_message_id"] = self.source.id
        if self.type == MODAL_SUBMIT:
            metadata["triggering_interaction_metadata"] = {
                "id": self.id,
                "type": COMMAND,
                "user": user,
                "authorizing_integration_owners": {"0": GUILD_ID},
            }
        shown: Json = {
            "interaction_metadata": metadata,
            "webhook_id": APPLICATION_ID,
            "application_id": APPLICATION_ID,
        }
        if self.command_name is not None:
            metadata["name"] = self.command_name
            shown["interaction"] = {
                "id": self.id,
                "type": self.type,
                "name": self.command_name,
                "user": user,
            }
        return {"id": self.id, "shown": shown}

    def to_json(self) -> Json:
        """What the driver API shows. `*_s`: seconds since the interaction was sent."""
        return {
            "id": self.id,
            "type": self.type,
            "member": self.member.username,
            "locale": self.locale,
            "created_at": self.created_at.isoformat(),
            "created_monotonic_s": self.created,
            "void": self.void,
            "response": self.response,
            "responded_s": self.first("deferred", "answered", "modal", "choices", "updated"),
            "deferred_s": self.first("deferred"),
            "answered_s": self.first("answered", "edited", "followup"),
            "pictures_s": self.first("answered", "edited", "followup", with_pictures=True),
            "edits_s": [e["at_s"] for e in self.events if e["event"] == "edited"],
            "events": self.events,
            "message": self.original.json if self.original else None,
            "followups": [message.json for message in self.followups],
            "modal": self.modal,
            "choices": self.choices,
        }


def is_private(body: Body) -> bool:
    """Whether a first response asks to be seen by its member alone."""
    return bool(int(body.form().get("flags") or 0) & (1 << 6))
