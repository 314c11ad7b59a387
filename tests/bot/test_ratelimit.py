"""Discord's limits hold for bot and workers together: one is told, all obey, all are counted."""

import asyncio
import time

import pytest
from redis import Redis

from bot import answer, metrics, ratelimit
from bot.sandbox.faults import RequestFault
from foodgan.contract.ratelimit import INVALID_KEY, PAUSE_KEY, WINDOW_S
from tests.bot.canteen import Canteen, until
from tests.bot.orders.test_late import hand_over, late_order, posts

PAUSE_S = 2.0


@pytest.fixture(autouse=True)
def quick_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ratelimit, "LOOK_S", 0.05)


async def test_a_pause_that_a_worker_was_told_of_holds_up_all_but_the_deferral(
    canteen: Canteen, redis: Redis
) -> None:
    bot = await canteen.open()
    ends = time.monotonic() + PAUSE_S  # at the soonest
    redis.set(PAUSE_KEY, 1, px=round(1000 * PAUSE_S))
    await until(lambda: bot._limits._closed_until >= ends - 0.1, "the bot knows")

    interaction = canteen.order()  # no worker: the answer is edited into a sentence

    await canteen.deferred(interaction)
    assert time.monotonic() < ends
    await until(lambda: interaction.first("edited"), "the sentence")
    assert time.monotonic() >= ends - 0.1


@pytest.mark.parametrize(
    ("fault", "counted"),
    [
        ({"answer": 401, "code": 50027}, 1),
        ({"answer": 403, "code": 50001}, 1),
        ({"answer": 404, "code": 10008}, 0),
        ({"answer": 429, "retry_after_s": 0.1}, 1),
        ({"answer": 429, "retry_after_s": 0.1, "scope": "shared"}, 0),
        ({"answer": 503}, 0),
    ],
    ids=["401", "403", "404", "429", "429 shared", "503"],
)
async def test_what_counts_towards_a_ban_is_counted(
    canteen: Canteen, redis: Redis, fault: dict[str, object], counted: int
) -> None:
    await canteen.open()
    canteen.sandbox.faults.add(RequestFault(method="PATCH", path="/webhooks/", **fault))

    canteen.order()

    await canteen.record("queued")
    if counted:
        await until(lambda: redis.exists(INVALID_KEY), "counted")
        assert 0 < redis.ttl(INVALID_KEY) <= WINDOW_S
    assert int(redis.get(INVALID_KEY) or 0) == counted


async def test_a_global_limit_that_outlasts_a_request_holds_up_the_workers_and_ends(
    canteen: Canteen, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """discord.py by itself would never send anything again: see `open_gate`."""
    monkeypatch.setattr(answer, "POST_TIMEOUT_S", 0.5)
    await canteen.open()
    canteen.sandbox.faults.add(
        RequestFault(
            method="GET",
            path="/channels/",
            answer=429,
            scope="global",
            retry_after_s=2 * PAUSE_S,
        )
    )
    order = await late_order(canteen, redis)

    hand_over(redis, order.id)

    await until(lambda: redis.pttl(PAUSE_KEY) > 1000, "the workers are told")
    await canteen.record("done")
    assert len(posts(canteen)) == 1


async def test_a_429_that_is_not_of_discords_api_holds_up_everything_and_the_workers(
    canteen: Canteen, redis: Redis
) -> None:
    """As of Cloudflare, where it has barred the address: after one page there is no request."""
    bot = await canteen.open(orders_per_member=100)
    fault = RequestFault(path="/webhooks/", answer=429, page=True, retry_after_s=3600, times=99)
    canteen.sandbox.faults.add(fault)

    canteen.order()
    await until(lambda: fault.hits, "the page")
    await canteen.record("queued")
    for _ in range(5):
        canteen.order()
    await until(lambda: len(bot.kitchen.in_hand) == 5, "they wait to be told")

    await until(lambda: redis.pttl(PAUSE_KEY) > 3_500_000, "the workers are told")
    assert bot._limits._closed_until > time.monotonic() + 3500
    assert fault.hits == 1


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ({"drop": True}, "unreachable"),
        ({"answer": 403}, "refused"),
        ({"answer": 503}, "server_error"),
    ],
)
async def test_requests_are_counted_by_what_became_of_them(
    canteen: Canteen, fault: dict[str, object], kind: str
) -> None:
    await canteen.open()
    canteen.sandbox.faults.add(RequestFault(method="PATCH", path="/webhooks/", **fault))
    before = _requests(kind), _requests("taken")

    canteen.order()

    await canteen.record("queued")
    assert _requests(kind) == before[0] + 1
    assert _requests("taken") > before[1]  # the deferral at least


def _requests(kind: str) -> float:
    [metric] = metrics.REQUESTS.collect()
    return sum(
        sample.value
        for sample in metric.samples
        if sample.name.endswith("_total") and sample.labels["outcome"] == kind
    )


async def test_a_pause_that_becomes_longer_holds_up_those_who_wait_already(
    canteen: Canteen, redis: Redis
) -> None:
    bot = await canteen.open()
    bot._limits._hold(PAUSE_S / 2)
    interaction = canteen.order()  # no worker: the answer is edited into a sentence
    await canteen.deferred(interaction)
    await canteen.record("written")
    await asyncio.sleep(0.2)  # the edit waits

    bot._limits._hold(PAUSE_S)

    ends = bot._limits._closed_until
    await until(lambda: interaction.first("edited"), "the sentence")
    assert time.monotonic() >= ends - 0.1
