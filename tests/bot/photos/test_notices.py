"""What a member hears of a review: by message, in the channel, or not at all."""

import asyncio
from typing import Any

from bot.answer import TEXT_MAX
from bot.photos.notices import NAMED_MAX, good_news, notice
from bot.sandbox import people
from bot.sandbox.faults import RequestFault
from foodgan.contract.dishname import display
from foodgan.contract.models import LearnedName
from foodgan.contract.phrases import say
from tests.bot.canteen import until
from tests.bot.photos.club import Club, desk, edited
from tests.bot.photos.rows import a_photo, photos


async def test_two_reviewers_accept_and_the_member_hears_of_it_by_message(club: Club) -> None:
    await club.canteen.open(review_undo_s=0)
    await club.agreed()
    await club.taken(["a.jpg"])
    for reviewer, news in (("minato", "一票"), ("sora", "採用が決まりました")):
        page = await edited(club, club.click(await desk(club, reviewer), "review-accept", reviewer))
        assert news in page["content"]
        assert say("ja", "review-none") in page["content"]
    (photo,) = await club.until_photos(lambda p: p[0].told_at, "told")
    assert photo.state == "accepted"
    akari = people.find_member("akari")
    told = await until(lambda: club.world.messages.listing(people.dm_of(akari).id), "a message")
    assert say("ja", "notice-accepted", count=1, names="きつねうどん") in told[0].json["content"]
    entries = await until_catalogue(club, 1)
    assert (entries[0].sha256, entries[0].name, entries[0].credit) == (
        photo.sha256,
        "きつねうどん",
        "あかり",
    )


async def until_catalogue(club: Club, count: int) -> list[Any]:
    return await until(
        lambda: (found := club.store.entries("club")) and len(found) == count and found,
        "the catalogue",
    )


async def test_the_notice_can_go_to_the_channel_and_pings_nobody_else(club: Club) -> None:
    await club.canteen.open(review_undo_s=0, review_votes=1, review_notice="channel")
    await club.agreed()
    await club.taken(["a.jpg"], name="@everyone丼")
    await edited(club, club.click(await desk(club, "minato"), "review-accept", "minato"))
    text = say("ja", "notice-accepted", count=1, names="\\@\u200beveryone丼")
    found = await until(lambda: said_in_channel(club, text), "a notice")
    assert [user["id"] for user in found[0].json["mentions"]] == [people.find_member("akari").id]
    assert found[0].json["mention_everyone"] is False
    await asyncio.sleep(0.3)
    assert said_to_akari(club) == []  # nothing is said twice


async def test_where_notices_go_to_the_channel_what_was_rejected_and_why_stays_private(
    club: Club,
) -> None:
    await club.canteen.open(review_undo_s=0, review_votes=1, review_notice="channel")
    await club.agreed()
    await club.taken(["a.jpg"], name="牛丼")
    page = await desk(club, "minato")
    await edited(club, club.click(page, "review-reject", "minato", values=["blurry"]))
    text = say("ja", "notice-rejected", name="牛丼", reason=say("ja", "reason-blurry"))
    assert await until(lambda: said_to_akari(club), "a message") == [text]
    assert not said_in_channel(club, "牛丼")


async def test_where_notices_go_to_the_channel_who_wants_no_name_hears_by_message(
    club: Club,
) -> None:
    await club.canteen.open(review_undo_s=0, review_votes=1, review_notice="channel")
    await agreed_without_a_name(club)
    await club.taken(["a.jpg"])
    await edited(club, club.click(await desk(club, "minato"), "review-accept", "minato"))
    text = say("ja", "notice-accepted", count=1, names="きつねうどん")
    assert await until(lambda: said_to_akari(club), "a message") == [text]
    assert not said_in_channel(club, "きつねうどん")


async def test_where_the_channel_takes_no_notice_the_member_hears_by_message(club: Club) -> None:
    await club.canteen.open(review_undo_s=0, review_votes=1, review_notice="channel")
    await club.agreed()
    (photo,) = await club.taken(["a.jpg"])
    path = f"^/channels/{photo.channel_id}/messages$"
    shut = RequestFault(method="POST", path=path, answer=403, code=50013)
    club.canteen.sandbox.faults.add(shut)
    await edited(club, club.click(await desk(club, "minato"), "review-accept", "minato"))
    text = say("ja", "notice-accepted", count=1, names="きつねうどん")
    assert await until(lambda: said_to_akari(club), "a message") == [text]
    assert shut.hits == 1


