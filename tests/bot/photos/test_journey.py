"""From a member's JPEG to a release: the real bot, the real intake worker, one store."""

import asyncio
import io
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from redis import Redis

from bot.photos import publisher, rounds
from bot.records.tables import Errand
from bot.sandbox.interaction import Interaction
from bot.sandbox.rules import Rules
from foodgan.contract.photos import Released
from foodgan.contract.phrases import say
from foodgan.contract.settings import Settings
from foodgan.contract.store import Store
from tests.bot.canteen import Canteen, until
from tests.bot.photos.club import Club, Intake
from tests.photos.hostile import dish

ROOT = Path(__file__).parents[3]
PATIENCE_S = 60.0

pytestmark = pytest.mark.slow


@pytest.fixture
def rules(request: pytest.FixtureRequest) -> Rules:
    """Discord's limits; a test may name how long links live."""
    return Rules(link_life_s=getattr(request, "param", Rules.link_life_s))


@pytest.fixture
def club(
    canteen: Canteen, redis: Redis, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Club]:
    """The club, with the real intake worker in a process of its own."""
    monkeypatch.setattr(rounds, "ROUND_S", 0.1)
    monkeypatch.setattr(publisher, "PUBLISH_EVERY_S", 0.1)
    ours = {
        "REDIS_URL": settings.redis_url.get_secret_value(),
        "PHOTO_STORE": settings.photo_store,
        "VAR_DIR": str(settings.var_dir),
        "DISCORD_API_BASE": canteen.sandbox.api_base,
        "PYTHONPATH": str(ROOT),
    }
    worker = subprocess.Popen(
        [sys.executable, "-m", "worker", "intake", "--name", "journey"],
        cwd=settings.var_dir.parent,
        env=os.environ | ours,
    )
    yield Club(canteen, Intake(redis, Store(settings.photo_store)))
    worker.terminate()
    worker.wait(60)


def jpeg(seed: int, size: tuple[int, int] = (640, 480), quality: int = 90) -> bytes:
    """A photo with a place in its EXIF."""
    made = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    dish(size, seed).save(made, "JPEG", quality=quality, exif=exif)
    return made.getvalue()


def hand_over(club: Club, name: str, *files: bytes) -> Interaction:
    keys = ("photo", "photo2", "photo3", "photo4", "photo5")
    options: dict[str, Any] = {"name": name}
    for number, (key, data) in enumerate(zip(keys, files, strict=False)):
        options[key] = club.upload(f"{number}.jpg", data)
    return club.use("submit", options=options)


async def edited(interaction: Interaction) -> dict[str, Any]:
    await until(lambda: interaction.first("edited"), "an edit")
    return dict(interaction.original.json)


async def result_of(club: Club, kind: str) -> str:
    """What the one errand of a kind brought. It is written down after the answer is given."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            (errand,) = [each for each in await club.all(Errand) if each.kind == kind]
            if errand.ended_at:
                return str(errand.result)
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("rules", [-5.0], indirect=True)
async def test_who_agrees_after_the_link_has_died_is_asked_to_send_the_photo_again(
    club: Club,
) -> None:
    await club.canteen.open(redis_timeout_s=3.0)
    asked = await club.shown(hand_over(club, "海老カレーうどん", jpeg(1)))
    agreed = club.click(asked, "consent-licence:CC0-1.0")
    assert say("ja", "intake-link-gone") in await edited_to(agreed, "今回は")
    assert [photo.state for photo in await club.photos()] == ["refused"]
    assert list(club.store.objects()) == []


async def test_a_release_of_nothing_is_answered_with_a_sentence(club: Club) -> None:
    await club.canteen.open(redis_timeout_s=3.0)
    await edited_to(club.use("release", "minato"), say("ja", "released-nothing"))


async def test_photos_are_handed_over_reviewed_withdrawn_and_released(club: Club) -> None:
    await club.canteen.open(review_votes=1, review_undo_s=0, redis_timeout_s=3.0)
    await club.agreed()
    files = [jpeg(1, (4000, 3000)), jpeg(2), jpeg(3), jpeg(4), jpeg(1, (800, 600), 60)]
    handed = hand_over(club, "海老カレーうどん", *files)
    receipt = await until(
        lambda: (
            handed.original and "お預かり" in handed.original.json["content"] and handed.original
        ),
        "a receipt",
        PATIENCE_S,
    )
    assert len(receipt.json["attachments"]) == 5
    assert "よく似ています" in receipt.json["content"]
    for attachment in receipt.json["attachments"]:
        stored = club.world.attachments.get(attachment["id"]).data
        assert b"taken at home" not in stored

    bomb = await edited_to(hand_over(club, "爆弾", b"\xff\xd8\xff nothing like a photo"), "今回は")
    assert say("ja", "intake-damaged") in bomb or say("ja", "intake-no-picture") in bomb

    page = await club.shown(club.use("review", "minato"))
    for _ in range(5):
        page = await edited(club.click(page, "review-accept", "minato"))
    photos = await club.photos("accepted")
    assert len(photos) == 5
    await until(lambda: len(club.store.entries("club")) == 5, "the catalogue")

    gone = photos[1]
    mine = await club.shown(club.use("photos mine"))
    sure = await edited(club.click(mine, "withdraw-ask", values=[gone.id]))
    await edited(club.click(sure, "withdraw:"))
    await until(lambda: len(list(club.store.objects())) == 4, "bytes gone")

    told = await edited_to(club.use("release", "minato"), "できました")
    released = Released.model_validate_json(await result_of(club, "release"))
    assert (released.train + released.test, released.left_out) == (4, 0)
    assert released.digest is not None
    assert released.digest[:12] in told
    folder = Path(club.store.url) / "releases" / released.digest
    assert gone.sha256 not in "".join(path.name for path in folder.rglob("*"))
    assert len(list(folder.rglob("*.jpg"))) == 4
    assert "あかり" in "".join(p.read_text() for p in folder.rglob("*.json*"))

    dataset = club.use("dataset", "yuto")
    await edited_to(dataset, "写真のようす")
    (drawn,) = dataset.original.json["attachments"]
    picture = club.world.attachments.get(drawn["id"])
    assert picture.data.startswith(b"\x89PNG")
    assert picture.width > 400
    drawings = Path(club.store.url) / "drawings"
    # The bot answers first and clears the drawing away after that.
    await until(lambda: not list(drawings.glob("*")), "the drawing cleared away")


async def edited_to(interaction: Interaction, words: str) -> str:
    """Wait till the answer holds these words."""
    found = await until(
        lambda: interaction.original and words in interaction.original.json["content"],
        words,
        PATIENCE_S,
    )
    assert found
    return str(interaction.original.json["content"])
