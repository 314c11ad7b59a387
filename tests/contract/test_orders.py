"""Orders of every kind: which pictures they ask for, and which worker may read them."""

import json
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import pytest
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, SecretStr, ValidationError

from foodgan.contract.orders import SEED_MAX, VERSION, DishOrder
from foodgan.contract.recipes import Recipe

KINDS: dict[str, dict[str, Any]] = {
    "dish": {},
    "mix": {"mix": "いちごパフェ"},
    "variations": {"variation": 5, "count": 4},
    "enlarged": {"variation": 5},
    "check": {"mix": "いちごパフェ", "share": 40},
}


def an_order(**changed: Any) -> DishOrder:
    fields = {
        "order_id": "abcdef12",
        "name": "味噌ラーメン",
        "seed": 7,
        "application_id": "44",
        "token": "test-token",
        "asked_at": datetime.now(UTC),
    }
    return DishOrder.model_validate(fields | changed)


class Earlier(BaseModel):
    """`DishOrder` as a worker knows it that was built before there were other kinds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1] = 1
    order_id: str
    name: Annotated[str, Field(min_length=1, max_length=100)]
    count: Annotated[int, Field(ge=1, le=4)] = 1
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)]
    locale: Literal["ja", "en"] = "ja"
    application_id: str
    token: SecretStr
    asked_at: AwareDatetime
    attachment_limit: Annotated[int, Field(ge=1024)] = 10 * 1024 * 1024

    @classmethod
    def read(cls, payload: dict[str, Any]) -> "Earlier":
        """As that worker does: fields that it does not know are left out, versions are not."""
        if payload.get("version", 1) > 1:
            raise LookupError("for a worker that has been updated")
        known = {field: value for field, value in payload.items() if field in cls.model_fields}
        return cls.model_validate_json(json.dumps(known), strict=True)


@pytest.mark.parametrize("kind", KINDS)
def test_an_order_of_each_kind_travels_unchanged(kind: str) -> None:
    order = an_order(kind=kind, painted_by="1a2b3c4d", **KINDS[kind])
    assert DishOrder.model_validate_json(order.model_dump_json(), strict=True) == order


def test_a_plain_dish_can_be_read_by_a_worker_that_knows_no_other_kind() -> None:
    order = an_order(count=3, buttons=True)
    read = Earlier.read(order.model_dump(mode="json"))
    assert (read.name, read.count, read.seed) == (order.name, 3, 7)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "dish"])
def test_such_a_worker_paints_no_other_kind_as_a_plain_dish(kind: str) -> None:
    order = an_order(kind=kind, **KINDS[kind])
    assert order.version == 2
    with pytest.raises(LookupError):
        Earlier.read(order.model_dump(mode="json"))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("manner", [{"weights": [("味噌", 200)]}, {"truncation": 70}], ids=str)
def test_nor_does_one_of_the_version_before_paint_it_in_the_usual_manner(
    kind: str, manner: dict[str, Any]
) -> None:
    order = an_order(kind=kind, **KINDS[kind], **manner)
    assert order.version == VERSION == 3
    assert DishOrder.model_validate_json(order.model_dump_json(), strict=True) == order
    for recipe in order.recipes:
        assert {"weights": recipe.weights, "truncation": recipe.truncation} == {
            "weights": order.weights, "truncation": order.truncation
        }  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "soup"},
        {"mix": "いちごパフェ"},
        {"variation": 5},
        {"version": 2},
        {"version": 3},
        {"version": 1, "truncation": 70},
        {"truncation": 101},
        {"weights": [["味噌", 301]]},
        {"weights": [["", 200]]},
        {"weights": [[str(n), 200] for n in range(9)]},
        {"kind": "mix"},
        {"kind": "mix", "mix": "いちごパフェ", "version": 1},
        {"kind": "mix", "mix": "いちごパフェ", "share": 101},
        {"kind": "mix", "mix": "いちごパフェ", "variation": 5},
        {"kind": "variations"},
        {"kind": "enlarged", "count": 2},
        {"kind": "check", "share": 40},
    ],
    ids=str,
)
def test_fields_that_make_no_order_of_their_kind_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        an_order(**wrong)


def test_pictures_of_a_dish_have_successive_seeds_that_wrap_at_the_largest() -> None:
    recipes = an_order(seed=SEED_MAX, count=3).recipes
    assert recipes == tuple(Recipe("味噌ラーメン", seed) for seed in (SEED_MAX, 0, 1))


def test_a_mix_without_a_share_goes_in_steps_from_one_dish_to_the_other() -> None:
    recipes = an_order(kind="mix", mix="いちごパフェ", count=4).recipes
    assert [recipe.share for recipe in recipes] == [20, 40, 60, 80]
    assert {recipe.seed for recipe in recipes} == {7}
    [one] = an_order(kind="mix", mix="いちごパフェ").recipes
    assert one.share == 50


def test_a_mix_with_a_share_has_pictures_of_that_share() -> None:
    recipes = an_order(kind="mix", mix="いちごパフェ", share=30, count=2).recipes
    assert [(recipe.share, recipe.seed) for recipe in recipes] == [(30, 7), (30, 8)]


def test_variations_are_different_pictures_near_one() -> None:
    recipes = an_order(kind="variations", count=4, variation=SEED_MAX).recipes
    assert [recipe.variation for recipe in recipes] == [SEED_MAX, 0, 1, 2]
    assert {recipe.seed for recipe in recipes} == {7}


def test_both_names_stand_in_the_title_as_text() -> None:
    assert an_order(name="*a*").title == "\\*a\\*"
    assert an_order(kind="mix", name="a", mix="@b").title == "a × \\@\u200bb"
