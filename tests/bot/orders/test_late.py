"""A dish that came too late for its token is posted by the bot, once, whatever is killed when."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from sqlalchemy.ext.asyncio import AsyncSession

from bot import answer
from bot.answer import Outcome
from bot.orders import late, rounds
from bot.orders.voice import Voice
from bot.queue.handover import AT_ONCE, Handover
from bot.records.database import database_url, open_engine
from bot.records.migrate import bring_up
from bot.records.tables import Order
from bot.sandbox.faults import RequestFault
from bot.sandbox.people import dm_of, find_member, user_json
from foodgan.contract.late import LATE_GROUP, LATE_STREAM, LateDish, LateFile
from foodgan.contract.orders import TOKEN_LIFE, DishOrder
from foodgan.contract.phrases import say
from tests.bot.canteen import Canteen, edits, hire, job_of, until
from tests.bot.orders.test_rounds import age, posts

POST = "^/channels/.*/messages$"
CONTENT = "**虹色マグロカレーうどん** — 種 7 · モデル test"


class Killed(BaseException):
    """No code of the bot's catches it."""


def hand_over(redis: Redis, order_id: str, *, replayed: bool = False) -> None:
    """As a worker does."""
    file = LateFile(filename=f"dish-7-{order_id}.jpg", alt="絵")
    dish = LateDish(
        order_id=order_id, content=CONTENT, files=[file], replayed=replayed, bodies=(b"jpeg",)
    )
    redis.xadd(LATE_STREAM, dict[Any, Any](dish.to_fields()))


async def late_order(canteen: Canteen, redis: Redis, by: timedelta = TOKEN_LIFE) -> Order:
    """An order whose job is done and handed over, but whose dish is not in the stream yet."""
    hire(redis)
    record = await canteen.record("queued", canteen.order())
    await age(canteen, record.id, by)
    job = job_of(redis, record.id)
    job.meta["handed"] = True
    job.save_meta()
    job.set_status("finished")
    return record


async def test_a_late_dish_is_posted_in_its_channel_without_a_ping(
    canteen: Canteen, redis: Redis
) -> None:
    await canteen.open()
    order = await late_order(canteen, redis)
    hand_over(redis, order.id)

    await canteen.record("done")

    [message] = posts(canteen)
    greeting = say("ja", "late-served", member=str(order.member_id))
    assert message["content"] == f"{greeting}\n{CONTENT}"
    assert message["channel_id"] == str(order.channel_id)
    assert (message["mentions"], message["nonce"]) == ([], order.id)
    [sent] = [r for r in canteen.sandbox.record.since() if r.method == "POST" and "chan" in r.path]
    assert sent.payload["enforce_nonce"] is True
    assert sent.payload["allowed_mentions"] == {"parse": []}
    [attachment] = message["attachments"]
    assert attachment["description"] == "絵"
    await until(lambda: redis.xlen(LATE_STREAM) == 0, "the stream is empty")
    await until(lambda: not redis.exists(f"rq:job:{order.id}"), "the job is gone")


async def test_while_the_token_lives_the_answer_itself_becomes_the_dish(
    canteen: Canteen, redis: Redis
) -> None:
    await canteen.open()
    order = await late_order(canteen, redis, by=timedelta())
    hand_over(redis, order.id)

    await canteen.record("done")

    [interaction] = canteen.sandbox.world.interactions.values()
    assert interaction.original.json["content"] == CONTENT
    assert len(interaction.original.json["attachments"]) == 1
    assert posts(canteen) == []


async def test_a_done_order_waits_for_its_dish_to_come_by_the_stream(
    canteen: Canteen, redis: Redis
) -> None:
    bot = await canteen.open()
    await late_order(canteen, redis)
    await bot._rounds.once()
    assert (await canteen.record()).state == "queued"


