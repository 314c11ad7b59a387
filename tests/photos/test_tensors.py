"""Decoding photos once, weights against big names, and crops by seed."""

import logging
import shutil
import struct
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image, ImageOps
from torch import Generator

from foodgan.photos import tensors
from foodgan.photos.folder import Photo, PhotosError, read_folder
from foodgan.photos.picture import PAPER
from foodgan.photos.picture import decode as picture_of
from tests.photos.collection import cp932


def half_red(path: Path, orientation: int | None = None) -> Path:
    """Left half red, right half blue."""
    picture = Image.new("RGB", (100, 100), "blue")
    picture.paste("red", (0, 0, 50, 100))
    exif = Image.Exif()
    if orientation:
        exif[0x0112] = orientation
    picture.save(path, exif=exif, quality=95)
    return path


def bomb(path: Path) -> None:
    """A PNG that claims 20,000 × 20,000 pixels in few bytes."""
    header = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(bytes(100))), (b"IEND", b"")]
    blob = b"\x89PNG\r\n\x1a\n"
    for kind, data in parts:
        blob += struct.pack(">I", len(data)) + kind + data
        blob += struct.pack(">I", zlib.crc32(kind + data))
    path.write_bytes(blob)


def truncated(path: Path) -> None:
    half_red(path.with_name("whole.jpg"))
    blob = path.with_name("whole.jpg").read_bytes()
    path.write_bytes(blob[: len(blob) // 2])
    path.with_name("whole.jpg").unlink()


def odd_exif(path: Path) -> None:
    """A sound JPEG that is to be turned, with a resolution that is no number."""
    turned = struct.pack("<HHIHH", 0x0112, 3, 1, 6, 0)
    entries = struct.pack("<H", 2) + turned + struct.pack("<HHI4s", 0x011A, 7, 4, b"odd")
    exif = b"Exif\0\0II*\0" + struct.pack("<I", 8) + entries + bytes(4)
    Image.new("RGB", (100, 100), "blue").save(path, exif=exif)


def test_a_photo_is_decoded_upright(tmp_path: Path) -> None:
    plain = tensors.decode(half_red(tmp_path / "a.jpg"), 64)
    turned = tensors.decode(half_red(tmp_path / "b.jpg", orientation=6), 64)
    assert plain.shape == (64, 64, 3)
    assert plain[32, 5, 0] > 200
    assert plain[32, 58, 0] < 60
    assert turned[5, 32, 0] > 200  # a quarter turn clockwise: the left side is on top
    assert turned[58, 32, 0] < 60


ORANGE, BROWN, GREY = (250, 150, 50), (100, 60, 20), (120, 120, 120)


def of_palette(colour: tuple[int, int, int]) -> Image.Image:
    picture = Image.new("P", (70, 90))
    picture.putpalette(colour)
    return picture


@pytest.mark.parametrize(
    ("picture", "seen"),
    [
        (Image.new("RGB", (70, 90), ORANGE), ORANGE),
        (Image.new("L", (70, 90), 120), GREY),
        (Image.new("1", (70, 90), 1), PAPER),
        (of_palette(BROWN), BROWN),
        (Image.new("CMYK", (70, 90), (155, 195, 235, 0)), BROWN),
        (Image.new("I;16", (70, 90), 120 << 8), GREY),
        (Image.new("RGBA", (70, 90), (*ORANGE, 255)), ORANGE),
        (Image.new("RGBA", (70, 90), (*ORANGE, 0)), PAPER),
        (Image.new("LA", (70, 90), (0, 0)), PAPER),
    ],
    ids=["RGB", "L", "1", "P", "CMYK", "I;16", "RGBA", "RGBA, transparent", "LA, transparent"],
)
def test_every_kind_of_pixel_becomes_rgb_as_it_is_seen(
    tmp_path: Path, picture: Image.Image, seen: tuple[int, int, int]
) -> None:
    path = tmp_path / ("a.tif" if picture.mode == "CMYK" else "a.png")
    picture.save(path)
    assert (tensors.decode(path, 64) == np.full((64, 64, 3), seen)).all()
    if path.suffix == ".png":  # training sees what the intake would make of it
        assert (np.asarray(picture_of(path.read_bytes(), 64).picture) == seen).all()


def test_one_transparent_colour_of_a_png_is_paper(tmp_path: Path) -> None:
    for mode, clear in (("RGB", ORANGE), ("L", 120)):
        Image.new(mode, (70, 90), clear).save(tmp_path / "a.png", transparency=clear)
        assert (tensors.decode(tmp_path / "a.png", 64) == 255).all()


@pytest.mark.parametrize("orientation", [None, 6])
@pytest.mark.parametrize("suffix", ["jpg", "png", "webp"])
def test_a_plain_photos_pixels_are_those_of_pillow(
    tmp_path: Path, suffix: str, orientation: int | None
) -> None:
    """Arrays of models that are there already: whoever trains on goes on with the same bytes."""
    path = half_red(tmp_path / f"a.{suffix}", orientation)
    with Image.open(path) as picture:
        upright = ImageOps.exif_transpose(picture).convert("RGB")
    expected = np.asarray(ImageOps.fit(upright, (64, 64), Image.Resampling.LANCZOS))
    assert (tensors.decode(path, 64) == expected).all()


def test_arrays_that_were_decoded_otherwise_are_not_used_and_go(
    drawn_photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photos = read_folder(drawn_photos)
    monkeypatch.setattr(tensors, "VERSION", tensors.VERSION - 1)
    tensors.load(photos, 64, tmp_path)
    before = set(tmp_path.iterdir())
    monkeypatch.undo()
    tensors.load(photos, 64, tmp_path)
    assert not before & set(tmp_path.iterdir())
    assert len(before) == len(set(tmp_path.iterdir()))


@pytest.mark.parametrize(
    "break_it",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"no picture at all"),
        truncated,
        bomb,
        odd_exif,
    ],
    ids=["empty", "text", "truncated", "bomb", "odd EXIF"],
)
def test_a_broken_photo_among_good_ones_is_named_and_skipped(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, break_it: Callable[[Path], None]
) -> None:
    half_red(tmp_path / "a.jpg")
    break_it(tmp_path / "broken.jpg")
    half_red(tmp_path / "c.jpg")
    with caplog.at_level(logging.WARNING):
        kept, pixels = tensors.load(read_folder(tmp_path), 64, tmp_path / "cache")
    assert [photo.path.name for photo in kept] == ["a.jpg", "c.jpg"]
    assert pixels.shape == (2, 64, 64, 3)
    assert "broken.jpg skipped" in caplog.text


def test_how_many_photos_are_broken_is_said_by_every_run(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    half_red(tmp_path / "a.jpg")
    (tmp_path / "b.jpg").write_bytes(b"no picture")
    for _ in range(2):  # decoded, then mapped
        caplog.clear()
        with caplog.at_level(logging.WARNING):
            tensors.load(read_folder(tmp_path), 64, tmp_path / "cache")
        assert "1 of 2 photos could not be decoded" in caplog.text


def test_photos_whose_names_are_no_utf_8_are_decoded(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    half_red(tmp_path / cp932("表.jpg"))
    (tmp_path / cp932("壊れ.jpg")).write_bytes(b"no picture")
    with caplog.at_level(logging.WARNING):
        assert len(tensors.load(read_folder(tmp_path), 64, tmp_path / "cache")[0]) == 1
    assert "壊れ.jpg skipped" in caplog.text


def test_photos_that_are_all_broken_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"no picture")
    with pytest.raises(PhotosError, match="not one of the photos could be decoded"):
        tensors.load(read_folder(tmp_path), 64, tmp_path / "cache")


def test_photos_are_written_as_they_come_and_not_held_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slowly(decoded: Iterable[Any], *_: object, **__: object) -> Iterator[Any]:
        for each in decoded:
            time.sleep(0.01)  # a disk that is slower than all threads that decode
            yield each

    monkeypatch.setattr(tensors, "track", slowly)
    photos = [Photo(half_red(tmp_path / f"{number}.jpg"), None) for number in range(90)]
    tracemalloc.start()
    try:
        _, pixels = tensors.load(photos, 256, tmp_path / "cache")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert pixels.shape == (90, 256, 256, 3)
    assert (pixels == tensors.decode(photos[0].path, 256)).all()
    assert peak < pixels.nbytes / 2


def test_the_cache_is_used_again_until_a_photo_changes(drawn_photos: Path, tmp_path: Path) -> None:
    photos = read_folder(drawn_photos)
    _, first = tensors.load(photos, 64, tmp_path)
    stamps = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    _, again = tensors.load(photos, 64, tmp_path)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == stamps
    assert np.array_equal(first, again)
    tensors.load([*photos[:5], replace(photos[5], split="test")], 64, tmp_path)
    assert len(list(tmp_path.iterdir())) == 2 * len(stamps)


def test_a_folder_that_changes_leaves_only_its_last_array(
    drawn_photos: Path, tmp_path: Path
) -> None:
    folder, cache = tmp_path / "photos", tmp_path / "cache"
    shutil.copytree(drawn_photos, folder, ignore=lambda *_: {"cache"})
    photos = read_folder(folder)
    tensors.load(photos, 72, cache)
    tensors.load([replace(photo, split="test") for photo in photos], 64, cache)
    tensors.load(read_folder(drawn_photos), 64, cache)
    others = set(cache.iterdir())
    _, mapped = tensors.load(photos, 64, cache)
    once, first = mapped.copy(), set(cache.iterdir()) - others
    half_red(folder / "0.png")
    _, again = tensors.load(read_folder(folder), 64, cache)
    assert not np.array_equal(once[0], again[0])
    assert np.array_equal(once, mapped)  # whoever trains on it goes on
    last = set(cache.iterdir()) - others
    assert len(first) == len(last) == 2
    assert not first & last
    assert others < set(cache.iterdir())


@pytest.mark.parametrize("lost", ["kept", "table"])
def test_a_half_written_cache_is_not_used(drawn_photos: Path, tmp_path: Path, lost: str) -> None:
    photos = read_folder(drawn_photos)
    whole = tensors.load(photos, 64, tmp_path)[1].copy()
    (kept,) = tmp_path.glob("*.kept.npy")
    table = kept.with_name(kept.name.replace(".kept", ""))
    table.unlink()
    table.write_bytes(b"half of an array")
    if lost == "kept":  # killed between the two files
        kept.unlink()
    table.with_suffix(".partial-1.npy").write_bytes(b"less than half")
    _, again = tensors.load(photos, 64, tmp_path)
    assert np.array_equal(whole, again)


def test_a_big_name_counts_no_more_than_its_cap() -> None:
    names = ["ラーメン"] * 90 + ["鮭丼"] * 10 + [None]
    weights = tensors.name_weights(names, cap=30)
    assert weights[:90].sum().item() == pytest.approx(30)
    assert weights[90:100].sum().item() == pytest.approx(10)
    assert weights[100] == 1


def numbered(count: int, side: int) -> np.ndarray:
    """Red is the row, green the column, blue the photo."""
    rows, columns = np.mgrid[:side, :side]
    return np.stack(
        [np.stack([rows, columns, np.full_like(rows, n)], axis=-1) for n in range(count)]
    ).astype(np.uint8)


@pytest.mark.parametrize("align", [1, 4])
def test_crops_are_aligned_mirrored_by_half_and_the_same_by_seed(align: int) -> None:
    rows = torch.arange(3).repeat(40)
    pixels = numbered(3, 72)
    once = tensors.crops(pixels, rows, 64, align, Generator().manual_seed(1))
    assert torch.equal(once, tensors.crops(pixels, rows, 64, align, Generator().manual_seed(1)))
    other = tensors.crops(pixels, rows, 64, align, Generator().manual_seed(2))
    assert not torch.equal(once, other)
    back = once.long()
    assert torch.equal(back[:, 0, 0, 2], rows)
    left, right = back[:, 0, 0, 1], back[:, 0, -1, 1]
    assert ((left - right).abs() == 63).all()
    assert 30 < (left > right).sum() < 90
    corners = torch.stack((back[:, 0, 0, 0], torch.minimum(left, right)))
    assert (corners % align == 0).all()
    assert corners.amax() == 8
    assert corners.amin() == 0


def test_a_crop_of_the_whole_photo_is_the_photo() -> None:
    crops = tensors.crops(numbered(1, 64), torch.tensor([0]), 64, 4, Generator().manual_seed(0))
    assert crops.shape == (1, 64, 64, 3)
    assert crops.amax(dim=(0, 1, 2)).tolist() == [63, 63, 0]
