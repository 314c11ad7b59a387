"""What `foodgan status` shows and `foodgan drain` does. Needs redis, as the bot and workers do."""

import time

import typer
from redis import Redis
from rich.console import Group
from rich.live import Live
from rich.table import Table

from foodgan.contract.errors import UserError
from foodgan.contract.settings import read_settings
from foodgan.contract.status import Status, look, rest
from foodgan.contract.terminal import console, say
from foodgan.launch.queue import connected

POLL_S = 0.2


def show(as_json: bool, watch: bool, every: float) -> None:
    """Print the status, once or every few seconds. Raises KitchenClosed."""
    with connected(read_settings()) as redis:
        if as_json:
            _print_json(look(redis))
            while watch:
                time.sleep(every)
                _print_json(look(redis))
        elif watch:
            _follow(redis, every)
        else:
            console().print(_shown(look(redis)))


def move(workers: list[str], back: bool, wait_s: float) -> None:
    """Put workers out of service or back into it, and wait till they are. Exit code 1: not yet."""
    with connected(read_settings()) as redis:
        labels = _labels(look(redis), workers)
        rest(redis, labels, not back)
        deadline = time.monotonic() + wait_s
        while late := _not_yet(look(redis), labels, back):
            if time.monotonic() > deadline:
                phrase = "cli-drain-not-yet-back" if back else "cli-drain-not-yet-at-rest"
                typer.echo(say(phrase, workers=", ".join(late)), err=True)
                raise typer.Exit(1)
            time.sleep(POLL_S)
        phrase = "cli-drain-back" if back else "cli-drain-at-rest"
        typer.echo(say(phrase, workers=", ".join(labels)))


def _print_json(found: Status) -> None:
    print(found.model_dump_json(), flush=True)


def _follow(redis: Redis, every: float) -> None:
    try:
        with Live(_shown(look(redis)), console=console(), auto_refresh=False) as live:
            while True:
                time.sleep(every)
                live.update(_shown(look(redis)), refresh=True)
    except KeyboardInterrupt:
        return


def _shown(found: Status) -> Group:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for column in ("worker", "state", "in-hand", "served", "failed"):
        table.add_column(say(f"cli-status-table.{column}"), no_wrap=column == "worker")
    for column in ("model", "device", "version"):
        table.add_column(say(f"cli-status-table.{column}"), overflow="fold")
    for each in found.workers:
        state = say(f"cli-status-state.{each.state}")
        counts = map(str, (each.in_hand, each.served, each.failed))
        table.add_row(each.label, state, *counts, each.model, each.device, each.version)
    # In lines of their own: as a column they would fold on a terminal of 80.
    figures = [
        say("cli-status-figures", worker=each.label, address=each.health)
        for each in found.workers
        if each.health
    ]
    return Group(*_sentences(found), table if found.workers else say("cli-status-nobody"), *figures)


def _sentences(found: Status) -> list[str]:
    lines = [_line(found)]
    if found.oldest_id:
        age = f"{found.oldest_s:.1f}"
        lines.append(say("cli-status-oldest", id=found.oldest_id, seconds=age))
    counts = {"recent": found.failed_recently, "day": found.failed, "named": len(found.failures)}
    lines.append(say("cli-status-failed", ids=" ".join(found.failures), **counts))
    lines.append(say("cli-status-photos", waiting=found.photos, workers=found.intakes))
    lines.append(say("cli-status-releases", waiting=found.releases, workers=found.trainers))
    return lines


def _line(found: Status) -> str:
    """What is in line, and how long a newcomer would wait."""
    counts = {"waiting": found.waiting, "started": found.started, "later": found.put_off}
    if found.wait_s is None:
        return say("cli-status-line-unserved", **counts)
    return say("cli-status-line", seconds=f"{found.wait_s:.1f}", **counts)


def _labels(found: Status, names: list[str]) -> list[str]:
    """The labels of workers called by label or name. Raises UserError for one that is not there."""
    known = {each.label: each.label for each in found.workers}
    known |= {each.name: each.label for each in found.workers}
    for name in names:
        if name not in known:
            there = ", ".join(each.label for each in found.workers) or "–"
            raise UserError("drain-unknown", name=name, known=there)
    return list(dict.fromkeys(known[name] for name in names))


def _not_yet(found: Status, labels: list[str], back: bool) -> list[str]:
    """Which of them are alive and not yet as they should be."""
    return [
        each.label
        for each in found.workers
        if each.label in labels and (each.serves != back or (not back and each.state != "resting"))
    ]
