"""Ways to run the same painter, and the published networks, side by side in one run.

All take turns, so that a slow moment of the machine meets them all: their ratios can be trusted
where their milliseconds cannot.
"""

import os
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from foodgan.bench.painter import NAME, device_name, peak_gmac_s
from foodgan.machine.place import computes_bf16
from foodgan.machine.progress import track
from foodgan.models.published import PublishedConfig, PublishedGenerator
from foodgan.models.published_stage2 import PublishedStage2Config, PublishedStage2Generator
from foodgan.painting import compiled, cuda_graphs, latents
from foodgan.painting.painter import Dish, Painter, portions, to_images
from foodgan.text.encode import encode
from foodgan.text.vectors import DIMENSIONS

BASE = "channels-last"  # what the others are held against
SIZES = {"cpu": (1, 8), "cuda": (1, 64)}  # pictures a pass
SEED = 7
PUBLISHED_WIDTH = 192  # of the COCO configuration
_CACHE = "TORCHINDUCTOR_CACHE_DIR"

Paint = Callable[[Sequence[Dish]], list[Image.Image]]


@dataclass(frozen=True)
class Bench:
    """model: a folder, None for the shipped one; device, threads: as `Painter.load` takes them;
    rounds: how often each variant takes its turn; only: which variants beside BASE, all if none."""

    model: Path | None
    device: str | None
    threads: int
    rounds: int
    only: tuple[str, ...] = ()

    def painter(self) -> Painter:
        return Painter.load(self.model, device=self.device, threads=self.threads)


@dataclass(frozen=True)
class Variant:
    """make: how a painter paints; the folder is for what it writes. compiles: it takes a C++
    compiler. bf16: convolutions in half the bits, where the device computes in them. on: the
    device that it is for, None for any."""

    make: Callable[[Painter, Path], Paint]
    compiles: bool = False
    bf16: bool = False
    on: str | None = None

    @property
    def may_fail(self) -> bool:
        """Whether it hangs on more than torch itself: a compiler, or what a driver can record."""
        return self.compiles or self.on is not None

    def lacks(self, device: torch.device) -> str | None:
        """What this machine lacks for it."""
        if self.on not in (None, device.type):
            return "for a GPU" if self.on == "cuda" else "for a CPU"
        if self.bf16 and not computes_bf16(device):
            return "the device does not compute in bfloat16"
        if self.compiles and not compiled.compiler():
            return "no C++ compiler: neither g++ nor what CXX names"
        return None


@dataclass
class Runner:
    """A variant at work. gmac: of one picture; sizes: of its passes. first_s: of building it and
    its first call of each size; pictures: what those gave; seconds: of each round."""

    paint: Paint
    gmac: float
    sizes: tuple[int, ...]
    first_s: dict[int, float] = field(default_factory=dict)
    pictures: dict[int, list[Image.Image]] = field(default_factory=dict)
    seconds: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))

    def start(self, begun: float) -> None:
        """The first calls, of which the very first also has to answer for all since `begun`."""
        for size in self.sizes:
            self.pictures[size] = self.paint(portions(NAME, SEED, size))
            self.first_s[size] = time.perf_counter() - begun
            begun = time.perf_counter()

    def turn(self, size: int) -> None:
        begun = time.perf_counter()
        self.paint(portions(NAME, SEED, size))
        self.seconds[size].append(time.perf_counter() - begun)


def measure(bench: Bench) -> dict[str, Any]:
    """Everything that `foodgan bench painter --variants` prints. Raises ModelError.

    variants, published: why one was skipped, or `first_s`, seconds of building it and of its first
    call of each size, and for each size `ms` a picture and `pictures_s` in the best round, `ratio`
    to BASE (median of rounds, more is faster), `peak_share` of the machine's peak, `steps`: how far
    the pixels are from BASE's, at most and on average, of 255. alone_steps: from a picture painted
    alone to the same in the larger pass, at most.
    """
    painter = bench.painter()
    sizes = SIZES[painter.device.type]
    gmac = _gmac(painter.paint)
    runners: dict[str, Runner] = {}
    skipped: dict[str, str] = {}
    with _scratch() as folder:
        for name, variant in track(_chosen(bench.only), "first calls"):
            lacks = variant.lacks(painter.device)
            begun = time.perf_counter()
            try:
                if not lacks:
                    runner = Runner(variant.make(bench.painter(), folder), gmac, sizes)
                    runner.start(begun)
                    runners[name] = runner
            except RuntimeError as error:
                if not variant.may_fail:
                    raise
                lacks = f"does not work here: {type(error).__name__}"
            if lacks:
                skipped[name] = lacks
        published = _published(painter.device)
        every = [*runners.values(), *published.values()]
        peak = _take_turns(every, sizes, bench.rounds, painter.device)
    base = runners[BASE]
    return {
        "model": painter.model_id,
        "device": device_name(painter.device),
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
        "sizes": list(sizes),
        "peak_gmac_s": round(peak, 1),
        "variants": {
            name: _figures(runners[name], base, peak) | _fidelity(runners[name], base)
            for name in runners
        }
        | {name: {"skipped": why} for name, why in skipped.items()},
        "published": {name: _figures(runner, base, peak) for name, runner in published.items()},
    }


