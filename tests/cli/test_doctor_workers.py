"""What `foodgan doctor` says of the workers that paint: who serves, of which build, with what."""

from typing import Any

import pytest

from foodgan.contract.checkup import Finding
from foodgan.contract.status import Hello, Status
from foodgan.doctor import queue
from tests.bot.canteen import a_hello


def kitchen(*workers: Hello, **changed: Any) -> Status:
    fields = dict.fromkeys(Status.model_fields, 0)
    fields |= {"taken_at": "2026-01-01T00:00:00Z", "oldest_id": None, "failures": ()}
    return Status.model_validate(fields | {"wait_s": None, "workers": workers} | changed)


def told(*workers: dict[str, str]) -> Finding:
    return queue._painters(kitchen(*(a_hello(**each) for each in workers)))


def test_the_oldest_order_has_the_age_that_redis_gives_it_and_none_where_nothing_waits() -> None:
    assert queue._painters(kitchen()).found == "nobody serves; 0 waiting"
    busy = kitchen(waiting=2, oldest_s=7.2)
    assert queue._painters(busy).found == "nobody serves; 2 waiting, the oldest for 7 s"


def test_workers_of_two_builds_are_to_be_updated() -> None:
    found = told({"version": "0.1.0+44e5c0"}, {"version": "0.1.0+3fa9c2", "model": "club"})
    assert (found.level, "update" in found.advice) == ("warn", True)


@pytest.mark.parametrize("state", ["busy", "resting"])  # who rests takes models up, too
def test_workers_of_one_build_with_two_models_lack_a_common_store_and_no_update(
    state: str,
) -> None:
    found = told({"model": "ours·8452d0"}, {"model": "ninth·8452d0", "state": state})
    assert (found.level, "PHOTO_STORE" in found.advice) == ("warn", True)
    assert "update" not in found.advice
    assert "ours·8452d0" in found.found


def test_workers_that_paint_alike_are_well() -> None:
    assert told({}, {}).level == "ok"
