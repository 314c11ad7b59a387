"""Everything that photos alone say, against which any number of entrants are then measured.

K held-out, L training photos of the asked names; F features, J judges. Of photos nothing is looked
at twice: the exam's shelf keeps it.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from foodgan.metrics import copies, faithful, kid, measures, sight
from foodgan.metrics.copies import Controls
from foodgan.metrics.exam import HELD_OUT_MIN, Exam, open_exam
from foodgan.metrics.faithful import Choices
from foodgan.metrics.features import Look, random_features, standardised
from foodgan.metrics.panel import IMAGENET, KINDS, Panel, at_full_size, seat
from foodgan.metrics.shelf import Tensors
from foodgan.painting.painter import Dish
from foodgan.photos.folder import PhotosError
from foodgan.step.config import LEFT_OUT

JUDGED_MIN = 64  # photos that a judge measures: on 20, photos themselves got 9 … 700,000
COMMON = 20  # photos that a name needs for its spread and colours to be known
# By the key of the figure, which features of `sight.see_whole`.
DEPTHS = {"kid_fine": slice(sight.FINE), "kid_coarse": slice(sight.FINE, None)}
FLOORS = {
    "_floor_train_to_test": "photos",
    "_control_blurred": "blurred",
    "_control_flat_colours": "flat",
}


@dataclass(frozen=True)
class Scale:
    """Held-out photos as one network sees them, (K, F), and what photos score there.

    Or as several see them, (J, K, F): what is measured is then the mean of theirs.
    unchosen (K,): which of them `foodgan model choose` does not look at; like (L, F): in units of
    the held-out ones; least: photos below which a distance means nothing, and is None.
    """

    held_out: Tensor
    unchosen: Tensor
    like: Tensor
    floors: dict[str, Any]
    least: int

    @property
    def photos(self) -> int:
        """K."""
        return self.held_out.shape[-2]

    @property
    def told(self) -> bool:
        """Whether there are photos enough for any distance."""
        return self.photos >= self.least

    def distances(self, key: str, made: Tensor) -> dict[str, Any]:
        """FoodKID of pictures (N, F) to all held-out photos, and to those of the unchosen half.

        Of (J, N, F) also that to all of them by each network.
        """
        half = self.held_out[..., self.unchosen, :]
        distance, each = self._distance(made, self.held_out)
        return {
            key: distance,
            f"{key}_unchosen": self._distance(made, half)[0],
            f"{key}_unchosen_photos": half.shape[-2],
            **{f"{key}{ending}": value for ending, value in self.floors.items()},
            **({f"{key}_each": each} if made.dim() == 3 else {}),
        }

    def _distance(
        self, made: Tensor, photos: Tensor
    ) -> tuple[dict[str, float], list[float]] | tuple[None, None]:
        if photos.shape[-2] < self.least:
            return None, None
        found, each = kid.by_networks(standardised(made, photos), standardised(photos, photos))
        return asdict(found), each

    def units(self, features: Tensor) -> Tensor:
        """In units of the held-out photos' standard deviation."""
        return standardised(features, self.held_out)


@dataclass(frozen=True)
class Reading:
    """Labelled held-out photos: their names, what readers see by kind, and names to choose from.

    Without those that taught one of the networks that judge names.
    """

    names: list[str]
    seen: dict[str, Tensor]
    among: Choices
    figures: dict[str, Any]


@dataclass(frozen=True)
class Yardstick:
    """dishes: asked for the distances; common: names whose spread and colours are known."""

    exam: Exam
    panel: Panel
    dishes: list[Dish]
    common: list[str]
    scales: dict[str, Scale]
    controls: Controls
    reading: Reading


def open_yardstick(
    folder: Path,
    cache: Path,
    pictures: int,
    judges: Path | None = None,
    left_out: Collection[str] = LEFT_OUT,
) -> Yardstick:
    """Read photos, seat the networks that judge, and measure what photos themselves score.

    pictures: how many an entrant paints for the distances; judges: a folder of the networks that
    judge, trained on these photos where there is none yet; left_out: the styles of photos that no
    entrant was trained on. Raises PhotosError and ModelError.
    """
    exam = open_exam(folder, cache, left_out)
    panel = seat(exam, judges or judges_of(exam, cache))
    dishes = _dishes(exam, pictures)
    train = exam.small[exam.train]
    training = copies.known(train, exam.random()[exam.train], exam.shelf)
    held_out = exam.small[exam.test]
    return Yardstick(
        exam,
        panel,
        dishes,
        common_names(exam),
        _scales(exam, panel, dishes),
        copies.controls(training, train, held_out, min(pictures, len(train)), exam.shelf),
        _reading(exam, panel, dishes),
    )


def judges_of(exam: Exam, cache: Path) -> Path:
    """Where the networks that judge lie unless another folder is named: one a set of photos."""
    return cache / f"judges-{exam.known}"


