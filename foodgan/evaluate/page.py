"""The findings as a page for people: one folder, index.html and its pictures."""

from collections.abc import Mapping
from html import escape
from pathlib import Path
from string import Template
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from foodgan.contract.phrases import say
from foodgan.contract.whole import write_text
from foodgan.evaluate import plots
from foodgan.evaluate.meaning import MEANINGS, Meaning, controls, shown
from foodgan.evaluate.report import SEEDS, SHOWN, Findings
from foodgan.metrics import alarms
from foodgan.metrics.kid import Estimate

PAGE = Path(__file__).parent / "page.html"
FRAME = Path(__file__).parent / "frame.html"
STYLE = Path(__file__).parent / "style.css"
NAMES = 24  # of the grid at most
EACH = 4  # pictures of a name in the grid
SIDE = 192  # pixels of a picture on the page
SETS = {
    "made": "pictures",
    "held_out": "held-out photos",
    "copycat": "copycat",
    "augmented": "augmented copycat",
}


class _Page(Template):
    """A page whose phrases stand in it by their keys: `$report-figures`."""

    idpattern = "(?a:[a-z]+(?:-[a-z]+)*)"


def write(findings: Findings, folder: Path, locale: str = "en", drawn: str = "") -> Path:
    """Write the page and its pictures into `folder`; returns index.html.

    locale: of its words; drawn: where, from there, a page about drawn dishes is to be found.
    """
    folder.mkdir(parents=True, exist_ok=True)
    figures = findings.figures
    page = filled(
        PAGE,
        locale,
        title=escape(f"架空食堂: {figures['model']}"),
        counts=escape(counts(figures, locale)),
        drawn=_link(drawn, locale),
        alarms=rung(figures, locale),
        rows="\n".join(row(meaning, figures, locale) for meaning in MEANINGS),
        distances=_distances(figures),
        nearness="".join(
            f"<h3>{escape(title)}</h3>" + plots.shares({SETS[k]: n.gaps for k, n in sets.items()})
            for title, sets in (
                (say(locale, "report-nearness-shape"), findings.copies.shapes),
                (say(locale, "report-nearness-texture"), findings.copies.textures),
            )
        ),
        grid=_grid(findings, folder),
        nearest="\n".join(_nearest(findings, folder, locale)),
    )
    write_text(folder / "index.html", page)
    return folder / "index.html"


def filled(template: Path, locale: str, **parts: str) -> str:
    """A page of these parts and its phrases, with the style inside: it can be sent on as it is.

    template: what stands in FRAME, which all pages share.
    """
    page = _Page(template.read_text(encoding="utf-8"))
    keys = [key for key in page.get_identifiers() if key.startswith("report-")]
    words = {key: escape(say(locale, key)) for key in keys}
    return _Page(FRAME.read_text(encoding="utf-8")).substitute(
        lang=locale,
        title=parts["title"],
        style=STYLE.read_text(encoding="utf-8"),
        body=page.substitute(parts | words),
    )


def counts(figures: dict[str, Any], locale: str) -> str:
    """How many pictures and photos were measured, and by whom they were seen."""
    photos = figures["photos"]
    return say(
        locale,
        "report-counts",
        pictures=figures["pictures"],
        train=photos["train"],
        test=photos["test"],
        twins=photos["left_out_as_near_duplicates"],
        broken=photos["skipped_as_broken"],
        networks="; ".join(figures["features"].values()),
    )


def rung(figures: dict[str, Any], locale: str) -> str:
    """A paragraph for each alarm that rings."""
    ringing = alarms.ringing(figures)
    if not ringing:
        return f"<p>{escape(say(locale, 'report-alarms-none'))}</p>"
    return "".join(f'<p class="bell">{escape(say(locale, alarm))}</p>' for alarm in ringing)


def _link(drawn: str, locale: str) -> str:
    words = escape(say(locale, "report-kondate"))
    return f'<p><a href="{drawn}">{words}</a></p>' if drawn else ""


def row(meaning: Meaning, figures: Mapping[str, Any], locale: str) -> str:
    """A measure: its value, what stands beside it, and what it means."""
    beside = "<br>".join(
        f"<small>{escape(name)}:</small> {escape(value)}"
        for name, value in controls(meaning, figures, locale)
    )
    value, sentence = shown(figures[meaning.key], locale), say(locale, meaning.phrase)
    cells = (escape(meaning.title), escape(value), beside, escape(sentence))
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _distances(figures: dict[str, Any]) -> str:
    drawn = []
    told = (meaning for meaning in MEANINGS[:2] if figures[meaning.key] is not None)
    for meaning in told:
        named = {"pictures": figures[meaning.key]}
        named |= {name: figures[key] for name, key in meaning.controls.items()}
        estimates = [(name, Estimate(**value)) for name, value in named.items()]
        drawn.append(f"<h3>{escape(meaning.title)}</h3>{plots.intervals(estimates)}")
    return "".join(drawn)


def _grid(findings: Findings, folder: Path) -> str:
    """EACH pictures of each name: of the names painted again, else of those that were asked."""
    parts = []
    painted = findings.within if findings.within.dishes else findings.asked
    step = SEEDS if findings.within.dishes else 1
    for at in range(0, min(len(painted.whole), NAMES * step), step):
        shown_rows = range(at, at + min(step, EACH))
        files = [save(painted.whole[i], folder / f"name-{i:03}.png") for i in shown_rows]
        name = painted.dishes[at].name
        images = "".join(image(file, name) for file in files)
        parts.append(f'<h3 lang="ja">{escape(name)}</h3><div class="row">{images}</div>')
    return "\n".join(parts)


def _nearest(findings: Findings, folder: Path, locale: str) -> list[str]:
    figures = []
    exam, near = findings.exam, findings.copies
    for i, picture in enumerate(findings.asked.whole[:SHOWN]):
        name = findings.asked.dishes[i].name
        rows = [int(exam.train[by["made"].rows[i]]) for by in (near.textures, near.shapes)]
        images = [image(save(picture, folder / f"made-{i:03}.png"), name)]
        for which, row in zip(("texture", "shape"), rows, strict=True):
            photo = torch.from_numpy(exam.pixels[row].copy()).permute(2, 0, 1)
            file = save(photo, folder / f"made-{i:03}-{which}.png")
            images.append(image(file, _alt(exam.photos[row].name, locale)))
        names = " · ".join(exam.photos[row].name or "—" for row in rows)
        caption = f'<figcaption lang="ja">{escape(name)} <small>← {escape(names)}</small>'
        figures.append(f"<figure><div>{''.join(images)}</div>{caption}</figcaption></figure>")
    return figures


def _alt(name: str | None, locale: str) -> str:
    """A photo in words."""
    return say(locale, "report-photo", name=name) if name else say(locale, "report-photo-unnamed")


def save(picture: Tensor, path: Path) -> str:
    """A picture (3, H, W) uint8 as PNG; returns its file's name."""
    Image.fromarray(at_side(picture).permute(1, 2, 0).contiguous().numpy()).save(path, "PNG")
    return path.name


def at_side(picture: Tensor) -> Tensor:
    """A picture (3, H, W) uint8 with SIDE pixels a side."""
    image = Image.fromarray(picture.permute(1, 2, 0).contiguous().numpy())
    sized = image.resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    return torch.from_numpy(np.array(sized)).permute(2, 0, 1)


def image(file: str, alt: str) -> str:
    """A picture that `save` wrote; alt: in words."""
    return f'<img src="{file}" alt="{escape(alt)}" width="{SIDE}" height="{SIDE}" loading="lazy">'
