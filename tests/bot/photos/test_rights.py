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
from bot.photos import community
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
from bot.sandbox.people import find_member
from bot.sandbox.rules import MIB, Rules
from foodgan.contract.limits import REQUEST_MAX
from foodgan.contract.phrases import say
from tests.bot.canteen import PATIENCE_S, until
from tests.bot.photos.club import JPEG, Club, accept, component, edit_of, exported, withdraw


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
    erased = await edit_of(club.click(asked, "erase"))
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
    await edit_of(club.click(asked, "erase"))
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
    erased = await edit_of(club.click(await club.shown(club.use("privacy delete")), "erase"))
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
    erased = await edit_of(club.click(asked, "erase", "minato"))
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
    menu = component(await edit_of(chosen), "consent-credit")
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
