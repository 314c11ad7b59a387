"""Discord's limits hold for all workers of an application: one is told, all obey."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image
from redis import Redis

from foodgan.contract import pulse, status
from foodgan.contract.ratelimit import (
    INVALID_KEY,
    INVALID_MAX,
    PAUSE_KEY,
    UNSIGNED_MOST_S,
    UNSIGNED_S,
    WINDOW_S,
    Fleet,
    Pause,
    pause_of,
)
from foodgan.painting.painter import Dish
from tests.worker.conftest import Kitchen, an_order, until
from tests.worker.tiny import TinyPainter
from tests.worker.webhooks import Fault
from worker.reply import Message, OutOfTime, Replies

GLOBAL = {"message": "You are being rate limited.", "retry_after": 1.5, "global": True}


class Heard(TinyPainter):
    """Paints once its worker has asked what holds for the fleet, as it does with each beat."""

    def __init__(self, kitchen: Kitchen) -> None:
        super().__init__()
        self._pulse = pulse.of_worker(kitchen.settings.var_dir, "worker", "in-process")

    def paint(self, dishes: Sequence[Dish]) -> list[Image.Image]:
        until(self._pulse.exists)
        return super().paint(dishes)


def test_a_global_limit_that_one_worker_meets_holds_up_the_others(kitchen: Kitchen) -> None:
    fleet = Fleet(kitchen.redis)
    kitchen.discord.faults = [Fault(429, GLOBAL, {"X-RateLimit-Scope": "global"})]
    one = an_order()
    with Replies(kitchen.discord.api_base, fleet=fleet) as replies:
        first = replies.edit(one, Message("a"), one.expires_at)
        until(lambda: fleet.wait_s() > 0 or first.done())
        kitchen.put(an_order())

        kitchen.serve(Heard(kitchen))
        first.result()

    refused, *taken = kitchen.discord.edits
    assert refused.status == 429
    assert len(taken) == 2
    assert all(edit.at - refused.at >= 1.4 for edit in taken)


def test_a_429_that_is_not_of_discords_api_holds_up_every_worker_for_as_long_as_it_says(
    kitchen: Kitchen,
) -> None:
    """As of Cloudflare, where it has barred an address: a page, and a Retry-After."""
    barred = Fault(429, headers={"Retry-After": "3600"}, text="<html>1015</html>")
    kitchen.discord.faults = [barred] * 100
    first, *others = [an_order() for _ in range(5)]
    fleet = Fleet(kitchen.redis)
    soon = datetime.now(UTC) + timedelta(seconds=30)
    with Replies(kitchen.discord.api_base, fleet=fleet) as replies:
        for order in (first, *others):
            with pytest.raises(OutOfTime):
                replies.edit(order, Message("a"), soon).result()

    assert len(kitchen.discord.edits) == 1
    until(lambda: fleet.wait_s() > 3500)


@pytest.mark.parametrize(
    ("headers", "body", "pause"),
    [
        ({"Retry-After": "60"}, {}, Pause(60, everywhere=True)),
        ({"Via": "1.1 proxy"}, {}, Pause(UNSIGNED_S, everywhere=True)),
        ({"Retry-After": "Fri, 1 Jan"}, {}, Pause(UNSIGNED_S, everywhere=True)),
        ({"Retry-After": "999999"}, {}, Pause(UNSIGNED_MOST_S, everywhere=True)),
        ({"Retry-After": "2", "X-RateLimit-Scope": "user"}, {}, Pause(2, everywhere=False)),
        ({"Retry-After": "2"}, {"retry_after": 1.5}, Pause(1.5, everywhere=False)),
        ({"X-RateLimit-Scope": "shared"}, {}, Pause(1, everywhere=False, counted=False)),
    ],
)
def test_a_pause_is_one_answers_only_where_discord_says_so(
    headers: dict[str, str], body: dict[str, float], pause: Pause
) -> None:
    assert pause_of(headers, body) == pause


def test_a_longer_pause_is_not_cut_short_by_a_shorter_one(redis: Redis) -> None:
    fleet = Fleet(redis)
    fleet.note(Pause(500, everywhere=True))
    fleet.note(Pause(0.1, everywhere=True))
    assert 400 < fleet.wait_s() <= 500
    fleet.note(Pause(900, everywhere=True))
    assert 800 < fleet.wait_s() <= 900


def test_a_limit_of_one_answer_holds_up_nobody_else(redis: Redis) -> None:
    fleet = Fleet(redis)
    fleet.note(Pause(5, everywhere=False))
    assert fleet.wait_s() == 0
    assert not redis.exists(PAUSE_KEY)


@pytest.mark.parametrize(
    ("fault", "counted"),
    [
        (Fault(401, {"code": 50027}), 1),
        (Fault(403, {"code": 50001}), 1),
        (Fault(404, {"code": 10008}), 0),
        (Fault(429, {"retry_after": 0.01}, {"X-RateLimit-Scope": "user"}), 1),
        (Fault(429, {"retry_after": 0.01}, {"X-RateLimit-Scope": "shared"}), 0),
        (Fault(500), 0),
    ],
    ids=["401", "403", "404", "429", "429 shared", "500"],
)
def test_what_counts_towards_a_ban_is_counted_for_ten_minutes(
    kitchen: Kitchen, fault: Fault, counted: int
) -> None:
    kitchen.discord.faults = [fault]
    kitchen.put(an_order())

    kitchen.serve()

    if counted:
        until(lambda: kitchen.redis.exists(INVALID_KEY) == 1)
        assert 0 < kitchen.redis.ttl(INVALID_KEY) <= WINDOW_S
    assert int(kitchen.redis.get(INVALID_KEY) or 0) == counted


def test_with_half_of_the_budget_spent_nobody_asks_until_the_window_ends(
    kitchen: Kitchen,
) -> None:
    began = time.monotonic()
    kitchen.redis.set(INVALID_KEY, INVALID_MAX, px=1500)
    kitchen.put(an_order())

    kitchen.serve(Heard(kitchen))

    [edit] = kitchen.discord.edits
    assert edit.status == 200
    assert time.monotonic() - began >= 1.4


def test_a_pause_that_cannot_be_noted_as_redis_is_away_ends_nothing(free_redis_url: str) -> None:
    Fleet(Redis.from_url(free_redis_url)).note(Pause(1, everywhere=True))


@pytest.fixture
def free_redis_url() -> str:
    return "redis://127.0.0.1:1/0"


def test_operators_see_how_much_of_what_discord_bans_for_is_spent(redis: Redis) -> None:
    """By all together, 429 too; a limit that others share is not held against us."""
    fleet = Fleet(redis)
    assert status.look(redis).refusals == 0
    fleet.note()  # 401, 403
    fleet.note(Pause(1, everywhere=False))
    fleet.note(Pause(1, everywhere=False, counted=False))
    assert status.look(redis).refusals == 2


def test_the_ten_minutes_begin_with_the_first_refusal_and_end_though_others_follow(
    redis: Redis,
) -> None:
    fleet = Fleet(redis)
    fleet.note()
    redis.expire(INVALID_KEY, 100)  # of ten minutes so much is left
    fleet.note()
    assert 0 < redis.ttl(INVALID_KEY) <= 100
