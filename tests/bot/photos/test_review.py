"""`/review` by the real client library: one message, photo after photo."""

from statistics import median
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.blocklist import Blocklist
from bot.photos.office import AUDITED, Office
from bot.records import reviews
from bot.records.photos import note
from bot.records.releases import EMPTY
from bot.records.rights import BY_OPERATOR
from bot.records.tables import AuditEntry, Errand, Vote
from bot.sandbox import people
from bot.sandbox.faults import RequestFault
from foodgan.contract.photos import CLUB
from foodgan.contract.phrases import LOCALES, say
from tests.bot.canteen import is_private, until
from tests.bot.photos.club import Club, component, components, desk, edited


async def test_a_photo_is_shown_with_picture_name_words_hints_and_look_alikes(club: Club) -> None:
    await club.canteen.open()
    await club.agreed()
    club.intake.hashes = {"a.jpg": "00000000000000ff", "dark.jpg": "00000000000000fe"}
    await club.taken(["a.jpg"], name="天ぷら蕎麦")
    await club.taken(["dark.jpg"], name="海老天蕎麦")
    first = await desk(club, "minato")
    assert is_private(first)
    second = await edited(club, club.click(first, "review-accept", "minato"))
    assert "海老天蕎麦" in second["content"]
    assert say("ja", "review-words", words="海老・天ぷら・蕎麦") in second["content"]
    assert say("ja", "review-hints", hints=say("ja", "hint-dark")) in second["content"]
    assert "天ぷら蕎麦(審査待ち)" in second["content"]
    assert len(second["attachments"]) == 2


async def test_look_alikes_without_a_file_are_not_named_so_that_names_and_pictures_agree(
    club: Club,
) -> None:
    await club.canteen.open()
    await club.agreed()
    club.intake.hashes = dict.fromkeys(("a.jpg", "b.jpg", "c.jpg"), "00000000000000ff")
    (gone,) = await club.taken(["a.jpg"], name="カツ丼")
    (alike,) = await club.taken(["b.jpg"], name="天丼")
    (photo,) = await club.taken(["c.jpg"], name="親子丼")
    club.store.remove(str(gone.sha256))
    page = await desk(club, "minato")
    for _ in range(2):
        page = await edited(club, club.click(page, "review-skip", "minato"))
    assert say("ja", "review-alike", names="天丼(審査待ち)") in page["content"]
    assert pictured(page) == [f"photo-{photo.id}.jpg", f"photo-{alike.id}.jpg"]


async def test_nobody_votes_on_a_photo_that_cannot_be_shown(club: Club) -> None:
    await club.canteen.open()
    await club.agreed()
    club.intake.hashes = dict.fromkeys(("a.jpg", "b.jpg"), "00000000000000ff")
    (photo,) = await club.taken(["a.jpg"], name="カツ丼")
    await club.taken(["b.jpg"], name="天丼")
    club.store.remove(str(photo.sha256))
    page = await desk(club, "minato")
    assert say("ja", "review-unseen") in page["content"]
    assert pictured(page) == []
    actions = {part["custom_id"].split(":")[0] for part in components(page)}
    assert actions == {"review-skip"}
    page = await edited(club, club.click(page, "review-skip", "minato"))
    assert "天丼" in page["content"]
    assert component(page, "review-accept")


def pictured(page: dict[str, Any]) -> list[str]:
    return [file["filename"] for file in page["attachments"]]


async def test_a_click_can_be_taken_back(club: Club) -> None:
    await club.canteen.open(review_votes=1)
    await club.agreed()
    await club.taken(["a.jpg"])
    page = await desk(club, "minato")
    page = await edited(club, club.click(page, "review-reject", "minato", values=["other"]))
    assert await club.photos("rejected")
    page = await edited(club, club.click(page, "review-undo", "minato"))
    assert "きつねうどん" in page["content"]
    assert await club.photos("taken")
    await edited(club, club.click(page, "review-accept", "minato"))
    assert await club.photos("accepted")


