"""What `foodgan model choose` shows of its figures."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any


def show(found: Mapping[str, Any]) -> None:
    """A line a snapshot, then which is chosen and why."""
    from rich.console import Console
    from rich.table import Table

    from foodgan.evaluate.meaning import shown

    console = Console()
    table = Table("photos seen", "FoodKID", "ρ", "authenticity", "suspicious", "spread", "of")
    for one in found["snapshots"]:
        figures = (one[key] for key in ("kid", "rho", "authenticity", "suspicious", "spread"))
        style = "bold" if one["path"] == found["chosen"] else "" if one["fit"] else "dim"
        table.add_row(f"{one['seen']:,}", *map(shown, figures), Path(one["path"]).stem, style=style)
    console.print(table)
    rule = found["rule"]
    console.print(
        f"{found['pictures']} pictures of each snapshot; {found['photos_that_choose']} held-out "
        f"photos choose, {found['photos_that_do_not']} do not. Photos of the same names: FoodKID "
        f"{shown(found['kid_floor_train_to_test'])}. An augmented copycat: ρ "
        f"{shown(found['rho_control_augmented'])}."
    )
    bounds = (
        f"ρ ≥ {rule['rho_at_least']:.2f}, authenticity ≥ {rule['authenticity_at_least']:.2f}, "
        f"suspicious ≤ {rule['suspicious_share_at_most']:.2f}"
    )
    if found["chosen"] is None:
        console.print(f"No snapshot is fit to ship: none has {bounds}.", style="yellow")
    else:
        console.print(f"Chosen: {found['chosen']}, of the least FoodKID with {bounds}.")
