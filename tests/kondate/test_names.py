"""Names of dishes: written from what they shall say, and read back."""

import numpy as np
import pytest

from foodgan.contract.dishname import normalise
from foodgan.kondate.names import choose, read, write
from foodgan.kondate.prior import draw
from foodgan.kondate.recipe import NONE, SINGLE, VALUES, Recipe, Stated, says
from foodgan.kondate.words import SPELLINGS
from tests.kondate.truth import true_of

BOWL = {"vessel": "don", "base": "rice"}
NAPOLITAN = {"base": "pasta", "sauce": "tomato", "cooking": "stirfried"}
MISO_RAMEN = {"base": "ramen", "sauce": "miso", "cooking": "grilled", "garnish": "negi"}


@pytest.mark.parametrize(
    ("name", "stated"),
    [
        ("親子丼", says({**BOWL, "cooking": "simmered"}, ["chicken", "egg"])),
        ("他人丼", says({**BOWL, "cooking": "simmered"}, ["beef", "egg"])),
        ("天丼", says({**BOWL, "cooking": "fried"}, ["shrimp"])),
        ("カツ丼", says({**BOWL, "cooking": "fried"}, ["pork"])),
        ("まぐろカツ丼", says({**BOWL, "cooking": "fried"}, ["tuna"])),
        ("烏賊天そば", says({"base": "soba", "cooking": "fried"}, ["squid"])),
        ("月見うどん", says({"base": "udon", "cooking": "raw"}, ["egg"])),
        ("かけそば", says({"base": "soba"}, [])),
        ("カレーライス", says({"base": "rice", "sauce": "curry"})),
        ("鉄板ナポリタン", says({"vessel": "teppan", **NAPOLITAN}, ["sausage"])),
        ("焼き鮭と海老のねぎ味噌ラーメン", says(MISO_RAMEN, ["salmon", "shrimp"])),
        ("味噌ラーメン、焼き鮭と海老とねぎのせ", says(MISO_RAMEN, ["salmon", "shrimp"])),
        ("虹色うどん", says({"base": "udon"})),
    ],
)
def test_a_name_says_its_words_contractions_and_implied_parts(name: str, stated: Stated) -> None:
    assert read(name) == stated


@pytest.mark.parametrize("spelling", ["鮪", "マグロ", "まぐろ"])
def test_synonyms_say_the_same(spelling: str) -> None:
    assert read(f"{spelling}の味噌うどん") == says({"base": "udon", "sauce": "miso"}, ["tuna"])


def test_every_spelling_belongs_to_one_value() -> None:
    for attribute, values in SPELLINGS.items():
        for value, spellings in values.items():
            for spelling in spellings:
                said = says(mains=[value]) if attribute == "main" else says({attribute: value})
                assert read(spelling) == said


def test_every_value_can_be_said_and_nothing_else() -> None:
    for attribute, values in VALUES.items():
        if attribute != "cooking":
            assert set(SPELLINGS[attribute]) == set(values) - {NONE}


def test_a_written_name_reads_back_and_is_a_name_a_member_may_type() -> None:
    rng = np.random.default_rng(1)
    for _ in range(300):
        stated = choose(draw(rng), rng)
        plan = write(stated, rng)
        assert plan is not None
        assert plan.stated == stated == read(plan.name)
        assert normalise(plan.name) == plan.name


def test_one_statement_is_written_in_many_words_and_orders() -> None:
    rng = np.random.default_rng(2)
    values = {"base": "rice", "vessel": "don", "sauce": "miso", "garnish": "negi"}
    stated = says({**values, "cooking": "raw"}, ["tuna"])
    names = {plan.name for _ in range(80) if (plan := write(stated, rng))}
    assert len(names) > 60
    assert any("丼" in name and "どんぶり" not in name for name in names)
    assert {name[0] for name in names} >= {"味", "ね"}
    assert all(spelling in "".join(names) for spelling in ("鮪", "マグロ", "まぐろ"))


def test_a_banned_spelling_is_never_written() -> None:
    rng = np.random.default_rng(3)
    stated = says({"base": "udon", "sauce": "miso"}, ["tuna"])
    for _ in range(60):
        plan = write(stated, rng, {"まぐろ", "味噌"})
        assert plan is not None
        assert "まぐろ" not in plan.name
        assert "味噌" not in plan.name


def test_a_contradiction_is_cooked_as_either() -> None:
    rng = np.random.default_rng(7)
    stated = read("うどんラーメン")
    assert stated.contradicts
    assert {draw(rng, stated).base for _ in range(30)} == {"udon", "ramen"}


def test_dishes_of_a_name_are_as_it_says_and_vary_in_all_else() -> None:
    rng = np.random.default_rng(4)
    stated = read("味噌うどん")
    dishes = [draw(rng, stated) for _ in range(120)]
    assert all(true_of(stated, dish) for dish in dishes)
    assert len({dish.vessel for dish in dishes}) >= 4
    assert len({dish.mains for dish in dishes}) >= 30
    assert len({dish.cooking for dish in dishes}) >= 5
    assert len({dish.garnish for dish in dishes}) >= 5


def test_any_statement_can_be_cooked() -> None:
    rng = np.random.default_rng(5)
    for _ in range(200):
        other = draw(rng)
        said = {key: str(rng.choice([v for v in VALUES[key] if v != NONE])) for key in SINGLE}
        stated = says(said, other.mains or ["egg"])
        assert true_of(stated, draw(rng, stated))


def test_popular_dishes_come_often_and_odd_ones_sometimes() -> None:
    rng = np.random.default_rng(6)
    dishes = [draw(rng) for _ in range(2000)]
    bases = [dish.base for dish in dishes]
    counts = [bases.count(base) for base in VALUES["base"]]
    assert counts[0] > 2 * counts[-1] > 0
    noodles = [dish for dish in dishes if dish.base == "ramen"]
    odd = sum(dish.vessel in ("plate", "bento") for dish in noodles)
    assert 0 < odd < 0.25 * len(noodles)
    assert {len(dish.mains) for dish in dishes} == {0, 1, 2, 3}


@pytest.mark.parametrize(
    ("vessel", "mains", "cooking"),
    [
        ("cup", (), NONE),
        ("don", ("shrimp", "egg"), "raw"),
        ("don", ("egg",), NONE),
        ("don", (), "raw"),
    ],
)
def test_a_recipe_that_cannot_be_is_refused(
    vessel: str, mains: tuple[str, ...], cooking: str
) -> None:
    with pytest.raises(ValueError, match=r"is no|in order|are cooked"):
        Recipe(vessel, "rice", mains, cooking, NONE, NONE)
