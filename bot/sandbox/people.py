"""Who lives in the stand-in: one application, one guild, its channels, roles and members.

Their ids stay the same at every start, so that a bot's records fit the next run.
"""

from dataclasses import dataclass

from bot.sandbox.rules import Json

APPLICATION_ID = "1240000000000000001"
GUILD_ID = "1240000000000000100"  # as with Discord, the role @everyone has the guild's id
REVIEWER_ROLE_ID = "1240000000000000110"
BOT_ROLE_ID = "1240000000000000111"
JOINED_AT = "2025-04-01T00:00:00.000000+00:00"

MANAGE_GUILD = 1 << 5
ADD_REACTIONS = 1 << 6
VIEW_CHANNEL = 1 << 10
SEND_MESSAGES = 1 << 11
MANAGE_MESSAGES = 1 << 13
EMBED_LINKS = 1 << 14
ATTACH_FILES = 1 << 15
READ_MESSAGE_HISTORY = 1 << 16
USE_APPLICATION_COMMANDS = 1 << 31

EVERYONE_MAY = (
    ADD_REACTIONS
    | VIEW_CHANNEL
    | SEND_MESSAGES
    | EMBED_LINKS
    | ATTACH_FILES
    | READ_MESSAGE_HISTORY
    | USE_APPLICATION_COMMANDS
)
REVIEWERS_MAY = MANAGE_GUILD | MANAGE_MESSAGES


@dataclass(frozen=True)
class Member:
    """A person of the guild. locale: the language of their client; colour: their avatar's."""

    id: str
    username: str
    name: str
    locale: str
    colour: str
    roles: tuple[str, ...] = ()

    @property
    def permissions(self) -> int:
        return EVERYONE_MAY | (REVIEWERS_MAY if REVIEWER_ROLE_ID in self.roles else 0)


@dataclass(frozen=True)
class Channel:
    """A text channel of the guild; or, with a member, their direct messages with the bot."""

    id: str
    name: str
    topic: str
    member_id: str | None = None


MEMBERS = (
    Member("1240000000000000201", "akari", "あかり", "ja", "#e8805c"),
    Member("1240000000000000202", "yuto", "ゆうと", "ja", "#4f9d8f"),
    Member("1240000000000000203", "emma", "Emma", "en-US", "#8b6fd6"),
    Member("1240000000000000204", "minato", "みなと料理長", "ja", "#d6a23f", (REVIEWER_ROLE_ID,)),
    Member("1240000000000000205", "sora", "そら副料理長", "ja", "#5b8def", (REVIEWER_ROLE_ID,)),
)
CHANNELS = (
    Channel("1240000000000000301", "架空食堂", "実在しない料理を注文するところ"),
    Channel("1240000000000000302", "写真持ち込み", "料理の写真を集めるところ"),
    Channel("1240000000000000303", "厨房", "審査と相談"),
)

BOT_USER: Json = {
    "id": APPLICATION_ID,
    "username": "架空食堂",
    "discriminator": "0001",
    "global_name": None,
    "avatar": None,
    "bot": True,
    "public_flags": 0,
    "flags": 0,
}


def dm_of(member: Member) -> Channel:
    """The direct messages between a member and the bot."""
    number = str(int(member.id) + 200)
    return Channel(number, BOT_USER["username"], "ボットとのダイレクトメッセージ", member.id)


DM_IDS = frozenset(dm_of(member).id for member in MEMBERS)


def find_member(wanted: str | None) -> Member | None:
    """By id, user name or shown name; the first member where none is named."""
    if wanted is None:
        return MEMBERS[0]
    return next((m for m in MEMBERS if wanted in (m.id, m.username, m.name)), None)


def find_channel(wanted: str | None) -> Channel | None:
    """By id or name, direct messages by id alone; the first channel where none is named."""
    if wanted is None:
        return CHANNELS[0]
    found = next((c for c in CHANNELS if wanted in (c.id, c.name)), None)
    return found or next((c for c in map(dm_of, MEMBERS) if wanted == c.id), None)


def user_json(member: Member) -> Json:
    return {
        "id": member.id,
        "username": member.username,
        "discriminator": "0",
        "global_name": member.name,
        "avatar": None,
        "public_flags": 0,
    }


