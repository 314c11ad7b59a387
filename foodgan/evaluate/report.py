"""Holds a model against a folder of photos: every figure beside its floor and its controls."""

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from foodgan.evaluate import alarms, copies, faithful, looks, measures
from foodgan.evaluate.copies import Copies
from foodgan.evaluate.exam import HELD_OUT_MIN, Exam, open_exam
from foodgan.evaluate.features import SIZE, random_features, small, standardised
from foodgan.evaluate.kid import kid
from foodgan.evaluate.panel import KINDS, Panel, seat
from foodgan.models.backbone import SEEN_SIZE
from foodgan.painter import Dish, Painter
from foodgan.photos.folder import fingerprint
from foodgan.progress import track

SEEDS = 8  # pictures of a name when its spread is measured
INVENTED_SEEDS = 4  # pictures of each invented name
COMMON = 20  # photos that a name needs for its spread and colours to be known
SHOWN = 24  # pictures that are kept whole, for people to look at
BATCH = 8


@dataclass(frozen=True)
class Painted:
    """Pictures of dishes: small (N, 3, 64, 64), seen (N, 3, 128, 128), the first few whole."""

    dishes: list[Dish]
    small: Tensor
    seen: Tensor
    whole: Tensor

    @property
    def names(self) -> list[str]:
        return [dish.name for dish in self.dishes]


@dataclass(frozen=True)
class Findings:
    """figures: what `foodgan evaluate` prints; the rest is what the page shows beside them."""

    figures: dict[str, Any]
    exam: Exam
    asked: Painted
    within: Painted
    copies: Copies


def evaluate(
    painter: Painter, folder: Path, cache: Path, pictures: int, judges: Path | None = None
) -> Findings:
    """Everything that `foodgan evaluate` measures.

    pictures: how many are painted for the distances; judges: a folder of the networks that judge,
    trained on these photos where there is none yet. Raises PhotosError and ModelError.
    """
    exam = open_exam(folder, cache)
    panel = seat(exam, judges or judges_of(exam, cache))
    asked = _paint(painter, _dishes(exam, pictures), SHOWN, "painting")
    common = _common(exam)
    same = [Dish(name, seed) for name in common for seed in range(SEEDS)]
    within = _paint(painter, same, len(same), "painting each name again")
    fixed = [Dish(name, seed) for name in panel.looks.asked for seed in range(INVENTED_SEEDS)]
    invented = _paint(painter, fixed, 0, "painting invented names")
    found = copies.search(asked.small, exam.small[exam.train], exam.small[exam.test])
    figures: dict[str, Any] = {
        "model": painter.model_id,
        "photos": exam.about,
        "pictures": len(asked.dishes),
        "features": panel.about,
        **_distances(exam, panel, asked),
        **found.figures,
        **_faithfulness(exam, panel, asked, invented),
        **_within(exam, common, within),
        "names_apart": alarms.names_apart(painter, exam.names()),
        "alike": _alike(exam, asked),
    }
    figures["alarms"] = alarms.rung(figures)
    return Findings(figures, exam, asked, within, found)


def judges_of(exam: Exam, cache: Path) -> Path:
    """Where the networks that judge lie unless another folder is named: one a set of photos."""
    return cache / f"judges-{fingerprint(exam.photos)}"


def _dishes(exam: Exam, count: int) -> list[Dish]:
    """Names of held-out photos, over and over, each time with another seed."""
    held_out = (exam.photos[row].name for row in exam.test.tolist())
    names = [name for name in held_out if name]
    return [Dish(names[i % len(names)], i) for i in range(count)]


def _paint(painter: Painter, dishes: list[Dish], keep: int, what: str) -> Painted:
    little, seen, whole = [], [], []
    for at in track(range(0, len(dishes), BATCH), what):
        painted = painter.paint_tensor(dishes[at : at + BATCH]).cpu().clone()
        little.append(small(painted))
        seen.append(F.interpolate(painted, (SEEN_SIZE, SEEN_SIZE), mode="area"))
        whole.append(painted[: max(0, keep - at)].add(1).mul(127.5).round().to(torch.uint8))
    empty = torch.empty(0, 3, SIZE, SIZE)
    return Painted(
        dishes,
        torch.cat(little) if little else empty,
        torch.cat(seen) if seen else empty,
        torch.cat(whole) if whole else empty.to(torch.uint8),
    )