async def test_what_can_still_be_taken_back_waits_for_the_next_release(club: Club) -> None:
    await club.canteen.open(review_votes=1, review_undo_s=3600)
    await club.agreed()
    (photo,) = await club.taken(["a.jpg"])
    page = await edited(club, club.click(await desk(club, "minato"), "review-accept", "minato"))

    asked = club.use("release", "minato")
    (job,) = await until(club.intake.jobs, "a release in line")
    assert club.store.entries("club") == []
    assert [waiting.sha256 for waiting in club.store.waiting()] == [photo.sha256]  # no orphan
    nothing = {"release_id": job.id, "digest": None, "train": 0, "test": 0, "left_out": 0}
    club.intake.finish(job, nothing | {"catalogue": EMPTY})
    told = await club.shown(asked, say("ja", "released-nothing"))
    assert await club.until_ended(Errand)
    assert [each.catalogue for each in await club.all(Errand)] == [EMPTY]
    assert say("ja", "released-left-over", count=1) in told["content"]
    await edited(club, club.click(page, "review-undo", "minato"))
    assert await club.photos("taken")


async def test_a_decision_that_becomes_final_comes_into_the_catalogue(club: Club) -> None:
    await club.canteen.open(review_votes=1, review_undo_s=1.5)
    await club.agreed()
    (photo,) = await club.taken(["a.jpg"])
    await edited(club, club.click(await desk(club, "minato"), "review-accept", "minato"))
    await until(lambda: club.store.waiting(), "published while it could be taken back")
    await until(lambda: club.store.entries("club"), "the catalogue")
    (final,) = await club.photos()
    assert final.told_at
    [entry] = club.store.entries("club")
    assert (entry.sha256, entry.source) == (photo.sha256, CLUB)
    assert club.store.waiting() == []


async def test_a_name_is_mended_in_a_modal_that_outlives_a_restart(club: Club) -> None:
    await club.canteen.open()
    await club.agreed()
    await club.taken(["a.jpg"])
    opener = club.click(await desk(club, "minato"), "review-rename", "minato")
    modal = await club.modal(opener)
    assert modal["components"][0]["component"]["value"] == "きつねうどん"
    assert modal["components"][0]["description"] == say("ja", "review-field-name-hint")
    await club.canteen.close()
    await club.canteen.open()
    filled = club.fill(opener, "minato", name="たぬきうどん")
    renamed = (await edited(club, filled))["content"]
    assert "たぬきうどん" in renamed
    assert "きつね" not in renamed  # the words of the old name are not those of the new one
    (photo,) = await club.photos()
    assert (photo.name, photo.words) == ("たぬきうどん", None)


async def test_a_vote_from_a_page_with_the_old_name_does_not_count_and_shows_the_new_one(
    club: Club,
) -> None:
    await club.canteen.open(review_votes=1)
    await club.agreed()
    await club.taken(["a.jpg"])
    stale = await desk(club, "sora")
    opener = club.click(await desk(club, "minato"), "review-rename", "minato")
    await club.modal(opener)
    await edited(club, club.fill(opener, "minato", name="たぬきうどん"))

    page = await edited(club, club.click(stale, "review-accept", "sora"))

    assert say("ja", "review-stale") in page["content"]
    assert "たぬきうどん" in page["content"]
    assert await club.all(Vote) == []
    await edited(club, club.click(page, "review-accept", "sora"))
    assert await club.photos("accepted")


async def test_buttons_outlive_a_restart(club: Club) -> None:
    await club.canteen.open()
    await club.agreed()
    await club.taken(["a.jpg"])
    page = await desk(club, "minato")
    await club.canteen.close()
    await club.canteen.open()
    await edited(club, club.click(page, "review-accept", "minato"))
    assert len(await club.all(Vote)) == 1


@pytest.mark.parametrize(
    ("code", "why"), [(10008, "dismissed before its answer"), (10015, "never acknowledged")]
)
async def test_who_dismisses_the_page_after_a_click_is_told_of_no_mistake(
    club: Club, caplog: pytest.LogCaptureFixture, code: int, why: str
) -> None:
    await club.canteen.open()
    await club.agreed()
    await club.taken(["a.jpg"])
    page = await desk(club, "minato")
    club.canteen.sandbox.faults.add(
        RequestFault(method="PATCH", path="^/webhooks/", answer=404, code=code)
    )
    click = club.click(page, "review-accept", "minato")
    await until(lambda: "an interaction was" in caplog.text or click.followups, "a log line")
    assert f"an interaction was {why} ({code})" in caplog.text
    assert click.followups == []
    assert len(await club.all(Vote)) == 1


