"""The tables. Members appear by their Discord id only, never by name."""

from datetime import UTC, datetime
from typing import Literal

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from foodgan.contract.recipes import Kind

# written: not on the queue yet; queued: handed to the workers; the others are ends.
State = Literal["written", "queued", "done", "failed", "late", "refused", "cancelled"]

# draft: waits for a name or for consent, nothing has been looked at; submitted: on its way to the
# intake; taken: clean, in the store, before the reviewers; the others are ends.
PhotoState = Literal["draft", "submitted", "taken", "accepted", "rejected", "withdrawn", "refused"]
Verdict = Literal["accept", "reject", "skip"]
Credit = Literal["name", "initials", "anonymous"]
# release: /release; learning: what a trainer makes of one; drawing: the picture of /dataset.
ErrandKind = Literal["release", "learning", "drawing"]
_KNOWN = "state IN ('taken', 'accepted', 'rejected')"


class UtcTime(TypeDecorator[datetime]):
    """An aware datetime, kept as UTC: SQLite itself would forget the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Names every constraint, so that migrations can name it too."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Order(Base):
    """One order, from the moment it is deferred.

    kind, name, count, seed, mix, share, variation, weights, truncation: see
    `foodgan.contract.orders`.
    token: the interaction token, a secret; null as soon as the order has ended.
    error_id: what the member was shown and the log holds, where something went wrong.
    """

    __tablename__ = "orders"
    __table_args__ = (
        Index(
            "ix_orders_open",
            "asked_at",
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_orders_member_id", "member_id"),
    )

    id: Mapped[str] = mapped_column(String(8), primary_key=True)
    guild_id: Mapped[int | None] = mapped_column(BigInteger)
    channel_id: Mapped[int | None] = mapped_column(BigInteger)
    member_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[Kind] = mapped_column(String(16), default="dish", server_default="dish")
    name: Mapped[str] = mapped_column(String(100))
    count: Mapped[int]
    seed: Mapped[int] = mapped_column(BigInteger)
    mix: Mapped[str | None] = mapped_column(String(100))
    share: Mapped[int | None]
    variation: Mapped[int | None] = mapped_column(BigInteger)
    weights: Mapped[list[list[str | int]] | None] = mapped_column(JSON)
    truncation: Mapped[int | None]
    locale: Mapped[str] = mapped_column(String(8))
    state: Mapped[State] = mapped_column(String(16))
    application_id: Mapped[int] = mapped_column(BigInteger)
    token: Mapped[str | None]
    attachment_limit: Mapped[int] = mapped_column(BigInteger)
    asked_at: Mapped[datetime] = mapped_column(UtcTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcTime)
    error_id: Mapped[str | None] = mapped_column(String(8))

    def __repr__(self) -> str:
        return f"<Order {self.id} {self.state}>"  # never the token


class Consent(Base):
    """What a member agreed to, once for each version and change; the newest counts.

    credit: how the member wants to be named, "" for not at all.
    """

    __tablename__ = "consents"
    __table_args__ = (Index("ix_consents_member_id", "member_id", "id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    member_id: Mapped[int] = mapped_column(BigInteger)
    version: Mapped[int]
    licence: Mapped[str] = mapped_column(String(16))
    credit_choice: Mapped[Credit] = mapped_column(String(16))
    credit: Mapped[str] = mapped_column(String(100))
    locale: Mapped[str] = mapped_column(String(8))
    given_at: Mapped[datetime] = mapped_column(UtcTime)


class Submission(Base):
    """What a member handed over at once, and how to answer.

    token: of the newest interaction, a secret; null once the answer is complete or too late.
    credit_choice: picked beside the consent text, before the member agrees. ended_at: null while
    the answer still changes.
    """

    __tablename__ = "submissions"
    __table_args__ = (
        Index(
            "ix_submissions_open",
            "asked_at",
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(String(8), primary_key=True)
    member_id: Mapped[int] = mapped_column(BigInteger)
    guild_id: Mapped[int | None] = mapped_column(BigInteger)
    channel_id: Mapped[int | None] = mapped_column(BigInteger)
    locale: Mapped[str] = mapped_column(String(8))
    name: Mapped[str | None] = mapped_column(String(100))
    credit_choice: Mapped[Credit] = mapped_column(String(16))
    application_id: Mapped[int] = mapped_column(BigInteger)
    token: Mapped[str | None]
    asked_at: Mapped[datetime] = mapped_column(UtcTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcTime)

    def __repr__(self) -> str:
        return f"<Submission {self.id}>"  # never the token


class Photo(Base):
    """One contributed photo, from the moment it is handed over.

    url: signed, a secret; null once the bytes are fetched. sha256 … size: see contract `Taken`.
    hints: joined by commas. words: of the name as it was handed over, null once it is another.
    refusal: key of the sentence that says why it was not taken in.
    settled_by: the reviewer whose vote decided. told_at: since then the decision cannot be undone,
    and the member has heard of it, unless notices are off. bytes_gone_at: when the store was rid of
    the bytes, or of a withdrawn photo when they were buried.
    """

    __tablename__ = "photos"
    __table_args__ = (
        # The same bytes cannot be in the collection twice, whoever hands them over.
        Index(
            "uq_photos_known_sha256",
            "sha256",
            unique=True,
            sqlite_where=text(_KNOWN),
            postgresql_where=text(_KNOWN),
        ),
        Index("ix_photos_line", "state", "escalated", "taken_at", "id", "member_id"),
        Index("ix_photos_member_id", "member_id", "submitted_at"),
        Index("ix_photos_submission_id", "submission_id"),
        Index("ix_photos_decided_at", "state", "decided_at"),
    )

    id: Mapped[str] = mapped_column(String(8), primary_key=True)
    submission_id: Mapped[str | None] = mapped_column(
        String(8), ForeignKey("submissions.id", ondelete="SET NULL")
    )
    member_id: Mapped[int] = mapped_column(BigInteger)
    channel_id: Mapped[int | None] = mapped_column(BigInteger)
    locale: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(100))
    filename: Mapped[str] = mapped_column(String(256))
    url: Mapped[str | None]
    state: Mapped[PhotoState] = mapped_column(String(16))
    licence: Mapped[str | None] = mapped_column(String(16))
    sha256: Mapped[str | None] = mapped_column(String(64))
    original_sha256: Mapped[str | None] = mapped_column(String(64))
    perceptual_hash: Mapped[str | None] = mapped_column(String(16))
    width: Mapped[int | None]
    height: Mapped[int | None]
    size: Mapped[int | None] = mapped_column(BigInteger)
    hints: Mapped[str] = mapped_column(String(100), default="")
    words: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    refusal: Mapped[str | None] = mapped_column(String(100))
    refusal_values: Mapped[str | None]
    escalated: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str | None] = mapped_column(String(32))
    settled_by: Mapped[int | None] = mapped_column(BigInteger)
    submitted_at: Mapped[datetime] = mapped_column(UtcTime)
    taken_at: Mapped[datetime | None] = mapped_column(UtcTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcTime)
    told_at: Mapped[datetime | None] = mapped_column(UtcTime)
    bytes_gone_at: Mapped[datetime | None] = mapped_column(UtcTime)

    def __repr__(self) -> str:
        return f"<Photo {self.id} {self.state}>"  # never the url


class Vote(Base):
    """What one reviewer thinks of one photo. The key keeps anybody from voting twice.

    put_off_at: when an operator put off deciding even votes, this one among them.
    """

    __tablename__ = "votes"
    __table_args__ = (Index("ix_votes_reviewer_id", "reviewer_id", "at"),)

    photo_id: Mapped[str] = mapped_column(
        String(8), ForeignKey("photos.id", ondelete="CASCADE"), primary_key=True
    )
    reviewer_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    verdict: Mapped[Verdict] = mapped_column(String(8))
    reason: Mapped[str | None] = mapped_column(String(32))
    at: Mapped[datetime] = mapped_column(UtcTime)
    put_off_at: Mapped[datetime | None] = mapped_column(UtcTime)


class AuditEntry(Base):
    """Who did what. actor_id: null for the bot itself, and for members who had it erased."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_photo_id", "photo_id"), Index("ix_audit_at", "at"))

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcTime)
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    action: Mapped[str] = mapped_column(String(32))
    photo_id: Mapped[str | None] = mapped_column(String(8))
    detail: Mapped[str] = mapped_column(String(200), default="")


