"""Whether a run may go on from its checkpoint: with the same photos and configuration alone.

A model's card, its licences and `photos prune` go by what a checkpoint says of its photos.
"""

from pathlib import Path
from typing import Any

from foodgan.step.config import ConfigError, TrainConfig

# How long a run is and what it notes down: its weights so far do not depend on them.
FREE = frozenset(("pictures", "log_every", "grid_every", "save_every", "snapshot_every"))
_ELSE = "name another --run, one that goes on from it by --begin-from, or begin anew by --fresh"


def refuse_others(then: dict[str, Any], now: dict[str, Any], run: Path) -> None:
    """Hold what a run's checkpoint says of itself against what it is to say from now on.

    Raises ConfigError where it learned from other photos, in another way, or began otherwise.
    """
    was = TrainConfig(kind=then["config"]["kind"]).model_dump(mode="json") | then["config"]
    changed = {
        key: f"{was.get(key)} instead of {now['config'].get(key)}"
        for key in was | now["config"]
        if key not in FREE and was.get(key) != now["config"].get(key)
    }
    if changed:
        told = ", ".join(key if key == "model" else f"{key} {how}" for key, how in changed.items())
        raise ConfigError(f"{run} was trained with another configuration ({told}): {_ELSE}")
    # A checkpoint of an earlier version says less of its photos.
    if any(now["photos"].get(key) != value for key, value in then["photos"].items()):
        raise ConfigError(f"{run} learned from other photos: {_ELSE}")
    if now["before"] and now["before"] != then.get("before", []):
        raise ConfigError(
            f"{run} is there and did not begin from that: leave out --begin-from to go on with it, "
            "or begin anew by --fresh"
        )