def member_json(member: Member) -> Json:
    """A guild member without its user."""
    return {
        "roles": list(member.roles),
        "joined_at": JOINED_AT,
        "nick": None,
        "avatar": None,
        "premium_since": None,
        "pending": False,
        "deaf": False,
        "mute": False,
        "flags": 0,
        "communication_disabled_until": None,
    }


def bot_member_json() -> Json:
    return {
        "user": BOT_USER,
        "roles": [BOT_ROLE_ID],
        "joined_at": JOINED_AT,
        "nick": None,
        "avatar": None,
        "deaf": False,
        "mute": False,
        "flags": 0,
    }


def channel_json(channel: Channel) -> Json:
    if channel.member_id is not None:
        recipients = [user_json(m) for m in MEMBERS if m.id == channel.member_id]
        return {"id": channel.id, "type": 1, "recipients": recipients, "last_message_id": None}
    return {
        "id": channel.id,
        "type": 0,
        "guild_id": GUILD_ID,
        "name": channel.name,
        "topic": channel.topic,
        "position": CHANNELS.index(channel),
        "permission_overwrites": [],
        "nsfw": False,
        "rate_limit_per_user": 0,
        "parent_id": None,
        "last_message_id": None,
        "flags": 0,
    }


def _role_json(role_id: str, name: str, permissions: int, position: int) -> Json:
    return {
        "id": role_id,
        "name": name,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "icon": None,
        "unicode_emoji": None,
        "position": position,
        "permissions": str(permissions),
        "managed": role_id == BOT_ROLE_ID,
        "mentionable": False,
        "flags": 0,
    }


def roles_json() -> list[Json]:
    return [
        _role_json(GUILD_ID, "@everyone", EVERYONE_MAY, 0),
        _role_json(REVIEWER_ROLE_ID, "reviewer", REVIEWERS_MAY, 1),
        _role_json(BOT_ROLE_ID, "架空食堂", EVERYONE_MAY, 2),
    ]


def guild_json() -> Json:
    """The guild as REST gives it; the gateway adds channels and members."""
    return {
        "id": GUILD_ID,
        "name": "架空大学 電算部",
        "icon": None,
        "splash": None,
        "discovery_splash": None,
        "banner": None,
        "description": None,
        "owner_id": MEMBERS[3].id,
        "region": "japan",
        "afk_channel_id": None,
        "afk_timeout": 300,
        "system_channel_id": CHANNELS[0].id,
        "system_channel_flags": 0,
        "rules_channel_id": None,
        "public_updates_channel_id": None,
        "safety_alerts_channel_id": None,
        "verification_level": 0,
        "default_message_notifications": 1,
        "explicit_content_filter": 0,
        "mfa_level": 0,
        "nsfw": False,
        "nsfw_level": 0,
        "premium_tier": 0,
        "premium_subscription_count": 0,
        "premium_progress_bar_enabled": False,
        "preferred_locale": "ja",
        "vanity_url_code": None,
        "application_id": None,
        "max_members": 250000,
        "max_presences": None,
        "features": [],
        "emojis": [],
        "stickers": [],
        "roles": roles_json(),
    }


def guild_create_json() -> Json:
    return guild_json() | {
        "large": False,
        "unavailable": False,
        "joined_at": JOINED_AT,
        "member_count": len(MEMBERS) + 1,
        "channels": [channel_json(channel) for channel in CHANNELS],
        "members": [bot_member_json()],  # without the members intent: only the bot itself
        "threads": [],
        "presences": [],
        "voice_states": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def application_json() -> Json:
    owner = user_json(MEMBERS[3])
    return {
        "id": APPLICATION_ID,
        "name": "架空食堂",
        "icon": None,
        "description": "",
        "summary": "",
        "type": None,
        "bot": BOT_USER,
        "bot_public": False,
        "bot_require_code_grant": False,
        "owner": owner,
        "team": None,
        "verify_key": "0" * 64,
        "flags": 0,
        "hook": True,
        "tags": [],
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "approximate_guild_count": 1,
        "approximate_user_install_count": 0,
    }
