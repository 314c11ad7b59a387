"""A model with an index, and a club's photos of dishes that it knows under names that it does not.

Drawn dishes and tiny networks: real parts, and fast ones.
"""

import io
import shutil
from pathlib import Path

from foodgan.contract.photos import CLUB
from foodgan.contract.store import Store
from foodgan.metrics import index
from foodgan.metrics.exam import open_exam
from tests.metrics.drawn import draw_dish, draw_exam
from tests.photos.gallery import add_photo

LIKE = {"部長スペシャル": "カレー", "ハルカ飯": "鮭丼"}  # what their photos are drawn as
EACH = 3


def index_model(tiny_model: Path, folder: Path) -> Path:
    """A copy of the tiny model whose index knows photos of カレー and 鮭丼."""
    model = Path(shutil.copytree(tiny_model, folder / "model"))
    photos = folder / "known"
    photos.mkdir()
    index.write(open_exam(draw_exam(photos), folder / "cache"), model)
    return model


def draw_club(folder: Path) -> Path:
    """A folder a nickname, EACH photos in it."""
    seed = 1_000
    for name, drawn in LIKE.items():
        (folder / name).mkdir(parents=True)
        for _ in range(EACH):
            seed += 1
            draw_dish(drawn, seed).save(folder / name / f"{seed}.png")
    return folder


def accept(store: Store, name: str, drawn: str, seed: int, catalogue: str = CLUB) -> None:
    """One more accepted photo, of the split that is trained on."""
    data = io.BytesIO()
    draw_dish(drawn, seed).resize((128, 128)).save(data, "PNG")
    add_photo(store, data.getvalue(), name, catalogue, split="train")


def accept_all(store: Store, catalogue: str = CLUB) -> None:
    """EACH photos of each nickname."""
    seed = 1_000
    for name, drawn in LIKE.items():
        for _ in range(EACH):
            seed += 1
            accept(store, name, drawn, seed, catalogue)
