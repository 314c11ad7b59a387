"""The judge of drawn dishes: the shipped one is right, a new one learns."""

from pathlib import Path

import numpy as np
import pytest
import torch

from foodgan import checkpoint
from foodgan.contract.errors import ModelError
from foodgan.kondate import attributes, taster
from foodgan.kondate.render import render
from foodgan.kondate.stock import dish


@pytest.fixture(scope="module")
def renders() -> tuple[np.ndarray, list]:  # type: ignore[type-arg]
    drawn = [dish(number, seed=1) for number in range(0, 400, 2)]
    return np.stack([render(recipe, seed) for recipe, seed in drawn]), [r for r, _ in drawn]


def test_the_shipped_taster_is_right_on_renders_that_it_never_saw(renders) -> None:  # type: ignore[no-untyped-def]
    pictures, recipes = renders
    network, _ = taster.load()
    found = attributes.accuracy(
        attributes.truths(recipes), network.taste(taster.as_tensor(pictures))
    )
    assert (found["mean"] or 0) > 0.9
    blind = network.taste(torch.zeros(len(pictures), 3, 64, 64))
    assert (attributes.accuracy(attributes.truths(recipes), blind)["mean"] or 0) < 0.4


def test_another_file_is_no_taster(tmp_path: Path) -> None:
    path = tmp_path / "other.safetensors"
    checkpoint.save(path, {"a": torch.zeros(1)}, {"kind": "judge"})
    with pytest.raises(ModelError, match="no taster"):
        taster.load(path)
