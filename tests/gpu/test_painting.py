"""Painting on a GPU: the pictures of the CPU, within what half the bits can tell apart."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

from foodgan.painting import cuda_graphs
from foodgan.painting.painter import Dish, Painter, portions

pytestmark = pytest.mark.gpu

NAMES = ("虹色マグロカレーうどん", "抹茶パフェ", "鮭丼", "ゔぁゔぁ")
DISHES = [Dish(name, seed) for seed in range(8) for name in NAMES]


@pytest.fixture(scope="module")
def cpu() -> Painter:
    return Painter.load(device="cpu")


@pytest.fixture
def gpu() -> Painter:
    return Painter.load(device="cuda")


@pytest.fixture(scope="module")
def expected(cpu: Painter) -> list[Image.Image]:
    return cpu.paint(DISHES)


def steps(some: Sequence[Image.Image], others: Sequence[Image.Image]) -> NDArray[np.float32]:
    """How far apart the pixels are, of 255."""
    a, b = (np.stack([np.asarray(p, np.float32) for p in pictures]) for pictures in (some, others))
    return np.asarray(np.abs(a - b))


def apart(some: Sequence[Image.Image], others: Sequence[Image.Image]) -> tuple[float, float]:
    """Steps of 255: the mean, and what all but one pixel of a thousand stay within."""
    found = steps(some, others)
    return float(found.mean()), float(np.quantile(found, 0.999))


def test_half_the_bits_paint_what_the_cpu_paints(gpu: Painter, expected: list[Image.Image]) -> None:
    gpu.half = torch.bfloat16
    mean, most = apart(gpu.paint(DISHES), expected)
    assert mean <= 1
    assert most <= 8


def test_it_paints_what_the_cpu_paints(gpu: Painter, expected: list[Image.Image]) -> None:
    mean, most = apart(gpu.paint(DISHES), expected)  # its convolutions may be TF32, of ten bits
    assert mean <= 0.25
    assert most <= 3


def test_a_dish_alone_is_the_dish_of_a_batch_of_32(gpu: Painter) -> None:
    together = gpu.paint(DISHES)
    alone = [gpu.paint([dish])[0] for dish in DISHES[:6]]
    mean, most = apart(alone, together[:6])
    assert mean <= 0.1
    assert most <= 1


def test_the_same_batch_paints_the_same_bytes_again(gpu: Painter) -> None:
    assert not steps(gpu.paint(DISHES), gpu.paint(DISHES)).any()


def test_every_kind_of_dish_shares_a_pass(gpu: Painter, cpu: Painter) -> None:
    plain = Dish(NAMES[0], 7)
    sketch = cpu.sketches([plain])[0].tobytes()
    asked = [
        plain,
        replace(plain, mix=NAMES[1], share=0.3),
        replace(plain, variation=3),
        replace(plain, weights=(("カレー", 2.0),), truncation=0.6),
        replace(plain, sketch=sketch),
    ]
    large = [replace(dish, enlarged=True) for dish in asked[:2]]
    there, here = gpu.paint([*asked, *large]), cpu.paint([*asked, *large])
    assert [picture.width for picture in there] == [256] * 5 + [512] * 2
    for at in (slice(0, 5), slice(5, 7)):
        mean, most = apart(there[at], here[at])
        assert mean <= 1
        assert most <= 10


def test_recorded_stages_paint_what_they_paint_as_usual(gpu: Painter) -> None:
    sizes = (1, 4, 1, 8, 4, 32)  # some seen before, some that take more memory, one not recorded
    usual = [gpu.paint(DISHES[:size]) for size in sizes]
    cuda_graphs.record(gpu, most=8)
    for size, pictures in zip(sizes, usual, strict=True):
        for _ in range(2):  # recorded, and played again
            mean, most = apart(gpu.paint(DISHES[:size]), pictures)
            assert mean <= 0.1
            assert most <= 1


def test_recorded_stages_follow_what_is_asked(gpu: Painter) -> None:
    cuda_graphs.record(gpu)
    one, other = (gpu.paint(portions(NAMES[0], seed, 2)) for seed in (1, 100))
    assert apart(one, other)[0] > 3
