"""Who may review: by role, by server, and where votes are even."""

from dataclasses import replace
from typing import Any

import pytest

from bot.records.tables import Vote
from bot.sandbox import people
from bot.sandbox.interaction import Interaction
from foodgan.contract.phrases import say
from tests.bot.canteen import is_private, until
from tests.bot.photos.club import Club, desk, edited

STRANGE = "1240000000000009999"  # a server that is not the club's


def demote(monkeypatch: pytest.MonkeyPatch, name: str, roles: tuple[str, ...] = ()) -> None:
    """Change a member's roles while everything runs."""
    members = tuple(replace(m, roles=roles) if m.username == name else m for m in people.MEMBERS)
    monkeypatch.setattr(people, "MEMBERS", members)


async def test_a_reviewer_of_a_strange_server_sees_nothing(club: Club) -> None:
    await club.canteen.open(club_servers="1, 2")
    shown = await club.shown(club.use("review", "minato"))
    assert shown["content"] == say("ja", "review-not-yours")
    shown = await club.shown(club.use("release", "minato"))
    assert shown["content"] == say("ja", "operators-only")
    await club.canteen.close()
    await club.canteen.open(club_servers=f"1,{people.GUILD_ID}")
    shown = await club.shown(club.use("review", "minato"))
    assert shown["content"] == say("ja", "review-none")


