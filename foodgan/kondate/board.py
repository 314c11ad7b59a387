"""The Kondate board: what a generator paints of names whose truth is known.

Attribute accuracy on each set of names, distance to renders of the same names, copying, spread;
each beside what real renders and shuffled names score. N pictures (N, 3, 64, 64) in [-1, 1].
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from foodgan.contract.whole import whole
from foodgan.kondate import attributes, taster
from foodgan.kondate.cooks import each
from foodgan.kondate.folder import VERSION, FolderError, Known, read_menu
from foodgan.kondate.prior import draw
from foodgan.kondate.recipe import Stated
from foodgan.kondate.render import Picture, render
from foodgan.kondate.splits import SETS
from foodgan.kondate.words import SPELLINGS
from foodgan.machine.progress import Track, untracked
from foodgan.metrics import copies, measures
from foodgan.metrics.copies import Controls
from foodgan.metrics.features import SIZE, random_features, standardised
from foodgan.metrics.kid import kid

SEEDS = 8  # pictures of a name when its spread is measured
SPREAD_NAMES = 24
UNSEEN = "unseen_pair"
BATCH = 32
CPU = torch.device("cpu")


class Sketches(Protocol):
    """Anything that paints names: (N, 3, 64, 64) in [-1, 1], the same from the same seeds."""

    def __call__(self, names: Sequence[str], seeds: Sequence[int]) -> Tensor: ...


@dataclass(frozen=True)
class Board:
    """A menu and the renders that pictures are held against.

    train (M, …), held_out (K, …): pictures of its training and test names, K in the order of
    `names`; again (K, …): other renders of those names; alike: SEEDS renders of each spread name.
    """

    names: list[Known]
    train: Tensor
    held_out: Tensor
    again: Tensor
    alike: Tensor
    judge: taster.Taster
    judged_by: str
    device: torch.device = CPU

    @property
    def spread_names(self) -> list[Known]:
        """The names whose spread is measured: unseen pairs."""
        return _spread_names(self.names)

    def random(self, pictures: Tensor) -> Tensor:
        """Features that favour nobody, of (N, 3, 64, 64)."""
        return random_features(pictures, self.device)

    @cached_property
    def randomly(self) -> "Ruler":
        """Distances by random features."""
        return Ruler.of(self.random(self.held_out), self.random(self.again))

    @cached_property
    def judged(self) -> "Ruler":
        """Distances by the judge's features."""
        held_out, again = (self.judge.look(x).features for x in (self.held_out, self.again))
        return Ruler.of(held_out, again)

    @cached_property
    def controls(self) -> Controls:
        """Held-out renders and both copycats, beside which copies are sought."""
        return copies.unkept(self.train, self.held_out, len(self.names), self.device)

    @cached_property
    def real_spread(self) -> float:
        """Mean distance of two renders of one name, by random features."""
        return self.randomly.spread(self.random(self.alike))


@dataclass(frozen=True)
class Ruler:
    """Distances between pictures by their features (N, F).

    reference (K, F): of held-out renders; real: the same, standardised; floor: the KID of other
    renders of the same names.
    """

    reference: Tensor
    real: Tensor
    floor: dict[str, float]

    @classmethod
    def of(cls, held_out: Tensor, again: Tensor) -> "Ruler":
        real = standardised(held_out, held_out)
        return cls(held_out, real, asdict(kid(standardised(again, held_out), real)))

    def kid(self, features: Tensor) -> dict[str, float]:
        """FoodKID to held-out renders of the same names, with its interval."""
        return asdict(kid(standardised(features, self.reference), self.real))

    def spread(self, features: Tensor) -> float:
        """Mean distance of two pictures of one name: SEEDS rows of each name follow another."""
        return measures.spread(list(standardised(features, self.reference).split(SEEDS)))


def open_board(
    folder: Path,
    *,
    judge: Path = taster.SHIPPED,
    device: torch.device = CPU,
    cache: Path | None = None,
    jobs: int = 1,
    track: Track = untracked,
) -> Board:
    """Read a folder of `foodgan kondate render`, and render what to compare with.

    device: where pictures are judged; cache: a folder that keeps the renders for the next time;
    jobs: processes that render. Raises FolderError, ModelError.
    """
    menu = read_menu(folder)
    names = [known for known in menu if known.kind != "train"]
    train = pictures_of([known for known in menu if known.kind == "train"])
    held_out = pictures_of(names)  # before rendering, which takes long: they may be refused
    rendered = taster.as_tensor(_compared(names, cache, jobs, track))
    tasting, digest = taster.load(judge)
    return Board(
        names=names,
        train=train,
        held_out=held_out,
        again=rendered[: len(names)],
        alike=rendered[len(names) :],
        judge=tasting.to(device),
        judged_by=judged_by(digest),
        device=device,
    )


def judged_by(digest: str) -> str:
    """How figures name the judge whose file has this SHA-256."""
    return f"taster {digest[:12]}"


def _compared(names: Sequence[Known], cache: Path | None, jobs: int, track: Track) -> Picture:
    """A render of each name, then SEEDS of each spread name, kept in `cache`."""
    wanted = [known.stated for known in names]
    wanted += [known.stated for known in _spread_names(names) for _ in range(SEEDS)]
    asked = repr([VERSION, *(stated.as_json() for stated in wanted)])
    kept = cache and cache / f"board-{sha256(asked.encode()).hexdigest()[:16]}.npy"
    if kept and kept.exists():
        return np.asarray(np.load(kept))
    drawn = each(_oracle, list(enumerate(wanted)), jobs)
    rendered = np.stack(list(track(drawn, "rendering")))
    if kept:
        with whole(kept) as partial, partial.open("wb") as out:
            np.save(out, rendered)
    return rendered


