"""What comes too late for its token goes to the bot: without the token, bounded, never lost."""

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from PIL import Image
from redis import Redis

from foodgan.contract.late import HANDED, LATE_ENTRIES_MAX, LATE_STREAM, LateDish
from foodgan.contract.orders import END_KEY, LATE_LIFE, TOKEN_LIFE, DishOrder
from tests.worker.conftest import Kitchen, an_order
from tests.worker.tiny import TinyPainter
from tests.worker.webhooks import Fault
from worker import late, tasks
from worker.late import CROWDED_S
from worker.pictures import Picture
from worker.plates import Plate
from worker.reply import Message, TooLarge
from worker.sweep import Sweep


def handed(redis: Redis) -> list[LateDish]:
    return [LateDish.from_fields(fields) for _, fields in redis.xrange(LATE_STREAM)]


def a_dish(order_id: str = "abcdefgh") -> LateDish:
    picture = Picture("dish.jpg", b"picture", "image/jpeg", "a dish")
    return late.late_dish(order_id, Message("served", (picture,)), replayed=False)


@pytest.mark.parametrize("left_s", [-60, 30])  # of the token's life; 45 s are the worker's margin
def test_an_order_past_its_time_is_painted_and_handed_over(kitchen: Kitchen, left_s: int) -> None:
    asked_at = datetime.now(UTC) - TOKEN_LIFE + timedelta(seconds=left_s)
    order = kitchen.put(an_order(asked_at=asked_at, count=2))

    kitchen.serve()

    assert kitchen.discord.edits == []
    [dish] = handed(kitchen.redis)
    assert (dish.order_id, len(dish.files), dish.replayed) == (order.order_id, 2, False)
    assert all(Image.open(io.BytesIO(body)).format == "JPEG" for body in dish.bodies)
    assert all(order.order_id in file.filename for file in dish.files)
    assert "tiny-test" in dish.content
    assert kitchen.status(order.order_id) == "finished"
    assert f'"{HANDED}": true'.encode() in kitchen.meta(order.order_id)
    assert order.token.get_secret_value().encode() not in kitchen.everything_in_redis()


def test_what_is_late_is_encoded_once(kitchen: Kitchen, monkeypatch: pytest.MonkeyPatch) -> None:
    smaller, encoded = Plate.smaller, []

    def counted(plate: Plate) -> Message:
        encoded.append(plate.order.order_id)
        return smaller(plate)

    monkeypatch.setattr(Plate, "smaller", counted)
    order = kitchen.put(an_order(asked_at=datetime.now(UTC) - TOKEN_LIFE))

    kitchen.serve()

    assert [dish.order_id for dish in handed(kitchen.redis)] == encoded == [order.order_id]


def test_a_dish_that_discord_did_not_take_in_time_is_handed_over(kitchen: Kitchen) -> None:
    left = timedelta(seconds=50)  # of the token; the worker stops 45 s before its end
    kitchen.discord.faults = [Fault(500)] * 20
    order = kitchen.put(an_order(asked_at=datetime.now(UTC) - TOKEN_LIFE + left))

    kitchen.serve()

    assert {edit.status for edit in kitchen.discord.edits} == {500}
    assert [dish.order_id for dish in handed(kitchen.redis)] == [order.order_id]


@pytest.mark.parametrize(("status", "code"), [(401, 50027), (404, 10015), (404, 10062)])
def test_a_dead_token_is_asked_once_and_then_the_bot(
    kitchen: Kitchen, status: int, code: int
) -> None:
    kitchen.discord.faults = [Fault(status, {"code": code})]
    order = kitchen.put(an_order())

    kitchen.serve()

    assert [edit.status for edit in kitchen.discord.edits] == [status]
    assert [dish.order_id for dish in handed(kitchen.redis)] == [order.order_id]


@pytest.mark.parametrize("status", [403, 404])
@pytest.mark.parametrize(
    "said",
    [{"text": "<html>Forbidden</html>"}, {"body": {"code": 0}}, {"body": {"code": 7}}],
    ids=["a page", "code 0", "a code of another server"],
)
def test_a_refusal_that_is_not_of_discords_api_leaves_the_answer_to_the_bot(
    kitchen: Kitchen, status: int, said: dict[str, Any]
) -> None:
    """A firewall's or a proxy's: the member is there, and the bot may reach them."""
    kitchen.discord.faults = [Fault(status, **said)]
    order = kitchen.put(an_order())

    kitchen.serve()

    assert [edit.status for edit in kitchen.discord.edits] == [status]
    assert [dish.order_id for dish in handed(kitchen.redis)] == [order.order_id]
    assert f'"{HANDED}": true'.encode() in kitchen.meta(order.order_id)


@pytest.mark.parametrize(("status", "code"), [(404, 10008), (403, 50001), (404, 10003)])
def test_an_order_that_nobody_reads_any_more_is_dropped_quietly(
    kitchen: Kitchen, status: int, code: int
) -> None:
    kitchen.discord.faults = [Fault(status, {"code": code})]
    order = kitchen.put(an_order())

    kitchen.serve()

    assert handed(kitchen.redis) == []
    assert kitchen.status(order.order_id) == "finished"
    assert HANDED.encode() not in kitchen.meta(order.order_id)


