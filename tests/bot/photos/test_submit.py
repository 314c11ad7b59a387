"""`/submit` by the real client library: a receipt in seconds."""

import pytest

from bot.records.tables import Consent, Submission
from bot.sandbox.people import find_member, user_json
from foodgan.contract.phrases import say
from tests.bot.canteen import is_private, until
from tests.bot.photos.club import JPEG, Club


async def test_who_agreed_gets_a_receipt_with_preview_words_and_tally(club: Club) -> None:
    await club.canteen.open()
    await club.agreed()
    interaction = club.submit("海老カレーうどん", files=["a.jpg", "b.jpg"])
    received = await club.shown(interaction, "受け取りました")
    assert is_private(received)
    await until(lambda: len(club.intake.jobs()) == 2, "two jobs")
    club.intake.work()
    receipt = await club.shown(interaction, "お預かりしました")
    assert "海老・カレー・うどん" in receipt["content"]
    assert "採用 0 枚・審査待ち 2 枚" in receipt["content"]
    assert len(receipt["attachments"]) == 2
    assert receipt["attachments"][0]["description"] == say(
        "ja", "photo-alt", name="海老カレーうどん"
    )
    photos = await club.photos()
    assert [photo.state for photo in photos] == ["taken", "taken"]
    assert [photo.url for photo in photos] == [None, None]
    assert await club.until_ended(Submission)
    jobs = [f"rq:job:{photo.id}" for photo in photos]
    await until(lambda: not club.intake.redis.exists(*jobs), "the jobs are gone")


async def test_where_no_notices_are_sent_the_receipt_promises_none(club: Club) -> None:
    await club.canteen.open(review_notice="off")
    await club.agreed()
    interaction = club.submit()
    await until(club.intake.jobs, "a job")
    club.intake.work()
    receipt = await club.shown(interaction, "お預かりしました")
    head = say("ja", "receipt-head-quiet", count=1, name="きつねうどん")
    assert receipt["content"].splitlines()[0] == head
    assert "お知らせ" not in receipt["content"]


async def test_look_alikes_and_known_photos_are_named_at_once(club: Club) -> None:
    await club.canteen.open()
    await club.agreed()
    club.intake.hashes = {"a.jpg": "00000000000000ff", "b.jpg": "00000000000000fe"}
    club.intake.contents = {"a.jpg": JPEG + b"1", "again.jpg": JPEG + b"1"}
    await club.taken(["a.jpg"], name="天ぷら蕎麦")
    await club.taken(["b.jpg", "again.jpg"], name="海老天蕎麦")
    answers = [m.json["content"] for m in club.world.messages.listing()]
    (receipt,) = [text for text in answers if "b\\.jpg" in text]
    assert say("ja", "receipt-alike", place=1, file="b\\.jpg", names="天ぷら蕎麦") in receipt
    known = say("ja", "photo-known")
    assert say("ja", "receipt-refused", place=2, file="again\\.jpg", why=known) in receipt
    assert [photo.state for photo in await club.photos()] == ["taken", "taken", "refused"]


async def test_the_modal_takes_name_and_files_and_outlives_a_restart(club: Club) -> None:
    await club.canteen.open()
    await club.agreed()
    opener = club.use("submit", options={})
    modal = await club.modal(opener)
    assert [part["component"]["type"] for part in modal["components"]] == [4, 19]
    await club.canteen.close()
    await club.canteen.open()
    files = [club.upload("m1.jpg"), club.upload("m2.jpg")]
    filled = club.fill(opener, name="抹茶ラーメン", photos=files)
    await club.shown(filled, "抹茶ラーメン")
    await until(lambda: len(club.intake.jobs()) == 2, "two jobs")


async def test_photos_without_a_name_ask_for_it_and_outlive_a_restart(club: Club) -> None:
    await club.canteen.open()
    await club.agreed()
    opener = club.use("submit", options={"photo": club.upload("n.jpg")})
    await club.modal(opener)
    await club.canteen.close()
    await club.canteen.open()
    await club.shown(club.fill(opener, name="月見うどん"), "月見うどん")
    (photo,) = await club.photos()
    assert (photo.name, photo.state) == ("月見うどん", "submitted")