class Grave(Base):
    """Hashes of a photo that must never come back. Nothing says whose it was.

    purged_at: null while its bytes may still lie in the store.
    """

    __tablename__ = "graves"
    __table_args__ = (Index("ix_graves_original_sha256", "original_sha256"),)

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    original_sha256: Mapped[str] = mapped_column(String(64))
    buried_at: Mapped[datetime] = mapped_column(UtcTime)
    purged_at: Mapped[datetime | None] = mapped_column(UtcTime)


class Ban(Base):
    """A member who may contribute nothing."""

    __tablename__ = "bans"

    member_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    by_id: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(UtcTime)


class BlockedWord(Base):
    """A word that no dish's name may hold. word: normalised, in lower case, without spaces."""

    __tablename__ = "blocked_words"

    word: Mapped[str] = mapped_column(String(100), primary_key=True)
    by_id: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(UtcTime)


class Leader(Base):
    """A member who wants to be seen on the leaderboard."""

    __tablename__ = "leaders"

    member_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    joined_at: Mapped[datetime] = mapped_column(UtcTime)


class Errand(Base):
    """Work for intake workers and trainers: a release, what is learned from it, a drawing.

    A drawing's row goes with its end: its payload holds names that other members had ordered.
    member_id: who waits for it; NOBODY where the bot itself began it, or its member was erased.
    channel_id: where it was asked for.
    payload: the JSON of the contract's order; result: of its answer, null of one that has failed.
    token: as of a submission. asked_at: when its interaction was; a learning has its release's.
    catalogue: of a learning the SHA-256 of the club's catalogue that it learned from, of a release
    that of one without photos, as all is forgotten by it. Null of another release, and where it is
    not known what is served: of a learning that failed, was outrun, or is an earlier bot's.
    """

    __tablename__ = "errands"
    __table_args__ = (
        Index(
            "ix_errands_open",
            "asked_at",
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(String(8), primary_key=True)
    kind: Mapped[ErrandKind] = mapped_column(String(16))
    channel_id: Mapped[int | None] = mapped_column(BigInteger)
    member_id: Mapped[int] = mapped_column(BigInteger)
    locale: Mapped[str] = mapped_column(String(8))
    application_id: Mapped[int] = mapped_column(BigInteger)
    token: Mapped[str | None]
    payload: Mapped[str]
    result: Mapped[str | None]
    asked_at: Mapped[datetime] = mapped_column(UtcTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcTime)
    catalogue: Mapped[str | None] = mapped_column(String(64))

    def __repr__(self) -> str:
        return f"<Errand {self.id} {self.kind}>"  # never the token
