"""Rights by the real client library: see, withdraw, take home, erase; nothing comes back."""

import asyncio
import hashlib
import io
import json
import random
import zipfile
from typing import Any

import pytest

from bot.commands import privacy
from bot.photos import community, rights
from bot.queue.photos import PhotoQueue
from bot.records.photos import NOBODY
from bot.records.tables import (
    AuditEntry,
    Ban,
    BlockedWord,
    Consent,
    Errand,
    Grave,
    Leader,
    Order,
    Photo,
    Submission,
    Vote,
)
from bot.sandbox.faults import RequestFault
from bot.sandbox.interaction import Interaction
from bot.sandbox.member_input import Members, UseComponent
from bot.sandbox.people import find_member
from bot.sandbox.rules import MIB, Rules
from foodgan.contract.limits import REQUEST_MAX
from foodgan.contract.photos import Tombstone
from foodgan.contract.phrases import say
from tests.bot.canteen import PATIENCE_S, is_private, until
from tests.bot.photos.club import JPEG, Club, component, exported


async def edited(interaction: Interaction) -> dict[str, Any]:
    await until(lambda: interaction.first("edited"), "an edit")
    return dict(interaction.original.json)


async def accept(club: Club, reviewer: str = "minato") -> None:
    """Let a reviewer accept what waits longest."""
    page = await club.shown(club.use("review", reviewer))
    await edited(club.click(page, "review-accept", reviewer))


async def withdraw(club: Club, *ids: str, member: str = "akari") -> dict[str, Any]:
    mine = await club.shown(club.use("photos withdraw", member))
    asked = club.click(mine, "withdraw-ask", member, values=list(ids))
    sure = await edited(asked)
    assert say("ja", "withdraw-sure", count=len(ids)) in sure["content"]
    return await edited(club.click(sure, "withdraw:", member))


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
    second = await edited(club.click(first, "mine:1"))
    assert second["content"].count("親子丼") == 1
    last = component(second, "withdraw-ask")["options"][0]["value"]
    sure = await edited(club.click(second, "withdraw-ask", values=[last]))
    assert component(sure, "mine")["custom_id"] == "mine:1"  # who rather keeps it goes on there
    await edited(club.click(sure, "withdraw:"))
    # The button of an older message leads to a page that is no more.
    last_page = await edited(club.click(first, "mine:1", raw=True))
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
    asked = await edited(club.click(mine, "withdraw-ask", "yuto", values=[photo.id], raw=True))
    assert asked["content"] == mine["content"]
    made_up = UseComponent(
        type="component",
        message=mine["id"],
        custom_id=f"withdraw:{photo.id}",
        member="yuto",
        raw=True,
    )
    done = await edited(Members(club.world).act(made_up))
    assert done["content"] == mine["content"]
    assert len(await club.photos("taken")) == 2


async def test_a_second_tap_withdraws_nothing_and_shows_what_is_left(club: Club) -> None:
    await club.canteen.open()
    await club.agreed()
    photo, kept = await club.taken(["a.jpg", "b.jpg"])
    mine = await club.shown(club.use("photos withdraw"))
    sure = await edited(club.click(mine, "withdraw-ask", values=[photo.id]))
    first = await edited(club.click(sure, "withdraw:"))
    assert first["content"] == say("ja", "withdraw-done", count=1)
    second = await edited(club.click(sure, "withdraw:", raw=True))
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
    sure = await edited(club.click(mine, "withdraw-ask", values=[drop.id]))
    assert "**親子丼**" in sure["content"]
    assert [file["filename"] for file in sure["attachments"]] == [f"photo-{drop.id}.jpg"]


async def test_photos_that_went_meanwhile_are_not_asked_about(club: Club) -> None:
    await club.canteen.open()
    await club.agreed()
    (photo,) = await club.taken(["a.jpg"])
    older = await club.shown(club.use("photos withdraw"))
    await withdraw(club, photo.id)
    asked = await edited(club.click(older, "withdraw-ask", values=[photo.id]))
    assert asked["content"] == say("ja", "mine-none")


async def test_an_export_holds_everything_and_no_secret(club: Club) -> None:
    await club.canteen.open()
    await club.agreed()
    photos = await club.taken(["a.jpg", "b.jpg"], name="親子丼")
    await club.canteen.deferred(club.canteen.order(name="月のスープ"))
    await club.canteen.record("queued")
    archives = await exported(club, "akari")
    (archive,) = archives
    data = json.loads(archive.read("data.json"))
    assert [row["name"] for row in data["photos"]] == ["親子丼", "親子丼"]
    assert data["consents"][0]["licence"] == "CC0-1.0"
    assert data["orders"][0]["name"] == "月のスープ"
    assert data["photos"][0]["member_id"] == find_member("akari").id
    text = archive.read("data.json").decode()
    assert "token" not in text
    assert "http" not in text
    inside = {hashlib.sha256(archive.read(f)).hexdigest() for f in archive.namelist()[1:]}
    assert inside == {photo.sha256 for photo in photos}