def in_a_dm(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let commands come from direct messages with the bot, as Discord sends them."""
    in_server = Interaction.to_gateway

    def sent(interaction: Interaction) -> dict[str, Any]:
        payload = in_server(interaction)
        left = {k: v for k, v in payload.items() if not k.startswith("guild") and k != "member"}
        channel = {"id": interaction.channel.id, "type": 1, "permissions": "0"}
        return left | {"user": payload["member"]["user"], "channel": channel, "context": 1}

    monkeypatch.setattr(Interaction, "to_gateway", sent)


@pytest.mark.parametrize("place", ["a strange server", "direct messages"])
async def test_the_clubs_photos_and_people_are_shown_in_its_own_servers_alone(
    club: Club, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    await club.canteen.open(club_servers=people.GUILD_ID)
    assert (await club.shown(club.use("credits")))["content"] == say("ja", "credits-none")
    club.use("dataset", "yuto")
    await until(club.intake.jobs, "a drawing")
    if place == "direct messages":
        in_a_dm(monkeypatch)
    else:
        monkeypatch.setattr("bot.sandbox.interaction.GUILD_ID", STRANGE)
    for command in ("credits", "photos leaderboard", "dataset"):
        refused = await club.shown(club.use(command))
        assert (refused["content"], is_private(refused)) == (say("ja", "club-only"), True)
    mine = await club.shown(club.use("photos mine"))  # one's own are one's own anywhere
    assert mine["content"] == say("ja", "mine-none")


async def test_where_it_is_not_said_whose_the_bot_is_its_collection_is_shown_in_a_dm(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    await club.canteen.open()
    in_a_dm(monkeypatch)
    shown = await club.shown(club.use("credits"))
    assert shown["content"] == say("ja", "credits-none")


async def test_in_several_servers_nobody_reviews_until_it_is_said_whose_the_bot_is(
    club: Club, caplog: pytest.LogCaptureFixture
) -> None:
    bot = await club.canteen.open()
    await club.agreed()
    await club.taken(["a.jpg"])
    page = await desk(club, "minato")
    elsewhere = people.guild_create_json() | {"id": STRANGE, "channels": []}
    del elsewhere["unavailable"]  # only of those that the bot was in before
    club.canteen.sandbox.gateway.dispatch("GUILD_CREATE", elsewhere)
    await until(lambda: len(bot.guilds) == 2, "the second server")
    await until(lambda: "CLUB_SERVERS is empty" in caplog.text, "a warning")
    for refused in (
        club.use("review", "minato"),
        club.click(page, "review-accept", "minato"),
        club.use("release", "minato"),
        club.use("operator list", "minato"),
    ):
        assert (await club.shown(refused, "いくつか"))["content"] == say("ja", "club-unset")
    stranger = await club.shown(club.use("review", "yuto"))
    assert stranger["content"] == say("ja", "review-not-yours")
    assert await club.all(Vote) == []
    await club.canteen.close()
    bot = await club.canteen.open(club_servers=people.GUILD_ID)
    club.canteen.sandbox.gateway.dispatch("GUILD_CREATE", elsewhere)
    await until(lambda: len(bot.guilds) == 2, "the second server")
    await desk(club, "minato")


async def test_who_installed_the_bot_for_themselves_reviews_nothing_in_their_own_server(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    await club.canteen.open()
    await club.agreed()
    await club.taken(["a.jpg"])
    page = await desk(club, "minato")
    monkeypatch.setattr("bot.sandbox.interaction.GUILD_ID", STRANGE)
    for refused in (club.use("review", "minato"), club.click(page, "review-accept", "minato")):
        assert (await club.shown(refused, "審査は"))["content"] == say("ja", "review-not-yours")
    shown = await club.shown(club.use("release", "minato"))
    assert shown["content"] == say("ja", "operators-only")
    assert await club.all(Vote) == []


async def test_who_is_no_reviewer_sees_nothing(club: Club) -> None:
    await club.canteen.open()
    refused = await club.shown(club.use("review", "yuto"))
    assert refused["content"] == say("ja", "review-not-yours")


async def test_a_reviewer_who_loses_the_role_between_showing_and_clicking_counts_no_more(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    await club.canteen.open()
    await club.agreed()
    await club.taken(["a.jpg"])
    page = await desk(club, "sora")
    demote(monkeypatch, "sora")
    for action, more in (
        ("review-accept", {}),
        ("review-reject", {"values": ["other"]}),
        ("review-skip", {}),
        ("review-rename", {}),
    ):
        refused = club.click(page, action, "sora", **more)
        assert (await club.shown(refused, "係"))["content"] == say("ja", "review-not-yours")
    assert await club.all(Vote) == []


async def test_who_has_voted_decides_even_votes_only_as_an_operator(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "REVIEWERS_MAY", people.MANAGE_MESSAGES)
    await club.canteen.open()
    await club.agreed()
    await club.taken(["a.jpg"])
    page = await desk(club, "minato")
    opener = club.click(page, "review-rename", "minato")
    await club.modal(opener)
    await edited(club, club.click(page, "review-accept", "minato"))
    page = await desk(club, "sora")
    page = await edited(club, club.click(page, "review-reject", "sora", values=["other"]))
    assert say("ja", "review-escalated-news") in page["content"]
    assert (await desk(club, "minato"))["content"] == say("ja", "review-none-tied", count=1)
    page = await edited(club, club.fill(opener, "minato", name="たぬきうどん"))
    assert say("ja", "review-tied") in page["content"]
    monkeypatch.setattr(people, "REVIEWERS_MAY", people.MANAGE_GUILD)
    page = await desk(club, "minato")
    assert say("ja", "review-escalated") in page["content"]
    await edited(club, club.click(page, "review-accept", "minato"))
    assert await club.photos("accepted")


async def test_an_operator_who_makes_votes_even_may_decide_or_leave_it_to_others(
    club: Club,
) -> None:
    await club.canteen.open()
    await club.agreed()
    await club.taken(["a.jpg"])
    await edited(club, club.click(await desk(club, "sora"), "review-accept", "sora"))
    page = await desk(club, "minato")
    page = await edited(club, club.click(page, "review-reject", "minato", values=["other"]))
    assert page["content"].startswith(say("ja", "review-escalated-yours"))
    page = await edited(club, club.click(page, "review-skip", "minato"))
    assert say("ja", "review-none-tied", count=1) in page["content"]
    assert sorted(vote.verdict for vote in await club.all(Vote)) == ["accept", "reject"]


async def test_nobody_is_shown_their_own_photo(club: Club) -> None:
    await club.canteen.open()
    await club.agreed("minato")
    await club.taken(["a.jpg"], member="minato")
    assert say("ja", "review-none") in (await desk(club, "minato"))["content"]
    assert "きつねうどん" in (await desk(club, "sora"))["content"]