async def test_a_name_that_will_not_do_costs_no_photo_that_was_put_into_the_window(
    club: Club,
) -> None:
    await club.canteen.open(photos_per_day=2)
    await club.agreed()
    opener = club.use("submit", options={})
    await club.modal(opener)
    uploads = [club.upload("1.jpg"), club.upload("2.jpg")]
    refused = await club.shown(club.fill(opener, name="🍛", photos=uploads))
    assert refused["content"] == say("ja", "name-no-words")
    assert is_private(refused)
    assert len(await club.photos("draft")) == 2
    again = club.click(refused, "submit-again")
    await club.modal(again)
    once_more = await club.shown(club.fill(again, name="!?"))
    assert once_more["content"] == say("ja", "name-no-words")
    for message in (once_more, refused):  # the earlier button is there still
        last = club.click(message, "submit-again")
        await club.modal(last)
        words = "受け取りました" if message is once_more else say("ja", "consent-given")
        await club.shown(club.fill(last, name="カレー"), words)
    assert [(photo.name, photo.state) for photo in await club.photos()] == [
        ("カレー", "submitted"),
        ("カレー", "submitted"),
    ]


async def test_while_nobody_takes_photos_in_the_answer_does_not_say_that_they_are_looked_at(
    club: Club,
) -> None:
    await club.canteen.open()
    await club.agreed()
    club.intake.leave()
    interaction = club.submit()
    kept = await club.shown(interaction, "受け取りました")
    assert kept["content"] == say("ja", "submit-kept", count=1, name="きつねうどん")
    await until(club.intake.jobs, "in line")
    club.intake.work()
    await club.shown(interaction, "お預かりしました")


async def test_the_menu_of_a_message_takes_ones_own_photos_alone(club: Club) -> None:
    await club.canteen.open()
    await club.agreed("akari")
    author = user_json(find_member("akari"))
    message = club.world.messages.say(
        club.world.messages.listing()[0].json["channel_id"], author, "!"
    )
    upload = club.world.attachments.get(club.upload("menu.jpg"))
    message.json["attachments"] = [club.world.attachments.to_json(upload)]

    other = club.use("Hand over as a dish photo", "yuto", target=message.id)
    assert (await club.shown(other))["content"] == say("ja", "submit-not-yours")
    own = club.use("Hand over as a dish photo", "akari", target=message.id)
    await club.modal(own)
    await club.shown(club.fill(own, name="親子丼"), "親子丼")
    await until(club.intake.jobs, "a job")


@pytest.mark.parametrize(
    ("name", "phrase", "values"),
    [
        ("カレー" * 200, "name-too-long", {"limit": 60}),
        ("🍛🍛", "name-no-words", {}),
        ("ど く き の こ カレー", "name-blocked", {}),
        ("ドクキノコ丼", "name-blocked", {}),
    ],
)
async def test_a_name_that_will_not_do_is_refused_at_once(
    club: Club, name: str, phrase: str, values: dict[str, int]
) -> None:
    await club.canteen.open()
    await club.shown(club.use("operator block", "minato", options={"word": "どくきのこ"}))
    refused = await club.shown(club.submit(name))
    assert refused["content"] == say("ja", phrase, **values)
    assert is_private(refused)
    assert await club.photos() == []
    if phrase == "name-blocked":
        dish = await club.canteen.answer(club.canteen.order(name=name))
        assert dish["content"] == say("ja", "name-blocked")


async def test_markup_in_a_name_is_only_a_name(club: Club) -> None:
    await club.canteen.open()
    await club.agreed()
    received = await club.shown(club.submit("**@everyone** <@1>カレー"), "受け取り")
    assert "\\*\\*\\@\u200beveryone" in received["content"]
    assert received["mention_everyone"] is False


async def test_a_member_brings_so_many_a_day_and_no_more(club: Club) -> None:
    await club.canteen.open(photos_per_day=2)
    await club.agreed()
    await club.taken(["a.jpg", "b.jpg"])
    refused = await club.shown(club.submit(files=["c.jpg"]), "たくさん")
    assert refused["content"] == say("ja", "submit-enough-today", limit=2, left=0)
    await club.agreed("yuto")
    await club.shown(club.submit(files=["d.jpg"], member="yuto"), "受け取り")


async def test_a_lot_that_does_not_fit_is_refused_with_how_many_would(club: Club) -> None:
    await club.canteen.open(photos_per_day=3)
    await club.agreed()
    await club.taken(["a.jpg"])
    refused = await club.shown(club.submit(files=["b.jpg", "c.jpg", "d.jpg"]), "たくさん")
    assert refused["content"] == say("ja", "submit-enough-today", limit=3, left=2)
    assert "あと 2 枚" in refused["content"]