def _chosen(only: Sequence[str]) -> list[tuple[str, Variant]]:
    """The variants of these names and BASE; all of them where none is named."""
    return [(n, v) for n, v in VARIANTS.items() if not only or n in (BASE, *only)]


def _take_turns(
    runners: Sequence[Runner], sizes: Sequence[int], rounds: int, device: torch.device
) -> float:
    """Every runner in every round. Returns GMAC/s of the best matrix product between them."""
    peaks = []
    for _ in track(range(rounds), "rounds"):
        peaks.append(peak_gmac_s(device, tries=1))
        for size in sizes:
            for runner in runners:
                runner.turn(size)
    return max(peaks)


def _figures(runner: Runner, base: Runner, peak: float) -> dict[str, Any]:
    figures: dict[str, Any] = {"gmac": round(runner.gmac, 3)}
    figures["first_s"] = {str(size): round(s, 2) for size, s in runner.first_s.items()}
    for size, seconds in runner.seconds.items():
        ratios = [theirs / own for theirs, own in zip(base.seconds[size], seconds, strict=True)]
        best = min(seconds) / size
        figures[str(size)] = {
            "ms": round(best * 1e3, 3),
            "pictures_s": round(1 / best, 1),
            "ratio": round(statistics.median(ratios), 3),
            "peak_share": round(runner.gmac / best / peak, 3),
        }
    return figures


def _fidelity(runner: Runner, base: Runner) -> dict[str, Any]:
    steps = {}
    for size, pictures in runner.pictures.items():
        apart = _apart(pictures, base.pictures[size])
        steps[str(size)] = {"max": int(apart.max()), "mean": round(float(apart.mean()), 3)}
    first, last = runner.sizes[0], runner.sizes[-1]
    alone = _apart(runner.pictures[first], runner.pictures[last][:first])
    return {"steps": steps, "alone_steps": int(alone.max())}


def _apart(
    some: Sequence[Image.Image], others: Sequence[Image.Image]
) -> np.ndarray[tuple[int, ...], np.dtype[np.int16]]:
    a, b = (np.stack([np.asarray(p, np.int16) for p in pictures]) for pictures in (some, others))
    steps: np.ndarray[tuple[int, ...], np.dtype[np.int16]] = np.abs(a - b)
    return steps


def _gmac(paint: Paint) -> float:
    """GMAC of one picture."""
    with FlopCounterMode(display=False) as counter:
        paint(portions(NAME, SEED, 1))
    return float(counter.get_total_flops()) / 2 / 1e9


@contextmanager
def _scratch() -> Iterator[Path]:
    """A folder in which nothing was ever compiled, so that first calls are first calls."""
    before = os.environ.get(_CACHE)
    with tempfile.TemporaryDirectory() as folder:
        os.environ[_CACHE] = folder
        try:
            yield Path(folder)
        finally:
            os.environ.pop(_CACHE)
            if before is not None:
                os.environ[_CACHE] = before


def _published(device: torch.device) -> dict[str, Runner]:
    """The published generators, untrained, for that costs as much; as published and our way."""
    runners = {}
    for name, layout in (
        ("as published", torch.contiguous_format),
        ("channels-last", torch.channels_last),
    ):
        begun = time.perf_counter()
        paint = _published_paint(device, layout)
        runners[name] = Runner(paint, _gmac(paint), SIZES[device.type])
        runners[name].start(begun)
    return runners


