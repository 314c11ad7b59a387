"""Consent by the real client library: asked for once, before anything is looked at."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.photos import answers
from bot.photos.consent import VERSION
from bot.photos.reception import DRAFT_LIFE
from bot.records.rights import NOT_EXPORTED
from bot.records.tables import Consent, Photo, Submission
from foodgan.contract.photos import Licence, PhotoIntake
from foodgan.contract.phrases import say
from tests.bot.canteen import is_private, until
from tests.bot.photos.club import Club, component, components


async def test_the_first_photo_waits_for_consent_and_nothing_is_looked_at_before(
    club: Club,
) -> None:
    await club.canteen.open()
    interaction = club.submit()
    asked = await club.shown(interaction, "はじめに")
    assert is_private(asked)
    [draft] = await club.photos()
    until_when = f"<t:{(draft.submitted_at + DRAFT_LIFE).timestamp():.0f}:t>"
    waits = say("ja", "consent-waits", name="きつねうどん", count=1, when=until_when)
    assert asked["content"].startswith(waits)
    assert [photo.state for photo in await club.photos()] == ["draft"]
    assert club.intake.jobs() == []
    labels = [part.get("label") for part in components(asked)]
    for licence in ("licence-cc0-1-0", "licence-cc-by-4-0", "licence-club-only"):
        assert say("ja", licence) in labels


@pytest.mark.parametrize("licence", ["CC0-1.0", "CC-BY-4.0", "club-only"])
async def test_consent_is_written_with_its_version_and_sends_the_photo_off(
    club: Club, licence: Licence
) -> None:
    await club.canteen.open()
    asked = await club.shown(club.submit(), "はじめに")
    chosen = club.click(asked, "consent-credit", values=["initials"])
    await until(lambda: chosen.first("edited"), "the choice is shown")
    thanked = club.click(asked, f"consent-licence:{licence}")
    await club.shown(thanked, "受け取りました")
    (consent,) = await club.all(Consent)
    assert (consent.version, consent.licence, consent.credit) == (VERSION, licence, "あ.")
    (job,) = await until(club.intake.jobs, "a job")
    order = PhotoIntake.model_validate(job.args[0])
    (photo,) = await club.photos()
    assert (order.photo_id, photo.state, photo.licence) == (photo.id, "submitted", licence)
    assert job.args[0].keys() == {"version", "photo_id", "url", "name"}  # no file name, no locale
    assert "/ephemeral-attachments/" in order.url.get_secret_value()


async def test_the_consent_outlives_a_restart(club: Club) -> None:
    await club.canteen.open()
    asked = await club.shown(club.submit(), "はじめに")
    await club.canteen.close()
    await club.canteen.open()
    await club.shown(club.click(asked, "consent-licence:CC0-1.0"), "受け取りました")
    await until(club.intake.jobs, "a job")


async def test_a_second_click_on_the_consent_says_nothing_of_no_photos(club: Club) -> None:
    await club.canteen.open()
    asked = await club.shown(club.submit(), "はじめに")
    clicks = [club.click(asked, "consent-licence:CC0-1.0") for _ in range(2)]
    await until(club.intake.jobs, "a job")
    await until(lambda: all(click.first("deferred") for click in clicks), "both clicks")
    await asyncio.sleep(0.3)
    message = await club.shown(clicks[0], "受け取りました")
    assert message["content"] == say("ja", "submit-received", count=1, name="きつねうどん")


async def test_a_question_left_open_is_not_answered_by_another_one(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "SETTLED_S", timedelta())
    bot = await club.canteen.open()
    first = await club.shown(club.submit("一枚目"), "はじめに")
    second = await club.shown(club.submit("二枚目"), "はじめに")
    await club.shown(club.click(second, "consent-licence:CC0-1.0"), "受け取りました")
    await bot.gallery.rounds.once()
    assert [photo.state for photo in await club.photos()] == ["draft", "submitted"]
    await club.shown(club.click(first, "consent-no"), say("ja", "consent-declined"))
    assert [photo.name for photo in await club.photos()] == ["二枚目"]


async def test_who_declines_leaves_nothing_behind(club: Club) -> None:
    await club.canteen.open()
    asked = await club.shown(club.submit(), "はじめに")
    declined = await club.shown(club.click(asked, "consent-no"), "わかりました")
    assert components(declined) == []
    assert await club.photos() == []
    assert await club.all(Submission) == []


async def test_who_only_looks_at_the_consent_is_not_told_that_no_photo_is_kept(club: Club) -> None:
    await club.canteen.open()
    await club.agreed()
    await club.taken(["a.jpg"])
    for ended in (False, True):
        asked = await club.shown(club.use("privacy consent"))
        if ended:
            async with AsyncSession(club.canteen.engine) as session, session.begin():
                await session.execute(update(Submission).values(ended_at=datetime.now(UTC)))
        left = await club.shown(club.click(asked, "consent-no"), "わかりました")
        assert left["content"] == say("ja", "consent-unchanged")
        assert components(left) == []
    assert len(await club.photos("taken")) == 1
    assert len(await club.all(Consent)) == 1


async def agreed_to_the_first_text(club: Club) -> None:
    """The member has chosen otherwise than most, before the text was changed."""
    asked = await club.shown(club.use("privacy consent"))
    chosen = club.click(asked, "consent-credit", values=["anonymous"])
    await until(lambda: chosen.first("edited"), "the choice is shown")
    await club.shown(club.click(asked, "consent-licence:CC-BY-4.0"), "承りました")
    async with AsyncSession(club.canteen.engine) as session, session.begin():
        await session.execute(update(Consent).values(version=1))


async def test_who_agreed_to_an_earlier_text_is_asked_again_and_keeps_what_they_chose(
    club: Club,
) -> None:
    await club.canteen.open()
    await agreed_to_the_first_text(club)
    asked = await club.shown(club.submit(), "はじめに")
    assert asked["content"].startswith(say("ja", "consent-renewed"))
    assert [photo.state for photo in await club.photos()] == ["draft"]
    menu = component(asked, "consent-credit")["options"]
    assert [each["value"] for each in menu if each.get("default")] == ["anonymous"]
    label = say("ja", "licence-now", licence=say("ja", "licence-cc-by-4-0"))
    assert component(asked, "consent-licence:CC-BY-4.0")["label"] == label
    await club.shown(club.click(asked, "consent-licence:CC-BY-4.0"), "受け取りました")
    consents = await club.all(Consent)
    assert [(each.version, each.credit) for each in consents] == [(1, ""), (VERSION, "")]


async def test_a_button_below_an_earlier_text_shows_the_text_as_it_is_now(club: Club) -> None:
    await club.canteen.open()
    asked = await club.shown(club.submit(), "はじめに")
    licence = component(asked, "consent-licence:CC0-1.0")
    licence["custom_id"] = licence["custom_id"].removesuffix(str(VERSION)) + "2"
    older = club.click(asked, "consent-licence:CC0-1.0", raw=True)
    await until(lambda: older.first("edited"), "the text")
    again = await club.shown(older, say("ja", "consent-text", version=str(VERSION)))
    assert await club.all(Consent) == []
    await club.shown(club.click(again, "consent-licence:CC0-1.0"), "受け取りました")


async def test_who_looks_at_the_consent_sees_what_they_have_agreed_to(club: Club) -> None:
    await club.canteen.open()
    await club.agreed(licence="CC-BY-4.0")
    asked = await club.shown(club.use("privacy consent"))
    text = say("ja", "consent-text", version=str(VERSION))
    assert asked["content"] == f"{text}\n\n{say('ja', 'consent-anew')}"
    labels = {
        licence: component(asked, f"consent-licence:{licence}")["label"]
        for licence in ("CC0-1.0", "CC-BY-4.0")
    }
    assert labels == {
        "CC0-1.0": say("ja", "licence-cc0-1-0"),
        "CC-BY-4.0": say("ja", "licence-now", licence=say("ja", "licence-cc-by-4-0")),
    }


async def test_another_licence_is_for_photos_to_come_as_the_page_for_members_says(
    club: Club,
) -> None:
    """Who chose 部内だけ later would believe that nothing leaves the club."""
    await club.canteen.open()
    first = await club.shown(club.use("privacy consent"), "はじめに")
    assert say("ja", "consent-anew") not in first["content"]  # there are no earlier photos
    await club.agreed(licence="CC0-1.0")
    await club.taken(["a.jpg"])
    asked = await club.shown(club.use("privacy consent"), "はじめに")
    assert "これまでの写真の使い方は変わりません" in asked["content"]
    told = await club.shown(club.click(asked, "consent-licence:club-only"), "承りました")
    assert "これまでの写真の使い方は、もとのままです" in told["content"]
    await club.taken(["b.jpg"])
    assert [photo.licence for photo in await club.photos()] == ["CC0-1.0", "club-only"]
    page = (Path(__file__).parents[3] / "docs/members.ja.md").read_text(encoding="utf-8")
    assert "名前はこれまでの写真も含めて、使い方は次の写真から変わります" in page


# What an export shows of a hand-over, by the words of the consent that tell of it.
KEPT = {
    "写真": {
        "id",
        "submission_id",
        "sha256",
        "original_sha256",
        "perceptual_hash",
        "width",
        "height",
    }
    | {"size", "hints", "bytes_gone_at"},
    "料理名": {"name", "words"},
    "ファイル名": {"filename"},
    "あなたの Discord ID": {"member_id"},
    "日時": {"submitted_at", "taken_at", "asked_at", "ended_at"},
    "場所(チャンネル)": {"guild_id", "channel_id"},
    "言語": {"locale"},
    "審査の結果": {
        "state",
        "refusal",
        "refusal_values",
        "escalated",
        "reason",
        "decided_at",
        "told_at",
    },
    "この同意(選ばれたお名前も)": {"licence", "credit_choice"},
}


def test_the_consent_tells_of_everything_that_is_kept_of_a_hand_over() -> None:
    columns = {column.key for table in (Photo, Submission) for column in table.__table__.columns}
    shown = columns - NOT_EXPORTED
    assert set().union(*KEPT.values()) == shown
    [bullet] = [
        line for line in say("ja", "consent-text", version="3").splitlines() if "残すのは" in line
    ]
    assert [words for words in KEPT if words not in bullet] == []


async def test_another_members_consent_button_does_nothing(club: Club) -> None:
    await club.canteen.open()
    asked = await club.shown(club.submit(member="akari"), "はじめに")
    strange = club.click(asked, "consent-licence:CC0-1.0", "yuto", raw=True)
    assert (await club.shown(strange, "時間が"))["content"] == say("ja", "submit-stale")
    assert await club.all(Consent) == []


async def test_english_members_are_asked_in_english(club: Club) -> None:
    await club.canteen.open()
    asked = await club.shown(club.submit(member="emma"), "One question")
    assert component(asked, "consent-no")["label"] == say("en", "consent-no")
