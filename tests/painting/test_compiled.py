"""Stages compiled ahead: the same pictures, for one model on one kind of machine."""

import logging
import math
import mmap
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor
from typer.testing import CliRunner

from foodgan.cli import app
from foodgan.contract.settings import Settings
from foodgan.painting import compiled
from foodgan.painting.painter import Dish, Painter, portions
from foodgan.publishing.gates import LEARNS
from worker import service
from worker.succession import Succession


def load(model: Path) -> Painter:
    return Painter.load(model, device="cpu", threads=1)


def steps(one: Image.Image, other: Image.Image) -> int:
    """The largest difference of two pictures, of 255."""
    return int(np.abs(np.asarray(one, np.int16) - np.asarray(other, np.int16)).max())


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_worker_takes_up_what_was_compiled_and_paints_the_same_pictures(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not compiled.compiler():
        pytest.skip("needs a C++ compiler")
    monkeypatch.setenv("TORCHINDUCTOR_CACHE_DIR", os.fspath(tmp_path / "cache"))
    monkeypatch.setenv("VAR_DIR", os.fspath(tmp_path))
    done = CliRunner().invoke(app, ["model", "compile", "--model", str(tiny_model)])
    assert done.exit_code == 0, done.output

    settings = Settings(model_dir=tiny_model, var_dir=tmp_path, device="cpu", threads=1)
    fast, usual = service.load(settings, Succession(settings)), load(tiny_model)
    assert fast.second_pass != fast.second.paint
    enlarged = replace(Dish("鮭丼", 7), enlarged=True)
    for dishes in ([Dish("鮭丼", 7)], [*portions("鮭丼", 7, 4), enlarged]):
        for one, other in zip(fast.paint(dishes), usual.paint(dishes), strict=True):
            assert steps(one, other) <= 1
    [alone], batch = fast.paint([Dish("鮭丼", 7)]), fast.paint(portions("鮭丼", 7, 5))
    assert steps(alone, batch[0]) <= 1


@pytest.mark.parametrize("name", ["カレー", "抹茶カツサンド", "虹色うどん"])
@pytest.mark.parametrize("drawn", [False, True], ids=["own sketch", "drawn sketch"])
def test_code_that_reads_channels_last_is_given_that_whatever_a_dish_says(
    tiny_model: Path, name: str, drawn: bool
) -> None:
    painter, given = load(tiny_model), list[Tensor]()
    own = painter.second_pass

    def second_pass(condition: Tensor, sketch: Tensor, z: Tensor) -> Tensor:
        given.append(sketch)
        return own(condition, sketch, z)

    painter.second_pass = second_pass
    sketch = bytes(64 * 64 * 3) if drawn else None
    painter.paint([Dish(name, 1, sketch=sketch), Dish("カレー", 2)])
    assert given[0].is_contiguous(memory_format=torch.channels_last)


def test_another_models_code_is_not_taken_up(tiny_model: Path, tmp_path: Path) -> None:
    painter = load(tiny_model)
    place = compiled.place_of(painter, tmp_path)
    place.mkdir()
    painter.second.to_rgb.bias[0] += 1
    assert not compiled.take_up(painter, tmp_path)


@pytest.mark.parametrize("part", ["stem", "trunk", "ups", "to_rgb"])
def test_each_weight_that_paints_has_code_of_its_own(
    tiny_model: Path, tmp_path: Path, part: str
) -> None:
    painter = load(tiny_model)
    place = compiled.place_of(painter, tmp_path)
    for weight in painter.second.get_submodule(part).parameters():
        before = weight.clone()
        weight[(0,) * weight.dim()] += 1
        assert compiled.place_of(painter, tmp_path) != place
        weight.copy_(before)
    assert compiled.place_of(painter, tmp_path) == place


@pytest.mark.parametrize("rule", [{"blur": 0.3}, {"hue": 0.1}])
def test_each_rule_by_which_stage2_paints_has_code_of_its_own(
    tiny_model: Path, tmp_path: Path, rule: dict[str, float]
) -> None:
    painter = load(tiny_model)
    place = compiled.place_of(painter, tmp_path)
    painter.second.config = painter.second.config.model_copy(update=rule)
    assert compiled.place_of(painter, tmp_path) != place


def test_a_model_that_learned_names_finds_the_code_of_the_one_that_it_learned_on(
    tiny_model: Path, tmp_path: Path
) -> None:
    """All else that paints would be computed by that code, and it is the same."""
    known, learned = load(tiny_model), load(tiny_model)
    for stage in (learned.first, learned.second):
        stage.get_parameter(LEARNS).add_(1)
    assert compiled.place_of(learned, tmp_path) == compiled.place_of(known, tmp_path)


def test_what_paints_is_not_asked_for_the_weights_that_hear(tiny_model: Path) -> None:
    """Else compiled code would hold some that another model with the same place has not."""
    usual, deaf = load(tiny_model), load(tiny_model)
    for stage in (deaf.first, deaf.second):
        for part in (stage.names, stage.augment):
            for tensor in part.state_dict().values():
                tensor.fill_(math.nan)
    first, second = compiled._traced(usual)
    assert torch.equal(deaf.first.paint(*first), usual.first.paint(*first))
    assert torch.equal(deaf.second.paint(*second), usual.second.paint(*second))


def test_a_worker_paints_without_code_that_is_damaged_and_says_so(
    tiny_model: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    place = compiled.place_of(load(tiny_model), tmp_path / compiled.FOLDER)
    place.mkdir(parents=True)
    for name in compiled.STAGES:
        (place / name).write_bytes(b"no archive")
    settings = Settings(model_dir=tiny_model, var_dir=tmp_path, device="cpu", threads=1)
    with caplog.at_level(logging.WARNING):
        painter = service.load(settings, Succession(settings))
    assert "cannot be loaded" in caplog.text
    assert len(painter.paint([Dish("鮭丼", 7)])) == 1


def test_compiling_again_mends_what_is_damaged_and_takes_nothing_from_whoever_has_it_open(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compiled, "_compile", lambda stage, given, path: path.write_bytes(b"whole"))
    painter, synced = load(tiny_model), set[str]()
    fsync = os.fsync

    def noted(number: int) -> None:
        synced.add(Path(f"/proc/self/fd/{number}").readlink().name)
        fsync(number)

    monkeypatch.setattr(os, "fsync", noted)
    place = compiled.place_of(painter, tmp_path)
    place.mkdir()
    for name in compiled.STAGES:
        (place / name).write_bytes(b"damaged")
    with (
        (place / compiled.STAGES[0]).open("rb") as opened,
        mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as mapped,
    ):
        assert compiled.ahead(painter, tmp_path) == place
        assert mapped[:] == b"damaged"  # as a worker that paints with it reads it
    assert {(place / name).read_bytes() for name in compiled.STAGES} == {b"whole"}
    assert synced == {*compiled.STAGES, place.name}
    assert list(tmp_path.iterdir()) == [place]


def test_without_a_compiler_the_command_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CXX", "no-such-compiler")
    done = CliRunner().invoke(app, ["model", "compile"])
    assert done.exit_code == 2
    assert "Install g++" in done.output
