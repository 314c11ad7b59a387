"""What operators remove at the command line, on SQLite and PostgreSQL, beside a bot that runs."""

import asyncio
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import URL, select
from sqlalchemy.ext.asyncio import AsyncSession
from typer.testing import CliRunner

from bot.__main__ import cli
from bot.keeping import removal
from bot.orders.journal import Journal
from bot.photos.office import Office
from bot.records import migrate, operators, photos
from bot.records.database import RecordsClosed, database_url, open_engine, shown
from bot.records.orders import Asker
from bot.records.tables import AuditEntry, Consent, Photo
from bot.sandbox import people
from bot.sandbox.people import find_member
from foodgan.contract.phrases import say
from tests.bot.canteen import until
from tests.bot.photos.club import Club, edited
from tests.bot.photos.rows import ANNE, BO, a_photo
from tests.bot.sample import an_order


@pytest.fixture
async def filled(url: URL) -> URL:
    """Tables with two accepted photos of Anne's and one of Bo's."""
    engine = open_engine(url)
    await migrate.bring_up(engine)
    async with AsyncSession(engine) as session, session.begin():
        session.add(a_photo(1, state="accepted"))
        session.add(a_photo(2, state="accepted"))
        session.add(a_photo(3, state="accepted", member_id=BO))
        photos.note(session, "accepted", BO, "00000001")
    await engine.dispose()
    return url


async def rows(url: URL, table: type) -> list:
    engine = open_engine(url)
    async with AsyncSession(engine) as session:
        found = list(await session.scalars(select(table)))
    await engine.dispose()
    return found


def command(url: URL, *words: str, answer: str | None = None) -> Result:
    env = {"DATABASE_URL": url.render_as_string(hide_password=False)}
    return CliRunner().invoke(cli, words, env=env, input=answer)


async def told(url: URL, *words: str, answer: str | None = None) -> Result:
    """A command in a thread of its own, as it has its own event loop."""
    return await asyncio.to_thread(command, url, *words, answer=answer)


async def test_an_operator_withdraws_an_accepted_photo_whoever_handed_it_over(filled: URL) -> None:
    done = await told(filled, "withdraw", "00000001", "00000003", "--yes")
    assert (done.exit_code, "withdrawn: 2 photos" in done.output) == (0, True)
    states = {photo.id: photo.state for photo in await rows(filled, Photo)}
    assert states == {"00000001": "withdrawn", "00000002": "accepted", "00000003": "withdrawn"}
    log = [e for e in await rows(filled, AuditEntry) if e.action == "withdrawn"]
    assert [(one.actor_id, one.photo_id, one.detail) for one in log] == [
        (None, "00000001", "by an operator"),
        (None, "00000003", "by an operator"),
    ]


async def test_nothing_goes_before_the_operator_has_seen_which_photo_and_said_yes(
    filled: URL,
) -> None:
    asked = await told(filled, "withdraw", "00000001", answer="n\n")
    assert asked.exit_code == 1
    assert "00000001: きつねうどん, accepted" in asked.output
    assert f"handed over 2026-07-01 by member {ANNE}" in asked.output
    assert {photo.state for photo in await rows(filled, Photo)} == {"accepted"}
    assert (await told(filled, "erase", str(ANNE), answer="n\n")).exit_code == 1
    assert len(await rows(filled, Photo)) == 3
    assert (await told(filled, "withdraw", "00000001", answer="y\n")).exit_code == 0


def test_a_terminal_shows_a_name_as_its_member_wrote_it() -> None:
    assert "B.L.T.*サンド*" in removal.described(a_photo(name="B.L.T.*サンド*"))


async def test_a_photo_is_known_by_its_hash_and_by_the_names_of_its_files(filled: URL) -> None:
    sha256 = str(a_photo(2).sha256)
    for reference in ("photo-00000002.jpg", f"out/photos/{sha256}.jpg", sha256[:12].upper()):
        (found,) = await removal.find(filled, [reference])
        assert found.id == "00000002"
    (once,) = await removal.find(filled, ["00000002", sha256])
    assert once.id == "00000002"


async def test_one_photo_that_is_unknown_keeps_all_where_they_are(filled: URL) -> None:
    refused = await told(filled, "withdraw", "00000001", "%%%%%%%%%%%%", "--yes")
    assert refused.exit_code == 1
    assert "there is no photo %%%%%%%%%%%%" in refused.output
    assert {photo.state for photo in await rows(filled, Photo)} == {"accepted"}