async def test_a_member_who_takes_no_messages_hears_good_news_alone_in_the_channel(
    club: Club,
) -> None:
    await club.canteen.open(review_undo_s=0, review_votes=1)
    closed = RequestFault(
        method="POST", path="^/users/@me/channels$", answer=403, code=50007, times=9
    )
    club.canteen.sandbox.faults.add(closed)
    await club.agreed()
    await club.taken(["a.jpg"], name="牛丼")
    await club.taken(["b.jpg"])
    page = await desk(club, "minato")
    page = await edited(club, club.click(page, "review-reject", "minato", values=["blurry"]))
    await club.until_photos(lambda p: p[0].told_at, "told")
    await edited(club, club.click(page, "review-accept", "minato"))
    text = say("ja", "notice-accepted", count=1, names="きつねうどん")
    heard = await until(lambda: said_in_channel(club, text), "a mention")
    assert [user["id"] for user in heard[0].json["mentions"]] == [people.find_member("akari").id]
    assert not said_in_channel(club, "牛丼")
    mine = await club.shown(club.use("photos mine"))
    assert say("ja", "reason-blurry") in mine["content"]


async def test_a_member_who_takes_no_messages_and_wants_no_name_is_left_in_peace(
    club: Club,
) -> None:
    await club.canteen.open(review_undo_s=0, review_votes=1)
    closed = RequestFault(method="POST", path="^/users/@me/channels$", answer=403, code=50007)
    club.canteen.sandbox.faults.add(closed)
    await agreed_without_a_name(club)
    await club.taken(["a.jpg"])
    await edited(club, club.click(await desk(club, "minato"), "review-accept", "minato"))
    await until(lambda: closed.hits, "the refusal")
    await asyncio.sleep(0.3)
    assert not said_in_channel(club, "採用")


async def test_what_is_decided_in_a_row_is_told_in_one_message(club: Club) -> None:
    await club.canteen.open(review_undo_s=1.5, review_votes=1)
    await club.agreed()
    await club.taken(["a.jpg", "b.jpg"], name="部長スペシャル")
    await club.taken(["c.jpg"])
    page = await desk(club, "minato")
    for _ in range(3):
        page = await edited(club, club.click(page, "review-accept", "minato"))
        await asyncio.sleep(0.7)
    names = f"部長スペシャル({say('ja', 'count-photos', count=2)})、きつねうどん"
    told = await until(lambda: said_to_akari(club), "a message")
    assert told == [say("ja", "notice-accepted", count=3, names=names)]


def test_photos_of_one_name_are_counted_in_one_line() -> None:
    turned_down = photos(range(3), state="rejected", reason="blurry", name="部長スペシャル")
    other = a_photo(3, state="rejected", reason="blurry")
    reason = say("ja", "reason-blurry")
    many = say("ja", "notice-rejected-many", name="部長スペシャル", reason=reason, count=3)
    one = say("ja", "notice-rejected", name="きつねうどん", reason=reason)
    assert notice([*turned_down, other]).splitlines() == [many, one]


def test_beyond_some_names_photos_are_counted() -> None:
    names = "あいうえおかきくけこ"
    accepted = [a_photo(n, state="accepted", name=f"{name}丼") for n, name in enumerate(names)]
    shown = "、".join(f"{name}丼" for name in names[:NAMED_MAX])
    more = say("ja", "list-more", names=shown, count=3)
    again = a_photo(99, state="accepted", name="こ丼")
    told = say("ja", "notice-accepted", count=len(names) + 1, names=more)
    assert notice([*accepted, again]) == told


def test_of_one_photo_english_says_that_it_was_accepted() -> None:
    photo = a_photo(0, state="accepted", name="curry", locale="en")
    assert notice([photo]).startswith("Your photo was accepted: curry.")
    assert notice([photo, photo]).startswith("Your 2 photos were accepted: ")


async def agreed_without_a_name(club: Club) -> None:
    asked = await club.shown(club.use("privacy consent"))
    chosen = club.click(asked, "consent-credit", values=["anonymous"])
    asked = await edited(club, chosen)
    await club.shown(club.click(asked, "consent-licence:CC0-1.0"), "承りました")


def said_to_akari(club: Club) -> list[str]:
    """What she was written privately."""
    messages = club.world.messages.listing(people.dm_of(people.find_member("akari")).id)
    return [message.json["content"] for message in messages]


def said_in_channel(club: Club, text: str) -> list[Any]:
    """What everybody sees there."""
    channels = {channel.id for channel in people.CHANNELS}
    said = [m for m in club.world.messages.listing() if m.json["channel_id"] in channels]
    return [m for m in said if not m.seen_by and text in m.json["content"]]


def test_good_news_of_long_names_leaves_some_out_whole() -> None:
    name = "カ" + "*" * 59
    learned = [LearnedName(name=name, like=name, photos=1)] * NAMED_MAX
    for locale in ("ja", "en"):
        text = good_news(locale, learned)
        dish = say(locale, "notice-dish", name=display(name), like=display(name))
        named = text.count(dish)
        assert 0 < named < NAMED_MAX
        names = say(locale, "list-comma").join([dish] * named)
        rest = say(locale, "notice-learned-more", names=names, count=NAMED_MAX - named)
        assert text == say(locale, "notice-learned", names=rest)
        assert len(f"<@{2**64 - 1}> {text}") <= TEXT_MAX


def test_a_photo_that_was_turned_down_for_none_of_the_reasons_was_for_another_reason() -> None:
    photo = a_photo(0, state="rejected", reason="other")
    assert "(ほかの理由)" in notice([photo])
