"""Whether pictures of invented dishes show what their names begin with."""

import pytest
import torch
from torch import Generator, Tensor

from foodgan.metrics import toppings
from foodgan.models import reader
from foodgan.models.reader import Reader
from foodgan.text.colours import colour_words
from foodgan.text.encode import encode, heard
from foodgan.text.kinds import KINDS, kind_of

WIDTH = 32
NAMES = list(toppings.asked())


def oracle(names: list[str], seed: int, *, dish: float = 1.0, topping: float = 1.0) -> Tensor:
    """Features (N, WIDTH) that say each name's dish and topping, through noise."""
    vectors = torch.randn(len(NAMES), WIDTH, generator=Generator().manual_seed(0))
    count = len(toppings.TOPPINGS)
    places = [divmod(NAMES.index(name), count) for name in names]
    dishes = torch.tensor([at for at, _ in places])
    tops = torch.tensor([100 + at for _, at in places])
    noise = torch.randn(len(names), WIDTH, generator=Generator().manual_seed(seed))
    return dish * vectors[dishes] + topping * vectors[tops] + 0.1 * noise


@pytest.fixture(scope="module")
def taught() -> Reader:
    """A reader of pictures that show both, of half of the names: no topping of one dish alone."""
    known = [name for i, name in enumerate(NAMES) if (i + i // 8) % 2]
    seen = torch.cat([oracle(known, seed) for seed in range(4)])
    labels = torch.arange(len(known)).repeat(4)
    return reader.train(seen, encode(known * 4), labels, torch.ones(len(seen)), steps=300)


def test_there_are_as_many_dishes_of_each_kind_and_no_topping_says_a_colour() -> None:
    kinds = [kind_of(name) for name in NAMES]
    assert {kind: kinds.count(kind) for kind in KINDS} == dict.fromkeys(KINDS, 24)
    assert len(set(NAMES)) == len(NAMES) == 192
    assert all(len(heard(name)) >= 2 and not colour_words(name) for name in NAMES)


def test_pictures_that_show_their_toppings_are_told_apart(taught: Reader) -> None:
    figures = toppings.figures(taught, oracle(NAMES, 9), NAMES)
    share = figures["topping"]
    assert 0.8 < share["low"] <= share["mean"] <= share["high"] <= 1
    assert figures["topping_control_shuffled"] == pytest.approx(figures["topping_chance"], abs=0.06)


def test_pictures_that_show_the_dish_alone_are_worth_chance(taught: Reader) -> None:
    figures = toppings.figures(taught, oracle(NAMES, 9, topping=0), NAMES)
    assert figures["topping"]["mean"] == pytest.approx(toppings.CHANCE, abs=0.07)


def test_the_interval_is_over_dishes_not_over_pictures(taught: Reader) -> None:
    """Of half of the dishes each topping is shown, of the others never."""
    count = len(toppings.TOPPINGS)
    shown = [NAMES[i if i // count % 2 else i - i % count + (i + 1) % count] for i in range(192)]
    share = toppings.figures(taught, oracle(shown, 9), NAMES)["topping"]
    assert share["mean"] == pytest.approx(0.5, abs=0.05)
    assert share["high"] - share["low"] > 0.3


def test_a_part_of_the_names_in_any_order_is_measured_too(taught: Reader) -> None:
    some = NAMES[::-7]
    assert toppings.figures(taught, oracle(some, 9), some)["topping"]["mean"] > 0.8


def test_of_no_picture_nothing_is_said(taught: Reader) -> None:
    figures = toppings.figures(taught, torch.empty(0, WIDTH), [])
    assert figures == {"topping": None, "topping_control_shuffled": None, "topping_chance": 1 / 8}
