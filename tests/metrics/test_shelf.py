"""What is made of photos once is kept, and never taken for that of other photos."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from foodgan.metrics import shelf
from foodgan.metrics.shelf import Shelf, open_shelf
from foodgan.photos.folder import Photo

PHOTOS = [Photo(Path("a.jpg"), "カレー"), Photo(Path("b.jpg"), "鮭丼", split="test")]
DIGESTS = ["aa", "bb"]


def counted() -> tuple[Callable[[], Tensor], list[int]]:
    calls: list[int] = []

    def make() -> Tensor:
        calls.append(len(calls))
        return torch.arange(3.0)

    return make, calls


def test_what_was_made_once_is_not_made_again(tmp_path: Path) -> None:
    make, calls = counted()
    for _ in range(3):
        assert torch.equal(Shelf(tmp_path / "photos").keep_one("seen", make), torch.arange(3.0))
    assert len(calls) == 1


def test_a_damaged_file_is_made_again(tmp_path: Path) -> None:
    make, calls = counted()
    Shelf(tmp_path).keep_one("seen", make)
    (tmp_path / "seen.safetensors").write_bytes(b"cut short")
    assert torch.equal(Shelf(tmp_path).keep_one("seen", make), torch.arange(3.0))
    assert len(calls) == 2


def test_the_same_files_in_another_folder_are_the_same_photos() -> None:
    moved = [replace(photo, path=Path("elsewhere") / photo.path) for photo in PHOTOS]
    assert shelf.content(moved, DIGESTS) == shelf.content(PHOTOS, DIGESTS)


@pytest.mark.parametrize("change", [{"name": "うどん"}, {"split": "test"}])
def test_another_name_or_split_makes_other_photos(change: dict[str, str]) -> None:
    changed = [replace(PHOTOS[0], **change), PHOTOS[1]]
    assert shelf.content(changed, DIGESTS) != shelf.content(PHOTOS, DIGESTS)


def test_another_way_of_making_things_has_another_shelf(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = open_shelf(tmp_path, "known").folder
    other = tmp_path / "features.py"
    other.write_text("SEED = 1\n", encoding="utf-8")
    monkeypatch.setattr(shelf, "MAKERS", (other, *shelf.MAKERS[1:]))
    assert open_shelf(tmp_path, "known").folder != before
