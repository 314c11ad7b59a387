"""Plots: of the report page, as inline SVG that reads on light and on dark, and a curve as PNG."""

import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from matplotlib.figure import Figure
from torch import Tensor

from foodgan.machine import lettering
from foodgan.metrics.kid import Estimate

INK = "#888888"  # of axes and words: it shows on both
COLOURS = ("#d2562f", "#3b82b8", "#8a6fc2", "#3f9a63")
LINEAR = 0.1  # FoodKID up to which a scale of several entrants is linear
WIDTH, ROW = 6.4, 0.36  # inches


def intervals(estimates: Sequence[tuple[str, Estimate]], entrants: int = 1) -> str:
    """A dot and its interval a line, on one scale; the first so many in a colour of their own.

    estimates: each with what it is called.
    """
    lettering.set_up()
    figure = Figure(figsize=(WIDTH, 0.6 + ROW * len(estimates)), layout="constrained")
    panel = figure.subplots()
    for i, (_, found) in enumerate(estimates):
        spread = [[max(found.mean - found.low, 0)], [max(found.high - found.mean, 0)]]
        colour = COLOURS[i % len(COLOURS)] if i < entrants else INK
        panel.errorbar(found.mean, -i, xerr=spread, fmt="o", capsize=3, color=colour)
    titles = [lettering.drawable(title) for title, _ in estimates]
    panel.set_yticks([-i for i in range(len(titles))], titles, parse_math=False)
    panel.axvline(0, color=INK, linewidth=0.5)
    if entrants > 1:  # a model that has learnt nothing is a thousand times as far as a good one
        panel.set_xscale("symlog", linthresh=LINEAR)
    return _svg(figure)


def shares(gaps: Mapping[str, Tensor]) -> str:
    """What share of each set is nearer than a distance: one rising curve a set."""
    figure = Figure(figsize=(WIDTH, 2.6), layout="constrained")
    panel = figure.subplots()
    steps = torch.linspace(0, 1, 101)
    for colour, (name, found) in zip(COLOURS, gaps.items(), strict=False):
        places = torch.quantile(found.float(), steps)
        panel.plot(places.numpy(), 100 * steps.numpy(), color=colour, label=name)
    panel.set_xlabel("distance to the nearest training photo")
    panel.set_ylabel("% of pictures nearer than that")
    panel.legend(frameon=False, labelcolor=INK)
    return _svg(figure)


def curve(
    seen: Sequence[int],
    kid: Sequence[Estimate],
    floor: float,
    shares: Mapping[str, Sequence[float]],
    chosen: int | None,
    path: Path,
) -> None:
    """A learning curve as PNG: FoodKID with its intervals over photos seen, below it shares.

    floor: FoodKID of photos; chosen: photos seen by the snapshot that is chosen, if any is.
    """
    figure = Figure(figsize=(WIDTH, 5.0), layout="constrained")
    above, below = figure.subplots(2, sharex=True)
    low = [max(found.mean - found.low, 0) for found in kid]
    high = [max(found.high - found.mean, 0) for found in kid]
    means = [found.mean for found in kid]
    above.errorbar(seen, means, yerr=[low, high], fmt="o-", capsize=3, color=COLOURS[0])
    above.axhline(floor, color=INK, linewidth=0.8, linestyle=":")
    above.set_ylabel("FoodKID (dotted: photos)")
    for colour, (name, values) in zip(COLOURS[1:], shares.items(), strict=False):
        below.plot(seen, values, "o-", color=colour, label=name)
    below.axhline(1, color=INK, linewidth=0.8, linestyle=":")
    below.set_xlabel("photos seen in training")
    below.legend(frameon=False)
    for panel in (above, below):
        if chosen is not None:
            panel.axvline(chosen, color=INK, linewidth=0.8)
    figure.savefig(path, dpi=120)


def _svg(figure: Figure) -> str:
    """The figure as an element of a page, without a ground of its own."""
    for panel in figure.axes:
        panel.tick_params(colors=INK)
        panel.xaxis.label.set_color(INK)
        panel.yaxis.label.set_color(INK)
        for side, spine in panel.spines.items():
            spine.set_visible(side in ("left", "bottom"))
            spine.set_color(INK)
    drawn = io.StringIO()
    figure.savefig(drawn, format="svg", transparent=True)
    text = drawn.getvalue()
    return text[text.index("<svg") :]
