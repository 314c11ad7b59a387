"""Two plots as inline SVG: no library, and they take the page's colours in light and dark."""

from collections.abc import Mapping
from html import escape

import torch
from torch import Tensor

from foodgan.evaluate.kid import Estimate

WIDTH, LEFT, RIGHT = 640, 190, 20  # pixels
ROW = 30
CURVES = 200  # pixels high
COLOURS = ("var(--one)", "var(--two)", "var(--three)", "var(--four)")


def intervals(estimates: Mapping[str, Estimate]) -> str:
    """A dot and its interval a line, on one scale from 0."""
    top = max(e.high for e in estimates.values())
    low = min(0.0, *(e.low for e in estimates.values()))
    height = ROW * len(estimates) + 30
    body = [_axis(low, top, height - 25)]
    for i, (name, found) in enumerate(estimates.items()):
        y = ROW * i + ROW / 2
        colour = COLOURS[0] if i == 0 else "currentColor"
        a, m, b = (_x(v, low, top) for v in (found.low, found.mean, found.high))
        body.append(_label(name, LEFT - 10, y + 4, "end"))
        body.append(
            f'<line x1="{a:.1f}" y1="{y}" x2="{b:.1f}" y2="{y}" stroke="{colour}" '
            f'stroke-width="2"/><circle cx="{m:.1f}" cy="{y}" r="5" fill="{colour}">'
            f"<title>{found.mean:.4g}</title></circle>"
        )
    return _svg(height, body, "Distances and their intervals")


def shares(gaps: Mapping[str, Tensor]) -> str:
    """What share of each set is nearer than a distance: one rising curve a set."""
    top = max(float(found.max()) for found in gaps.values()) or 1.0
    body = [_axis(0.0, top, CURVES), _label("100 %", LEFT - 10, 14, "end")]
    body.append(_label("0 %", LEFT - 10, CURVES, "end"))
    steps = torch.linspace(0, 1, 101)
    for i, (name, found) in enumerate(gaps.items()):
        places = torch.quantile(found.float(), steps).tolist()
        points = " ".join(
            f"{_x(gap, 0.0, top):.1f},{CURVES - (CURVES - 10) * share:.1f}"
            for gap, share in zip(places, steps.tolist(), strict=True)
        )
        body.append(
            f'<polyline points="{points}" fill="none" stroke="{COLOURS[i]}" stroke-width="2"/>'
        )
        body.append(_label(name, 10, 40 + 22 * i, "start", COLOURS[i]))
    return _svg(CURVES + 30, body, "Share of pictures nearer to a training photo than a distance")


def _x(value: float, low: float, top: float) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * (value - low) / ((top - low) or 1.0)


def _axis(low: float, top: float, y: float) -> str:
    ticks = [low + (top - low) * part / 4 for part in range(5)]
    labels = [_label(f"{tick:.3g}", _x(tick, low, top), y + 20, "middle") for tick in ticks]
    line = f'<line x1="{LEFT}" y1="{y}" x2="{WIDTH - RIGHT}" y2="{y}" stroke="currentColor"/>'
    return line + "".join(labels)


def _label(text: str, x: float, y: float, anchor: str, colour: str = "currentColor") -> str:
    placed = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}"'
    return f"<text {placed}>{escape(text)}</text>"


def _svg(height: int, body: list[str], title: str) -> str:
    drawn = "".join(body)
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(title)}">{drawn}</svg>'
    )
