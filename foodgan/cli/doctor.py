"""`foodgan doctor`: is all that a canteen needs here, and what is to be done?"""

from typing import Annotated

import typer

SIGNS = {"ok": "[green]✓[/]", "warn": "[yellow]![/]", "fail": "[red]✗[/]", "skip": "[dim]–[/]"}


def doctor(as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """Check Python, disk, Redis, photo store, device, model, database and Discord."""
    import json

    from rich.console import Console
    from rich.markup import escape

    from foodgan.contract.settings import read_settings
    from foodgan.contract.terminal import say
    from foodgan.doctor import CHECKS, examine
    from foodgan.machine.progress import track

    settings = read_settings()
    findings = [
        finding
        for name in track(CHECKS, say("doctor-looking"))
        for finding in examine(name, settings)
    ]
    failed = any(finding.level == "fail" for finding in findings)
    if as_json:
        told = {"ok": not failed, "findings": [finding.model_dump() for finding in findings]}
        typer.echo(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        console = Console(highlight=False, soft_wrap=True)
        for finding in findings:
            console.print(f"{SIGNS[finding.level]} {escape(f'{finding.title}: {finding.found}')}")
            if finding.advice:
                console.print(f"  [bold]→ {escape(finding.advice)}[/]")
    raise typer.Exit(int(failed))
