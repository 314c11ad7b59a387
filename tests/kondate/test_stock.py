"""The stock of renders to learn from."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from foodgan.kondate import stock as stocks
from foodgan.kondate.recipe import VALUES
from foodgan.kondate.stock import dish, stock


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stocks, "PART", 4)


def test_pictures_and_recipes_belong_together_and_come_back_the_same(tmp_path: Path) -> None:
    for part in range(2):
        stocks._render_part(tmp_path, 16, 0, part)
    parts = [np.load(tmp_path / f"0000{part}.npy") for part in range(2)]
    assert np.array_equal(np.concatenate(parts)[5], stocks.render(*dish(5), 16))


def test_a_stopped_stock_renders_only_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / f"kondate-{stocks.VERSION}-16-0"
    kept.mkdir()
    for part in range(2):
        stocks._render_part(kept, 16, 0, part)
    monkeypatch.setattr(stocks, "ProcessPoolExecutor", None)  # nothing is left to be rendered
    pictures, recipes = stock(tmp_path, 7, 16)
    assert (pictures.shape, len(recipes)) == ((7, 16, 16, 3), 7)
    assert recipes[3] == dish(3)[0]


def test_rare_values_are_seen_often_in_the_even_half() -> None:
    rarest = VALUES["main"][-1]
    counts = [Counter(rarest in dish(i)[0].mains for i in range(half, 2000, 2)) for half in (0, 1)]
    assert counts[1][True] > 1.5 * counts[0][True]
