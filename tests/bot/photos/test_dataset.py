"""`/dataset`: one drawing a member at a time, so that photos wait behind nobody's many."""

from typing import Any

import pytest

from bot.photos import drawings
from bot.records.tables import Errand
from bot.sandbox import people
from bot.sandbox.interaction import Interaction
from foodgan.contract.photos import drawing_path
from foodgan.contract.phrases import say
from tests.bot.canteen import is_private, until
from tests.bot.photos.club import JPEG, Club, exported, until_closed


async def refused(club: Club, interaction: Interaction) -> None:
    told = await club.shown(interaction)
    assert told["content"] == say("ja", "dataset-on-its-way")
    assert is_private(told)


async def test_who_asks_again_before_the_drawing_is_there_is_asked_to_wait(club: Club) -> None:
    await club.canteen.open()
    first, *more = [club.use("dataset", "akari") for _ in range(4)]
    for again in more:
        await refused(club, again)
    (job,) = await until(club.intake.jobs, "in line, once")
    club.use("dataset", "yuto")
    await until(lambda: len(club.intake.jobs()) == 2, "another member's turn")

    path = f"drawings/{job.id}.png"
    club.store.write(path, JPEG)
    club.intake.finish(job, {"drawing_id": job.id})

    await club.shown(first, say("ja", "dataset"))
    await until(lambda: not club.store.exists(path), "cleared away")
    await until_closed(club, job.id)
    club.use("dataset", "akari")
    await until(lambda: len(club.intake.jobs()) == 2, "in line again")


async def test_a_drawing_that_is_no_picture_for_discord_is_told_as_failed_and_cleared_away(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawings, "PICTURE_MAX", len(JPEG) - 1)
    await club.canteen.open()
    asked = club.use("dataset", "akari")
    (job,) = await until(club.intake.jobs, "in line")
    club.store.write(drawing_path(job.id), JPEG)
    club.intake.finish(job, {"drawing_id": job.id})

    told = await club.shown(asked, say("ja", "errand-failed", id=job.id))

    assert told["attachments"] == []
    await until_closed(club, job.id)
    assert not club.store.exists(drawing_path(job.id))


async def test_a_restart_forgets_no_drawing_that_is_on_its_way(club: Club) -> None:
    await club.canteen.open()
    club.use("dataset", "akari")
    await until(club.intake.jobs, "in line")
    await club.canteen.close()
    await club.canteen.open()
    await refused(club, club.use("dataset", "akari"))
    assert len(await club.all(Errand)) == 1


@pytest.mark.parametrize("command", ["dataset", "release"])
async def test_while_nobody_does_chores_who_asks_for_one_is_told_that_it_comes_later(
    club: Club, command: str
) -> None:
    await club.canteen.open()
    club.intake.leave()
    asked = club.use(command, "minato")
    await club.shown(asked, say("ja", "errand-kept"))
    await until(club.intake.jobs, "in line")


async def test_names_asked_for_before_a_word_was_blocked_are_not_drawn(club: Club) -> None:
    await club.canteen.open()
    for name in ("どくきのこカレー", "月見うどん"):
        asked = club.canteen.order(name=name)
        await club.canteen.record("queued", asked)
    blocked = club.use("operator block", "minato", options={"word": "ドクキノコ"})
    await club.shown(blocked, say("ja", "operator-blocked", word="ドクキノコ"))
    club.use("dataset")
    (job,) = await until(club.intake.jobs, "in line")
    assert asked_in(job) == {"月見うどん": 1}


async def test_what_was_ordered_in_direct_messages_is_drawn_for_nobody(club: Club) -> None:
    await club.canteen.open()
    for member in ("akari", "yuto"):
        asked = club.use("dish", member, channel=dm_of(member), options={"name": "ひみつのカレー"})
        await club.canteen.record("queued", asked)
    await club.canteen.record("queued", club.canteen.order(name="月見うどん"))
    club.use("dataset")
    (job,) = await until(club.intake.jobs, "in line")
    assert asked_in(job) == {"月見うどん": 1}


async def test_where_the_club_names_its_servers_those_of_others_are_not_drawn(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    await club.canteen.open(club_servers=people.GUILD_ID)
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr("bot.sandbox.interaction.GUILD_ID", "1240000000000009999")
        asked = club.canteen.order(name="よそのカレー")
        await club.canteen.record("queued", asked)
    await club.canteen.record("queued", club.canteen.order("yuto", name="月見うどん"))
    club.use("dataset")
    (job,) = await until(club.intake.jobs, "in line")
    assert asked_in(job) == {"月見うどん": 1}


async def test_a_drawing_tells_wishers_apart_and_says_of_none_who_it_is(club: Club) -> None:
    await club.canteen.open()
    wishes = (("akari", "納豆"), ("yuto", "納豆"), ("akari", "カレー"), ("emma", "うどん"))
    for member, name in wishes:
        await club.canteen.record("queued", club.canteen.order(member, name=name))
    club.use("dataset")
    (job,) = await until(club.intake.jobs, "in line")
    wishers = dict(job.args[0]["asked"])
    assert sorted(map(len, wishers.values())) == [1, 1, 2]
    assert wishers["カレー"][0] in wishers["納豆"]
    assert wishers["うどん"][0] not in wishers["納豆"]
    assert {number for each in wishers.values() for number in each} == {0, 1, 2}


def asked_in(job: Any) -> dict[str, int]:
    """The names of a drawing, and how many members want each."""
    return {name: len(members) for name, members in job.args[0]["asked"]}


def dm_of(member: str) -> str:
    return str(people.dm_of(people.find_member(member)).id)


async def test_names_that_others_ordered_are_in_no_export_and_are_not_kept(club: Club) -> None:
    await club.canteen.open()
    await club.canteen.record("queued", club.canteen.order(name="ひみつのカレー"))
    club.use("dataset", "yuto")
    (job,) = await until(club.intake.jobs, "in line")
    assert asked_in(job) == {"ひみつのカレー": 1}
    (archive,) = await exported(club, "yuto")
    assert "ひみつの" not in archive.read("data.json").decode()

    path = f"drawings/{job.id}.png"
    club.store.write(path, JPEG)
    club.intake.finish(job, {"drawing_id": job.id})

    await until_closed(club, job.id)
