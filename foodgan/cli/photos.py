"""`foodgan photos`: the store of photos: bring in, check, freeze, prune, take out, count."""

import json
import re
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from unicodedata import normalize

import typer

from foodgan.contract.terminal import Terminal

if TYPE_CHECKING:
    from foodgan.contract.store import Store

app = Terminal(no_args_is_help=True)

EXIT_UNSOUND = 1
_SHOWN = 20  # refused files that are listed

At = Annotated[str | None, typer.Option("--store")]
AsJson = Annotated[bool, typer.Option("--json")]


@app.command()
def release(store: At = None, as_json: AsJson = False) -> None:
    """Freeze all accepted photos into an imagefolder that is named by its hash."""
    from foodgan.machine.progress import track
    from foodgan.photos.release import freeze

    place = _store(store)
    frozen = freeze(place, track=track)
    if as_json:
        _print({**asdict(frozen), "path": place.full(frozen.path)})
        return
    typer.echo(f"{frozen.train} photos to train on, {frozen.test} held out")
    if frozen.left_out:
        typer.echo(f"{frozen.left_out} left out: withdrawn, missing or damaged")
    typer.echo(place.full(frozen.path))


@app.command("import")
def bring_in(
    source: Path,
    catalogue: str = "",
    licence: str = "",
    credit: str = "",
    origin: str = "",
    store: At = None,
    as_json: AsJson = False,
) -> None:
    """Take in a collection. Stop it when you like: the same command goes on from there."""
    from foodgan.contract.terminal import say
    from foodgan.machine.progress import track
    from foodgan.photos.collect import Terms, collect

    name = catalogue or _named_after(source)
    report = collect(_store(store), source, name, Terms(licence, credit, origin), track=track)
    if as_json:
        _print(asdict(report) | {"reasons": report.reasons})
        return
    told = f"{name}: {report.taken} taken in, {report.known} there already"
    typer.echo(f"{told}, {report.corrected} of them corrected" if report.corrected else told)
    if report.refused:
        typer.echo(f"{len(report.refused)} refused:")
    for file, (phrase, values) in list(report.refused.items())[:_SHOWN]:
        typer.echo(f"  {file}: {say(phrase, **values)}")
    if len(report.refused) > _SHOWN:
        typer.echo(f"  … and {len(report.refused) - _SHOWN} more: see --json")


def _named_after(source: Path) -> str:
    """A catalogue's name by a source's; a hash tells apart those that lost letters on the way."""
    stem = normalize("NFC", source.absolute().stem.lower())
    plain = re.sub(r"[^a-z0-9_-]+", "-", stem).strip("-_")
    lost = any(letter.isalnum() and not letter.isascii() for letter in stem)
    name = "-".join(filter(None, (plain, sha256(stem.encode()).hexdigest()[:6] if lost else "")))
    if not name:
        raise typer.BadParameter(f"{source} gives no name for the store: name it by --catalogue")
    return name


@app.command()
def verify(
    repair: Annotated[bool, typer.Option("--repair")] = False,
    store: At = None,
    as_json: AsJson = False,
) -> None:
    """Check every hash: photos, catalogues, releases, models. Exit code 1: something is wrong."""
    from foodgan.machine.progress import track
    from foodgan.photos.check import verify as check

    findings = check(_store(store), repair=repair, track=track)
    if as_json:
        _print(asdict(findings) | {"sound": findings.sound})
    else:
        _show(findings)
    if findings.beyond_repair or not (findings.sound or repair):
        raise typer.Exit(EXIT_UNSOUND)


