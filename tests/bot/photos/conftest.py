"""The club: the canteen with a photo store and a stand-in intake, its rounds quick."""

from pathlib import Path

import pytest
from redis import Redis

from bot.photos import publisher, rounds
from foodgan.contract.settings import Settings
from foodgan.contract.store import Store
from tests.bot.canteen import Canteen
from tests.bot.photos.club import Club, Intake


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
