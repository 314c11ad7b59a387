"""Who is next: first come, first served, but nobody behind one member's flood."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from PIL import Image
from redis import Redis

from foodgan.contract.orders import BACKGROUND_META, PAINT_TASK, TOKEN_LIFE, DishOrder
from foodgan.painting.painter import Dish
from tests.worker.conftest import BATCH, Kitchen, an_order
from tests.worker.tiny import TinyPainter
from worker.clock import Clock
from worker.jobs import DEATHS, DELIVERIES, DishJob
from worker.line import PATIENCE_S, Line, Ticket, fair, fill

FLOOD = 100


def tickets(*orders: tuple[str, int]) -> list[Ticket]:
    """Tickets called 0, 1, 2 … of (member, pictures)."""
    return [Ticket(str(place), *order) for place, order in enumerate(orders)]


def ids(chosen: list[Ticket]) -> str:
    return "".join(ticket.job_id for ticket in chosen)


@pytest.fixture
def line(kitchen: Kitchen) -> Line:
    queue = kitchen.queue
    queue.job_class = DishJob
    return Line(queue, Clock())


def take(line: Line, room: int = BATCH) -> list[str]:
    return [job.id for job in line.take(room, wait_s=0)]


def test_members_take_turns_and_each_of_them_in_the_order_of_arrival() -> None:
    assert ids(fair(tickets(("a", 1), ("a", 1), ("a", 1), ("b", 1), ("c", 1), ("b", 1)))) == (
        "034152"
    )


def test_many_pictures_count_for_more_than_one() -> None:
    assert ids(fair(tickets(("a", 4), ("a", 1), ("b", 1), ("b", 1), ("b", 1)))) == "02341"


@pytest.mark.parametrize("members", ["aaaa", "abcd"])
def test_of_one_member_or_of_all_different_ones_the_first_comes_first(members: str) -> None:
    assert ids(fair(tickets(*((member, 1) for member in members)))) == "0123"


def test_a_batch_is_filled_up_with_those_that_fit() -> None:
    assert ids(fill(tickets(("a", 3), ("b", 4), ("c", 2), ("d", 3)), room=8)) == "01"
    assert ids(fill(tickets(("a", 3), ("b", 4), ("c", 2), ("d", 1)), room=8)) == "013"


def test_an_order_larger_than_the_room_goes_alone() -> None:
    assert ids(fill(tickets(("a", 4), ("b", 1)), room=2)) == "0"


def test_all_that_waits_is_taken_at_once_up_to_the_limit(kitchen: Kitchen, line: Line) -> None:
    orders = [kitchen.put(an_order(count=2)).order_id for _ in range(5)]

    assert take(line) == orders[:4]
    assert take(line) == orders[4:]
    assert take(line) == []
    aside = kitchen.redis.lrange("rq:queue:dish:intermediate", 0, -1)
    assert sorted(aside) == sorted(order.encode() for order in orders)


def test_an_order_that_came_back_without_a_death_shares_a_batch(
    kitchen: Kitchen, line: Line
) -> None:
    """As one that was given back, or that Discord did not take at its first try."""
    orders = [kitchen.put(an_order()).order_id for _ in range(4)]
    for again in orders[:3]:
        kitchen.redis.hset(f"rq:job:{again}", DELIVERIES, 1)

    assert take(line) == orders


def suspect(kitchen: Kitchen, order_id: str) -> str:
    """As an order lies in the queue that was in hand when its worker died."""
    kitchen.redis.hset(f"rq:job:{order_id}", mapping={DELIVERIES: 1, DEATHS: 1})
    return order_id


def test_an_order_that_a_worker_has_died_with_is_taken_alone(kitchen: Kitchen, line: Line) -> None:
    first, again, last = (kitchen.put(an_order()).order_id for _ in range(3))
    suspect(kitchen, again)

    assert take(line) == [first, last]
    assert take(line) == [again]

    kitchen.redis.rpush("rq:queue:dish", again)
    assert take(line) == [again]


def test_after_each_order_that_is_taken_alone_a_batch_of_the_others_has_its_turn(
    kitchen: Kitchen, line: Line
) -> None:
    orders = [kitchen.put(an_order()).order_id for _ in range(3 + 12)]
    suspects, others = orders[:3], orders[3:]
    for each in suspects:
        suspect(kitchen, each)

    assert take(line) == suspects[:1]
    assert take(line) == others[:8]
    assert take(line) == suspects[1:2]
    assert take(line) == others[8:]
    assert take(line) == suspects[2:]
    assert take(line) == []


def test_a_worker_that_had_seen_orders_wait_hears_of_the_death_with_them(
    kitchen: Kitchen, line: Line
) -> None:
    """Another one has taken and lost them meanwhile."""
    orders = [kitchen.put(an_order()).order_id for _ in range(8)]
    assert take(line, room=2) == orders[:2]
    for each in orders[2:5]:
        suspect(kitchen, each)

    assert take(line, room=2) == [orders[2]]
    assert take(line, room=2) == orders[5:7]
    assert take(line, room=2) == [orders[3]]
    assert take(line, room=2) == orders[7:]
    assert take(line, room=2) == [orders[4]]


def test_what_comes_too_late_anyway_lets_others_go_first_though_a_worker_died_with_it(
    kitchen: Kitchen, line: Line
) -> None:
    late = kitchen.put(an_order(asked_at=datetime.now(UTC) - TOKEN_LIFE)).order_id
    suspect(kitchen, late)
    orders = [kitchen.put(an_order()).order_id for _ in range(2)]

    assert take(line) == orders
    assert take(line) == [late]


def test_a_batch_that_follows_one_taken_alone_is_not_of_what_nobody_waits_for(
    kitchen: Kitchen, line: Line
) -> None:
    suspects = [suspect(kitchen, kitchen.put(an_order()).order_id) for _ in range(2)]
    late = kitchen.put(an_order(asked_at=datetime.now(UTC) - TOKEN_LIFE)).order_id

    assert take(line) == suspects[:1]
    assert take(line) == suspects[1:]
    assert take(line) == [late]


def test_two_workers_never_take_the_same_order(kitchen: Kitchen) -> None:
    queue = kitchen.queue
    queue.job_class = DishJob
    lines = [Line(queue, Clock()) for _ in range(2)]
    orders = {kitchen.put(an_order()).order_id for _ in range(20)}

    taken = [job for turn in range(4) for job in take(lines[turn % 2])]

    assert len(taken) == 20
    assert set(taken) == orders


def test_a_light_member_waits_for_two_batches_at_most_behind_a_flood_of_100(
    kitchen: Kitchen,
) -> None:
    class Kept(TinyPainter):
        """Enqueues the light member's order while its first batch is being painted."""

        def paint(self, dishes: Sequence[Dish]) -> list[Image.Image]:
            if not self.passes:
                light.append(kitchen.put(an_order("一皿だけ"), member="light"))
            batches.append([dish.name for dish in dishes])
            return super().paint(dishes)

    light: list[DishOrder] = []
    batches: list[list[str]] = []
    flood = [kitchen.put(an_order(f"{n}番目の丼"), member="flood") for n in range(FLOOD)]

    kitchen.serve(Kept())

    [served_in] = [number for number, names in enumerate(batches) if "一皿だけ" in names]
    assert served_in <= 1  # the batch that was being painted, and its own
    assert max(map(len, batches)) == BATCH
    assert len(kitchen.discord.answers) == FLOOD + 1
    assert all(kitchen.status(order.order_id) == "finished" for order in [*flood, *light])