def _dishes(exam: Exam, count: int) -> list[Dish]:
    """Names of held-out photos, over and over, each time with another seed."""
    held_out = (exam.photos[row].name for row in exam.test.tolist())
    names = [name for name in held_out if name]
    return [Dish(names[i % len(names)], i) for i in range(count)]


def common_names(exam: Exam) -> list[str]:
    """The names with COMMON photos or more, in order."""
    counts = Counter(photo.name for photo in exam.photos if photo.name)
    return sorted(name for name, count in counts.items() if name and count >= COMMON)


def _scales(exam: Exam, panel: Panel, dishes: list[Dish]) -> dict[str, Scale]:
    """By the key of the figure."""
    like = exam.like([dish.name for dish in dishes])
    measured, photos = exam.not_seen(panel.judges.photos), [exam.small[like]]
    kept = f"{panel.judges.weights[:12]}-{len(dishes)}"
    by_judges = exam.shelf.keep(
        f"judges-{kept}", lambda: _looked(panel.judges.features, [exam.small[measured]], photos)
    )
    by_random = exam.shelf.keep(
        f"spoilt-{len(dishes)}", lambda: _looked(random_features, [exam.small[exam.test]], photos)
    )
    whole = exam.shelf.keep(
        f"whole-{len(dishes)}",
        lambda: _looked(panel.see_whole, at_full_size(exam, exam.test), at_full_size(exam, like)),
    )
    unchosen = torch.isin(exam.test, exam.not_for_choice())
    return {
        "kid": _scale(by_random, unchosen),
        "kid_judge": _scale(by_judges, torch.isin(measured, exam.not_for_choice()), JUDGED_MIN),
        **{
            key: _scale({name: seen[:, part] for name, seen in whole.items()}, unchosen)
            for key, part in DEPTHS.items()
        },
    }


def _looked(look: Look, held_out: Iterable[Tensor], like: Iterable[Tensor]) -> Tensors:
    """Features of held-out photos, of training photos of the asked names, and of those spoilt.

    Of either all at once, or as few as fit in memory.
    """
    found = defaultdict(list)
    for photos in held_out:
        found["held_out"].append(look(photos))
    for photos in like:  # spoilt held-out photos would be near themselves
        for name, pictures in ({"photos": photos} | _spoilt(photos)).items():
            found[name].append(look(pictures))
    return {name: torch.cat(parts, dim=-2) for name, parts in found.items()}


def _spoilt(photos: Tensor) -> Tensors:
    """Photos (N, 3, S, S) at a quarter of their width, and the mean colour of each."""
    side = photos.shape[-1]
    quarter = F.interpolate(photos, side // 4, mode="area")
    return {
        "blurred": F.interpolate(quarter, side, mode="bilinear"),
        "flat": photos.mean(dim=(2, 3), keepdim=True).expand_as(photos).contiguous(),
    }


def _scale(seen: Tensors, unchosen: Tensor, least: int = HELD_OUT_MIN) -> Scale:
    reference = seen["held_out"]
    held_out = standardised(reference, reference)
    like = standardised(seen["photos"], reference)
    told = reference.shape[-2] >= least
    floors = {
        ending: asdict(kid.kid(standardised(seen[name], reference), held_out)) if told else None
        for ending, name in FLOORS.items()
    }
    return Scale(reference, unchosen, like, floors, least)


def _reading(exam: Exam, panel: Panel, dishes: list[Dish]) -> Reading:
    named = torch.tensor([row for row in exam.test.tolist() if exam.photos[row].name])
    new = torch.isin(named, exam.not_seen(panel.named))  # judges may have learned elsewhere
    if not new.any():
        raise PhotosError("the networks that judge have seen every held-out photo with a name")
    names = [exam.photos[row].name or "" for row in named[new].tolist()]
    among = faithful.choices([*(dish.name for dish in dishes), *names], exam.names())
    looked = {"random": exam.random()[named], IMAGENET: panel.seen_of(exam, named, "held-out")}
    seen = {name: features[new] for name, features in looked.items()}
    figures: dict[str, Any] = {}
    for kind in KINDS:
        rest = (panel.readers[kind], seen[kind], names, among)
        figures |= faithful.figures(faithful.key_of(kind), *rest, "_held_out_photos")
    return Reading(names, seen, among, figures)


def spread_of_photos(exam: Exam, names: list[str], each: int) -> float:
    """Mean distance of two photos of one name, over `each` photos of each name."""
    seen = standardised(exam.random(), exam.random())
    return measures.spread([seen[rows_of(exam, name)[:each]] for name in names])


def rows_of(exam: Exam, name: str) -> list[int]:
    """Rows of every photo of a name."""
    return [row for row, photo in enumerate(exam.photos) if photo.name == name]
