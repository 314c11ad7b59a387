"""What `foodgan model choose` shows of its figures."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from foodgan.contract.terminal import say


def show(found: Mapping[str, Any]) -> None:
    """A line a snapshot, then which is chosen and why."""
    from rich.console import Console
    from rich.table import Table

    from foodgan.evaluate.meaning import shown

    console = Console()
    seen, of = say("cli-choose-seen"), say("cli-choose-of")
    titles = (say(f"cli-choose-{key}") for key in ("authenticity", "suspicious", "spread"))
    table = Table(seen, "FoodKID", "ρ", *titles, of)
    for one in found["snapshots"]:
        figures = (one[key] for key in ("kid", "rho", "authenticity", "suspicious", "spread"))
        style = "bold" if one["path"] == found["chosen"] else "" if one["fit"] else "dim"
        table.add_row(f"{one['seen']:,}", *map(shown, figures), Path(one["path"]).stem, style=style)
    console.print(table)
    rule = found["rule"]
    console.print(
        say(
            "cli-choose-measured",
            pictures=found["pictures"],
            choose=found["photos_that_choose"],
            others=found["photos_that_do_not"],
            floor=shown(found["kid_floor_train_to_test"]),
            copycat=shown(found["rho_control_augmented"]),
        )
    )
    bounds = say(
        "cli-choose-bounds",
        rho=f"{rule['rho_at_least']:.2f}",
        authenticity=f"{rule['authenticity_at_least']:.2f}",
        suspicious=f"{rule['suspicious_share_at_most']:.2f}",
    )
    if found["chosen"] is None:
        console.print(say("cli-choose-none", bounds=bounds), style="yellow")
    else:
        console.print(say("cli-choose-chosen", path=found["chosen"], bounds=bounds))
