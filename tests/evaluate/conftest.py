"""Drawn photos, networks that hardly learned to judge them, and what was seen of them already."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from foodgan.evaluate import beside_page, report
from foodgan.metrics import toppings
from foodgan.metrics.exam import open_exam
from foodgan.metrics.panel import seat
from tests.metrics.drawn import draw_exam

PICTURES = 12  # that are asked for: what was seen of photos is kept for as many


@dataclass(frozen=True)
class Workshop:
    """folder: where a command keeps what it sees of the photos, so that none is looked at twice."""

    folder: Path
    photos: Path
    judges: Path

    @property
    def cache(self) -> Path:
        return self.folder / "runs" / "cache"


@pytest.fixture(scope="session")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    folder = tmp_path_factory.mktemp("workshop")
    (folder / "photos").mkdir()
    made = Workshop(folder, draw_exam(folder / "photos"), folder / "judges")
    seat(open_exam(made.photos, made.cache), made.judges, steps=2)
    return made


@pytest.fixture(scope="module")
def few_pictures() -> Iterator[None]:
    """Of invented names and of toppings: most of the time goes into looking at them."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (report, beside_page):
            patch.setattr(module, "INVENTED_SEEDS", 1)
        patch.setattr(report, "TOPPED_SEEDS", 1)
        patch.setattr(toppings, "DISHES", ("ラーメン", "丼"))
        yield
