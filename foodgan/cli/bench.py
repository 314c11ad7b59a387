"""`foodgan bench`: what painting costs, and what queue and journey add to it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from foodgan.cli.device import Device
from foodgan.contract.limits import COUNT_MAX
from foodgan.contract.terminal import Terminal, say

app = Terminal(no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json")]


@app.command()
def painter(
    model: Path | None = None,
    device: Device = None,
    threads: Annotated[int, typer.Option(min=0)] = 0,
    repeats: Annotated[int, typer.Option(min=3)] = 30,
    variants: Annotated[bool, typer.Option("--variants")] = False,
    only: list[str] | None = None,
    as_json: AsJson = False,
) -> None:
    """Milliseconds and GMAC of each stage, pictures/s by batch, share of the machine's peak."""
    from foodgan.bench.painter import measure
    from foodgan.painting.painter import Painter

    if only and not variants:
        raise typer.BadParameter(say("cli-bench-needs-variants"), param_hint="--only")
    if variants:
        _variants(model, device, threads, repeats, tuple(only or ()), as_json=as_json)
        return
    figures = measure(Painter.load(model, device=device, threads=threads), repeats)
    if as_json:
        typer.echo(json.dumps(figures, ensure_ascii=False, indent=1))
    else:
        _show_painter(figures)


@app.command()
def dish(
    orders: Annotated[int, typer.Option(min=1)] = 30,
    count: Annotated[int, typer.Option(min=1, max=COUNT_MAX)] = 1,
    as_json: AsJson = False,
) -> None:
    """Time from `/dish` to the picture through bot, queue and worker, beside the painter's own."""
    from foodgan.bench.journey import measure

    figures = measure(orders, count)
    if as_json:
        typer.echo(json.dumps(figures, indent=1))
        return
    table = Table(title=say("cli-bench-dish", orders=orders, count=count))
    for column in ("", say("cli-bench-seconds")):
        table.add_column(column, justify="right" if column else "left")
    for name, figure in figures.items():
        if name.endswith("_s"):
            table.add_row(name.removesuffix("_s"), f"{figure:.3f}")
    Console().print(table)
    Console().print(say("cli-bench-journey", ratio=str(figures["ratio"])))


@app.command()
def kondate(renders: Annotated[int, typer.Option(min=1)] = 100, as_json: AsJson = False) -> None:
    """Dishes that one core draws in a second, at 64 and 256 pixels."""
    from foodgan.bench.kondate import measure

    figures = measure(renders)
    if as_json:
        typer.echo(json.dumps(figures, indent=1))
        return
    for size, speed in figures["renders_s"].items():
        Console().print(say("cli-bench-kondate", size=str(size), speed=str(speed)))


@app.command()
def queue(
    model: Path | None = None,
    device: Device = None,
    threads: Annotated[int, typer.Option(min=0)] = 0,
    batch: Annotated[int, typer.Option(min=1)] = 16,
    orders: Annotated[int, typer.Option(min=32)] = 256,
    as_json: AsJson = False,
) -> None:
    """Orders a second through queue and worker, beside the bare painter and RQ's own workers."""
    from foodgan.bench import simulated
    from foodgan.bench.queue import Bench, measure

    figures = measure(Bench(model, device, threads, batch, orders))
    figures["simulated"] = simulated.measure(batch, orders)
    if as_json:
        typer.echo(json.dumps(figures, ensure_ascii=False, indent=1))
        return
    table = Table(title=say("cli-bench-queue", orders=orders, batch=batch))
    table.add_column("")
    table.add_column("", justify="right")
    for name, figure in _leaves(figures):
        table.add_row(name, say("cli-bench-hung") if figure is None else str(figure))
    Console().print(table)


