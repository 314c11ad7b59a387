"""Neighbouring builds: a field that a later one added breaks no earlier one, and is not lost."""

import json
from datetime import UTC, datetime

import pytest
from pydantic import BaseModel, ValidationError

from foodgan.contract.models import Gate, Learned, LearnedName, Learning
from foodgan.contract.photos import (
    Drawn,
    Entry,
    Pruned,
    Refused,
    Released,
    ReleaseOrder,
    Taken,
    Tombstone,
    Waiting,
)

HASH, PHASH, ID = "a" * 64, "b" * 16, "0123abcd"
NOW = datetime(2026, 7, 1, tzinfo=UTC)
LATER = {"later": {"deep": [1]}}

RESULTS = [
    Taken(
        photo_id=ID,
        sha256=HASH,
        original_sha256=HASH,
        perceptual_hash=PHASH,
        width=1,
        height=1,
        size=1,
    ),
    Refused(photo_id=ID, phrase="intake-link-gone"),
    Released(release_id=ID, digest=HASH, train=1, test=0, left_out=0),
    Drawn(drawing_id=ID, wanted=("丼",)),
    LearnedName(name="丼", like="皿", photos=1),
    Gate(name="paints", figure=0.1, bound=1.0, passed=True),
    Learned(learning_id=ID, digest=HASH, model_id="m"),
]
LINES = [
    Entry(sha256=HASH, name="丼", licence="CC0-1.0", perceptual_hash=PHASH, accepted_at=NOW),
    Tombstone(sha256=HASH, original_sha256=HASH),
    Pruned(digest=HASH, pruned_at=NOW, photos=1, withdrawn=0),
    Waiting(sha256=HASH),
]
ORDERS = [Learning(learning_id=ID, release=HASH), ReleaseOrder(release_id=ID)]


def _named(model: BaseModel) -> str:
    return type(model).__name__


@pytest.mark.parametrize("result", RESULTS, ids=_named)
def test_a_result_is_read_without_what_a_later_worker_added(result: BaseModel) -> None:
    told = result.model_dump(mode="json") | LATER
    assert type(result).model_validate(told) == result


def test_a_word_that_a_later_worker_added_leaves_the_rest_of_its_answer_readable() -> None:
    taken = RESULTS[0].model_dump(mode="json") | {"hints": ["dark", "greasy"]}
    assert Taken.model_validate_json(json.dumps(taken)).hints == ("dark",)
    learned = Learned(learning_id=ID, digest=HASH, model_id="m").model_dump(mode="json")
    gate = {"name": "sharp", "figure": 1.0, "bound": 2.0, "passed": False}
    (read,) = Learned.model_validate_json(json.dumps(learned | {"gates": [gate]})).gates
    assert read.name == "sharp"


@pytest.mark.parametrize("line", LINES, ids=_named)
def test_a_line_of_the_store_keeps_what_a_later_build_added(line: BaseModel) -> None:
    told = line.model_dump(mode="json") | LATER
    assert type(line).model_validate(told).model_dump(mode="json") == told


@pytest.mark.parametrize("order", ORDERS, ids=_named)
def test_an_order_that_says_more_than_it_can_is_made_by_nobody(order: BaseModel) -> None:
    with pytest.raises(ValidationError, match="later"):
        type(order).model_validate(order.model_dump(mode="json") | LATER)
