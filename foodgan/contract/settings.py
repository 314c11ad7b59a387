"""Settings of every process, from the environment and `.env`; read when asked for, not before."""

from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from foodgan.contract.errors import UserError

DISCORD_API = "https://discord.com/api/v10"

_ESCAPED = "In its password write %2F for /, %23 for #, %3F for ?, %40 for @, %25 for %"

_CENTURY_D = 36_500  # as good as for ever, and a date that far back or ahead can still be told

Level = Literal["DEBUG", "INFO", "WARN", "WARNING", "ERROR", "CRITICAL"]


def _database_in(given: dict[str, Any]) -> SecretStr:
    """The database's address where none is set: a file in `var_dir`."""
    return SecretStr(f"sqlite+aiosqlite:///{given['var_dir'] / 'foodgan.sqlite3'}")


def _store_in(given: dict[str, Any]) -> str:
    """The photos' folder where none is set."""
    return str(given["var_dir"] / "photos")


class Settings(BaseSettings):
    """One name for each variable: field `redis_url` is the variable `REDIS_URL`."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        hide_input_in_errors=True,  # a value may be a secret
    )

    # Discord. Without a token `make up` starts the sandbox and fills these in.
    discord_token: SecretStr | None = None
    discord_api_base: str = DISCORD_API
    discord_gateway: str | None = None  # ws:// URL; only the sandbox needs it

    # Where running processes keep their files: database, photos, logs, pulses, the embedded Valkey.
    var_dir: Path = Path("var")

    # The queue and the records.
    redis_url: SecretStr = SecretStr("redis://127.0.0.1:6379/0")
    redis_timeout_s: Annotated[float, Field(gt=0, le=30)] = 3.0
    database_url: SecretStr = Field(default_factory=_database_in)

    # Photos and releases: a folder, or a URL that fsspec knows (s3://BUCKET/FOLDER).
    photo_store: str = Field(default_factory=_store_in)
    # A folder with a model; the shipped one where none is named. It is this machine's own one, on
    # which trainers learn. Workers paint in its place with what was learned on it, and with what an
    # operator promoted for all of them, until `foodgan serving promote --own`.
    model_dir: Path | None = None

    # The bot's manners.
    cooldown_s: Annotated[float, Field(ge=0)] = 5.0  # a member's next /dish
    orders_per_member: Annotated[int, Field(ge=1)] = 5  # waiting at once
    queue_limit: Annotated[int, Field(ge=1)] = 500  # orders waiting in all

    # Contributed photos, the bot's side.
    photos_per_day: Annotated[int, Field(ge=1)] = 50  # of one member, in 24 hours
    # Ids of the servers whose reviewers and operators count, separated by commas. "": the one that
    # the bot is in; nobody's where it is in several.
    club_servers: str = ""
    reviewer_roles: str = "reviewer"  # names or ids, separated by commas
    review_votes: Annotated[int, Field(ge=1)] = 2  # that decide, of one kind
    review_escalate_after: Annotated[int, Field(ge=2)] = 2  # votes, half of each kind
    # How long a reviewer can take the last vote back; then the member hears of it.
    review_undo_s: Annotated[float, Field(ge=0, le=_CENTURY_D * 86_400)] = 60.0
    review_notice: Literal["dm", "channel", "off"] = "dm"
    # Retention, in days: files of rejected photos; the audit log; orders of dishes that have ended.
    keep_rejected_days: Annotated[int, Field(ge=1, le=_CENTURY_D)] = 90
    keep_audit_days: Annotated[int, Field(ge=1, le=_CENTURY_D)] = 730
    keep_orders_days: Annotated[int, Field(ge=1, le=_CENTURY_D)] = 365
    # Hours after which new accepted photos become a release that a trainer learns from; 0: never by
    # itself, only by /release.
    release_every_h: Annotated[float, Field(ge=0, le=_CENTURY_D * 24)] = 24.0

    # The worker.
    device: str | None = None  # "cpu", "cuda:0"; the best there is where none is named
    threads: Annotated[int, Field(ge=0)] = 0  # CPU threads for painting; 0: all cores
    batch_limit: Annotated[int, Field(ge=0)] = 0  # pictures of one pass; 0: fitted at the start
    paint_timeout_s: Annotated[float, Field(gt=0)] = 60.0
    retries: Annotated[int, Field(ge=0, le=10)] = 3

    # Taking in photos: whose links are followed, separated by commas, and the largest file.
    photo_hosts: str = "cdn.discordapp.com,media.discordapp.net"
    photo_mb_max: Annotated[int, Field(ge=1, le=500)] = 25

    # Figures and health for operators, over HTTP: /metrics, /healthz, /readyz. Not for the public.
    health_host: str = "127.0.0.1"
    bot_health_port: Annotated[int, Field(ge=0, le=65535)] = 9410  # 0: any that is free
    worker_health_port: Annotated[int, Field(ge=0, le=65535)] = 9420  # the next one where taken

    log_level: Annotated[Level, BeforeValidator(lambda value: str(value).upper())] = "INFO"
    log_format: Literal["text", "json"] = "text"

    @field_validator("club_servers")
    @classmethod
    def _ids(cls, listed: str) -> str:
        """A name, or a link, would keep everybody out of the review without a word."""
        if not all(each.strip().isdecimal() for each in listed.split(",") if each.strip()):
            raise ValueError("ids of servers, which are whole numbers, separated by commas")
        return listed

    @field_validator("redis_url")
    @classmethod
    def _readable(cls, url: SecretStr) -> SecretStr:
        """Found out here, as whoever reads it later says what it cannot read: the password."""
        if not _is_redis(url.get_secret_value()):
            raise ValueError(f"no redis://, rediss:// or unix:// address. {_ESCAPED}")
        return url

    @field_validator("database_url")
    @classmethod
    def _opened(cls, url: SecretStr) -> SecretStr:
        """The same of the database's; which kinds there are the bot knows."""
        if not _is_database(url.get_secret_value()):
            raise ValueError(f"no address of a database. {_ESCAPED}")
        return url


class _Dotenv(BaseSettings):
    """All that stands in `.env`, by its name as it is written there."""

    model_config = SettingsConfigDict(env_file=".env", extra="allow", case_sensitive=True)


def keys_of_s3() -> dict[str, str]:
    """The AWS_… variables of `.env`: S3's library reads none but the environment's."""
    found = _Dotenv().model_extra or {}
    return {name: value for name, value in found.items() if name.startswith("AWS_") and value}


def read_settings() -> Settings:
    """The settings. Raises UserError `settings-wrong` (name, fault), which tells no value."""
    try:
        return Settings()
    except ValidationError as error:
        fault = error.errors(include_input=False, include_url=False)[0]
        name = str(fault["loc"][0]).upper()
        said = fault["msg"].removeprefix("Value error, ")
        raise UserError("settings-wrong", name=name, fault=said) from None


def _is_redis(url: str) -> bool:
    """Whether a client of Redis can read it."""
    return url.partition(":")[0] in {"redis", "rediss", "unix"} and _is_whole(url)


def _is_database(url: str) -> bool:
    """Whether a client of a database can read it. SQLite's is a path, and holds no password.

    SQLAlchemy ends a password at the first @, others at the last.
    """
    return url.startswith("sqlite") or (_is_whole(url) and urlsplit(url).netloc.count("@") <= 1)


def _is_whole(url: str) -> bool:
    """Whether no part of a password would be read as something else."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    return "@" not in parts.path + parts.query + parts.fragment
