"""What was measured on drawn dishes as a page for people: index.html and its pictures."""

from html import escape
from pathlib import Path

import torch
from torch import Tensor

from foodgan.contract.phrases import say
from foodgan.contract.whole import write_text
from foodgan.evaluate import page
from foodgan.evaluate.meaning import Meaning, shown
from foodgan.kondate import attributes
from foodgan.kondate.board import Findings, ceiling
from foodgan.kondate.splits import SETS

PAGE = Path(__file__).parent / "kondate.html"
EACH = 6  # names of each set in the grid: the first ones
ROWS = (*attributes.ATTRIBUTES, "mean", "mains", "all")
TITLES = {
    "mean": "mean of these",
    "mains": "its mains, no more and no fewer",
    "all": "all right",
}
MEANINGS = (
    Meaning(
        "kid",
        "FoodKID, random convolutions",
        "report-kondate-means-distance",
        {"other drawings of the same names": "kid_floor"},
    ),
    Meaning(
        "kid_taster",
        "FoodKID, taster",
        "report-kondate-means-taster",
        {"other drawings of the same names": "kid_taster_floor"},
    ),
    Meaning(
        "rho",
        "ρ, colours and textures",
        "report-kondate-means-rho",
        {"copycat": "rho_control_copycat", "augmented copycat": "rho_control_augmented"},
    ),
    Meaning(
        "rho_shapes",
        "ρ, shapes",
        "report-kondate-means-rho-shapes",
        {
            "copycat": "rho_shapes_control_copycat",
            "augmented copycat": "rho_shapes_control_augmented",
        },
    ),
    Meaning(
        "suspicious_share",
        "Suspiciously near a training picture",
        "report-kondate-means-suspicious-share",
        {
            "copycat": "suspicious_control_copycat",
            "augmented copycat": "suspicious_control_augmented",
        },
    ),
    Meaning("spread_within_name", "Spread within a name", "report-kondate-means-spread"),
    Meaning("synonyms", "Unseen spellings", "report-kondate-means-synonyms"),
)


def write(found: Findings, title: str, folder: Path, locale: str = "en") -> Path:
    """Write the page and its pictures into `folder`; returns index.html.

    title: of who painted; locale: of the page's words.
    """
    folder.mkdir(parents=True, exist_ok=True)
    figures = found.figures
    text = page.filled(
        PAGE,
        locale,
        title=escape(f"架空食堂: {title} · {say(locale, 'report-kondate')}"),
        counts=escape(
            say(
                locale,
                "report-kondate-counts",
                pictures=figures["pictures"],
                train=len(found.board.train),
                judge=figures["judge"],
            )
        ),
        sets="".join(f"<th>{_title(kind)}</th>" for kind in SETS),
        attributes="\n".join(_attributes(found, locale)),
        meanings="\n".join(
            f"<li>{_title(kind)}: {escape(say(locale, f'report-kondate-set-{_slug(kind)}'))}</li>"
            for kind in SETS
        ),
        rows="\n".join(page.row(meaning, figures, locale) for meaning in MEANINGS),
        grid="\n".join(_grid(found, folder, locale)),
    )
    write_text(folder / "index.html", text)
    return folder / "index.html"


def _title(kind: str) -> str:
    """A set as documents call it."""
    return kind.replace("_", " ")


def _slug(kind: str) -> str:
    return kind.replace("_", "-")


def _attributes(found: Findings, locale: str) -> list[str]:
    """A row an attribute, a column a set: what is right, and beside it what bounds it."""
    accuracy = found.figures["accuracy"]
    own, others, real = accuracy["sets"], accuracy["controls_shuffled"], ceiling(found.board)
    lines = []
    for key in ROWS:
        shares = [(own[kind][key], others[kind][key], real[kind][key]) for kind in SETS]
        cells = "".join(f"<td>{_cell(*each, locale)}</td>" for each in shares)
        lines.append(f"<tr><th>{TITLES.get(key, key)}</th>{cells}</tr>")
    return lines


def _cell(own: float | None, others: float | None, real: float | None, locale: str) -> str:
    """A share, that under other names, and that of real drawings; nothing where no name says it."""
    if own is None or others is None or real is None:
        return "—"
    beside = {"report-kondate-others": others, "report-kondate-real": real}
    small = "".join(
        f"<br><small>{escape(say(locale, phrase))} {shown(_rounded(value), locale)}</small>"
        for phrase, value in beside.items()
    )
    return f"<strong>{shown(_rounded(own), locale)}</strong>{small}"


def _rounded(share: float) -> float:
    return round(share, 3)


def _grid(found: Findings, folder: Path, locale: str) -> list[str]:
    """Of each set the first names: the truth as drawn, drawn again, and as it was painted."""
    board, parts = found.board, []
    for kind in SETS:
        rows = [row for row, known in enumerate(board.names) if known.kind == kind][:EACH]
        figures = "\n".join(_figure(found, row, folder, locale) for row in rows)
        parts.append(f'<h3>{_title(kind)}</h3><div class="three">{figures}</div>')
    return parts


def _figure(found: Findings, row: int, folder: Path, locale: str) -> str:
    known = found.board.names[row]
    shown_of = {
        "drawn": found.board.held_out[row],
        "again": found.board.again[row],
        "painted": found.made[row],
    }
    images = "".join(
        page.image(
            page.save(_bytes(picture), folder / f"{row:03}-{how}.png"),
            say(locale, f"report-kondate-{how}", name=known.name),
        )
        for how, picture in shown_of.items()
    )
    marks = attributes.accuracy([known.stated], [found.tasted[row]])
    said = " · ".join(
        f"{key} {'✓' if share == 1 else '✗'}"
        for key in attributes.ATTRIBUTES
        if (share := marks[key]) is not None
    )
    caption = f'<span lang="ja">{escape(known.name)}</span> <small>{said}</small>'
    return f"<figure><div>{images}</div><figcaption>{caption}</figcaption></figure>"


def _bytes(picture: Tensor) -> Tensor:
    """(3, H, W) in [-1, 1] to bytes."""
    return picture.clamp(-1, 1).add(1).mul(127.5).round().to(torch.uint8)
