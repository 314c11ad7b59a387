"""The club: the canteen with a photo store and a stand-in intake, its rounds quick; a back-up."""

import asyncio
from pathlib import Path

import pytest
from redis import Redis
from sqlalchemy import URL

from bot.keeping import backup
from bot.photos import publisher, rounds
from bot.records import migrate
from bot.records.database import open_engine
from foodgan.contract.settings import Settings
from foodgan.contract.store import Store
from tests.bot.canteen import Canteen
from tests.bot.photos.club import Club, Intake
from tests.bot.photos.rows import SAVED, SAVED_SHA, fill


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    return settings.model_copy(update={"photo_store": str(tmp_path / "photos")})


@pytest.fixture
def club(
    canteen: Canteen, redis: Redis, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Club:
    monkeypatch.setattr(rounds, "ROUND_S", 0.05)
    monkeypatch.setattr(publisher, "PUBLISH_EVERY_S", 0.05)
    intake = Intake(redis, Store(settings.photo_store))
    intake.arrive()
    return Club(canteen, intake)


@pytest.fixture
async def saved(url: URL, tmp_path: Path) -> Path:
    """A back-up of one accepted photo, its new name, one at the intake and one consent."""
    engine = open_engine(url)
    await migrate.bring_up(engine)
    await fill(engine)
    await engine.dispose()
    store = Store(str(tmp_path / "store"))
    assert store.put(SAVED) == SAVED_SHA
    file = tmp_path / "club.tar"
    assert await asyncio.to_thread(backup.backup, url, store, file) == (5, 1)
    return file