async def test_an_operator_erases_a_member_who_left_and_the_log_does_not_say_whom(
    filled: URL,
) -> None:
    done = await told(filled, "erase", str(ANNE), "--yes")
    assert (done.exit_code, "erased: 2 rows, of them 2 photos" in done.output) == (0, True)
    assert [photo.member_id for photo in await rows(filled, Photo)] == [BO]
    log = await rows(filled, AuditEntry)
    assert (log[-1].action, log[-1].detail) == ("erased", "by an operator")
    assert {(one.actor_id, one.photo_id) for one in log if one.action != "accepted"} == {
        (None, None)
    }
    again = await told(filled, "erase", str(ANNE), "--yes")
    assert (again.exit_code, "the ID right?" in again.output) == (1, True)


async def test_an_order_that_only_the_journal_holds_goes_with_its_member(
    filled: URL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a bot that was killed while its records were slow: it would write it down anew."""
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    journal = Journal(tmp_path / "journal")
    left, other = an_order(), an_order()
    journal.note(left, Asker(ANNE, None, None))
    journal.note(other, Asker(BO, None, None))
    assert "erased: 3 rows, of them 2" in (await told(filled, "erase", str(ANNE), "--yes")).output
    assert [entry.order.order_id for entry in journal.entries()] == [other.order_id]
    journal.note(left, Asker(ANNE, None, None))
    assert "erased: 1 row" in (await told(filled, "erase", str(ANNE), "--yes")).output
    assert [entry.order.order_id for entry in journal.entries()] == [other.order_id]


async def test_an_operator_hears_how_much_goes_before_a_member_is_erased(filled: URL) -> None:
    engine = open_engine(filled)
    async with AsyncSession(engine) as session, session.begin():
        session.add(a_photo(4, state="refused"))
    await engine.dispose()
    asked = await told(filled, "erase", str(ANNE), answer="n\n")
    counts = "3 rows, of them 2 photos"  # what was refused is none of the photos that she sees
    assert (asked.exit_code, counts in asked.output) == (1, True)
    done = await told(filled, "erase", str(ANNE), answer="y\n")
    assert f"erased: {counts}, in {shown(filled)}" in done.output


async def test_a_member_of_whom_nothing_is_kept_is_not_asked_about(filled: URL) -> None:
    wrong = await told(filled, "erase", "99", answer="y\n")
    assert wrong.exit_code == 1
    assert "the ID right?" in wrong.output
    assert shown(filled) in wrong.output
    assert "[y/N]" not in wrong.output


async def test_a_ban_outlives_the_erasure_and_the_operator_hears_of_it(filled: URL) -> None:
    engine = open_engine(filled)
    async with AsyncSession(engine) as session, session.begin():
        await operators.ban(session, ANNE, BO, "")
    await engine.dispose()
    done = await told(filled, "erase", str(ANNE), "--yes")
    assert "erased: 2 rows" in done.output
    assert "/operator unban" in done.output
    again = await told(filled, "erase", str(ANNE), answer="y\n")  # nothing else is left to erase
    assert "/operator unban" in again.output
    assert "[y/N]" not in again.output


async def test_a_running_bot_clears_the_store_of_what_an_operator_withdrew(club: Club) -> None:
    bot = await club.canteen.open(review_votes=1, review_undo_s=0)
    await club.agreed()
    await club.agreed("yuto")
    (face,) = await club.taken(["face.jpg"])
    (hers,) = await club.taken(["keep.jpg"], member="yuto")
    for _ in range(2):
        page = await club.shown(club.use("review", "minato"))
        await edited(club, club.click(page, "review-accept", "minato"))
    await until(lambda: len(club.store.entries("club")) == 2, "both in the catalogue")
    shown = await Office(bot.gallery._sessions, None).listing("ja")
    assert face.id in shown.text  # where the docs send an operator for the id
    url = database_url(club.canteen.settings.database_url.get_secret_value())

    await removal.withdraw(url, await removal.find(url, [face.id]))

    await until(lambda: [o.sha256 for o in club.store.objects()] == [hers.sha256], "bytes gone")
    akari = people.dm_of(find_member("akari")).id
    withdrawn = say("ja", "notice-withdrawn", count=1)

    def heard() -> bool:
        listing = club.world.messages.listing(akari)
        return any(withdrawn in message.json["content"] for message in listing)

    await until(heard, "her message")
    assert [entry.sha256 for entry in club.store.entries("club")] == [hers.sha256]
    await removal.erase(url, int(find_member("yuto").id))
    await until(lambda: not list(club.store.objects()), "bytes gone")
    assert {one.member_id for one in await club.all(Consent)} == {int(find_member("akari").id)}


async def test_without_a_database_of_this_version_nothing_is_made_and_the_operator_hears_why(
    tmp_path: Path, url: URL
) -> None:
    with pytest.raises(RecordsClosed, match="DATABASE_URL"):
        await removal.find(database_url(f"sqlite:///{tmp_path}/none.sqlite3"), ["00000001"])
    assert list(tmp_path.iterdir()) == []
    await asyncio.to_thread(migrate.migrate, url, "0005")
    with pytest.raises(RecordsClosed, match="migrate"):
        await removal.find(url, ["00000001"])
