"""Gates: what a model must pass before workers take it up, in seconds and without photos.

They find what is broken, not what is less good: for that there is `foodgan evaluate`. A model that
learned names paints as the one that it learned on, but for what it hears; so what paints is
compared weight by weight, and what is heard in spreads of the conditions of known names.
"""

import math
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from foodgan.contract.models import AT_LEAST, Gate, GateName
from foodgan.evaluate import entrants
from foodgan.machine.progress import track
from foodgan.metrics.alarms import APART_MIN
from foodgan.metrics.alarms import apart as apart_of
from foodgan.metrics.invented import invented
from foodgan.painting.painter import Painter, portions
from foodgan.training.hearing import FAR, Heard, farthest

FLAT = 0.02  # least spread of a picture's pixels, of 1: below it there is nothing to see
NEW_MAX = 64  # new names that are painted
LEARNS = "names.from_ngrams.weight"  # of a stage: all that learning names may change

_BATCH = 8


def of_model(painter: Painter, names: Sequence[str] = ()) -> tuple[Gate, ...]:
    """What any model must pass. names: that it is asked for, beside 64 invented ones."""
    asked = [*invented(), *names[:NEW_MAX]]
    entrant = entrants.of_model(painter)
    assert entrant.conditions is not None
    return (
        _gate("paints", _unfit(painter, asked), 0),
        _gate("apart", apart_of(*entrant.conditions(list(invented()))), APART_MIN),
    )


def of_learning(
    before: Painter, after: Painter, heard: Mapping[str, Heard], names: Sequence[str]
) -> tuple[Gate, ...]:
    """What a model must pass that has learned names, the most shown ones first."""
    return (
        *of_model(after, names),
        _gate("heard", farthest(each.off for each in heard.values()), FAR),
        _gate("stays", farthest(each.moved for each in heard.values()), FAR),
        _gate("untouched", _changed(before, after), 0),
    )


def _unfit(painter: Painter, names: Sequence[str]) -> float:
    """The share of names whose picture has nothing in it, or what is no number."""
    unfit = 0
    parts = [names[start : start + _BATCH] for start in range(0, len(names), _BATCH)]
    for part in track(parts, "gates"):
        dishes = [dish for name in part for dish in portions(name, 0, 1)]
        pictures = painter.paint_tensor(dishes).flatten(1)
        # Not a number fails every comparison, and so it is counted.
        unfit += int((~(pictures.std(dim=1) / 2 >= FLAT)).sum())
    return unfit / len(names)


def _changed(before: Painter, after: Painter) -> float:
    """Tensors that differ, of those that no learning of names may change."""
    stages = ((before.first, after.first), (before.second, after.second))
    return float(sum(_differing(old, new) for old, new in stages))


def _differing(old: nn.Module, new: nn.Module) -> int:
    then, now = _kept(old), _kept(new)
    if then.keys() != now.keys():
        return len(then.keys() ^ now.keys())
    return sum(not torch.equal(then[name], now[name]) for name in then)


def _kept(stage: nn.Module) -> dict[str, Tensor]:
    return {name: tensor for name, tensor in stage.state_dict().items() if name != LEARNS}


def _gate(name: GateName, figure: float, bound: float) -> Gate:
    passed = figure >= bound if name in AT_LEAST else figure <= bound
    finite = math.isfinite(figure)  # JSON has no word for what is no number
    return Gate(name=name, figure=figure if finite else None, bound=bound, passed=passed and finite)