async def test_two_clicks_at_once_count_once(club: Club) -> None:
    await club.canteen.open()
    await club.agreed()
    await club.taken(["a.jpg"])
    page = await desk(club, "minato")
    clicks = [club.click(page, "review-accept", "minato") for _ in range(4)]
    for click in clicks:
        await edited(club, click)
    votes = await club.all(Vote)
    assert [(vote.verdict, str(vote.reviewer_id)) for vote in votes] == [
        ("accept", people.find_member("minato").id)
    ]
    assert await club.photos("taken")


async def test_a_photo_withdrawn_while_it_is_looked_at_gets_no_vote(club: Club) -> None:
    await club.canteen.open()
    await club.agreed()
    (photo,) = await club.taken(["a.jpg"])
    page = await desk(club, "minato")
    mine = await club.shown(club.use("photos mine"))
    sure = club.click(mine, "withdraw-ask", values=[photo.id])
    await edited(club, sure)
    await edited(club, club.click(sure.original.json, "withdraw"))
    page = await edited(club, club.click(page, "review-accept", "minato"))
    assert say("ja", "review-gone") in page["content"]
    assert await club.all(Vote) == []


async def test_more_than_are_counted_are_said_to_be_so_many_or_more(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reviews, "LEFT_MAX", 2)
    await club.canteen.open()
    await club.agreed()
    await club.taken(["a.jpg", "b.jpg", "c.jpg"])
    page = await desk(club, "minato")
    assert "残り 2 枚以上" in page["content"]
    for _ in range(2):
        page = await edited(club, club.click(page, "review-accept", "minato"))
    assert page["content"].splitlines()[1].endswith("残り 1 枚")


async def test_fifty_photos_are_reviewed_in_one_message(club: Club) -> None:
    await club.canteen.open(review_votes=1)
    await club.agreed()
    for lot in range(10):
        await club.taken([f"{lot}-{number}.jpg" for number in range(5)])
    page = await desk(club, "minato")
    took_s = []
    for _ in range(50):
        click = club.click(page, "review-accept", "minato")
        page = await edited(club, click)
        took_s.append(click.first("deferred"))
    assert median(took_s) < 0.5  # others may keep the machine busy
    assert say("ja", "review-none") in page["content"]
    assert len(await club.photos("accepted")) == 50


async def test_every_deed_is_in_the_audit_log(club: Club) -> None:
    await club.canteen.open(review_votes=1)
    await club.agreed()
    (photo,) = await club.taken(["a.jpg"])
    await edited(club, club.click(await desk(club, "minato"), "review-accept", "minato"))
    deeds = [(e.action, e.photo_id) for e in await club.all(AuditEntry)]
    assert deeds == [("consent", None), ("accept", photo.id), ("accepted", photo.id)]
    listing = await club.shown(club.use("operator list", "minato"))
    assert f"採用に一票 {photo.id}" in listing["content"]
    assert f"採用に決定 {photo.id} (1 票)" in listing["content"]


async def test_every_deed_of_the_log_is_told_in_words(
    sessions: async_sessionmaker[AsyncSession],
) -> None:
    deeds = [
        ("reject", "blurry"),
        ("rejected", "2 votes"),
        ("undo", "accept"),
        ("erased", BY_OPERATOR),
    ]
    async with sessions.begin() as session:
        for action, detail in deeds:
            note(session, action, 7, None, detail)
    listing = (await Office(sessions, Blocklist()).listing("ja")).text
    said = "見送りに一票 (ぼけている・暗い)", "見送りに決定 (2 票)", "取り消し (採用に一票)"
    assert [one for one in (*said, "記録の消去 (運営による)") if one not in listing] == []


@pytest.mark.parametrize("locale", LOCALES)
def test_the_log_has_words_for_each_deed(locale: str) -> None:
    assert all(say(locale, f"audit-{deed}") for deed in AUDITED)
