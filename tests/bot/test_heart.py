"""The bot's heart: what ails its file must not stop it."""

import asyncio
import errno
import os
import time
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


def test_a_pulse_in_the_future_is_no_sign_of_life(tmp_path: Path) -> None:
    """A clock that was set back would let a bot that hangs seem well for as long."""
    path = tmp_path / "bot.pulse"
    pulse.beat(path)
    assert pulse.alive(path)
    for away_s in (-2 * pulse.STALE_S, 3600.0):
        os.utime(path, times=(time.time() + away_s,) * 2)
        assert not pulse.alive(path)
