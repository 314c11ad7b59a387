"""429, 5xx, 4xx and broken connections: tried again, or never."""

import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from foodgan.contract.errors import DiscordRefused
from foodgan.contract.ratelimit import Pause
from tests.worker.conftest import Kitchen, an_order, until
from tests.worker.webhooks import Fault, Webhooks
from worker.pictures import Picture
from worker.ratelimit import Gates
from worker.reply import Message, OutOfTime, Replies

RATE_LIMIT = {"message": "You are being rate limited.", "retry_after": 0.6, "global": False}


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What the worker means to wait before each further try: a busy machine makes it longer."""
    meant: list[float] = []
    wait = Replies._wait

    async def noting(replies: Replies, seconds: float, until: datetime) -> None:
        if seconds > 0:
            meant.append(seconds)
        await wait(replies, seconds, until)

    monkeypatch.setattr(Replies, "_wait", noting)
    return meant


def statuses(discord: Webhooks) -> list[int]:
    return [edit.status for edit in discord.edits]


def test_after_a_429_it_waits_as_long_as_discord_says(kitchen: Kitchen, waits: list[float]) -> None:
    kitchen.discord.faults = [Fault(429, RATE_LIMIT, {"Retry-After": "1"})]
    kitchen.put(an_order())

    kitchen.serve()

    first, second = kitchen.discord.edits
    assert (first.status, second.status) == (429, 200)
    assert second.at - first.at >= 0.6
    assert waits[0] == 0.6
    assert sum(waits) < 1.5


def test_a_429_without_a_body_is_obeyed_by_its_header(kitchen: Kitchen) -> None:
    kitchen.discord.faults = [Fault(429, {}, {"Retry-After": "1", "Via": "1.1 google"})]
    kitchen.put(an_order())

    kitchen.serve()

    first, second = kitchen.discord.edits
    assert second.at - first.at >= 1


def test_a_global_429_holds_up_every_answer(discord: Webhooks) -> None:
    discord.faults = [Fault(429, RATE_LIMIT | {"global": True}, {"X-RateLimit-Global": "true"})]
    one, other = an_order(), an_order()
    with Replies(discord.api_base) as replies:
        first = replies.edit(one, Message("a"), one.expires_at)
        until(lambda: replies._gates.wait_s(other.order_id) > 0 or first.done())
        replies.edit(other, Message("b"), other.expires_at).result()
        first.result()

    refused, *taken = discord.edits
    assert all(edit.at - refused.at >= 0.6 for edit in taken)


def test_a_used_up_bucket_is_left_alone_until_it_is_full_again(discord: Webhooks) -> None:
    spent = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset-After": "0.7"}
    discord.faults = [Fault(200, {}, spent)]
    order = an_order()
    with Replies(discord.api_base) as replies:
        for text in ("a", "b"):
            replies.edit(order, Message(text), order.expires_at).result()

    first, second = discord.edits
    assert second.at - first.at >= 0.7


def test_server_errors_are_tried_again_with_growing_waits(
    kitchen: Kitchen, waits: list[float]
) -> None:
    kitchen.discord.faults = [Fault(500), Fault(502), Fault(503)]
    kitchen.put(an_order())

    kitchen.serve()

    assert statuses(kitchen.discord) == [500, 502, 503, 200]
    times = [edit.at for edit in kitchen.discord.edits]
    waited = [later - sooner for sooner, later in pairwise(times)]
    assert len(waits) == 3
    assert all(long >= meant for long, meant in zip(waited, waits, strict=True))
    assert 0.25 <= waits[0] <= 0.5 <= waits[1] <= 1.0 <= waits[2] <= 2.0


def test_a_connection_cut_in_the_upload_is_tried_again(kitchen: Kitchen) -> None:
    kitchen.discord.faults = [Fault(cut=True), Fault(cut=True)]
    order = kitchen.put(an_order(count=4))

    kitchen.serve()

    assert kitchen.discord.cuts == 2
    [edit] = kitchen.discord.edits
    assert len(edit.files) == 4
    assert kitchen.status(order.order_id) == "finished"


@pytest.mark.parametrize(
    ("status", "code"),
    [(401, 0), (401, 50027), (403, 50001), (404, 10008), (404, 10015), (404, 10062)],
)
def test_nobody_left_to_answer_ends_the_order_after_one_request(
    kitchen: Kitchen, status: int, code: int
) -> None:
    kitchen.discord.faults = [Fault(status, {"message": "no", "code": code})]
    order = kitchen.put(an_order())

    kitchen.serve()

    assert statuses(kitchen.discord) == [status]
    assert kitchen.status(order.order_id) == "finished"
    assert order.token.get_secret_value().encode() not in kitchen.everything_in_redis()


def test_a_form_that_discord_rejects_is_not_sent_again_and_the_member_is_told(
    kitchen: Kitchen,
) -> None:
    kitchen.discord.faults = [Fault(400, {"message": "Invalid Form Body", "code": 50035})]
    order = kitchen.put(an_order())

    kitchen.serve()

    assert statuses(kitchen.discord) == [400, 200]
    assert order.order_id in kitchen.discord.edits[-1].payload["content"]
    assert kitchen.status(order.order_id) == "failed"
    assert kitchen.meta(order.order_id) == b'{"told": true}'


def test_too_large_is_sent_once_more_and_smaller(kitchen: Kitchen) -> None:
    kitchen.discord.faults = [Fault(413, {"message": "Request entity too large", "code": 40005})]
    order = kitchen.put(an_order(count=2))

    kitchen.serve()

    large, small = kitchen.discord.edits
    for name in (f"dish-{seed}-{order.order_id}.jpg" for seed in (7, 8)):
        assert 0 < len(small.files[name]) < len(large.files[name])
    assert list(small.files) == list(large.files)


def test_no_error_holds_the_token(discord: Webhooks) -> None:
    order = an_order()
    pictures = (Picture("dish-7.png", b"x", "image/png", "a dish"),)
    discord.faults = [Fault(400, {"code": 50035})]
    with (
        Replies(discord.api_base) as replies,
        Replies("http://127.0.0.1:9", random.Random(0)) as cut_off,
    ):
        with pytest.raises(DiscordRefused) as refused:
            replies.edit(order, Message("a", pictures), order.expires_at).result()
        soon = datetime.now(UTC) + timedelta(seconds=1)
        with pytest.raises(OutOfTime) as late:
            cut_off.edit(order, Message("a"), soon).result()

    for caught in (refused, late):
        shown = repr(caught.getrepr(showlocals=False)) + str(caught.value)
        assert order.token.get_secret_value() not in shown


def test_a_global_limit_is_not_cut_short_by_a_shorter_one() -> None:
    gates = Gates()
    gates.close("one", Pause(60, everywhere=True))
    gates.close("other", Pause(1, everywhere=True))
    assert gates.wait_s("third") > 50
