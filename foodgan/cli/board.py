"""What `foodgan status` shows and `foodgan drain` does. Needs redis, as the bot and workers do."""

import time

import typer
from redis import Redis
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table

from foodgan.contract.errors import UserError
from foodgan.contract.settings import read_settings
from foodgan.contract.status import Status, look, rest
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
            Console().print(_shown(look(redis)))


def move(workers: list[str], back: bool, wait_s: float) -> None:
    """Put workers out of service or back into it, and wait till they are. Exit code 1: not yet."""
    with connected(read_settings()) as redis:
        labels = _labels(look(redis), workers)
        rest(redis, labels, not back)
        deadline = time.monotonic() + wait_s
        while late := _not_yet(look(redis), labels, back):
            if time.monotonic() > deadline:
                typer.echo(f"not yet {'back' if back else 'at rest'}: {', '.join(late)}", err=True)
                raise typer.Exit(1)
            time.sleep(POLL_S)
        typer.echo(f"{'back' if back else 'at rest'}: {', '.join(labels)}")


def _print_json(found: Status) -> None:
    print(found.model_dump_json(), flush=True)


def _follow(redis: Redis, every: float) -> None:
    try:
        with Live(_shown(look(redis)), auto_refresh=False) as live:
            while True:
                time.sleep(every)
                live.update(_shown(look(redis)), refresh=True)
    except KeyboardInterrupt:
        return


def _shown(found: Status) -> Group:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for column in ("worker", "state", "in hand", "served", "failed"):
        table.add_column(column, no_wrap=column == "worker")
    for column in ("model", "device", "version"):
        table.add_column(column, overflow="fold")
    for each in found.workers:
        counts = (each.in_hand, each.served, each.failed)
        table.add_row(
            *(each.label, each.state, *map(str, counts)), *(each.model, each.device, each.version)
        )
    # In lines of their own: as a column they would fold on a terminal of 80.
    figures = [f"figures of {each.label}: {each.health}" for each in found.workers if each.health]
    return Group(*_sentences(found), table if found.workers else "no worker is alive", *figures)


def _sentences(found: Status) -> list[str]:
    estimate = (
        "nobody serves" if found.wait_s is None else f"a new order takes {found.wait_s:.1f} s"
    )
    lines = [
        f"{found.waiting} waiting, {found.started} in hand, {found.put_off} to be tried again; "
        f"{estimate}"
    ]
    if found.oldest_id:
        lines.append(f"oldest: {found.oldest_id}, {found.oldest_s:.1f} s")
    ids = f" ({' '.join(found.failures)})" if found.failures else ""
    lines.append(f"failed in the last hour: {found.failed_recently}{ids}; in a day: {found.failed}")
    lines.append(f"photos: {found.photos} waiting; intake workers: {found.intakes}")
    lines.append(f"releases: {found.releases} waiting; trainers: {found.trainers}")
    return lines


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
