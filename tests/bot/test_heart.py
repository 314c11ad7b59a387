"""The bot's heart: what ails its file must not stop it."""

import asyncio
import errno
from pathlib import Path

import pytest

from bot.heart import Heart
from foodgan.contract import pulse
from tests.bot.canteen import until


async def test_a_heart_outlives_a_full_disk_and_says_so_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tried = []

    def full(path: Path) -> None:
        tried.append(path)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(pulse, "BEAT_S", 0.01)
    heart = Heart(tmp_path / "bot.pulse")
    with monkeypatch.context() as patch:
        patch.setattr(pulse, "beat", full)
        patch.setattr(pulse, "still", full)
        heart.start()
        beating = asyncio.create_task(heart.beat())
        await until(lambda: len(tried) > 3, "some beats")
        heart.stop()
        assert caplog.text.count("No space left on device") == 1
    heart.start()

    (tmp_path / "bot.pulse").unlink()
    await until((tmp_path / "bot.pulse").exists, "it beats as before")
    beating.cancel()
