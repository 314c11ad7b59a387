"""Collapse alarms: figures that say that a model is broken, each in one plain sentence.

N names, C numbers of the condition.
"""

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from foodgan.contract import phrases
from foodgan.metrics.faithful import CHANCE

APART_MIN = 2.0  # two names' conditions, in units of the noise put on them
SPREAD_MIN = 0.5  # of the spread of real photos of one name
ALIKE_MAX = 0.2  # share of near-identical pictures, .01 among photos
COPIED_MAX = 0.1  # share of pictures closer to a training photo than .01 of new photos are
HEARD_MIN = 3 * CHANCE


def apart(mu: Tensor, log_var: Tensor) -> float:
    """Root mean square distance of two names' mu, in standard deviations of the augmentation.

    mu, log_var: (N, C) with N > 1.
    """
    noise = log_var.exp().mean(dim=0)
    return float((2 * mu.var(dim=0) / noise).sum().sqrt())


def rung(figures: Mapping[str, Any]) -> list[str]:
    """An English sentence for each alarm that rings, as figures have them."""
    return [phrases.say("en", phrase) for phrase in ringing(figures)]


def ringing(figures: Mapping[str, Any]) -> list[str]:
    """The phrase of each alarm that rings; what was not measured rings none."""
    spread, apart = figures["spread_within_name"], figures["names_apart"]
    read = [figures[key] for key in ("r_precision", "r_precision_imagenet")]
    bells = {
        "report-alarm-drowned": apart is not None and apart < APART_MIN,
        "report-alarm-uniform": spread is not None and spread["ratio"] < SPREAD_MIN,
        "report-alarm-identical": figures["alike"] > ALIKE_MAX,
        "report-alarm-copied": figures["suspicious_share"] > COPIED_MAX,
        "report-alarm-unheard": all(each is not None and each["mean"] < HEARD_MIN for each in read),
    }
    return [phrase for phrase, rings in bells.items() if rings]