async def test_a_large_export_comes_in_parts_that_discord_takes(club: Club) -> None:
    bot = await club.canteen.open()
    await club.agreed()
    names = ["1.jpg", "2.jpg", "3.jpg"]
    for number, name in enumerate(names):
        club.intake.contents[name] = JPEG + bytes([number]) * 90_000
    await club.taken(names)
    parts = []
    theirs = bot.gallery.rights
    async for part in theirs.parts(int(find_member("akari").id), 200_000):
        assert len(part) <= 200_000
        parts.append(zipfile.ZipFile(io.BytesIO(part)))
    assert len(parts) == 3
    assert sum(len(part.namelist()) for part in parts) == 4


@pytest.mark.parametrize("rules", [Rules(file_limit=8 * MIB, request_limit=2 * MIB)])
async def test_where_a_server_takes_larger_files_an_export_is_no_larger_than_a_request(
    club: Club, rules: Rules, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a boosted server; with smaller numbers, and so quicker."""
    assert Rules().request_limit > REQUEST_MAX
    monkeypatch.setattr(privacy, "REQUEST_MAX", rules.request_limit - MIB // 16)
    await club.canteen.open()
    await club.agreed()
    for number, name in enumerate(("1.jpg", "2.jpg", "3.jpg")):
        club.intake.contents[name] = random.Random(number).randbytes(rules.request_limit // 3)
        await club.taken([name])
    interaction = club.use("privacy export")
    await until(lambda: interaction.first("followup"), "a second part")
    sent = [message.json for message in (interaction.original, *interaction.followups)]
    more = [say("ja", "export-more", number=str(n)) for n in range(2, len(sent) + 1)]
    assert [each["content"] for each in sent] == [say("ja", "export-here"), *more]
    assert [len(each["attachments"]) for each in sent] == [1] * len(sent)


async def test_an_erased_member_is_gone_everywhere_and_the_photos_stay_out(club: Club) -> None:
    await club.canteen.open(review_votes=1, review_undo_s=0)
    for member in ("akari", "minato"):
        await club.agreed(member)
    drop = await club.taken(["1.jpg", "2.jpg"])
    (other,) = await club.taken(["m.jpg"], member="minato")
    await accept(club)
    club.submit(files=["later.jpg"])
    await until(club.intake.jobs, "one still at the intake")
    await club.canteen.deferred(club.canteen.order())
    await club.shown(club.use("photos leaderboard", options={"show_me": True}))
    await club.canteen.record("queued")

    asked = await club.shown(club.use("privacy delete"))
    erased = await edited(club.click(asked, "erase"))
    assert erased["content"] == say("ja", "erase-done", count=3)

    late = club.intake.take(club.intake.jobs()[0])
    akari = int(find_member("akari").id)
    await club.until_photos(lambda found: [p.id for p in found] == [other.id], "only the other's")
    for table, whose in (
        (Consent, "member_id"),
        (Photo, "member_id"),
        (Submission, "member_id"),
        (Vote, "reviewer_id"),
        (Leader, "member_id"),
        (Errand, "member_id"),
        (Order, "member_id"),
        (AuditEntry, "actor_id"),
    ):
        assert not [row for row in await club.all(table) if getattr(row, whose) == akari], table
    gone = {photo.sha256 for photo in drop} | {late.sha256}
    assert {grave.sha256 for grave in await club.all(Grave)} == gone
    await until(lambda: [o.sha256 for o in club.store.objects()] == [other.sha256], "bytes gone")
    assert club.store.entries("club") == []
    assert {stone.sha256 for stone in club.store.tombstones()} == gone


async def test_what_a_member_hands_over_while_being_erased_is_never_fetched(club: Club) -> None:
    await club.canteen.open()
    await club.agreed()
    asked = await club.shown(club.use("privacy delete"))
    slow = RequestFault(method="PATCH", path="^/webhooks/.*/messages/", hang_s=1.0)
    club.canteen.sandbox.faults.add(slow)  # it has the records, and is still to be put in line
    handed = club.submit()
    await club.until_photos(lambda found: found and found[0].state == "submitted", "submitted")
    await edited(club.click(asked, "erase"))
    await club.shown(handed, "受け取りました")
    await club.until_photos(lambda found: not found, "nothing of it")
    await asyncio.sleep(0.3)
    assert club.intake.jobs() == []


async def test_a_photo_withdrawn_on_its_way_into_line_is_not_given_up_before_it_is_there(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    put, held, let_go = PhotoQueue.enqueue, asyncio.Event(), asyncio.Event()

    async def hold(queue: PhotoQueue, *order: Any) -> bool:
        held.set()
        await let_go.wait()
        return await put(queue, *order)

    monkeypatch.setattr(PhotoQueue, "enqueue", hold)
    await club.canteen.open()
    await club.agreed()
    club.submit()
    await asyncio.wait_for(held.wait(), PATIENCE_S)
    (photo,) = await club.photos()
    await withdraw(club, photo.id)
    await asyncio.sleep(0.3)  # some rounds
    let_go.set()
    await until(club.intake.jobs, "a job")
    club.intake.work()
    await club.until_photos(lambda found: found[0].bytes_gone_at, "heard of")
    await until(lambda: not list(club.store.objects()), "bytes gone")


async def test_who_thinks_again_is_not_erased(club: Club) -> None:
    await club.canteen.open()
    await club.agreed()
    asked = await club.shown(club.use("privacy delete"))
    kept = club.click(asked, "erase-no")
    await until(lambda: kept.first("updated"), "an update")
    assert kept.original.json["content"] == say("ja", "erase-kept")
    assert await club.all(Consent)


async def test_a_ban_outlives_an_erasure_which_says_so(club: Club) -> None:
    await club.canteen.open()
    akari = {"member": find_member("akari").id}
    await club.shown(club.use("operator ban", "minato", options=akari))
    erased = await edited(club.click(await club.shown(club.use("privacy delete")), "erase"))
    assert say("ja", "erase-ban-stays") in erased["content"]
    assert len(await club.all(Ban)) == 1


async def test_a_banned_member_takes_the_ban_home_but_not_who_gave_it_nor_why(club: Club) -> None:
    await club.canteen.open()
    akari = find_member("akari").id
    options = {"member": akari, "reason": "spam"}
    await club.shown(club.use("operator ban", "minato", options=options))
    (archive,) = await exported(club, "akari")
    (ban,) = json.loads(archive.read("data.json"))["bans"]
    assert ban.keys() == {"member_id", "at"}
    assert ban["member_id"] == akari


async def test_bans_and_words_of_an_erased_operator_stand_without_their_name(club: Club) -> None:
    await club.canteen.open()
    options = {"member": find_member("akari").id}
    await club.shown(club.use("operator ban", "minato", options=options))
    await club.shown(club.use("operator block", "minato", options={"word": "まずい"}))
    asked = await club.shown(club.use("privacy delete", "minato"))
    erased = await edited(club.click(asked, "erase", "minato"))
    assert say("ja", "erase-ban-stays") not in erased["content"]
    kept = [*await club.all(Ban), *await club.all(BlockedWord)]
    assert [row.by_id for row in kept] == [NOBODY, NOBODY]


async def test_credits_name_people_as_they_chose_last(club: Club) -> None:
    await club.canteen.open(review_votes=1, review_undo_s=0)
    await club.agreed("akari")
    await club.agreed("yuto")
    await club.taken(["a.jpg", "b.jpg"])
    await club.taken(["y.jpg"], member="yuto")
    for _ in range(3):
        await accept(club)
    text = (await club.shown(club.use("credits")))["content"]
    assert say("ja", "credits-head", photos=3, people=2) in text
    assert say("ja", "credits-line", name="あかり", count=2) in text

    asked = await club.shown(club.use("privacy consent"))
    chosen = club.click(asked, "consent-credit", values=["anonymous"])
    menu = component(await edited(chosen), "consent-credit")
    assert [option["value"] for option in menu["options"] if option.get("default")] == ["anonymous"]
    await club.shown(club.click(asked, "consent-licence:CC-BY-4.0"), "承り")
    text = (await club.shown(club.use("credits")))["content"]
    assert "あかり" not in text
    assert say("ja", "credits-unnamed", count=1) in text
    await until(
        lambda: sorted(entry.credit for entry in club.store.entries("club")) == ["", "", "ゆうと"],
        "the catalogue follows",
    )


async def test_the_leaderboard_shows_those_alone_who_want_to_be_seen(club: Club) -> None:
    await club.canteen.open(review_votes=1)
    await club.agreed()
    await club.taken(["a.jpg"])
    await accept(club)
    empty = await club.shown(club.use("photos leaderboard"))
    assert empty["content"] == say("ja", "leaders-none")
    early = await club.shown(club.use("photos leaderboard", "yuto", options={"show_me": True}))
    assert early["content"] == say("ja", "leaders-joined", limit=community.LEADERS)
    listed = await club.shown(club.use("photos leaderboard", options={"show_me": True}))
    assert f"<@{find_member('akari').id}>" in listed["content"]
    assert listed["mentions"] == []
    assert listed["content"].endswith(say("ja", "leaders-joined", limit=community.LEADERS))
    gone = await club.shown(club.use("photos leaderboard", options={"show_me": False}))
    assert gone["content"] == say("ja", "leaders-left")


async def test_an_export_does_not_say_who_has_judged_a_photo(club: Club) -> None:
    await club.canteen.open(review_votes=1, review_undo_s=0)
    await club.agreed()
    await club.taken(["a.jpg"])
    await accept(club, "minato")
    (archive,) = await exported(club, "akari")
    text = archive.read("data.json").decode()
    assert json.loads(text)["photos"][0]["state"] == "accepted"
    assert str(find_member("minato").id) not in text