def _spread_names(names: Sequence[Known]) -> list[Known]:
    return [known for known in names if known.kind == UNSEEN][:SPREAD_NAMES]


def _oracle(asked: tuple[int, Stated]) -> Picture:
    """A render of what a name says; all else by chance of the seed."""
    seed, stated = asked
    rng = np.random.default_rng([5, seed])
    return render(draw(rng, stated), int(rng.integers(2**31)))


def pictures_of(known: Sequence[Known]) -> Tensor:
    """The pictures of a menu, (N, 3, 64, 64) in [-1, 1]. Raises FolderError at another size."""
    return taster.as_tensor(np.stack([_read(one.path) for one in known]))


def _read(path: Path) -> Picture:
    """A drawing as it is: shrunk ones are no drawings that the judge has learned from."""
    with Image.open(path) as drawing:
        if drawing.size != (SIZE, SIZE):
            wide, high = drawing.size
            raise FolderError(
                f"{path.parent.parent} holds pictures of {wide}×{high}: all that is measured on "
                f"drawings is measured at {SIZE}×{SIZE}; render others with --size {SIZE}"
            )
        return np.asarray(drawing.convert("RGB"))


@dataclass(frozen=True)
class Findings:
    """figures: of one generator on the board; the rest is what the page shows beside them.

    made (K, …): its picture of each name; tasted: what the judge sees in each.
    """

    figures: dict[str, Any]
    board: Board
    made: Tensor
    tasted: list[taster.Tasted]


def measure(board: Board, paint: Sketches) -> dict[str, Any]:
    """Every figure of one generator on the board."""
    return findings(board, paint).figures


def findings(board: Board, paint: Sketches) -> Findings:
    """The same with the pictures that were measured."""
    names = [known.name for known in board.names]
    made = _painted(paint, names, range(len(names)))
    spread_names = [known.name for known in board.spread_names for _ in range(SEEDS)]
    within = _painted(paint, spread_names, list(range(SEEDS)) * len(board.spread_names))
    looked = board.judge.look(made)
    tasted, spread = looked.told, board.randomly.spread(board.random(within))
    figures = {
        "judge": board.judged_by,
        "pictures": len(made),
        "accuracy": _accuracy(board, tasted),
        "synonyms": _synonyms(board, paint, tasted),
        "kid": board.randomly.kid(board.random(made)),
        "kid_floor": board.randomly.floor,
        "kid_taster": board.judged.kid(looked.features),
        "kid_taster_floor": board.judged.floor,
        **board.controls.search(made).figures,
        "spread_within_name": {
            "made": spread,
            "real": board.real_spread,
            "ratio": spread / board.real_spread,
        },
    }
    return Findings(figures, board, made, tasted)


def ceiling(board: Board) -> dict[str, dict[str, float | None]]:
    """What the judge finds right of real renders of each set's names: no generator can do more."""
    real: dict[str, dict[str, float | None]] = _accuracy(board, board.judge.taste(board.again))[
        "sets"
    ]
    return real


def _painted(paint: Sketches, names: Sequence[str], seeds: Sequence[int]) -> Tensor:
    parts = [
        paint(names[at : at + BATCH], seeds[at : at + BATCH]) for at in range(0, len(names), BATCH)
    ]
    return torch.cat(parts).float().clamp(-1, 1)


def _accuracy(board: Board, tasted: Sequence[taster.Tasted]) -> dict[str, Any]:
    """Of each set, and of its pictures under one another's names."""
    asked = {}
    for kind in SETS:
        rows = [row for row, known in enumerate(board.names) if known.kind == kind]
        asked[kind] = [board.names[row].stated for row in rows], [tasted[row] for row in rows]
    sets = {kind: attributes.accuracy(*pair) for kind, pair in asked.items()}
    others = {kind: attributes.shuffled(*pair) for kind, pair in asked.items()}
    return {"sets": sets, "control_shuffled": others[UNSEEN], "controls_shuffled": others}


def _synonyms(
    board: Board, paint: Sketches, tasted: Sequence[taster.Tasted]
) -> dict[str, float | None]:
    """Mean accuracy of names with an unseen spelling, and of the same with the commonest one."""
    rows = [row for row, known in enumerate(board.names) if known.kind == "unseen_synonym"]
    known = [board.names[row] for row in rows]
    usual = _painted(paint, [respelt(one.name, one.stated) for one in known], rows)
    stated = [one.stated for one in known]
    return {
        "unseen": attributes.accuracy(stated, [tasted[row] for row in rows])["mean"],
        "usual": attributes.accuracy(stated, board.judge.taste(usual))["mean"],
    }


def respelt(name: str, stated: Stated) -> str:
    """The name with the rarest spelling of each word that it says put as the commonest one."""
    for attribute, value in sorted(stated.atoms):
        usual, *others = SPELLINGS.get(attribute, {}).get(value, ("",))
        if others and others[-1] in name and usual not in name:
            name = name.replace(others[-1], usual)
    return name
