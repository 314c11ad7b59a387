"""What may be asked of a dish beside its name and seed."""

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

from foodgan import registry
from foodgan.contract.errors import UserError
from foodgan.models.stackgan import Stage1Generator
from foodgan.painting import painter as painting
from foodgan.painting.painter import Dish, Painter, read_sketch, servings
from tests.generator_fixtures import stage1_config

PLAIN = Dish("抹茶ラーメン", 7)
OTHER = "いちごのワッフル"
KINDS = {
    "plain": PLAIN,
    "mixed": replace(PLAIN, mix=OTHER, share=0.4),
    "variation": replace(PLAIN, variation=99),
    "weighed": replace(PLAIN, weights=(("抹茶", 3.0),)),
    "truncated": replace(PLAIN, truncation=0.5),
    "enlarged": replace(PLAIN, enlarged=True),
    "drawn": replace(PLAIN, sketch=bytes([200, 40, 40] * 64 * 64)),
    "all": replace(
        PLAIN,
        mix=OTHER,
        variation=99,
        weights=(("いちご", 0.0),),
        truncation=0.5,
        enlarged=True,
    ),
}


@pytest.fixture(scope="module")
def painter(tiny_model: Path) -> Painter:
    return Painter.load(tiny_model, device="cpu", threads=1)


@pytest.fixture(scope="module")
def shipped() -> Painter:
    return Painter.load(device="cpu", threads=1)


def pixels(picture: Image.Image) -> NDArray[np.float32]:
    return np.asarray(picture, np.float32)


def difference(a: Image.Image, b: Image.Image) -> float:
    """Mean absolute difference of two pictures, in steps of 255."""
    return float(np.abs(pixels(a) - pixels(b)).mean())


def test_dishes_of_every_kind_share_a_batch_and_each_is_what_it_would_be_alone(
    painter: Painter,
) -> None:
    together = painter.paint(list(KINDS.values()))
    for kind, picture in zip(KINDS.values(), together, strict=True):
        (alone,) = painter.paint([kind])
        assert alone.size == picture.size == ((512, 512) if kind.enlarged else (256, 256))
        assert np.abs(pixels(alone) - pixels(picture)).max() <= 1


def test_a_mix_works_where_the_layout_hears_the_name(tiny_model: Path) -> None:
    model, _, second = registry.open_model(tiny_model)
    named = stage1_config().model_copy(update={"named_seed": True})
    painter = Painter(model, Stage1Generator(named).eval(), second, "cpu")
    whole, other = painter.paint([replace(PLAIN, mix=OTHER, share=1.0), replace(PLAIN, name=OTHER)])
    assert np.abs(pixels(whole) - pixels(other)).max() <= 1
    assert len(painter.paint(list(KINDS.values()))) == len(KINDS)


def test_every_kind_is_painted_in_half_precision_too(
    painter: Painter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        painter.second, "config", painter.second.config.model_copy(update={"blur": 0.3, "hue": 0.1})
    )
    wanted = painter.paint(list(KINDS.values()))
    monkeypatch.setattr(painter, "half", torch.bfloat16)
    for exact, half in zip(wanted, painter.paint(list(KINDS.values())), strict=True):
        assert difference(exact, half) < 4


def test_every_kind_paints_another_picture_than_the_plain_dish(shipped: Painter) -> None:
    plain, *others = (
        picture.resize((256, 256), Image.Resampling.BOX)
        for picture in shipped.paint(list(KINDS.values()))
    )
    for kind, other in zip(list(KINDS)[1:], others, strict=True):
        assert difference(plain, other) > 0.5, kind