def _published_paint(device: torch.device, layout: torch.memory_format) -> Paint:
    one = PublishedConfig(vector_size=DIMENSIONS, generator=PUBLISHED_WIDTH)
    two = PublishedStage2Config(vector_size=DIMENSIONS, generator=PUBLISHED_WIDTH)
    first = PublishedGenerator(one).eval().to(device).to(memory_format=layout)
    second = PublishedStage2Generator(two).eval().to(device).to(memory_format=layout)
    shapes = ((one.noise,), (one.condition,), (two.condition,))

    @torch.inference_mode()
    def paint(dishes: Sequence[Dish]) -> list[Image.Image]:
        names = encode([dish.name for dish in dishes]).to(device)
        drawn = zip(*(latents.draw(dish.seed, shapes) for dish in dishes), strict=True)
        z, ca1, ca2 = (torch.stack(part).to(device) for part in drawn)
        return to_images(second(names, first(names, z, ca1).pictures, ca2).float())

    return paint


def _contiguous(painter: Painter, _: Path) -> Paint:
    for stage in (painter.first, painter.second):
        stage.to(memory_format=torch.contiguous_format)
    painter.half = None
    return painter.paint


def _plain(painter: Painter, _: Path) -> Paint:
    painter.half = None
    return painter.paint


def _exact(painter: Painter, _: Path) -> Paint:
    """Without TF32, which torch lets convolutions of float32 compute in."""
    painter.half = None

    def paint(dishes: Sequence[Dish]) -> list[Image.Image]:
        with torch.backends.cudnn.flags(allow_tf32=False):
            return painter.paint(dishes)

    return paint


def _in_twos(painter: Painter, _: Path) -> Paint:
    painter.half = None

    def paint(dishes: Sequence[Dish]) -> list[Image.Image]:
        return [p for at in range(0, len(dishes), 2) for p in painter.paint(dishes[at : at + 2])]

    return paint


def _bf16(painter: Painter, _: Path) -> Paint:
    painter.half = torch.bfloat16
    return painter.paint


def _float16(painter: Painter, _: Path) -> Paint:
    painter.half = torch.float16
    return painter.paint


def _bf16_weights(painter: Painter, folder: Path) -> Paint:
    """Weights in half the bits for good; autocast makes them so in every pass."""
    for stage in (painter.first, painter.second):
        for layer in stage.modules():
            if isinstance(layer, nn.Conv2d | nn.Linear):
                layer.to(torch.bfloat16)
    return _bf16(painter, folder)


def _recorded(painter: Painter, folder: Path) -> Paint:
    cuda_graphs.record(painter, most=max(SIZES["cuda"]))
    return _bf16(painter, folder)


def _recorded_float32(painter: Painter, folder: Path) -> Paint:
    cuda_graphs.record(painter, most=max(SIZES["cuda"]))
    return _plain(painter, folder)


def _compiled(painter: Painter, folder: Path) -> Paint:
    compiled.at_first_use(painter)
    return _plain(painter, folder)


def _compiled_bf16(painter: Painter, folder: Path) -> Paint:
    compiled.at_first_use(painter)
    return _bf16(painter, folder)


def _compiled_recorded(painter: Painter, folder: Path) -> Paint:
    compiled.at_first_use(painter)
    return _recorded(painter, folder)


def _ahead(painter: Painter, folder: Path) -> Paint:
    compiled.ahead(painter, folder)
    compiled.take_up(painter, folder)
    return _plain(painter, folder)


VARIANTS = {
    "contiguous": Variant(_contiguous),
    BASE: Variant(_plain),
    "without TF32": Variant(_exact, on="cuda"),
    "in passes of two": Variant(_in_twos, on="cpu"),
    "bf16": Variant(_bf16, bf16=True),
    "bf16, weights too": Variant(_bf16_weights, bf16=True, on="cuda"),
    "float16": Variant(_float16, on="cuda"),
    "CUDA graph": Variant(_recorded_float32, on="cuda"),
    "CUDA graph, bf16": Variant(_recorded, bf16=True, on="cuda"),
    "torch.compile": Variant(_compiled, compiles=True),
    "torch.compile, bf16": Variant(_compiled_bf16, compiles=True, bf16=True),
    "torch.compile, CUDA graph, bf16": Variant(
        _compiled_recorded, compiles=True, bf16=True, on="cuda"
    ),
    "compiled ahead": Variant(_ahead, compiles=True, on="cpu"),
}
