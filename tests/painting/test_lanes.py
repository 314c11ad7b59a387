"""A CPU's threads, each with pictures of its own."""

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from foodgan.painting import lanes
from foodgan.painting.painter import Dish, Painter, portions


@pytest.fixture
def two_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize(
    ("pictures", "threads", "load"),
    [
        (16, 1, 16),  # one thread has one lane
        (1, 2, 1),
        (3, 2, 3),  # a lane would be idle while the other paints two
        (4, 2, 2),
        (16, 2, 4),
        (9, 3, 3),
        (7, 16, 7),
        (64, 16, 4),
    ],
)
def test_a_lane_takes_a_few_pictures_at_a_time_and_all_threads_share_what_is_less(
    pictures: int, threads: int, load: int
) -> None:
    assert lanes.load_of(pictures, threads) == load


def test_a_pass_in_lanes_paints_what_each_dish_would_be_alone(
    two_threads: None, tiny_model: Path
) -> None:
    painter = Painter.load(tiny_model, device="cpu")
    dishes = [
        *portions("抹茶カレー", 3, 5),
        Dish("鮭丼", 9, enlarged=True),
        Dish("鮭丼", 9, mix="抹茶パフェ", share=0.3),
        Dish("虹色うどん", 1, variation=4, weights=(("うどん", 2.0),)),
    ]
    where: set[str] = set()
    paint = painter.second_pass

    def second_pass(*given: torch.Tensor) -> torch.Tensor:
        where.add(threading.current_thread().name)
        return paint(*given)

    painter.second_pass = second_pass
    together = painter.paint(dishes)
    assert where
    assert all(name.startswith("lane") for name in where)
    for dish, picture in zip(dishes, together, strict=True):
        [alone] = painter.paint([dish])
        assert picture.size == alone.size
        assert np.abs(np.asarray(alone, np.int16) - np.asarray(picture, np.int16)).max() <= 1


@pytest.mark.parametrize(("threads", "of_each"), [(2, [1, 1]), (3, [1, 1, 1]), (6, [1, 1, 2, 2])])
def test_lanes_share_all_threads_and_whoever_asks_keeps_them(
    two_threads: None, threads: int, of_each: list[int]
) -> None:
    every = threading.Barrier(len(of_each))

    def own(_: int) -> int:
        every.wait()
        return torch.get_num_threads()

    assert sorted(lanes.run(threads, own, of_each)) == of_each
    assert torch.get_num_threads() == threads


def test_what_fails_in_a_lane_is_told_when_no_lane_works_any_more() -> None:
    done: list[int] = []

    def work(load: int) -> None:
        if load == 0:
            raise ValueError("burnt")
        time.sleep(0.05)
        done.append(load)

    with pytest.raises(ValueError, match="burnt"):
        lanes.run(2, work, range(4))
    assert sorted(done) == [1, 2, 3]


def test_what_fails_while_loads_are_prepared_is_told_when_no_lane_works_any_more() -> None:
    done: list[int] = []

    def loads() -> Iterator[int]:
        yield 1
        raise ValueError("no such word")

    def work(load: int) -> None:
        time.sleep(0.05)
        done.append(load)

    with pytest.raises(ValueError, match="no such word"):
        lanes.run(2, work, loads())
    assert done == [1]


def test_a_child_of_a_process_that_has_painted_has_lanes_of_its_own() -> None:
    assert lanes.run(2, str, [1, 2]) == ["1", "2"]
    child = os.fork()
    if not child:
        os._exit(0 if lanes.run(2, str, [1, 2]) == ["1", "2"] else 1)
    until = time.monotonic() + 30
    while (ended := os.waitpid(child, os.WNOHANG)) == (0, 0) and time.monotonic() < until:
        time.sleep(0.01)
    if ended == (0, 0):
        os.kill(child, 9)
        os.waitpid(child, 0)
        pytest.fail("the child waits for threads that it does not have")
    assert os.waitstatus_to_exitcode(ended[1]) == 0
