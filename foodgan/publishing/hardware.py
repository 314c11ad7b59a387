"""On what a model was trained, and for how long.

A run says so itself. Those of the shipped model were over before runs did: what they ran on is
written down by hand, beside the model rather than in model.json, whose hash names the model in
every store and is not to change while the weights are the same.
"""

import json
from functools import cache
from typing import Any

from foodgan.publishing.lighting import LIT
from foodgan.publishing.widening import WIDENED
from foodgan.registry import SHARE, SHIPPED, Run, Training, describe

AFTERWARDS = {SHARE, WIDENED, LIT}  # in a run's configuration: what was done to its weights
BY_HAND = SHIPPED / "devices.json"  # of each stage, a device for each run, in their order


def seconds_by_device(training: Training) -> dict[str, float]:
    """Seconds of a stage's runs by device, in the order of the runs.

    Where a run, or a part of it, says no device, its seconds are under no one's name.
    """
    found: dict[str, float] = {}
    for run in training.runs:
        for device, seconds in _devices(run).items():
            found[device] = found.get(device, 0.0) + seconds
    return found


def _devices(run: Run) -> dict[str, float]:
    if run.devices:
        return run.devices
    said = _said(run)
    return next(({device: run.seconds} for known, device in _by_hand() if known == said), {})


@cache
def _by_hand() -> list[tuple[dict[str, Any], str]]:
    """The shipped model's runs, which models that learned on it have been through, too."""
    devices = json.loads(BY_HAND.read_text(encoding="utf-8"))
    return [
        (_said(run), device)
        for stage, training in describe().training.items()
        for run, device in zip(training.runs, devices[stage], strict=True)
    ]


def _said(run: Run) -> dict[str, Any]:
    return run.model_dump(mode="json", exclude={"before": True, "config": AFTERWARDS})