def test_a_dish_takes_its_shape_from_its_last_word_and_less_so_where_another_is_asked_for(
    shipped: Painter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the brightness of the same eight seeds of the plain dish."""

    def from_plain(name: str, **asked: Any) -> float:
        pictures = [
            shipped.sketch_tensor(servings(Dish(each, 1, **ways), 8)).mean(dim=1)
            for each, ways in (("うどん", {}), (name, asked))
        ]
        return float((pictures[0] - pictures[1]).abs().mean())

    led = from_plain("マグロカレーうどん")
    assert led < from_plain("マグロカレーうどん", weights=(("マグロ", 2.0),))

    last = shipped.first.names.last
    assert last is not None  # its encoder has had a lesson
    monkeypatch.setattr(last.lead, "data", torch.tensor(-1.0))
    assert led < 0.8 * from_plain("マグロカレーうどん")


@pytest.mark.parametrize("leads", [(1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)])
def test_shape_colours_and_details_each_hear_the_last_word_by_a_share_of_their_own(
    painter: Painter, monkeypatch: pytest.MonkeyPatch, leads: tuple[float, float, float]
) -> None:
    heard: list[torch.Tensor] = []

    def first(shape: torch.Tensor, colours: torch.Tensor, z: torch.Tensor) -> torch.Tensor:
        heard.extend((shape, colours))
        return painter.first.paint(shape, colours, z)

    def second(details: torch.Tensor, sketch: torch.Tensor, z: torch.Tensor) -> torch.Tensor:
        heard.append(details)
        return painter.second.paint(details, sketch, z)

    monkeypatch.setattr(painter, "first_pass", first)
    monkeypatch.setattr(painter, "second_pass", second)
    for name, shares in (("鮭うどん", (0, 0, 0)), ("うどん", (0, 0, 0)), ("鮭うどん", leads)):
        monkeypatch.setattr(painting, "LEADS", shares)
        painter.paint([Dish(name, 7)])
    for share, whole, last, found in zip(leads, heard[:3], heard[3:6], heard[6:], strict=True):
        torch.testing.assert_close(found, last if share else whole)
        assert (whole - last).abs().max() > 0.01


def test_a_share_of_nought_is_the_first_name_and_of_one_the_second(painter: Painter) -> None:
    first, none, whole, second = painter.paint(
        [
            PLAIN,
            replace(PLAIN, mix=OTHER, share=0.0),
            replace(PLAIN, mix=OTHER, share=1.0),
            replace(PLAIN, name=OTHER),
        ]
    )
    assert np.abs(pixels(first) - pixels(none)).max() <= 1
    assert np.abs(pixels(whole) - pixels(second)).max() <= 1


def test_a_word_of_either_name_of_a_mix_is_weighed_in_that_name(shipped: Painter) -> None:
    for word, share, name in (("抹茶", 0.0, PLAIN.name), ("いちご", 1.0, OTHER)):
        weights = ((word, 0.0),)
        mixed = replace(PLAIN, mix=OTHER, share=share, weights=weights)
        found, plain = shipped.paint([mixed, replace(PLAIN, name=name, weights=weights)])
        assert np.abs(pixels(found) - pixels(plain)).max() <= 1


def test_a_mix_goes_step_by_step_from_one_dish_to_the_other(shipped: Painter) -> None:
    dish = Dish("グリーンサラダ", 1, mix="チョコレートケーキ")
    painted = shipped.paint([replace(dish, share=i / 4) for i in range(5)])
    from_first = [difference(painted[0], picture) for picture in painted]
    to_second = [difference(picture, painted[-1]) for picture in painted]
    assert from_first == sorted(from_first)
    assert to_second == sorted(to_second, reverse=True)


def test_another_serving_is_nearer_to_the_dish_than_another_seed_is(shipped: Painter) -> None:
    dish = Dish("醤油ラーメン", 1)
    numbers = range(100, 108)
    plain, *painted = shipped.paint(
        [
            dish,
            *(replace(dish, variation=n) for n in numbers),
            *(Dish(dish.name, n) for n in numbers),
        ]
    )
    gaps = [difference(plain, picture) for picture in painted]
    assert 3 < np.mean(gaps[:8]) < 0.8 * np.mean(gaps[8:])


def test_an_enlarged_dish_is_the_same_picture_larger(shipped: Painter) -> None:
    asked = [PLAIN, replace(PLAIN, enlarged=True), replace(PLAIN, seed=8)]
    small, large, other = shipped.paint(asked)
    again = large.resize((256, 256), Image.Resampling.BOX)
    assert difference(small, again) < 0.5 * difference(small, other)


def test_truncated_dishes_are_more_alike(shipped: Painter) -> None:
    def spread(truncation: float) -> float:
        dish = Dish("グリーンサラダ", 1, truncation=truncation)
        return float(np.std([pixels(p) for p in shipped.paint(servings(dish, 6))], axis=0).mean())

    assert spread(0.5) < 0.9 * spread(1.0)


def test_truncation_holds_back_layout_and_names_and_leaves_the_grain(painter: Painter) -> None:
    given = painter.prepare([PLAIN, replace(PLAIN, truncation=0.5)])
    for whole, half in (given.z1, given.ca1, given.ca2):
        torch.testing.assert_close(half, 0.5 * whole)
    assert torch.equal(*given.z2)


def test_a_word_that_the_dish_does_not_have_is_told_before_anything_is_painted(
    painter: Painter,
) -> None:
    wrong = replace(PLAIN, weights=(("苺", 2.0),))
    for ask in (painter.check, lambda dish: painter.paint([PLAIN, dish])):
        with pytest.raises(UserError) as told:
            ask(wrong)
        assert told.value.phrase == "weight-unknown-word"
    painter.check(replace(wrong, mix=OTHER))


def test_servings_keep_what_was_asked_for(painter: Painter) -> None:
    dish = replace(PLAIN, mix=OTHER, truncation=0.7)
    assert servings(dish, 2) == [dish, replace(dish, seed=dish.seed + 1)]


def as_png(picture: Image.Image) -> bytes:
    written = io.BytesIO()
    picture.save(written, "PNG")
    return written.getvalue()


def test_a_sketch_that_nobody_edited_paints_the_same_dish(shipped: Painter) -> None:
    (sketch,) = shipped.sketches([PLAIN])
    assert sketch.size == (64, 64)
    plain, over = shipped.paint([PLAIN, replace(PLAIN, sketch=read_sketch(as_png(sketch)))])
    assert difference(plain, over) < 1


def test_what_a_person_draws_into_a_sketch_is_in_the_picture(shipped: Painter) -> None:
    (sketch,) = shipped.sketches([PLAIN])
    sketch.paste((40, 60, 220), (8, 8, 28, 28))
    (picture,) = shipped.paint([replace(PLAIN, sketch=read_sketch(as_png(sketch)))])
    painted = pixels(picture.crop((40, 40, 104, 104))).mean(axis=(0, 1))
    assert np.abs(painted - (40, 60, 220)).max() < 30


def test_a_sketch_of_any_size_is_brought_to_its_own() -> None:
    wide = Image.new("RGB", (400, 100), "white")
    wide.paste("red", (150, 0, 250, 100))
    data = read_sketch(as_png(wide))
    assert data == bytes([255, 0, 0] * 64 * 64)


def test_a_file_that_is_no_picture_is_no_sketch() -> None:
    with pytest.raises(UserError):
        read_sketch(b"not a picture")
