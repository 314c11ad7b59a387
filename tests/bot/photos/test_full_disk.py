"""A disk that is really full, at each step at which something is written down.

A person gets a sentence, nothing is lost or half written, and all goes on once there is room.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from redis import Redis
from redis.exceptions import ResponseError
from sqlalchemy import URL, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.records import migrate
from bot.records.database import database_url, open_engine
from bot.records.tables import Consent, Photo, Submission, Vote
from bot.sandbox.interaction import Interaction
from foodgan.contract.phrases import say
from foodgan.contract.settings import Settings
from foodgan.contract.store import Store
from foodgan.contract.whole import PARTIAL
from foodgan.photos.check import verify
from tests.bot.canteen import Canteen, until
from tests.bot.photos.club import Club, Intake
from tests.bot.photos.rows import photos as some_photos
from tests.disk import Disk, small_disk
from tests.photos.gallery import add
from tests.photos.hostile import dish, saved
from tests.valkey import a_valkey

ROOT = Path(__file__).parents[3]
PATIENCE_S = 60.0
CLOSED = say("ja", "records-closed", id="").partition("(控え")[0]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    with small_disk(tmp_path / "disk", "4m") as disk:
        yield disk


@pytest.fixture
def on_disk(request: pytest.FixtureRequest) -> str:
    """The setting that lies on the small disk."""
    return str(getattr(request, "param", "photo_store"))


@pytest.fixture
def settings(settings: Settings, disk: Disk, on_disk: str) -> Settings:
    where = {
        "database_url": SecretStr(f"sqlite:///{disk.place}/records.sqlite3"),
        "photo_store": str(disk.place / "photos"),
    }
    return settings.model_copy(update={on_disk: where[on_disk], "retries": 0})


records_on_disk = pytest.mark.parametrize("on_disk", ["database_url"], indirect=True)


@pytest.fixture
def worker(canteen: Canteen, settings: Settings) -> Iterator[None]:
    """The real intake worker, in processes of its own."""
    ours = {
        "REDIS_URL": settings.redis_url.get_secret_value(),
        "PHOTO_STORE": settings.photo_store,
        "VAR_DIR": str(settings.var_dir),
        "DISCORD_API_BASE": canteen.sandbox.api_base,
        "PYTHONPATH": str(ROOT),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "worker", "intake", "--name", "full"],
        cwd=settings.var_dir.parent,
        env=os.environ | ours,
    )
    yield
    process.terminate()
    process.wait(PATIENCE_S)


async def shown(interaction: Interaction, words: str) -> dict[str, Any]:
    """Some answer of this interaction with these words, a follow-up too."""

    def found() -> dict[str, Any] | None:
        for message in (interaction.original, *interaction.followups):
            if message and words in message.json["content"]:
                return dict(message.json)
        return None

    return dict(await until(found, words, PATIENCE_S))


@records_on_disk
async def test_what_cannot_be_written_down_is_told_and_comes_in_once_there_is_room(
    club: Club, disk: Disk
) -> None:
    await club.canteen.open(review_votes=1)
    asked = await club.shown(club.submit(files=["first.jpg"]), "はじめに")
    disk.fill()
    await shown(club.submit(files=["a.jpg"] * 5), CLOSED)
    await shown(club.click(asked, "consent-licence:CC0-1.0"), CLOSED)
    assert [photo.filename for photo in await club.photos()] == ["first.jpg"]
    assert await club.all(Consent) == []
    assert club.intake.jobs() == []
    disk.clear()
    await shown(club.click(asked, "consent-licence:CC0-1.0"), "受け取りました")
    await shown(club.submit(files=["a.jpg"]), "受け取りました")
    await until(lambda: len(club.intake.jobs()) == 2, "both in line", PATIENCE_S)


@records_on_disk
async def test_what_the_intake_and_the_reviewers_say_waits_for_room_and_counts_once(
    club: Club, disk: Disk
) -> None:
    await club.canteen.open(review_votes=1)
    await club.agreed()
    await club.taken(["a.jpg"])
    page = await club.shown(club.use("review", "minato"))
    handed = club.submit(files=["b.jpg"])
    (job,) = await until(club.intake.jobs, "in line")
    disk.fill()
    club.intake.take(job)
    await shown(club.click(page, "review-accept", "minato"), CLOSED)
    assert await club.all(Vote) == []
    assert club.intake.job(job.id).is_finished  # the answer waits in Redis
    disk.clear()
    await shown(handed, "お預かりしました")
    await shown(club.click(page, "review-accept", "minato"), say("ja", "review-decided-accept"))
    assert len(await club.all(Vote)) == 1
    states = sorted(photo.state for photo in await club.photos())
    assert states == ["accepted", "taken"]


async def test_a_catalogue_that_does_not_fit_leaves_the_old_one_whole_and_is_made_up_for(
    club: Club, disk: Disk
) -> None:
    await club.canteen.open(review_votes=1, review_undo_s=0)
    await club.agreed()
    await club.taken(["a.jpg", "b.jpg", "c.jpg"])
    page = await club.shown(club.use("review", "minato"))
    await shown(club.click(page, "review-accept", "minato"), "採用が決まりました")
    await until(lambda: len(club.store.entries("club")) == 1, "the catalogue")
    before = club.store.entries("club")
    disk.fill()
    page = await club.shown(club.use("review", "minato"))
    await shown(club.click(page, "review-accept", "minato"), "採用が決まりました")
    await shown(club.use("release", "minato"), say("ja", "store-closed", id="")[:20])
    await shown(club.use("dataset", "minato"), say("ja", "store-closed", id="")[:20])
    assert club.store.entries("club") == before
    assert not [name for name in disk.files() if PARTIAL in name]
    disk.clear()
    await until(lambda: len(club.store.entries("club")) == 2, "the catalogue", PATIENCE_S)
    accepted = {photo.sha256 for photo in await club.photos("accepted")}
    assert {entry.sha256 for entry in club.store.entries("club")} == accepted


async def test_a_withdrawal_on_a_full_disk_is_done_once_there_is_room(
    club: Club, disk: Disk
) -> None:
    await club.canteen.open(review_votes=1)
    await club.agreed()
    (photo,) = await club.taken(["a.jpg"])
    disk.fill()
    mine = await club.shown(club.use("photos mine"))
    sure = await shown(club.click(mine, "withdraw-ask", values=[photo.id]), "取り下げますか")
    await shown(club.click(sure, "withdraw:"), "取り下げました")
    disk.clear()
    await until(lambda: not list(club.store.objects()), "bytes gone", PATIENCE_S)
    assert [stone.sha256 for stone in club.store.tombstones()] == [photo.sha256]


@pytest.mark.slow
async def test_photos_releases_and_drawings_that_do_not_fit_are_told_and_leave_nothing_behind(
    club: Club, disk: Disk, worker: None
) -> None:
    await club.canteen.open(redis_timeout_s=3.0)
    await club.agreed()
    for seed in range(3):
        add(club.store, seed, catalogue="web")
    data = saved(dish((800, 600)), "JPEG")
    await shown(hand_over(club, data), "お預かりしました")
    await until(lambda: len(club.store.waiting()) == 1, "published")
    before = disk.files()
    disk.fill()
    failed = say("ja", "errand-failed", id="").partition("(控え")[0]
    await shown(club.use("release", "minato"), failed)
    await shown(club.use("dataset", "minato"), failed)
    lost = await shown(hand_over(club, saved(dish((800, 600), 2), "JPEG")), "今回は")
    assert say("ja", "photo-failed") in lost["content"]
    assert [name for name in disk.files() if name != "ballast"] == before
    disk.clear()
    await shown(hand_over(club, saved(dish((800, 600), 2), "JPEG")), "お預かりしました")
    await shown(club.use("dataset", "minato"), say("ja", "dataset")[:6])
    await shown(club.use("release", "minato"), "できました")
    assert verify(club.store).sound


def hand_over(club: Club, data: bytes) -> Interaction:
    options = {"name": "海老カレー", "photo": club.upload("a.jpg", data)}
    return club.use("submit", options=options)


async def test_photos_are_kept_while_the_queues_own_disk_is_full(
    club: Club, tmp_path: Path
) -> None:
    config = {"appendonly": "yes", "appendfsync": "everysec", "save": ""}
    with (
        small_disk(tmp_path / "queue", "1m") as disk,
        a_valkey(data_dir=disk.place, config=config) as server,
    ):
        await club.canteen.open(redis_url=server.connection_url)
        await club.agreed()
        disk.fill()
        with Redis.from_url(server.connection_url) as redis:
            refuses_soon(redis)
            await shown(club.submit(), say("ja", "submit-kept", count=1, name="きつねうどん"))
            assert [photo.state for photo in await club.photos()] == ["submitted"]
            disk.clear()
            intake = Intake(redis, club.store)
            (job,) = await until(intake.jobs, "in line", PATIENCE_S)
            intake.take(job)
        assert await club.until_ended(Submission)
        assert [photo.state for photo in await club.photos()] == ["taken"]
        await club.canteen.close()


def refuses_soon(redis: Redis) -> None:
    """Write until Valkey finds out that its log does not grow any more."""
    for number in range(2000):
        try:
            redis.set("ballast", str(number) * 100)
        except ResponseError:
            return
        time.sleep(0.005)
    raise AssertionError("the log never filled up")


async def test_a_backup_that_does_not_fit_says_so_and_leaves_no_half_of_one(
    disk: Disk, tmp_path: Path
) -> None:
    url = database_url(f"sqlite:///{tmp_path}/club.sqlite3")
    await tables_with_photos(url)
    store = Store(str(tmp_path / "store"))
    store.put(bytes(3_000_000))
    for _ in range(2):
        disk.fill(spare=1_000_000)
        done = command(url, store, "backup", disk.place / "club.tar")
        assert (done.returncode, done.stderr.strip()) == (
            1,
            "bot: [Errno 28] No space left on device",
        )
        assert disk.files() == ["ballast"]
        disk.clear()
    assert command(url, store, "backup", disk.place / "club.tar").returncode == 0


async def test_a_restore_that_does_not_fit_says_so_and_can_be_done_again(
    disk: Disk, tmp_path: Path
) -> None:
    url = database_url(f"sqlite:///{tmp_path}/club.sqlite3")
    await tables_with_photos(url)
    store = Store(str(tmp_path / "store"))
    kept = store.put(bytes(500_000))
    assert command(url, store, "backup", tmp_path / "club.tar").returncode == 0
    small = database_url(f"sqlite:///{disk.place}/records.sqlite3")
    there = Store(str(disk.place / "photos"))
    for spare in (300_000, 600_000):  # the photo does not fit, the records do not
        disk.fill(spare)
        done = command(small, there, "restore", tmp_path / "club.tar", "--replace")
        assert done.returncode == 1
        assert "No space left" in done.stderr or "disk is full" in done.stderr
        assert done.stderr.count("\n") == 1
        assert not [name for name in disk.files() if PARTIAL in name]
        disk.clear()
    assert command(small, there, "restore", tmp_path / "club.tar", "--replace").returncode == 0
    assert there.holds(kept)
    engine = open_engine(small)
    async with AsyncSession(engine) as session:
        assert len(list(await session.scalars(select(Photo.id)))) == MANY
    await engine.dispose()


MANY = 1000  # photos in the records of a back-up


async def tables_with_photos(url: URL) -> None:
    engine = open_engine(url)
    await migrate.bring_up(engine)
    async with AsyncSession(engine) as session, session.begin():
        session.add_all(some_photos(range(MANY)))
    await engine.dispose()


def command(url: URL, store: Store, *arguments: Any) -> subprocess.CompletedProcess[str]:
    """`python -m bot`, as an operator calls it."""
    ours = {
        "DATABASE_URL": url.render_as_string(hide_password=False),
        "PHOTO_STORE": store.url,
        "VAR_DIR": store.url,
        "LOG_LEVEL": "ERROR",
        "PYTHONPATH": str(ROOT),
    }
    return subprocess.run(
        [sys.executable, "-m", "bot", *map(str, arguments)],
        env=os.environ | ours,
        capture_output=True,
        text=True,
    )
