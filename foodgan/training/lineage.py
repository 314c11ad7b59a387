"""Whether a run may go on from its checkpoint: with the same photos and configuration alone.

A model's card, its licences and `photos prune` go by what a checkpoint says of its photos.
"""

from pathlib import Path
from typing import Any

from foodgan.step.config import ConfigError, TrainConfig

# What a run notes down, on which its weights do not depend, and its length: see _refuse_length.
FREE = frozenset(("pictures", "log_every", "grid_every", "save_every", "snapshot_every"))
_ELSE = "name another --run, one that goes on from it by --begin-from, or begin anew by --fresh"


def refuse_others(then: dict[str, Any], now: dict[str, Any], run: Path) -> None:
    """Hold what a run's checkpoint says of itself against what it is to say from now on.

    Raises ConfigError where it learned from other photos, in another way, or began otherwise, and
    where names would not count any more for what they count now.
    """
    was = then["config"]
    changed = {
        key: f"{was.get(key)} instead of {now['config'].get(key)}"
        for key in was | now["config"]
        if key not in FREE and was.get(key) != now["config"].get(key)
    }
    if changed:
        told = ", ".join(key if key == "model" else f"{key} {how}" for key, how in changed.items())
        raise ConfigError(f"{run} was trained with another configuration ({told}): {_ELSE}")
    _refuse_length(was["pictures"], TrainConfig.model_validate(now["config"]), then["seen"], run)
    if now["photos"] != then["photos"]:
        raise ConfigError(f"{run} learned from other photos: {_ELSE}")
    if now["before"] and now["before"] != then["before"]:
        raise ConfigError(
            f"{run} is there and did not begin from that: leave out --begin-from to go on with it, "
            "or begin anew by --fresh"
        )


def _refuse_length(was: int, config: TrainConfig, seen: int, run: Path) -> None:
    """How much names count goes by the share of a run's pictures that it has seen: before the ramp
    and after it, by either length, nothing changes. Raises ConfigError in between.
    """
    before = config.model_copy(update={"pictures": was}).conditional(seen)
    after = config.conditional(seen)
    if before != after:
        raise ConfigError(
            f"{run} has seen {seen:,} of {was:,} pictures, by which names count for {before:.2f}, "
            f"and of {config.pictures:,} they would count for {after:.2f}: go on with as many as "
            "before, or name another --run that goes on from this one by "
            f"--begin-from {run} with conditional_full = 0 in its configuration"
        )