def _distances(exam: Exam, panel: Panel, asked: Painted) -> dict[str, Any]:
    """FoodKID on both feature networks, and the manifolds on the judge's."""
    like = exam.of_names(asked.names)
    if len(like) < HELD_OUT_MIN:  # no name is in both splits
        like = exam.train
    measured = exam.not_seen(panel.judge.photos)
    by_judge, floor = _on(panel.judge.features, exam, measured, asked, like)
    by_random, _ = _on(random_features, exam, exam.test, asked, like)
    manifolds = {
        "manifold": asdict(measures.manifold(floor["held_out"], floor["made"])),
        "manifold_floor_train_to_test": asdict(
            measures.manifold(floor["held_out"], floor["photos"])
        ),
    }
    return {
        **{f"kid{ending}": value for ending, value in by_random.items()},
        **{f"kid_judge{ending}": value for ending, value in by_judge.items()},
        "kid_judge_photos": len(measured),
        **manifolds,
    }


def _on(
    look: Callable[[Tensor], Tensor], exam: Exam, held_out: Tensor, asked: Painted, like: Tensor
) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """KID of pictures, photos, and spoilt photos to the held-out ones, on one feature network."""
    reference = look(exam.small[held_out])
    photos = exam.small[like]  # spoilt held-out photos would be near themselves
    sets = {
        "made": asked.small,
        "photos": photos,
        "blurred": F.interpolate(F.interpolate(photos, 16, mode="area"), SIZE, mode="bilinear"),
        "flat": photos.mean(dim=(2, 3), keepdim=True).expand_as(photos).contiguous(),
    }
    seen = {name: standardised(look(pictures), reference) for name, pictures in sets.items()}
    seen["held_out"] = standardised(reference, reference)
    ends = {
        "": "made",
        "_floor_train_to_test": "photos",
        "_control_blurred": "blurred",
        "_control_flat_colours": "flat",
    }
    return {end: asdict(kid(seen[name], seen["held_out"])) for end, name in ends.items()}, seen


def _faithfulness(exam: Exam, panel: Panel, asked: Painted, invented: Painted) -> dict[str, Any]:
    """R-precision of pictures, of held-out photos, and of pictures under wrong names; base dishes.

    invented: pictures of the invented names.
    """
    named = torch.tensor([row for row in exam.test.tolist() if exam.photos[row].name])
    real = [exam.photos[row].name or "" for row in named.tolist()]
    among = faithful.choices([*asked.names, *real], exam.names())
    photos = exam.pictures(named, SEEN_SIZE)
    figures: dict[str, Any] = {}
    for kind in KINDS:
        key = "r_precision" if kind == "random" else f"r_precision_{kind}"
        reader = panel.readers[kind]
        made, held_out = panel.features(kind, asked.seen), panel.features(kind, photos)
        figures[key] = faithful.precision(reader, made, asked.names, among)
        figures[f"{key}_held_out_photos"] = faithful.precision(reader, held_out, real, among)
        figures[f"{key}_control_shuffled"] = faithful.shuffled(reader, made, asked.names, among)
        if kind == "imagenet":
            dishes = panel.features(kind, invented.seen)
            figures |= looks.figures(panel.looks, dishes, invented.names, held_out, real)
    return figures


def _within(exam: Exam, names: list[str], painted: Painted) -> dict[str, Any]:
    """Spread within a name, and whether its mean colour follows that of its photos.

    None where no name has COMMON photos.
    """
    if not names:
        return {"spread_within_name": None, "colour_agreement": None, "colour_names": 0}
    reference = random_features(exam.small)
    real = standardised(reference, reference)
    made = standardised(random_features(painted.small), reference)
    rows = [_rows(exam, name) for name in names]
    ours = measures.spread(list(made.split(SEEDS)))
    theirs = measures.spread([real[row[:SEEDS]] for row in rows])
    colours = painted.small.mean(dim=(2, 3)).unflatten(0, (-1, SEEDS)).mean(dim=1)
    true = torch.stack([exam.small[row].mean(dim=(0, 2, 3)) for row in rows])
    chance = Generator().manual_seed(0)
    shuffled = [
        measures.agreement(colours[torch.randperm(len(names), generator=chance)], true)
        for _ in range(200)
    ]
    return {
        "spread_within_name": {"made": ours, "real": theirs, "ratio": ours / theirs},
        "colour_agreement": measures.agreement(colours, true),
        "colour_agreement_shuffled_95": sorted(shuffled)[189],
        "colour_names": len(names),
    }


def _alike(exam: Exam, asked: Painted) -> float:
    photos = random_features(exam.small[exam.test]).clone()
    made = standardised(random_features(asked.small), photos)
    return measures.alike(made, standardised(photos, photos))


def _rows(exam: Exam, name: str) -> list[int]:
    return [row for row, photo in enumerate(exam.photos) if photo.name == name]


def _common(exam: Exam) -> list[str]:
    counts = Counter(photo.name for photo in exam.photos if photo.name)
    return sorted(name for name, count in counts.items() if name and count >= COMMON)