@app.command()
def prune(
    apply: Annotated[bool, typer.Option("--apply")] = False,
    keep: Annotated[int | None, typer.Option(min=1)] = None,
    model: list[Path] | None = None,
    store: At = None,
    as_json: AsJson = False,
) -> None:
    """Remove releases that hold photos withdrawn since. A release goes whole; freeze a new one."""
    from foodgan.contract.settings import read_settings
    from foodgan.photos.prune import abandoned, releases_of, releases_of_models, stale
    from foodgan.photos.prune import prune as remove

    place = _store(store)
    models = [*(model or ()), *filter(None, [read_settings().model_dir])]
    named = releases_of_models(place).union(*map(releases_of, models))
    found = stale(place, keep=keep, named=named)
    halves = abandoned(place)
    if apply:
        remove(place, found)
    if as_json:
        releases = [asdict(one) for one in found]
        _print({"removed": apply, "releases": releases, "unfinished": halves})
        return
    for one in found:
        old = ", old and named by no known model" if one.old else ""
        damaged = ", damaged" if one.damaged else ""
        told = f"{one.photos} photos, {one.withdrawn} withdrawn since{old}{damaged}"
        typer.echo(f"{one.digest[:12]}: {told}")
    for digest in halves:
        typer.echo(f"{digest[:12]}: never finished")
    whole = "1 release" if len(found) == 1 else f"{len(found)} releases"
    gone = whole + (f" and {len(halves)} unfinished" if halves else "")
    if not found and not halves:
        typer.echo("no release is to go")
    elif apply:
        typer.echo(f"removed: {gone}; models that learned from them still know their photos")
    else:
        typer.echo(f"{gone} would go: run it again with --apply")


@app.command()
def export(
    out: Path, release: str = "", catalogue: list[str] | None = None, store: At = None
) -> None:
    """Copy a release, or the photos of catalogues with metadata.jsonl, into a folder."""
    from foodgan.machine.progress import track
    from foodgan.photos.export import export_catalogues, export_release

    place = _store(store)
    if release:
        count = export_release(place, release, out, track=track)
        typer.echo(f"{out}: {count} files")
        return
    written, missing = export_catalogues(place, catalogue or [], out, track=track)
    typer.echo(f"{out}: {written} photos" + (f", {missing} without bytes" if missing else ""))


@app.command()
def stats(store: At = None, as_json: AsJson = False) -> None:
    """Count photos, dishes, licences and releases."""
    from rich.console import Console
    from rich.table import Table

    from foodgan.photos.stats import stats as count

    figures = count(_store(store))
    if as_json:
        _print(figures)
        return
    table = Table(title=f"photos in {figures['store']}", show_header=False)
    for key in ("photos", "names", "seen_once", "objects", "waiting", "tombstones"):
        table.add_row(key.replace("_", " "), f"{figures[key]:,}")
    table.add_row("MB", f"{figures['bytes'] / 1e6:,.1f}")
    for key in ("releases", "holding_withdrawn", "pruned"):
        shown = "\n".join(name[:12] for name in figures[key]) or "none"
        table.add_row(key.replace("_", " "), shown)
    for key in ("catalogues", "licences", "sources", "most"):
        rows = [f"{name}: {number:,}" for name, number in figures[key].items()]
        table.add_row(key, "\n".join(rows) or "–")
    Console().print(table)


def _store(url: str | None) -> "Store":
    from foodgan.contract.settings import read_settings
    from foodgan.contract.store import Store

    return Store(url or read_settings().photo_store)


def _print(figures: dict[str, Any]) -> None:
    typer.echo(json.dumps(figures, ensure_ascii=False, indent=1))


def _show(findings: Any) -> None:
    typer.echo(f"{findings.objects} photos; {findings.young} too new to judge")
    for what in ("damaged", "orphans", "withdrawn", "releases", "models"):
        if found := getattr(findings, what):
            typer.echo(f"{what}: {len(found)}, {', '.join(found[:3])}{' …' * (len(found) > 3)}")
    for name, hashes in findings.missing.items():
        typer.echo(f"without bytes in {name}: {len(hashes)}, {', '.join(hashes[:3])}")
    removed = (findings.removed_objects, findings.removed_entries, findings.removed_leftovers)
    if any(removed):
        typer.echo("removed: {} photos, {} entries, {} half-written files".format(*removed))
    if findings.sound:
        typer.echo("all is well")
