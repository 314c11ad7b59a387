"""The button that cancels: for its member and moderators, also after a restart, never too late."""

from typing import Any

import pytest
from redis import Redis

from bot import answer
from bot.sandbox.faults import RequestFault
from bot.sandbox.interaction import Interaction
from bot.sandbox.member_input import Members, UseComponent
from foodgan.contract.orders import END_CANCELLED, END_KEY, END_POSTING, TOKEN_LIFE
from foodgan.contract.phrases import say
from tests.bot.canteen import Canteen, edits, is_private, line, until

CALLBACK = "^/interactions/.*/callback$"
NAME = "虹色マグロカレーうどん"


def click(
    canteen: Canteen, message: dict[str, Any], member: str = "akari", raw: bool = False
) -> Interaction:
    """raw: although Discord shows the button no more, as to one whose screen is behind."""
    [row] = message["components"]
    [button] = row["components"]
    act = UseComponent(
        type="component",
        message=message["id"],
        custom_id=button["custom_id"],
        member=member,
        raw=raw,
    )
    return Members(canteen.sandbox.world).act(act)


async def waiting(canteen: Canteen) -> tuple[Interaction, dict[str, Any]]:
    """An order in line whose answer says so, with its button: there is no worker."""
    interaction = canteen.order()
    message = await canteen.answer(interaction)
    await canteen.record("queued")
    return interaction, message


async def shows(interaction: Interaction, sentence: str) -> None:
    await until(lambda: interaction.original.json["content"] == sentence, sentence)


async def test_a_member_cancels_an_order_in_line(canteen: Canteen, redis: Redis) -> None:
    bot = await canteen.open()
    interaction, message = await waiting(canteen)
    assert message["components"][0]["components"][0]["label"] == say("ja", "cancel-label")

    click(canteen, message)

    await shows(interaction, say("ja", "cancelled", name=NAME))
    assert interaction.original.json["components"] == []
    record = await canteen.record("cancelled")
    assert record.token is None
    assert line(redis) == []
    assert not redis.exists(f"rq:job:{record.id}")
    await until(lambda: not bot._rounds._door._seats, "its seat is free")


async def test_the_button_works_after_a_restart(canteen: Canteen, redis: Redis) -> None:
    await canteen.open()
    interaction, message = await waiting(canteen)
    await canteen.close()
    await canteen.open()

    click(canteen, message)

    await shows(interaction, say("ja", "cancelled", name=NAME))
    await canteen.record("cancelled")


async def test_a_moderator_may_cancel_for_others_but_another_member_may_not(
    canteen: Canteen,
) -> None:
    await canteen.open()
    interaction, message = await waiting(canteen)

    refused = click(canteen, message, "emma")
    [told] = await until(lambda: refused.followups, "told so")

    assert told.json["content"] == say("en", "cancel-not-yours")
    assert is_private(told.json)
    assert (await canteen.record()).state == "queued"
    click(canteen, message, "minato")
    await shows(interaction, say("ja", "cancelled", name=NAME))
    await canteen.record("cancelled")


@pytest.mark.parametrize("unsaid", [False, True])
async def test_a_click_that_fails_is_told_to_the_one_who_clicked(
    canteen: Canteen, monkeypatch: pytest.MonkeyPatch, unsaid: bool
) -> None:
    """Also where Discord has taken the first answer without saying so."""
    bot = await canteen.open()
    _, message = await waiting(canteen)
    if unsaid:
        canteen.sandbox.faults.add(RequestFault(path=CALLBACK, applied=True, answer=502))

    async def broken(*_: object) -> None:
        raise RuntimeError("out of order")

    monkeypatch.setattr(bot.kitchen, "cancel", broken)
    clicked = click(canteen, message)
    [told] = await until(lambda: clicked.followups, "told so")

    assert told.json["content"].startswith(say("ja", "unexpected", id="")[:40])
    assert is_private(told.json)


@pytest.mark.parametrize("fault", [{"answer": 502}, {"drop": True}])
async def test_a_click_that_discord_has_taken_without_saying_so_cancels(
    canteen: Canteen, fault: dict[str, Any]
) -> None:
    await canteen.open()
    interaction, message = await waiting(canteen)
    canteen.sandbox.faults.add(RequestFault(path=CALLBACK, applied=True, **fault))

    click(canteen, message)

    await shows(interaction, say("ja", "cancelled", name=NAME))
    await canteen.record("cancelled")


async def test_an_order_at_work_is_stopped_before_its_post(canteen: Canteen, redis: Redis) -> None:
    await canteen.open()
    interaction, message = await waiting(canteen)
    record = await canteen.record()
    redis.lpop("rq:queue:dish")  # a worker has it now
    redis.hset(f"rq:job:{record.id}", "status", "started")

    click(canteen, message)

    await shows(interaction, say("ja", "cancelled", name=NAME))
    assert redis.get(END_KEY + record.id) == END_CANCELLED.encode()


async def test_what_is_being_posted_cannot_be_cancelled(canteen: Canteen, redis: Redis) -> None:
    await canteen.open()
    interaction, message = await waiting(canteen)
    record = await canteen.record()
    redis.set(END_KEY + record.id, END_POSTING)

    refused = click(canteen, message)

    [told] = await until(lambda: refused.followups, "told so")
    assert told.json["content"] == say("ja", "cancel-too-late")
    assert (await canteen.record()).state == "queued"
    assert edits(interaction) == 1


async def test_an_order_whose_token_has_died_is_cancelled_where_its_button_is(
    canteen: Canteen,
) -> None:
    await canteen.open()
    interaction, message = await waiting(canteen)
    interaction.created -= TOKEN_LIFE.total_seconds()

    click(canteen, message)

    await shows(interaction, say("ja", "cancelled", name=NAME))
    assert interaction.original.json["components"] == []
    await canteen.record("cancelled")


async def test_who_cancels_again_is_told_that_it_is_done(canteen: Canteen) -> None:
    await canteen.open()
    _, message = await waiting(canteen)
    click(canteen, message)
    await canteen.record("cancelled")

    again = click(canteen, message, raw=True)

    [told] = await until(lambda: again.followups, "told so")
    assert told.json["content"] == say("ja", "cancel-again")
    assert is_private(told.json)


async def test_a_cancellation_cut_off_by_a_kill_is_finished_by_the_next_round(
    canteen: Canteen, redis: Redis
) -> None:
    await canteen.open()
    interaction, _ = await waiting(canteen)
    record = await canteen.record()

    redis.set(END_KEY + record.id, END_CANCELLED)  # as far as the killed bot had come

    await shows(interaction, say("ja", "cancelled", name=NAME))
    await canteen.record("cancelled")


async def test_a_cancellation_that_discord_did_not_hear_is_said_on_a_later_round(
    canteen: Canteen, monkeypatch: pytest.MonkeyPatch
) -> None:
    await canteen.open()
    interaction, message = await waiting(canteen)
    monkeypatch.setattr(answer, "EDIT_TIMEOUT_S", 0.5)  # before discord.py tries again
    canteen.sandbox.faults.add(RequestFault(method="PATCH", path="/webhooks/", answer=503))

    click(canteen, message)

    await shows(interaction, say("ja", "cancelled", name=NAME))
    await canteen.record("cancelled")
