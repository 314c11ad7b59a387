"""The stock of renders to learn from."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from foodgan.kondate import stock as stocks
from foodgan.kondate.recipe import VALUES
from foodgan.kondate.render import labelled
from foodgan.kondate.stock import arriving, dish, stock

PART = 4


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stocks, "PART", PART)


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """Two parts of a stock, in `tmp_path`."""
    folder = tmp_path / f"kondate-{stocks.VERSION}-16-0"
    folder.mkdir()
    for part in range(2):
        stocks._render_part(folder, 16, 0, PART, part)
    return folder


def test_pictures_recipes_and_maps_belong_together(kept: Path, tmp_path: Path) -> None:
    renders = stock(tmp_path, 7, 16)
    assert (renders.pictures.shape, renders.where.shape) == ((7, 16, 16, 3), (7, 32, 32))
    assert renders.recipes == [dish(number)[0] for number in range(7)]
    picture, where = labelled(*dish(5), 16)
    assert np.array_equal(renders.pictures[5], picture)
    assert np.array_equal(renders.where[5], where)


def test_a_stopped_stock_renders_only_what_is_missing(
    kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stocks, "ProcessPoolExecutor", None)  # nothing is left to be rendered
    assert len(stock(tmp_path, 7, 16).recipes) == 7


def test_what_is_rendered_can_be_taken_while_the_rest_is_drawn(tmp_path: Path) -> None:
    with arriving(tmp_path, PART + 2, 16, jobs=2) as coming:
        first, last = coming.take(wait=True), coming.take(wait=True)
        assert first is not None
        assert last is not None
        assert [len(part.recipes) for part in (first, last)] == [PART, 2]
        assert last.recipes[1] == dish(PART + 1)[0]
        assert coming.take(wait=True) is None


def test_rare_values_are_seen_often_in_the_even_half() -> None:
    rarest = VALUES["main"][-1]
    counts = [Counter(rarest in dish(i)[0].mains for i in range(half, 2000, 2)) for half in (0, 1)]
    assert counts[1][True] > 1.5 * counts[0][True]
