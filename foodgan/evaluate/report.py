"""Holds entrants against a folder of photos: every figure beside its floor and its controls."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from foodgan.evaluate.entrants import Entrant
from foodgan.evaluate.painted import Painted, paint
from foodgan.evaluate.yardstick import (
    DEPTHS,
    Scale,
    Yardstick,
    open_yardstick,
    spread_of_photos,
)
from foodgan.metrics import alarms, colours, faithful, looks, measures, toppings
from foodgan.metrics.copies import Copies
from foodgan.metrics.exam import Exam
from foodgan.metrics.features import random_features, standardised
from foodgan.metrics.panel import IMAGENET, KINDS
from foodgan.painting.painter import Dish
from foodgan.step.hatching import hatching

SEEDS = 8  # pictures of a name when its spread is measured
INVENTED_SEEDS = 4  # pictures of each invented name
TOPPED_SEEDS = 2  # of each dish with each topping
MARKED = 256  # pictures that are kept whole, and searched for what generators leave
SHOWN = 24  # of them, for people to look at
QUALITY = "whole"  # whose features are for the distances at full size


@dataclass(frozen=True)
class Findings:
    """figures: what `foodgan evaluate` prints; the rest is what the page shows beside them."""

    figures: dict[str, Any]
    exam: Exam
    asked: Painted
    within: Painted
    invented: Painted
    copies: Copies


def evaluate(
    entrant: Entrant, folder: Path, cache: Path, pictures: int, judges: Path | None = None
) -> Findings:
    """Everything that `foodgan evaluate` measures of one entrant; see `open_yardstick`."""
    return measure(entrant, open_yardstick(folder, cache, pictures, judges, entrant.left_out))


def measure(entrant: Entrant, yardstick: Yardstick) -> Findings:
    """Hold one entrant against the photos.

    A figure that is about names is None where the entrant hears none.
    """
    exam, panel = yardstick.exam, yardstick.panel
    sight = {IMAGENET: panel.see} if entrant.conditions else {}  # the deaf are asked no names
    looked = sight | {QUALITY: panel.see_whole}
    asked = paint(entrant, yardstick.dishes, looked, MARKED, "painting")
    same = [Dish(name, seed) for name in yardstick.common for seed in range(SEEDS)]
    within = paint(entrant, same, {}, len(same), "painting each name again")
    fixed = [Dish(name, seed) for name in panel.looks.asked for seed in range(INVENTED_SEEDS)]
    invented = paint(entrant, fixed, sight, len(fixed), "painting invented names")
    wanted = toppings.asked(panel.looks.kinds)
    topped = [Dish(name, seed) for name in wanted for seed in range(TOPPED_SEEDS)]
    with_toppings = paint(entrant, topped if sight else [], sight, 0, "painting toppings")
    random = random_features(asked.small)
    found = yardstick.controls.search(asked.small, random)
    figures: dict[str, Any] = {
        "model": entrant.title,
        "about": entrant.about,
        "photos": exam.about,
        "pictures": len(asked.dishes),
        "features": panel.about,
        **_distances(yardstick, asked, random),
        **found.figures,
        **_faithfulness(yardstick, entrant, asked, random),
        **_base_dishes(yardstick, entrant, invented),
        **_toppings(yardstick, with_toppings),
        **_within(yardstick, entrant, within),
        "names_apart": _names_apart(entrant, exam.names()),
        "alike": _alike(yardstick, random),
        **_marks(exam, asked.whole),
    }
    figures["alarms"] = alarms.rung(figures)
    return Findings(figures, exam, asked, within, invented, found)


def _distances(yardstick: Yardstick, asked: Painted, random: Tensor) -> dict[str, Any]:
    """FoodKID on each feature network, and the manifolds on the judges': the mean of theirs.

    The judges' are None where they measure too few photos.
    """
    judged = yardstick.panel.judges.features(asked.small)
    scale = yardstick.scales["kid_judge"]
    made, photos = (_manifold(scale, of) for of in (scale.units(judged), scale.like))
    whole: dict[str, Any] = {}
    for key, part in DEPTHS.items():
        whole |= yardstick.scales[key].distances(key, asked.seen[QUALITY][:, part])
    return {
        **yardstick.scales["kid"].distances("kid", random),
        **scale.distances("kid_judge", judged),
        **whole,
        "kid_judge_photos": scale.photos,
        "manifold": made,
        "manifold_floor_train_to_test": photos,
    }


def _manifold(scale: Scale, made: Tensor) -> dict[str, float] | None:
    """How pictures (J, N, F) overlap with held-out photos, the mean over the judges."""
    if not scale.told:
        return None
    pairs = zip(scale.units(scale.held_out), made, strict=True)
    overlaps = [asdict(measures.manifold(*pair)) for pair in pairs]
    return {part: sum(each[part] for each in overlaps) / len(overlaps) for part in overlaps[0]}


def _faithfulness(
    yardstick: Yardstick, entrant: Entrant, asked: Painted, random: Tensor
) -> dict[str, Any]:
    """R-precision of pictures, of held-out photos, and of pictures under wrong names."""
    reading = yardstick.reading
    seen = {"random": random, **asked.seen}
    figures: dict[str, Any] = {}
    for kind in KINDS:
        key = faithful.key_of(kind)
        for name in (key, f"{key}{faithful.MORE_WORDS}"):
            photos = f"{name}_held_out_photos"
            figures |= {name: None, photos: reading.figures[photos]}
        shuffled = f"{key}_control_shuffled"
        figures[shuffled] = None
        if entrant.conditions is not None:
            rest = (yardstick.panel.readers[kind], seen[kind], asked.names, reading.among)
            figures |= faithful.figures(key, *rest)
            figures[shuffled] = faithful.shuffled(*rest)
    return figures


def _base_dishes(yardstick: Yardstick, entrant: Entrant, invented: Painted) -> dict[str, Any]:
    """Whether pictures of the invented names look like the dishes that the names end in."""
    reading = yardstick.reading
    photos = reading.seen[IMAGENET]
    asked = entrant.conditions is not None and bool(invented.dishes)
    made, names = (invented.seen[IMAGENET], invented.names) if asked else (photos[:0], [])
    return looks.figures(yardstick.panel.looks, made, names, photos, reading.names)


def _toppings(yardstick: Yardstick, painted: Painted) -> dict[str, Any]:
    """Whether pictures show what their names begin with."""
    seen = painted.seen.get(IMAGENET, torch.empty(0))
    return toppings.figures(yardstick.panel.readers[IMAGENET], seen, painted.names)


def _within(yardstick: Yardstick, entrant: Entrant, painted: Painted) -> dict[str, Any]:
    """Spread within a name, and whether its mean colour follows that of its photos.

    None where no name has COMMON photos, or the entrant hears none.
    """
    exam, names = yardstick.exam, yardstick.common
    heard = bool(names) and entrant.conditions is not None
    return {
        "spread_within_name": _spread(exam, names, painted.small) if heard else None,
        **colours.figures(exam, names, painted.small if heard else painted.small[:0]),
    }


def _spread(exam: Exam, names: list[str], made: Tensor) -> dict[str, float]:
    """Of SEEDS pictures of each name, and of as many photos."""
    seen = standardised(random_features(made), exam.random())
    ours = measures.spread(list(seen.split(SEEDS)))
    theirs = spread_of_photos(exam, names, SEEDS)
    return {"made": ours, "real": theirs, "ratio": ours / theirs}


def _names_apart(entrant: Entrant, names: list[str]) -> float | None:
    return alarms.apart(*entrant.conditions(names)) if entrant.conditions else None


def _marks(exam: Exam, made: Tensor) -> dict[str, float]:
    """What generators leave and cameras do not.

    Of pictures (N, 3, S, S) as bytes, and of held-out photos of their size: as many, by whose names
    the pictures were asked for. Invented names say colours, and colours are no mark of a generator.
    """
    named = [row for row in exam.test.tolist() if exam.photos[row].name]
    photos = exam.pictures(torch.tensor(named[: len(made)]), made.shape[-1])
    return {
        "hatching": hatching(made).item(),
        "hatching_held_out_photos": hatching(photos).item(),
        "fine_hue": measures.fine_hue(made),
        "fine_hue_held_out_photos": measures.fine_hue(photos),
    }


def _alike(yardstick: Yardstick, random: Tensor) -> float:
    scale = yardstick.scales["kid"]
    return measures.alike(scale.units(random), scale.units(scale.held_out))
