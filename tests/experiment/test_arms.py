"""Every arm is a network that can be built and trained."""

import pytest

from foodgan.experiment.arms import ABLATIONS, ARMS, BLOG, LESSONS, RECIPE
from foodgan.step.objectives import build_objective
from foodgan.text.ngrams import BUCKETS
from foodgan.text.vectors import DIMENSIONS


@pytest.mark.parametrize("name", ARMS)
def test_an_arm_builds_its_networks(name: str) -> None:
    config = ARMS[name].training(3, 640)
    assert (config.seed, config.pictures, config.size) == (3, 640 * ARMS[name].share, 64)
    build_objective(config, DIMENSIONS, BUCKETS)


@pytest.mark.parametrize("name", ABLATIONS)
def test_an_ablation_changes_something(name: str) -> None:
    assert ABLATIONS[name].training(0, 640) != RECIPE["recipe"].training(0, 640)


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_paints_by_the_network_that_it_goes_on_from(name: str) -> None:
    lesson = ARMS[name].training(0, 640)
    assert ARMS[name].begins is not None
    first = ARMS[ARMS[name].begins].training(0, 640)
    assert (lesson.kind, lesson.model) == (first.kind, first.model)
    assert lesson.conditional_full == 0  # what it was taught counts from its first step


def test_the_blogs_attempts_are_all_there() -> None:
    assert {"published", "dcgan-bce", "dcgan-hinge", "dcgan-hinge-sigmoid"} <= set(BLOG)
