"""`foodgan photos`: the store of photos: bring in, check, freeze, prune, take out, count."""

import json
import re
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from unicodedata import normalize

import typer

from foodgan.contract.plain import visible
from foodgan.contract.terminal import Terminal, console, say

if TYPE_CHECKING:
    from foodgan.contract.store import Store
    from foodgan.photos.prune import Stale

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
    typer.echo(say("cli-photos-released", train=frozen.train, test=frozen.test))
    if frozen.left_out:
        typer.echo(say("cli-photos-left-out", count=frozen.left_out))
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
    from foodgan.machine.progress import track
    from foodgan.photos.collect import Terms, collect
    from foodgan.photos.filenames import readable

    name = catalogue or _named_after(source)
    report = collect(_store(store), source, name, Terms(licence, credit, origin), track=track)
    if as_json:
        refused = {readable(file): why for file, why in report.refused.items()}
        _print(asdict(report) | {"refused": refused, "reasons": report.reasons})
        return
    counts = {"taken": report.taken, "known": report.known, "corrected": report.corrected}
    typer.echo(say("cli-photos-imported", name=name, **counts))
    if report.refused:
        typer.echo(say("cli-photos-refused", count=len(report.refused)))
    for file, (phrase, values) in list(report.refused.items())[:_SHOWN]:
        typer.echo(visible(f"  {readable(file)}: {say(phrase, **values)}"))
    if len(report.refused) > _SHOWN:
        more = len(report.refused) - _SHOWN
        typer.echo("  " + say("cli-photos-refused-more", count=more))


def _named_after(source: Path) -> str:
    """A catalogue's name by a source's; a hash tells apart those that lost letters on the way."""
    from foodgan.photos.filenames import readable

    stem = normalize("NFC", readable(source.absolute().stem).lower())
    plain = re.sub(r"[^a-z0-9_-]+", "-", stem).strip("-_")
    lost = any(letter.isalnum() and not letter.isascii() for letter in stem)
    name = "-".join(filter(None, (plain, sha256(stem.encode()).hexdigest()[:6] if lost else "")))
    if not name:
        raise typer.BadParameter(say("cli-photos-no-name", source=str(source)))
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
        typer.echo(_stale(one))
    for digest in halves:
        typer.echo(say("cli-photos-half", digest=digest[:12]))
    if not found and not halves:
        typer.echo(say("cli-photos-none-stale"))
    else:
        phrase = "cli-photos-pruned" if apply else "cli-photos-prunable"
        typer.echo(say(phrase, releases=len(found), halves=len(halves)))


def _stale(one: "Stale") -> str:
    """A release that is to go, and why."""
    return say(
        "cli-photos-stale",
        digest=one.digest[:12],
        photos=one.photos,
        withdrawn=one.withdrawn,
        old="yes" if one.old else "no",
        damaged="yes" if one.damaged else "no",
    )


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
        typer.echo(say("cli-photos-exported-release", out=str(out), count=count))
        return
    written, missing = export_catalogues(place, catalogue or [], out, track=track)
    typer.echo(say("cli-photos-exported", out=str(out), count=written, missing=missing))


@app.command()
def stats(store: At = None, as_json: AsJson = False) -> None:
    """Count photos, dishes, licences and releases."""
    from rich.table import Table

    from foodgan.photos.stats import stats as count

    figures = count(_store(store))
    if as_json:
        _print(figures)
        return
    table = Table(title=say("cli-photos-stats", store=figures["store"]), show_header=False)
    for key in ("photos", "names", "seen_once", "objects", "waiting", "tombstones"):
        table.add_row(say(f"cli-photos-stats.{key}"), f"{figures[key]:,}")
    table.add_row("MB", f"{figures['bytes'] / 1e6:,.1f}")
    for key in ("releases", "holding_withdrawn", "pruned"):
        shown = "\n".join(name[:12] for name in figures[key]) or say("cli-photos-stats.none")
        table.add_row(say(f"cli-photos-stats.{key}"), shown)
    for key in ("catalogues", "licences", "sources", "most"):
        rows = [f"{name}: {number:,}" for name, number in figures[key].items()]
        table.add_row(say(f"cli-photos-stats.{key}"), "\n".join(rows) or "–")
    console().print(table)


def _store(url: str | None) -> "Store":
    from foodgan.contract.settings import read_settings
    from foodgan.contract.store import Store

    return Store(url or read_settings().photo_store)


def _print(figures: dict[str, Any]) -> None:
    typer.echo(json.dumps(figures, ensure_ascii=False, indent=1))


def _show(findings: Any) -> None:
    typer.echo(say("cli-photos-checked", photos=findings.objects, young=findings.young))
    for what in ("damaged", "orphans", "withdrawn", "releases", "models"):
        if found := getattr(findings, what):
            which = ", ".join(found[:3]) + " …" * (len(found) > 3)
            typer.echo(say("cli-photos-found", what=what, count=len(found), which=which))
    for name, hashes in findings.missing.items():
        values = {"catalogue": name, "count": len(hashes), "which": ", ".join(hashes[:3])}
        typer.echo(say("cli-photos-without-bytes", **values))
    removed = {
        "photos": findings.removed_objects,
        "entries": findings.removed_entries,
        "leftovers": findings.removed_leftovers,
    }
    if any(removed.values()):
        typer.echo(say("cli-photos-mended", **removed))
    if findings.sound:
        typer.echo(say("cli-photos-sound"))
