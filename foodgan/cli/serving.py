"""`foodgan serving`: which model the workers paint with; give them another; take it back."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from foodgan.cli.photos import AsJson, At
from foodgan.contract.terminal import Terminal, say

if TYPE_CHECKING:  # `--help` does without
    from collections.abc import Sequence

    from foodgan.contract.models import Gate, Promotion
    from foodgan.contract.store import Store

app = Terminal(no_args_is_help=True)

EXIT_GATES = 1


@app.command()
def show(store: At = None, as_json: AsJson = False) -> None:
    """Say what is served, and what was: the newest last."""
    from foodgan.publishing.credits import names_otherwise
    from foodgan.publishing.serving import knows_withdrawn, serving

    place = _store(store)
    found = serving(place)
    if as_json:
        typer.echo(found.model_dump_json(indent=1))
        return
    for promotion in found.promotions:
        typer.echo(_line(promotion))
    if not found.promotions:
        typer.echo(say("cli-serving-nothing"))
    elif served := found.promotions[-1].digest:
        if knows_withdrawn(place, found, served):
            typer.echo(say("cli-serving-withdrawn"))
        if names_otherwise(place, served):
            typer.echo(say("cli-serving-credit"))


@app.command()
def promote(
    model: Annotated[Path | None, typer.Argument()] = None,
    own: Annotated[bool, typer.Option("--own")] = False,
    force: Annotated[bool, typer.Option("--force")] = False,
    store: At = None,
) -> None:
    """Publish a model and let every worker take it up. Trainers learn new names on it."""
    from foodgan.painting.painter import Painter
    from foodgan.publishing import gates, serving

    if (model is None) != own:
        raise typer.BadParameter(say("cli-serving-which"))
    place = _store(store)
    if model is None:
        serving.promote(place, None, base=None, model_id="", by="operator")
        typer.echo(say("cli-serving-back-to-own"))
        return
    painter = Painter.load(model, device="cpu")
    measured = gates.of_model(painter)
    tell_gates(measured)
    if not force and not all(gate.passed for gate in measured):
        typer.echo(say("cli-serving-kept-back"), err=True)
        raise typer.Exit(EXIT_GATES)
    digest = serving.publish(place, model)
    serving.promote(place, digest, base=None, model_id=painter.model_id, by="operator")
    typer.echo(say("cli-serving-served", model=painter.model_id, digest=digest[:12]))


@app.command()
def rollback(store: At = None) -> None:
    """Go back to what was served before. No trainer promotes this model again."""
    from foodgan.publishing.serving import roll_back

    typer.echo(_line(roll_back(_store(store))))


def tell_gates(measured: "Sequence[Gate]") -> None:
    """A line for each gate."""
    for gate in measured:
        figure = say("cli-gate-no-number") if gate.figure is None else gate.shown
        passed = "yes" if gate.passed else "no"
        values = {"name": gate.name, "bound": f"{gate.bound:g}", "passed": passed}
        typer.echo(say("cli-gate", figure=figure, **values))


def _line(promotion: "Promotion") -> str:
    model = promotion.model_id or say("cli-serving-own")
    digest = promotion.digest[:12] if promotion.digest else "-" * 12
    at = f"{promotion.at:%Y-%m-%d %H:%M}Z"
    return say("cli-serving-line", at=at, digest=digest, model=model, by=promotion.by)


def _store(url: str | None) -> "Store":
    from foodgan.contract.settings import read_settings
    from foodgan.contract.store import Store

    return Store(url or read_settings().photo_store)
