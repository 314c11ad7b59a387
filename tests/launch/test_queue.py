"""The queue that operators' commands ask: which one it is, and what is said where none is."""

from pathlib import Path

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from foodgan.contract.errors import KitchenClosed
from foodgan.contract.settings import Settings
from foodgan.launch.queue import connected


def _complaint(settings: Settings) -> str:
    """What is said of a queue that does not answer."""
    with pytest.raises(KitchenClosed) as closed, connected(settings):
        raise RedisConnectionError("refused")
    return str(closed.value)


def test_where_no_house_is_open_and_no_queue_is_set_both_are_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REDIS_URL", raising=False)
    said = _complaint(Settings(_env_file=None, var_dir=tmp_path))
    assert said.startswith(f"no canteen is open in {tmp_path}, and REDIS_URL is not set")


def test_of_a_queue_that_is_set_only_its_own_fault_is_said(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, var_dir=tmp_path, redis_url="redis://127.0.0.1:1/0")
    assert _complaint(settings) == "Redis: ConnectionError: refused"