def _leaves(figures: dict[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """The figures of a tree, each named by its way from the root."""
    for name, figure in figures.items():
        if isinstance(figure, dict):
            yield from _leaves(figure, f"{above}{name}.")
        else:
            yield f"{above}{name}", figure


@app.command()
def fleet(
    device_s: Annotated[float, typer.Option(min=0)] = 0.2,
    batch: Annotated[int, typer.Option(min=1)] = 4,
    orders: Annotated[int, typer.Option(min=16)] = 320,
    memory_orders: Annotated[int, typer.Option(min=1)] = 2000,
    as_json: AsJson = False,
) -> None:
    """One worker and four, with a device that only takes its time; memory over many orders."""
    from foodgan.bench.fleet import Bench, measure

    figures = measure(Bench(device_s, batch, orders, memory_orders))
    if as_json:
        typer.echo(json.dumps(figures, indent=1))
        return
    table = Table(title=say("cli-bench-fleet", seconds=f"{device_s:g}", batch=batch))
    table.add_column(say("cli-bench-workers"), justify="right")
    table.add_column("orders/s", justify="right")
    for number, speed in figures["jobs_s"].items():
        table.add_row(number, str(speed))
    Console().print(table)
    ratio, memory = str(figures["ratio"]), figures["memory_mib"]
    first, last = str(memory[0]), str(memory[-1])
    Console().print(say("cli-bench-memory", ratio=ratio, first=first, last=last))


@app.command()
def train(
    configs: Annotated[list[str] | None, typer.Option("--config")] = None,
    steps: Annotated[int, typer.Option(min=1)] = 16,
    device: Device = None,
    as_json: AsJson = False,
) -> None:
    """Pictures/s of training, side by side, on drawn dishes, and where a step's time goes."""
    from foodgan.bench.train import measure

    figures = measure(configs or ["published", "stage1"], steps, device)
    if as_json:
        typer.echo(json.dumps(figures, indent=1))
        return
    table = Table(
        title=say("cli-bench-train", device=figures["device"], threads=figures["threads"])
    )
    step, shares_title = say("cli-bench-step"), say("cli-bench-shares")
    for column in ("", "pictures/s", "ratio", step, shares_title):
        table.add_column(column)
    for name, row in figures["networks"].items():
        shares = "  ".join(f"{part} {share:.0%}" for part, share in row["shares"].items())
        speed, ratio = str(row["pictures_s"]), str(figures["ratios"][name])
        table.add_row(name, speed, ratio, str(row["step_ms"]), shares)
    Console().print(table)


@app.command()
def photos(
    released: Annotated[int, typer.Option(min=10)] = 10_000, as_json: AsJson = False
) -> None:
    """Photos taken in a second, look-alikes among 100,000, seconds that a release takes."""
    from foodgan.bench.photos import measure

    figures = measure(released)
    if as_json:
        typer.echo(json.dumps(figures, indent=1))
        return
    table = Table(title=say("cli-bench-photos"))
    table.add_column("")
    table.add_column("", justify="right")
    for name, figure in figures.items():
        table.add_row(name, str(figure))
    Console().print(table)


def _variants(
    model: Path | None,
    device: str | None,
    threads: int,
    rounds: int,
    only: tuple[str, ...],
    *,
    as_json: bool,
) -> None:
    from foodgan.bench.variants import VARIANTS, Bench, measure

    unknown = [name for name in only if name not in VARIANTS]
    if unknown:
        raise typer.BadParameter(
            say("cli-bench-no-variant", names=", ".join(unknown), known=", ".join(VARIANTS)),
            param_hint="--only",
        )
    figures = measure(Bench(model, device, threads, rounds, only))
    if as_json:
        typer.echo(json.dumps(figures, ensure_ascii=False, indent=1))
        return
    console = Console()
    table = Table(title=_on(figures))
    for column in ("", "pictures", "ms each", "times as fast", "of the peak", "first call, s"):
        table.add_column(column, justify="right" if column else "left")
    ours = figures["variants"].items()
    for name, row in (*ours, *((f"published, {n}", r) for n, r in figures["published"].items())):
        for size in map(str, figures["sizes"]):
            if "skipped" not in row:
                ms, share = f"{row[size]['ms']:.2f}", f"{row[size]['peak_share']:.0%}"
                first_s = f"{row['first_s'][size]:.2f}"
                table.add_row(name, size, ms, f"{row[size]['ratio']:.2f}", share, first_s)
    console.print(table)
    for name, row in ours:
        if "skipped" in row:
            console.print(say("cli-bench-skipped", name=name, why=row["skipped"]))
        else:
            apart = ", ".join(f"{s['mean']} ({s['max']})" for s in row["steps"].values())
            console.print(say("cli-bench-pixels", name=name, apart=apart))
    console.print(say("cli-bench-peak", peak=str(figures["peak_gmac_s"])))


def _show_painter(figures: dict[str, Any]) -> None:
    console = Console()
    table = Table(title=_on(figures))
    for column in ("", "parameters", "ms a picture", "GMAC", "share of peak"):
        table.add_column(column, justify="right" if column else "left")
    for name, row in (*figures["stages"].items(), ("whole", figures["whole"])):
        parameters = f"{row['parameters']:,}" if "parameters" in row else ""
        share = f"{row['peak_share']:.0%}"
        table.add_row(name, parameters, f"{row['ms']:.1f}", f"{row['gmac']:.3f}", share)
    console.print(table)
    for size, parts in figures["parts"].items():
        told = ", ".join(f"{part} {ms:.1f}" for part, ms in parts.items())
        console.print(say("cli-bench-pass", size=str(size), parts=told))
    speeds = "  ".join(f"{size}: {speed}" for size, speed in figures["batches"].items())
    peak = str(figures["peak_gmac_s"])
    console.print(say("cli-bench-peak-speeds", peak=peak, speeds=speeds))
    if figures["lanes"]:
        times = "  ".join(f"{size}: {times}" for size, times in figures["lanes"].items())
        console.print(say("cli-bench-lanes", times=times))


def _on(figures: dict[str, Any]) -> str:
    """What was measured, and where."""
    model, device, threads = (figures[key] for key in ("model", "device", "threads"))
    return say("cli-bench-on", model=model, device=device, threads=threads)
