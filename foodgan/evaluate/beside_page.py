"""Several findings as one page: a table, distances on one scale, the same names side by side."""

import re
from collections.abc import Sequence
from html import escape
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor
from torchvision.utils import make_grid

from foodgan.contract.whole import write_text
from foodgan.evaluate import page, plots
from foodgan.evaluate.beside import Row, markdown, table
from foodgan.evaluate.meaning import MEANINGS
from foodgan.evaluate.report import INVENTED_SEEDS, Findings
from foodgan.metrics.kid import Estimate
from foodgan.text.kinds import kind_of

PAGE = Path(__file__).parent / "beside.html"
EACH = 3  # names of each kind
TABLE = "table.md"


def write(findings: Sequence[Findings], folder: Path, locale: str = "en") -> Path:
    """Write a page for each entrant, one over all of them, and the table as Markdown.

    locale: of the pages' words. Returns index.html of the one over all.
    """
    folder.mkdir(parents=True, exist_ok=True)
    figures = [found.figures for found in findings]
    slugs = [f"{number}-{_slug(each['model'])}" for number, each in enumerate(figures)]
    for found, slug in zip(findings, slugs, strict=True):
        page.write(found, folder / slug, locale)
    titles = [escape(each["model"]) for each in figures]
    links = [f'<a href="{s}/index.html">{t}</a>' for s, t in zip(slugs, titles, strict=True)]
    text = page.filled(
        PAGE,
        locale,
        title="架空食堂: " + " · ".join(titles),
        counts=escape(page.counts(figures[0], locale)),
        alarms="".join(
            f"<h3>{title}</h3>{page.rung(each, locale)}"
            for title, each in zip(titles, figures, strict=True)
        ),
        heads="".join(f"<th>{link}</th>" for link in links),
        rows="\n".join(map(_row, table(figures, locale))),
        distances=_distances(findings),
        columns="".join(f"<th>{title}</th>" for title in titles),
        grid="\n".join(_grid(findings, folder)),
    )
    write_text(folder / TABLE, markdown(figures))
    write_text(folder / "index.html", text)
    return folder / "index.html"


def _slug(title: str) -> str:
    return re.sub(r"[^0-9A-Za-z]+", "-", title).strip("-").lower()


def _row(row: Row) -> str:
    beside = "<br>".join(f"<small>{escape(n)}:</small> {escape(v)}" for n, v in row.controls)
    cells = "".join(f"<td>{escape(cell)}</td>" for cell in row.cells)
    return f"<tr><td>{escape(row.title)}</td>{cells}<td>{beside}</td></tr>"


def _distances(findings: Sequence[Findings]) -> str:
    """Every entrant's FoodKID on one scale a network, with the photos' own."""
    drawn = []
    # All stand on one scale, so that a distance is told of all of them or of none.
    told = (meaning for meaning in MEANINGS[:2] if findings[0].figures[meaning.key] is not None)
    for meaning in told:
        named = [(found.figures["model"], found.figures[meaning.key]) for found in findings]
        named += [
            (name, findings[0].figures[key])
            for name, key in meaning.controls.items()
            if not key.endswith("flat_colours")  # so bad that nothing else could be told apart
        ]
        estimates = [(name, Estimate(**value)) for name, value in named]
        drawn.append(f"<h3>{escape(meaning.title)}</h3>{plots.intervals(estimates, len(findings))}")
    return "".join(drawn)


def _grid(findings: Sequence[Findings], folder: Path) -> list[str]:
    """A row a name: INVENTED_SEEDS pictures by each entrant."""
    dishes = findings[0].invented.dishes
    names = list(dict.fromkeys(dish.name for dish in dishes))
    kinds = [kind_of(name) for name in names]
    shown = [i for i, kind in enumerate(kinds) if kinds[:i].count(kind) < EACH]
    rows = []
    for i in shown:
        at = slice(i * INVENTED_SEEDS, (i + 1) * INVENTED_SEEDS)
        cells = "".join(
            _cell(found.invented.whole[at], folder / f"name-{i:02}-{number}.png", names[i])
            for number, found in enumerate(findings)
        )
        rows.append(f'<tr><th lang="ja">{escape(names[i])}</th>{cells}</tr>')
    return rows


def _cell(pictures: Tensor, path: Path, name: str) -> str:
    """Pictures (N, 3, H, H) uint8 in two lines."""
    sheet: Tensor = make_grid(torch.stack([page.at_side(p) for p in pictures]), nrow=2, padding=2)
    Image.fromarray(sheet.permute(1, 2, 0).contiguous().numpy()).save(path, "PNG")
    height, width = sheet.shape[1:]
    size = f'width="{width}" height="{height}"'
    return f'<td><img src="{path.name}" alt="{escape(name)}" {size} loading="lazy"></td>'