def test_an_order_is_handed_over_again_when_the_worker_died_before_it_noted_that(
    kitchen: Kitchen,
) -> None:
    order = kitchen.put(an_order(asked_at=datetime.now(UTC) - TOKEN_LIFE))
    late.hand_over(kitchen.redis, a_dish(order.order_id))  # what the dead worker had done

    kitchen.serve()

    assert [dish.order_id for dish in handed(kitchen.redis)] == [order.order_id] * 2
    assert kitchen.status(order.order_id) == "finished"


def crowd(kitchen: Kitchen) -> None:
    """So many late dishes wait for the bot that no more may."""
    for _ in range(LATE_ENTRIES_MAX):
        late.hand_over(kitchen.redis, a_dish())


def due_now(kitchen: Kitchen, order_id: str) -> float:
    """Let a scheduled order be due, as after its pause. Returns in how many seconds it was."""
    due = kitchen.redis.zscore("rq:scheduled:dish", order_id)
    assert due is not None, kitchen.status(order_id)
    seconds, _ = kitchen.redis.time()
    kitchen.redis.zadd("rq:scheduled:dish", {order_id: 1})
    sweep_of(kitchen).run()
    return due - seconds


def sweep_of(kitchen: Kitchen) -> Sweep[DishOrder]:
    return Sweep(kitchen.workers_queue, kitchen.redis, tasks.read, lambda _: "no")


def test_the_stream_takes_no_more_than_it_holds_and_orders_wait_as_long_as_they_are_wanted(
    kitchen: Kitchen,
) -> None:
    """Which costs neither tries nor painting."""
    crowd(kitchen)
    order = kitchen.put(an_order(asked_at=datetime.now(UTC) - TOKEN_LIFE), retries=1)
    key, painter = f"rq:job:{order.order_id}", TinyPainter()

    for _ in range(4):
        kitchen.serve(painter)
        assert kitchen.redis.xlen(LATE_STREAM) == LATE_ENTRIES_MAX
        assert kitchen.redis.hmget(key, "retries_left", "deliveries") == [b"1", b"0"]
        assert 0 < due_now(kitchen, order.order_id) <= CROWDED_S
    assert painter.passes == []

    kitchen.redis.delete(LATE_STREAM)
    kitchen.serve(painter)

    assert [dish.order_id for dish in handed(kitchen.redis)] == [order.order_id]
    assert kitchen.status(order.order_id) == "finished"


def test_a_dish_that_was_painted_before_the_stream_was_full_waits_like_the_others(
    kitchen: Kitchen,
) -> None:
    crowd(kitchen)
    kitchen.discord.faults = [Fault(401, {"code": 50027})]
    order = kitchen.put(an_order(), retries=0)

    kitchen.serve()

    assert due_now(kitchen, order.order_id) <= CROWDED_S
    painter = TinyPainter()
    kitchen.serve(painter)
    assert due_now(kitchen, order.order_id) <= CROWDED_S
    assert (painter.passes, len(kitchen.discord.edits)) == ([], 1)  # the token is known to be dead
    assert not kitchen.redis.exists(END_KEY + order.order_id)  # it may be cancelled again
    assert order.token.get_secret_value().encode() in kitchen.everything_in_redis()


def test_an_order_that_waited_till_nobody_wants_it_any_more_fails(kitchen: Kitchen) -> None:
    crowd(kitchen)
    order = kitchen.put(an_order(asked_at=datetime.now(UTC) - LATE_LIFE))

    kitchen.serve()

    assert kitchen.status(order.order_id) == "failed"


def test_what_is_in_time_is_painted_though_the_stream_is_full(kitchen: Kitchen) -> None:
    crowd(kitchen)
    order = kitchen.put(an_order())

    kitchen.serve()

    assert len(kitchen.answer(order).files) == 1


def test_the_stream_forgets_what_is_too_old_and_at_last_itself(redis: Redis) -> None:
    seconds, _ = redis.time()
    ago_ms = (seconds - int(LATE_LIFE.total_seconds()) - 1) * 1000
    redis.xadd(LATE_STREAM, dict[Any, Any](a_dish("too00old").to_fields()), id=f"{ago_ms}-0")

    late.hand_over(redis, a_dish("justmade"))

    assert [dish.order_id for dish in handed(redis)] == ["justmade"]
    assert 0 < redis.ttl(LATE_STREAM) <= LATE_LIFE.total_seconds()


def test_a_dish_of_too_many_bytes_is_not_put_into_the_stream() -> None:
    picture = Picture("dish.jpg", bytes(2**20 + 1), "image/jpeg", "a dish")
    with pytest.raises(TooLarge):
        late.late_dish("abcdefgh", Message("served", (picture,)), replayed=False)