def test_a_payload_of_another_shape_counts_as_one_picture_of_nobody(
    kitchen: Kitchen, line: Line, redis: Redis
) -> None:
    names = (f"strange{n}" for n in count())
    for args in ([], [None], [{"count": "many"}], [{"count": 10**6}], [{"count": -1}]):
        kitchen.enqueue(next(names), PAINT_TASK, args)
    kitchen.enqueue(damaged := next(names), PAINT_TASK, [])
    redis.hset(f"rq:job:{damaged}", mapping={"data": b"\x00", "meta": b"["})

    assert len(take(line, room=9)) == 6


def background(kitchen: Kitchen, order: DishOrder) -> DishOrder:
    """As a replayed order lies in the queue."""
    kitchen.put(order)
    kitchen.redis.hset(f"rq:job:{order.order_id}", "meta", f'{{"{BACKGROUND_META}": true}}')
    return order


def test_those_whose_answer_somebody_waits_for_go_first(kitchen: Kitchen, line: Line) -> None:
    replayed = background(kitchen, an_order(count=4))
    late = kitchen.put(an_order(asked_at=datetime.now(UTC) - TOKEN_LIFE, count=4))
    first, second = (kitchen.put(an_order(count=4)) for _ in range(2))

    assert take(line) == [first.order_id, second.order_id]
    assert kitchen.redis.lindex("rq:queue:dish", 0) == replayed.order_id.encode()
    assert take(line) == [replayed.order_id, late.order_id]
    assert kitchen.redis.lrange("rq:queue:dish", 0, -1) == []


def test_what_nobody_waits_for_fills_the_room_that_is_left(kitchen: Kitchen, line: Line) -> None:
    replayed = background(kitchen, an_order(count=4))
    order = kitchen.put(an_order(count=4))
    assert sorted(take(line)) == sorted([order.order_id, replayed.order_id])


def test_what_nobody_waits_for_is_not_put_off_for_ever(kitchen: Kitchen, line: Line) -> None:
    long_ago = datetime.now(UTC) - timedelta(seconds=PATIENCE_S)
    replayed = background(kitchen, an_order(count=4, asked_at=long_ago))
    kitchen.put(an_order(count=4))
    third = kitchen.put(an_order(count=4))
    assert take(line)[0] == replayed.order_id
    assert take(line) == [third.order_id]


def test_alone_in_the_line_it_is_taken_at_once(kitchen: Kitchen, line: Line) -> None:
    orders = [background(kitchen, an_order(count=4)).order_id for _ in range(3)]
    assert take(line) == orders[:2]
    assert take(line) == orders[2:]
