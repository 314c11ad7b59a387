"""Orders in the database: written before the queue sees them, ended exactly once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pydantic import SecretStr
from sqlalchemy import delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.records.photos import NOBODY
from bot.records.tables import Order, State
from foodgan.contract.logs import REDACTED
from foodgan.contract.orders import FAILURE_TTL_S, DishOrder


@dataclass(frozen=True)
class Asker:
    """Who asked and where, as Discord ids. Outside a server there is no guild."""

    member_id: int
    channel_id: int | None
    guild_id: int | None


async def write(session: AsyncSession, order: DishOrder, asker: Asker) -> None:
    """Write a new order down as `written`."""
    session.add(
        Order(
            id=order.order_id,
            guild_id=asker.guild_id,
            channel_id=asker.channel_id,
            member_id=asker.member_id,
            kind=order.kind,
            name=order.name,
            count=order.count,
            seed=order.seed,
            mix=order.mix,
            share=order.share,
            variation=order.variation,
            weights=[[word, percent] for word, percent in order.weights] or None,
            truncation=order.truncation,
            locale=order.locale,
            state="written",
            application_id=int(order.application_id),
            token=order.token.get_secret_value(),
            attachment_limit=order.attachment_limit,
            asked_at=order.asked_at,
        )
    )
    await session.flush()


async def open_orders(session: AsyncSession) -> Sequence[Order]:
    """Every order that has not ended, the oldest first. Not those of `erased`."""
    found = await session.scalars(
        select(Order)
        .where(Order.ended_at.is_(None), Order.member_id != NOBODY)
        .order_by(Order.asked_at)
    )
    return found.all()


async def erased(session: AsyncSession) -> Sequence[Order]:
    """What the queue may still hold of members who were erased."""
    return (await session.scalars(select(Order).where(Order.member_id == NOBODY))).all()


async def queued(session: AsyncSession, order_id: str) -> bool:
    """Say that the workers have it now. Returns False where it has ended."""
    noted = await session.scalars(
        update(Order)
        .where(Order.id == order_id, Order.ended_at.is_(None))
        .values(state="queued")
        .returning(Order.id)
    )
    return noted.first() is not None


async def end(
    session: AsyncSession, order_id: str, state: State, error_id: str | None = None
) -> bool:
    """Close an order and erase its token. Returns False where it had been closed before."""
    ended = await session.scalars(
        update(Order)
        .where(Order.id == order_id, Order.ended_at.is_(None))
        .values(state=state, ended_at=datetime.now(UTC), token=None, error_id=error_id)
        .returning(Order.id)
    )
    return ended.first() is not None


async def redeem(session: AsyncSession, order_id: str) -> None:
    """An order that had failed was served after all."""
    await session.execute(
        update(Order)
        .where(Order.id == order_id, Order.state == "failed")
        .values(state="done", ended_at=datetime.now(UTC), error_id=None)
    )


async def find(session: AsyncSession, order_ids: Sequence[str]) -> Sequence[Order]:
    """Those of these orders that have not ended, or are nobody's any more."""
    unsettled = or_(Order.ended_at.is_(None), Order.member_id == NOBODY)
    found = await session.scalars(select(Order).where(Order.id.in_(order_ids), unsettled))
    return found.all()


async def disown(session: AsyncSession, member_id: int) -> None:
    """Let a member's orders be nobody's, where the queue may hold something of them.

    What has not ended keeps what its last word is said with. `strike` takes the rows out.
    """
    theirs = update(Order).where(Order.member_id == member_id)
    nobodys = {"member_id": NOBODY, "channel_id": None, "guild_id": None}
    await session.execute(theirs.where(Order.ended_at.is_(None)).values(nobodys))
    kept_since = datetime.now(UTC) - timedelta(seconds=FAILURE_TTL_S)
    wordless = {"name": "", "mix": None, "weights": None}
    await session.execute(theirs.where(Order.ended_at > kept_since).values(nobodys | wordless))


async def strike(session: AsyncSession, order_id: str) -> None:
    """Take an order out of the records."""
    await session.execute(delete(Order).where(Order.id == order_id))


def as_order(record: Order) -> DishOrder:
    """The order as it travels to the worker. One that has ended carries no token."""
    return DishOrder.model_validate(
        {
            "order_id": record.id,
            "kind": record.kind,
            "name": record.name,
            "count": record.count,
            "seed": record.seed,
            "mix": record.mix,
            "share": record.share,
            "variation": record.variation,
            "weights": record.weights or (),
            "truncation": record.truncation,
            "locale": record.locale,
            "application_id": str(record.application_id),
            "token": SecretStr(record.token or REDACTED),
            "asked_at": record.asked_at,
            "attachment_limit": record.attachment_limit,
            "buttons": True,
        }
    )