async def test_modals_that_were_closed_take_nothing_from_the_day(club: Club) -> None:
    await club.canteen.open(photos_per_day=2)
    await club.agreed()
    closed = []
    for _ in range(3):
        photos = {"photo": club.upload("a.jpg"), "photo2": club.upload("b.jpg")}
        closed.append(club.use("submit", options=photos))
        await club.modal(closed[-1])
    assert len(await club.photos("draft")) == 2
    late = club.fill(closed[0], name="親子丼")  # it was open in another window still
    assert (await club.shown(late))["content"] == say("ja", "submit-stale")
    await club.shown(club.fill(closed[-1], name="月見うどん"), "月見うどん")
    assert [photo.name for photo in await club.photos()] == ["月見うどん"] * 2
    refused = await club.shown(club.submit(files=["c.jpg"]), "たくさん")
    assert refused["content"] == say("ja", "submit-enough-today", limit=2, left=0)


async def test_a_banned_member_brings_nothing_until_the_ban_is_lifted(club: Club) -> None:
    await club.canteen.open()
    await club.agreed()
    akari = find_member("akari").id
    who = {"member": akari, "reason": "荒らし"}
    await club.shown(club.use("operator ban", "minato", options=who))
    refused = await club.shown(club.submit(), "いま")
    assert refused["content"] == say("ja", "submit-banned")
    await club.shown(club.use("operator unban", "minato", options={"member": akari}))
    await club.shown(club.submit(), "受け取り")


async def test_who_is_banned_before_agreeing_brings_nothing(club: Club) -> None:
    await club.canteen.open()
    asked = await club.shown(club.submit(), "はじめに")
    akari = find_member("akari").id
    ban = club.use("operator ban", "minato", options={"member": akari})
    await club.shown(ban, say("ja", "operator-banned", who=f"<@{akari}>"))
    await club.shown(club.click(asked, "consent-licence:CC0-1.0"), say("ja", "submit-banned"))
    assert await club.all(Consent) == []
    assert club.intake.jobs() == []
    await club.agreed()  # how to be named is still theirs to choose


async def test_what_the_intake_refuses_is_told_with_its_reason(club: Club) -> None:
    await club.canteen.open()
    await club.agreed()
    interaction = club.submit()
    await until(club.intake.jobs, "a job")
    (job,) = club.intake.jobs()
    values = {"limit": 40}
    told = {"photo_id": job.id, "phrase": "intake-too-many-pixels", "values": values}
    club.intake.finish(job, told)
    receipt = await club.shown(interaction, "今回は")
    assert say("ja", "intake-too-many-pixels", limit=40) in receipt["content"]
    assert "いつも" not in receipt["content"]  # nobody is thanked for 0 photos
    (photo,) = await club.photos("refused")
    assert photo.url is None


@pytest.mark.parametrize(
    ("phrase", "values"),
    [
        ("intake-of-a-later-version", {}),
        ("intake-too-many-pixels", {"most": 40}),
        ("photo-failed", {"locale": "en", "phrase": "photo-failed"}),
    ],
)
async def test_a_refusal_in_words_that_this_bot_has_not_is_told_all_the_same(
    club: Club, phrase: str, values: dict[str, str | int]
) -> None:
    await club.canteen.open()
    await club.agreed()
    interaction = club.submit()
    await until(club.intake.jobs, "a job")
    (job,) = club.intake.jobs()
    club.intake.finish(job, {"photo_id": job.id, "phrase": phrase, "values": values})
    assert say("ja", "photo-failed") in (await club.shown(interaction, "今回は"))["content"]
    assert say("ja", "photo-failed") in (await club.shown(club.use("photos mine")))["content"]


@pytest.mark.parametrize("result", [None, {"photo_id": "00000000"}, "nonsense", {"a": 1}])
async def test_an_answer_that_makes_no_sense_is_a_failure_and_nothing_worse(
    club: Club, result: object
) -> None:
    await club.canteen.open()
    await club.agreed()
    interaction = club.submit()
    await until(club.intake.jobs, "a job")
    club.intake.finish(club.intake.jobs()[0], result)
    assert say("ja", "photo-failed") in (await club.shown(interaction, "今回は"))["content"]
