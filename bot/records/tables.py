"""The tables. Members appear by their Discord id only, never by name."""

from datetime import UTC, datetime
from typing import Literal

from sqlalchemy import BigInteger, DateTime, Dialect, Index, MetaData, String, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

# written: not on the queue yet; queued: handed to the workers; the others are ends.
State = Literal["written", "queued", "done", "failed", "late", "refused", "cancelled"]


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
    """One `/dish`, from the moment it is deferred.

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
    name: Mapped[str] = mapped_column(String(100))
    count: Mapped[int]
    seed: Mapped[int] = mapped_column(BigInteger)
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