@pytest.mark.parametrize("dies_before", ["redeem", "end", "done"])
async def test_a_bot_killed_between_two_steps_leaves_one_visible_answer(
    canteen: Canteen, redis: Redis, monkeypatch: pytest.MonkeyPatch, dies_before: str
) -> None:
    """It never gets further than to the step; then the next bot starts with the same records."""

    async def killed(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(rounds, "ROUND_S", 60)
        bot = await canteen.open()
        order = await late_order(canteen, redis)
        if dies_before == "redeem":
            await _fail(canteen, order.id)
        hand_over(redis, order.id, replayed=dies_before == "redeem")
        late_dishes = bot._rounds._late
        patch.setattr(late.orders, "redeem", killed)
        if dies_before == "end":
            patch.setattr(bot.kitchen, "end", killed)
        if dies_before == "done":
            patch.setattr(late_dishes._handover, "done", killed)
        await late_dishes.begin()
        [task] = bot._rounds._turns._tasks.values()
        with pytest.raises(Killed):
            await task
    assert len(posts(canteen)) == 1
    canteen.sandbox.world.messages._nonces.clear()  # the outage is longer than nonces are known
    await canteen.close()

    await canteen.open()

    await canteen.record("done")
    await until(lambda: redis.xlen(LATE_STREAM) == 0, "the stream is empty")
    assert len(posts(canteen)) == 1


async def test_a_worker_that_hands_over_twice_is_served_once(
    canteen: Canteen, redis: Redis
) -> None:
    await canteen.open()
    order = await late_order(canteen, redis)
    hand_over(redis, order.id)
    hand_over(redis, order.id)
    await canteen.record("done")
    await until(lambda: redis.xlen(LATE_STREAM) == 0, "the stream is empty")
    assert len(posts(canteen)) == 1


async def test_a_dish_that_the_worker_had_posted_before_it_died_is_not_posted_again(
    canteen: Canteen, redis: Redis
) -> None:
    await canteen.open()
    order = await late_order(canteen, redis, by=timedelta())
    [interaction] = canteen.sandbox.world.interactions.values()
    interaction.original.json["attachments"] = [
        {"id": "1", "filename": f"dish-7-{order.id}.png", "size": 1, "url": "", "proxy_url": ""}
    ]
    canteen.sandbox.rules.__dict__["token_life_s"] = 0.0
    hand_over(redis, order.id)

    await canteen.record("done")

    assert posts(canteen) == []


@pytest.mark.parametrize(
    "fault",
    [{"answer": 503}, {"drop": True}, {"answer": 429}, {"answer": 403, "page": True}],
    ids=["503", "drop", "429", "403 of a firewall"],
)
async def test_a_storm_at_discord_is_ridden_out(
    canteen: Canteen, redis: Redis, fault: dict[str, Any]
) -> None:
    await canteen.open()
    canteen.sandbox.faults.add(
        RequestFault(method="POST", path=POST, times=3, retry_after_s=0.1, **fault)
    )
    order = await late_order(canteen, redis)
    hand_over(redis, order.id)
    await canteen.record("done")
    assert len(posts(canteen)) == 1


@pytest.mark.parametrize(("status", "code"), [(403, 50001), (404, 10003)])
async def test_where_the_bot_may_not_post_a_late_dish_comes_by_direct_message(
    canteen: Canteen, redis: Redis, status: int, code: int
) -> None:
    await canteen.open()
    order = await late_order(canteen, redis)
    there = f"^/channels/{order.channel_id}/messages$"
    canteen.sandbox.faults.add(
        RequestFault(method="POST", path=there, answer=status, code=code, times=5)
    )
    hand_over(redis, order.id)
    await canteen.record("done")
    [message] = posts(canteen)
    assert message["channel_id"] == dm_of(find_member("akari")).id
    assert message["content"].endswith(CONTENT)
    assert len(message["attachments"]) == 1


@pytest.mark.parametrize(("status", "code"), [(403, 50001), (404, 10003)])
async def test_where_the_bot_may_post_nowhere_the_order_ends_quietly(
    canteen: Canteen, redis: Redis, status: int, code: int
) -> None:
    await canteen.open()
    canteen.sandbox.faults.add(
        RequestFault(method="POST", path=POST, answer=status, code=code, times=5)
    )
    order = await late_order(canteen, redis)
    hand_over(redis, order.id)
    await canteen.record("late")
    await until(lambda: redis.xlen(LATE_STREAM) == 0, "the stream is empty")
    sent = [r for r in canteen.sandbox.record.since() if r.method == "POST" and "chan" in r.path]
    tried = (order.channel_id, dm_of(find_member("akari")).id)
    posted = [r.path for r in sent if r.path.endswith("messages")]
    assert posted == [f"/channels/{channel_id}/messages" for channel_id in tried]


async def test_a_dish_that_discord_will_not_have_is_said_to_have_failed(
    canteen: Canteen, redis: Redis
) -> None:
    await canteen.open()
    canteen.sandbox.faults.add(RequestFault(method="POST", path=POST, answer=400, code=50035))
    order = await late_order(canteen, redis)
    hand_over(redis, order.id)
    await canteen.record("failed")
    [message] = posts(canteen)
    sorry = say("ja", "dish-failed", id=order.id, name=order.name)
    assert message["content"] == f"<@{order.member_id}> {sorry}"


async def test_dishes_that_cannot_be_posted_now_hold_up_no_other(
    canteen: Canteen, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More of them than one look holds, half of them through the bot's own fault."""
    bring = Voice.bring

    async def stuck(voice: Voice, order: DishOrder, *more: Any) -> Outcome:
        if order.order_id == good.id:
            return await bring(voice, order, *more)
        if int(order.order_id, 16) % 2:
            raise RuntimeError("broken")
        return "away"

    monkeypatch.setattr(Voice, "bring", stuck)
    await canteen.open(orders_per_member=100)
    for _ in range(AT_ONCE + 3):
        hand_over(redis, (await late_order(canteen, redis)).id)
    good = await late_order(canteen, redis)
    hand_over(redis, good.id)

    await until(lambda: posts(canteen), "the good one is posted")
    await until(lambda: redis.xlen(LATE_STREAM) == AT_ONCE + 3, "the others wait")


async def test_a_slow_discord_holds_up_no_other_order(canteen: Canteen, redis: Redis) -> None:
    await canteen.open(orders_per_member=100)
    canteen.sandbox.faults.add(RequestFault(method="POST", path=POST, hang_s=30, times=99))
    slow = [await late_order(canteen, redis) for _ in range(AT_ONCE)]
    for order in slow:
        hand_over(redis, order.id)
    [fault] = canteen.sandbox.faults.waiting
    await until(lambda: fault.hits, "one of them, and with it the others, waits for Discord")
    await canteen.deferred(canteen.order())
    quick = await canteen.record("queued")

    job_of(redis, quick.id).set_status("finished")

    assert (await canteen.record("done")).id == quick.id
    assert redis.xlen(LATE_STREAM) == len(slow)


async def test_a_late_dish_of_another_bot_on_the_same_redis_is_left_to_that_one(
    canteen: Canteen, redis: Redis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "ROUND_S", 60)
    await canteen.open()
    order = await late_order(canteen, redis)
    await canteen.close()
    hand_over(redis, order.id)
    own, canteen.engine = canteen.engine, open_engine(database_url(f"sqlite:///{tmp_path}/other"))
    await bring_up(canteen.engine)

    other = await canteen.open()
    for _ in range(2):
        await other._rounds.once()
    await canteen.close()
    await canteen.engine.dispose()

    canteen.engine = own
    bot = await canteen.open()
    await bot._rounds.once()
    assert (await canteen.record("done")).id == order.id
    assert len(posts(canteen)) == 1
    assert redis.xlen(LATE_STREAM) == 0


async def test_a_dish_that_was_trimmed_before_it_could_be_posted_is_off_the_books(
    redis: Redis,
) -> None:
    async def call(work: Callable[[Redis], Any]) -> Any:
        return work(redis)

    handover = Handover(call)
    hand_over(redis, "0a1b2c3d")
    assert len(await handover.waiting()) == 1
    redis.xtrim(LATE_STREAM, maxlen=0)
    assert redis.xpending(LATE_STREAM, LATE_GROUP)["pending"] == 1

    assert await handover.waiting() == []

    assert redis.xpending(LATE_STREAM, LATE_GROUP)["pending"] == 0


async def test_what_is_no_late_dish_is_dropped(canteen: Canteen, redis: Redis) -> None:
    await canteen.open()
    redis.xadd(LATE_STREAM, {"told": '{"version":2}'})
    redis.xadd(LATE_STREAM, {"else": "nonsense"})
    await until(lambda: redis.xlen(LATE_STREAM) == 0, "the stream is empty")
    assert posts(canteen) == []


async def test_a_failed_order_that_is_replayed_is_served_once(
    canteen: Canteen, redis: Redis
) -> None:
    await canteen.open()
    order = await late_order(canteen, redis)
    await _fail(canteen, order.id)
    hand_over(redis, order.id)  # not asked for by an operator: the member was told that it failed
    await until(lambda: redis.xlen(LATE_STREAM) == 0, "the stream is empty")
    assert posts(canteen) == []

    hand_over(redis, order.id, replayed=True)
    hand_over(redis, order.id, replayed=True)

    await canteen.record("done")
    await until(lambda: redis.xlen(LATE_STREAM) == 0, "the stream is empty")
    assert len(posts(canteen)) == 1
    [interaction] = canteen.sandbox.world.interactions.values()
    assert edits(interaction) == 0


async def test_a_replay_right_after_its_failure_was_said_in_the_channel_is_seen(
    canteen: Canteen, redis: Redis
) -> None:
    """Discord takes one nonce once within some minutes: sentence and dish are two messages."""
    await canteen.open()
    hire(redis)
    order = await canteen.record("queued", canteen.order())
    await age(canteen, order.id, TOKEN_LIFE)
    job_of(redis, order.id).set_status("failed")
    await canteen.record("failed")

    hand_over(redis, order.id, replayed=True)

    await canteen.record("done")
    said, dish = sorted(posts(canteen), key=lambda post: int(post["id"]))
    sorry = say("ja", "dish-failed", id=order.id, name=order.name)
    assert said["content"] == f"<@{order.member_id}> {sorry}"
    assert len(dish["attachments"]) == 1


async def _fail(canteen: Canteen, order_id: str) -> None:
    async with AsyncSession(canteen.engine) as session, session.begin():
        record = await session.get_one(Order, order_id)
        record.state, record.ended_at, record.token = "failed", record.asked_at, None


async def test_a_dish_that_is_there_is_not_posted_again_though_the_channel_has_gone_on(
    canteen: Canteen, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is no longer among the last messages; it is near the order's own time."""
    monkeypatch.setattr(answer, "HISTORY", 3)
    await canteen.open()
    order = await late_order(canteen, redis, by=timedelta())
    [interaction] = canteen.sandbox.world.interactions.values()
    interaction.original.json["attachments"] = [
        {"id": "1", "filename": f"dish-7-{order.id}.png", "size": 1, "url": "", "proxy_url": ""}
    ]
    canteen.sandbox.rules.__dict__["token_life_s"] = 0.0
    akari = user_json(find_member("akari"))
    for _ in range(4):
        canteen.sandbox.world.messages.say(str(order.channel_id), akari, "!")
    hand_over(redis, order.id)

    await canteen.record("done")

    assert [post for post in posts(canteen) if post["attachments"]] == []
