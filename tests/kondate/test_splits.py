"""Menus: what is held out is nowhere in training, and its parts are."""

import hashlib
import subprocess
import sys
from itertools import combinations

import pytest
from typer.testing import CliRunner

from foodgan.cli import app
from foodgan.cli.kondate import FEWEST
from foodgan.kondate.names import read
from foodgan.kondate.splits import SETS, Entry, Menu, MenuError, menu
from tests.kondate.truth import true_of

NAMES = 130
# By training names: of the sets that docs/results/kondate.md tells of.
MEASURED = {
    130: "7966dee881f97ef5",
    2000: "6d64a123bb92883a",
}


@pytest.fixture(scope="module", params=[130, 2000])
def some_menu(request: pytest.FixtureRequest) -> Menu:
    return menu(request.param)


def subsets(entries: list[Entry], count: int) -> set[frozenset[tuple[str, str]]]:
    """All `count` atoms that one of the names says together, read from the names themselves."""
    return {
        frozenset(some)
        for entry in entries
        for some in combinations(read(entry.plan.name).atoms, count)
    }


def test_every_set_is_full_and_no_name_comes_twice(some_menu: Menu) -> None:
    train = [entry.plan.name for entry in some_menu.of("train")]
    assert len(train) == len(set(train)) in (130, 2000)
    tests = [entry.plan.name for kind in SETS[1:] for entry in some_menu.of(kind)]
    assert len(tests) == len(set(tests)) == 400
    assert not set(train) & set(tests)


def test_seen_names_are_training_names_with_other_pictures(some_menu: Menu) -> None:
    train = {entry.plan.name: entry for entry in some_menu.of("train")}
    for entry in some_menu.of("seen"):
        assert entry.seed != train[entry.plan.name].seed
        assert entry.split == "test"


def test_a_held_out_pair_is_in_no_training_name_or_dish_but_each_word_is(some_menu: Menu) -> None:
    train, tests = some_menu.of("train"), some_menu.of("unseen_pair")
    held = some_menu.held_out.pairs
    assert len(held) == 24
    assert not held & subsets(train, 2)
    for entry in train + some_menu.of("seen"):
        assert not any(pair <= entry.recipe.atoms for pair in held)
    words = {word for entry in train for word in entry.plan.spellings}
    for entry in tests:
        assert any(pair <= read(entry.plan.name).atoms for pair in held)
        assert entry.plan.spellings <= words


def test_an_unseen_triple_is_new_though_all_its_pairs_are_known(some_menu: Menu) -> None:
    train, tests = some_menu.of("train"), some_menu.of("unseen_triple")
    pairs, triples = subsets(train, 2), subsets(train, 3)
    for entry in tests:
        assert subsets([entry], 2) <= pairs
        assert subsets([entry], 3) - triples


def test_an_unseen_triple_is_held_out_of_training_pictures_too(some_menu: Menu) -> None:
    """Pictures show what their names do not say as well."""
    shown = [entry.recipe.atoms for entry in some_menu.of("train") + some_menu.of("seen")]
    held = some_menu.held_out.triples
    assert not any(triple <= atoms for triple in held for atoms in shown)
    for entry in some_menu.of("unseen_triple"):
        assert held & subsets([entry], 3)


def test_an_unseen_triple_of_a_small_menu_is_in_no_training_picture() -> None:
    small = menu(FEWEST, 0, 10)
    shown = [entry.recipe.atoms for entry in small.of("train")]
    for entry in small.of("unseen_triple"):
        said = subsets([entry], 3)
        assert any(not any(triple <= atoms for atoms in shown) for triple in said)


def test_the_sets_that_were_measured_are_drawn_as_before(some_menu: Menu) -> None:
    kinds = ("train", "seen", "unseen_pair", "unseen_synonym", "contradictory")
    drawn = [(e.plan.name, e.recipe, e.seed) for kind in kinds for e in some_menu.of(kind)]
    digest = hashlib.sha256(repr(drawn).encode()).hexdigest()[:16]
    assert digest == MEASURED[len(some_menu.of("train"))]


def test_an_unseen_spelling_is_in_no_training_name_though_its_value_is(some_menu: Menu) -> None:
    train, tests = some_menu.of("train"), some_menu.of("unseen_synonym")
    atoms = {atom for entry in train for atom in read(entry.plan.name).atoms}
    words = {word for entry in train for word in entry.plan.spellings}
    for entry in tests:
        new = entry.plan.spellings - words
        assert new
        assert new <= some_menu.held_out.synonyms
        assert not any(word in name.plan.name for word in new for name in train)
        assert read(entry.plan.name).atoms <= atoms


def test_contradictory_names_contradict_and_no_other_does(some_menu: Menu) -> None:
    for entry in some_menu.entries:
        assert read(entry.plan.name).contradicts == (entry.kind == "contradictory")


def test_every_picture_is_as_its_name_says(some_menu: Menu) -> None:
    for entry in some_menu.entries:
        assert true_of(entry.plan.stated, entry.recipe)


def test_the_same_seed_gives_the_same_menu_in_another_process() -> None:
    code = (
        "from foodgan.kondate.splits import menu\n"
        "print([(e.plan.name, e.recipe, e.seed) for e in menu(40, 7, 2).entries])"
    )
    told = [
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True,
            env={"PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
        ).stdout
        for seed in ("1", "2")
    ]  # fmt: skip
    here = [(e.plan.name, e.recipe, e.seed) for e in menu(40, 7, 2).entries]
    assert told[0] == told[1] == f"{here}\n"


def test_the_fewest_names_that_the_commands_take_make_a_menu() -> None:
    assert len(menu(FEWEST).of("train")) == FEWEST


@pytest.mark.parametrize(
    "command", ["kondate render --out d --n", "experiment run --n", "experiment pupil --n"]
)
def test_fewer_names_are_refused_at_once(command: str) -> None:
    done = CliRunner().invoke(app, [*command.split(), str(FEWEST - 1)])
    assert done.exit_code == 2
    assert str(FEWEST) in done.output


def test_another_seed_gives_another_menu() -> None:
    first, second = ({e.plan.name for e in menu(NAMES, seed, 0).of("train")} for seed in (1, 2))
    assert len(first & second) < NAMES / 3


def test_a_set_that_cannot_be_filled_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("foodgan.kondate.splits.DRAWS_MAX", 50)
    with pytest.raises(MenuError, match="of 130 training names"):
        menu(NAMES)
