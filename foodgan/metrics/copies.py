"""Does a model copy? Pictures against all training photos, beside copycats that must be caught.

N pictures, M training, K held-out photos, each (…, 3, 64, 64) in [-1, 1]; F features, V = 56 views.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Generator, Tensor

from foodgan.machine.progress import track
from foodgan.metrics import measures
from foodgan.metrics.eyes import disturbed
from foodgan.metrics.features import Look, random_features, shapes, standardised, views
from foodgan.metrics.shelf import Shelf, Tensors
from foodgan.photos.duplicates import grey

FRAME_MIN = 0.75  # of the side, in the pictures of the augmented copycat


@dataclass(frozen=True)
class Near:
    """Distance (N,) to the nearest training photo, and its row (N,) among them."""

    gaps: Tensor
    rows: Tensor


@dataclass(frozen=True)
class Copies:
    """figures: of `foodgan evaluate`; textures, shapes: for each set of pictures by its name."""

    figures: dict[str, Any]
    textures: dict[str, Near]
    shapes: dict[str, Near]


@dataclass(frozen=True)
class Training:
    """The training photos as copies are sought among them.

    reference (M, F): raw features; own (M,): distance of each photo to the nearest other one;
    outlines: what is left of their shape, a (M, 64) a view. look: to features.
    """

    reference: Tensor
    own: Tensor
    outlines: list[Tensor]
    look: Look = random_features

    def texture(self, raw: Tensor, mirrored: Tensor) -> tuple[Near, float]:
        """By random convolutions (N, F), of pictures and of the same mirrored; authentic share."""
        train = standardised(self.reference, self.reference)
        straight = Near(*measures.nearest(standardised(raw, self.reference), train))
        turned = Near(*measures.nearest(standardised(mirrored, self.reference), train))
        authentic = measures.authentic(straight.gaps, self.own[straight.rows])
        return _nearer(straight, turned), authentic

    def shape(self, pictures: Tensor) -> Near:
        """By brightness alone, training photos also mirrored and cropped."""
        asked = shapes(grey(pictures))
        best = Near(torch.full((len(asked),), torch.inf), torch.zeros(len(asked)).long())
        for view in self.outlines:
            best = _nearer(best, Near(*measures.nearest(asked, view)))
        return best


@dataclass(frozen=True)
class Controls:
    """What training photos, held-out ones and both copycats make of the search.

    textures, shapes: by the name of the set; authentic: share of each.
    """

    training: Training
    textures: dict[str, Near]
    shapes: dict[str, Near]
    authentic: dict[str, float]

    def search(self, made: Tensor, raw: Tensor | None = None) -> Copies:
        """Hold pictures (N) against the training photos. raw (N, F): what is known of them."""
        look = self.training.look
        seen = look(made) if raw is None else raw
        textured, authentic = self.training.texture(seen, look(made.flip(3)))
        textures = {"made": textured, **self.textures}
        shaped = {"made": self.training.shape(made), **self.shapes}
        figures = {
            "rho": _rho(textures, "made"),
            "rho_control_copycat": _rho(textures, "copycat"),
            "rho_control_augmented": _rho(textures, "augmented"),
            "rho_shapes": _rho(shaped, "made"),
            "rho_shapes_control_copycat": _rho(shaped, "copycat"),
            "rho_shapes_control_augmented": _rho(shaped, "augmented"),
            "suspicious_share": _suspicious(shaped, "made"),
            "suspicious_control_copycat": _suspicious(shaped, "copycat"),
            "suspicious_control_augmented": _suspicious(shaped, "augmented"),
            "authenticity": authentic,
            "authenticity_held_out_photos": self.authentic["held_out"],
            "authenticity_control_copycat": self.authentic["copycat"],
        }
        return Copies(figures, textures, shaped)


def search(made: Tensor, train: Tensor, held_out: Tensor) -> Copies:
    """Hold made (N), held-out photos (K) and both copycats against the training photos (M)."""
    return unkept(train, held_out, len(made)).search(made)


def unkept(
    train: Tensor, held_out: Tensor, count: int, device: torch.device | None = None
) -> Controls:
    """`controls` of photos of which no shelf keeps anything.

    device: where features are computed, if elsewhere.
    """
    look = partial(random_features, device=device)
    reference = look(train)
    training = Training(reference, _own(reference), _outlines(train), look)
    return controls(training, train, held_out, count)


def known(train: Tensor, reference: Tensor, shelf: Shelf) -> Training:
    """Training photos, whose features (M, F) are known, with what a shelf keeps of them."""
    own = shelf.keep_one("own", lambda: _own(reference))
    outlines = shelf.keep_one("outlines", lambda: torch.stack(_outlines(train)))
    return Training(reference, own, list(outlines))


def controls(
    training: Training,
    train: Tensor,
    held_out: Tensor,
    count: int,
    shelf: Shelf | None = None,
    what: str = "copycats",
) -> Controls:
    """Hold held-out photos (K) and `count` pictures of each copycat against the photos (M).

    what: the name under which a shelf keeps this.
    """

    def sought() -> Tensors:
        found: Tensors = {}
        for name, pictures in track(_sets(train, held_out, count).items(), "seeking copies"):
            seen = (training.look(view) for view in (pictures, pictures.flip(3)))
            textured, authentic = training.texture(*seen)
            shaped = training.shape(pictures)
            found |= {f"{name}.texture": textured.gaps, f"{name}.texture_rows": textured.rows}
            found |= {f"{name}.shape": shaped.gaps, f"{name}.shape_rows": shaped.rows}
            found[f"{name}.authentic"] = torch.tensor(authentic, dtype=torch.float64)
        return found

    found = shelf.keep(f"{what}-{count}", sought) if shelf else sought()
    names = ("held_out", "copycat", "augmented")
    return Controls(
        training,
        {n: Near(found[f"{n}.texture"], found[f"{n}.texture_rows"]) for n in names},
        {n: Near(found[f"{n}.shape"], found[f"{n}.shape_rows"]) for n in names},
        {n: float(found[f"{n}.authentic"]) for n in names},
    )


def _sets(train: Tensor, held_out: Tensor, count: int) -> dict[str, Tensor]:
    chance = Generator().manual_seed(0)
    copied = train[torch.randperm(len(train), generator=chance)[:count]]
    return {
        "held_out": held_out,
        "copycat": copied,
        "augmented": disturbed(copied, chance, FRAME_MIN),
    }


def _own(reference: Tensor) -> Tensor:
    return measures.apart(standardised(reference, reference))


def _outlines(train: Tensor) -> list[Tensor]:
    return [shapes(view) for view in views(grey(train))]


def _rho(near: dict[str, Near], which: str) -> float:
    return measures.copying(near[which].gaps, near["held_out"].gaps)


def _suspicious(near: dict[str, Near], which: str) -> float:
    return measures.suspicious(near[which].gaps, near["held_out"].gaps)


def _nearer(a: Near, b: Near) -> Near:
    closer = a.gaps <= b.gaps
    return Near(torch.where(closer, a.gaps, b.gaps), torch.where(closer, a.rows, b.rows))
