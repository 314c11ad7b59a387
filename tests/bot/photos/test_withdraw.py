"""What a member has handed over: shown to them alone, and taken back for good."""

import pytest

from bot.photos import rights
from bot.records.tables import (
    Grave,
)
from bot.sandbox.member_input import Members, UseComponent
from foodgan.contract.photos import Tombstone
from foodgan.contract.phrases import say
from tests.bot.canteen import is_private, until
from tests.bot.photos.club import JPEG, Club, accept, component, edit_of, withdraw


async def test_mine_lists_my_photos_alone_page_by_page(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rights, "PAGE", 2)
    await club.canteen.open()
    await club.agreed("akari")
    await club.agreed("yuto")
    await club.taken(["1.jpg", "2.jpg", "3.jpg"], name="親子丼")
    await club.taken(["4.jpg"], member="yuto", name="牛丼")
    first = await club.shown(club.use("photos mine"))
    assert is_private(first)
    assert say("ja", "mine-head", count=3, accepted=0, waiting=3) in first["content"]
    assert first["content"].count("親子丼") == 2
    assert "牛丼" not in first["content"]
    second = await edit_of(club.click(first, "mine:1"))
    assert second["content"].count("親子丼") == 1
    last = component(second, "withdraw-ask")["options"][0]["value"]
    sure = await edit_of(club.click(second, "withdraw-ask", values=[last]))
    assert component(sure, "mine")["custom_id"] == "mine:1"  # who rather keeps it goes on there
    await edit_of(club.click(sure, "withdraw:"))
    # The button of an older message leads to a page that is no more.
    last_page = await edit_of(club.click(first, "mine:1", raw=True))
    assert last_page["content"].count("親子丼") == 2


async def test_a_withdrawn_photo_leaves_store_and_catalogue_and_never_comes_back(
    club: Club,
) -> None:
    await club.canteen.open(review_votes=1, review_undo_s=0)
    await club.agreed()
    keep, drop = await club.taken(["keep.jpg", "drop.jpg"])
    await accept(club)
    await accept(club)
    await until(lambda: len(club.store.entries("club")) == 2, "both in the catalogue")

    done = await withdraw(club, drop.id)
    assert say("ja", "withdraw-done", count=1) in done["content"]
    await until(lambda: [o.sha256 for o in club.store.objects()] == [keep.sha256], "bytes gone")
    assert [entry.sha256 for entry in club.store.entries("club")] == [keep.sha256]
    stone = Tombstone(sha256=drop.sha256, original_sha256=drop.original_sha256)
    assert club.store.tombstones() == [stone]

    again = club.submit(files=["drop.jpg"])
    await until(club.intake.jobs, "a job")
    club.intake.work()
    receipt = await club.shown(again, "今回は")
    assert say("ja", "intake-withdrawn") in receipt["content"]
    await until(lambda: [o.sha256 for o in club.store.objects()] == [keep.sha256], "bytes gone")


async def test_a_photo_withdrawn_at_the_intake_is_purged_when_the_intake_has_spoken(
    club: Club,
) -> None:
    await club.canteen.open()
    await club.agreed()
    club.submit()
    await until(club.intake.jobs, "a job")
    (photo,) = await club.photos()
    await withdraw(club, photo.id)
    taken = club.intake.take(club.intake.jobs()[0])
    await until(lambda: club.store.tombstones(), "a tombstone")
    assert club.store.tombstones()[0].sha256 == taken.sha256
    await until(lambda: not list(club.store.objects()), "bytes gone")
    assert [p.state for p in await club.photos()] == ["withdrawn"]


async def test_who_withdraws_a_copy_takes_nobody_elses_photo_away(club: Club) -> None:
    await club.canteen.open(review_votes=1, review_undo_s=0)
    await club.agreed("akari")
    await club.agreed("yuto")
    club.intake.contents = {"copy.jpg": JPEG + b"a.jpg"}
    (photo,) = await club.taken(["a.jpg"])
    await accept(club)
    club.submit(files=["copy.jpg"], member="yuto")
    (job,) = await until(club.intake.jobs, "a job")
    await withdraw(club, job.id, member="yuto")
    club.intake.take(job)
    await club.until_photos(lambda found: found[1].bytes_gone_at, "nothing of the copy")
    await until(lambda: len(club.store.entries("club")) == 1, "the catalogue")
    assert await club.all(Grave) == []
    assert club.store.holds(str(photo.sha256))


async def test_nobody_withdraws_what_is_not_theirs(club: Club) -> None:
    await club.canteen.open()
    await club.agreed("akari")
    await club.agreed("yuto")
    (photo,) = await club.taken(["a.jpg"])
    await club.taken(["y.jpg"], member="yuto")
    mine = await club.shown(club.use("photos mine", "yuto"))
    asked = await edit_of(club.click(mine, "withdraw-ask", "yuto", values=[photo.id], raw=True))
    assert asked["content"] == mine["content"]
    made_up = UseComponent(
        type="component",
        message=mine["id"],
        custom_id=f"withdraw:{photo.id}",
        member="yuto",
        raw=True,
    )
    done = await edit_of(Members(club.world).act(made_up))
    assert done["content"] == mine["content"]
    assert len(await club.photos("taken")) == 2


async def test_a_second_tap_withdraws_nothing_and_shows_what_is_left(club: Club) -> None:
    await club.canteen.open()
    await club.agreed()
    photo, kept = await club.taken(["a.jpg", "b.jpg"])
    mine = await club.shown(club.use("photos withdraw"))
    sure = await edit_of(club.click(mine, "withdraw-ask", values=[photo.id]))
    first = await edit_of(club.click(sure, "withdraw:"))
    assert first["content"] == say("ja", "withdraw-done", count=1)
    second = await edit_of(club.click(sure, "withdraw:", raw=True))
    assert say("ja", "mine-head", count=1, accepted=0, waiting=1) in second["content"]
    assert component(second, "withdraw-ask")["options"][0]["value"] == kept.id


async def test_who_withdraws_is_shown_which_photos_will_go(club: Club) -> None:
    await club.canteen.open()
    await club.agreed()
    keep, drop = await club.taken(["keep.jpg", "drop.jpg"], name="親子丼")
    mine = await club.shown(club.use("photos withdraw"))
    options = component(mine, "withdraw-ask")["options"]
    assert {option["value"]: option["description"] for option in options} == {
        photo.id: f"{say('ja', 'state-taken')} · {photo.filename}" for photo in (keep, drop)
    }
    sure = await edit_of(club.click(mine, "withdraw-ask", values=[drop.id]))
    assert "**親子丼**" in sure["content"]
    assert [file["filename"] for file in sure["attachments"]] == [f"photo-{drop.id}.jpg"]


async def test_photos_that_went_meanwhile_are_not_asked_about(club: Club) -> None:
    await club.canteen.open()
    await club.agreed()
    (photo,) = await club.taken(["a.jpg"])
    older = await club.shown(club.use("photos withdraw"))
    await withdraw(club, photo.id)
    asked = await edit_of(club.click(older, "withdraw-ask", values=[photo.id]))
    assert asked["content"] == say("ja", "mine-none")
