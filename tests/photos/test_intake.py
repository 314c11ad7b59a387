"""What members hand in comes out as plain photos, or not at all."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageDraw, ImageFilter

from foodgan.contract.errors import StoreError, UserError
from foodgan.contract.lookalikes import NEAR, mirrored, number, search
from foodgan.contract.photos import TOMBSTONES, Tombstone
from foodgan.contract.phrases import LOCALES, say
from foodgan.contract.store import Store, lines_of
from foodgan.photos import intake, looks, picture
from tests.photos import hostile
from tests.photos.hostile import SECRET, dish, saved

ID = "0a1b2c3d"


def stored(data: bytes, store: Store) -> Image.Image:
    """The photo that was made of a file, read back from the store."""
    taken = intake.take_in(store, ID, data)
    photo = Image.open(io.BytesIO(store.get(taken.sha256)))
    assert (photo.width, photo.height) == (taken.width, taken.height)
    return photo


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(str(tmp_path / "photos"))


def test_the_corpus_is_large() -> None:
    names = [name for name, _, _ in hostile.corpus()]
    assert len(names) == len(set(names)) >= 300


def test_every_hostile_file_is_refused_or_made_plain(store: Store) -> None:
    wrong = []
    for name, data, fate in hostile.corpus():
        try:
            taken = intake.take_in(store, ID, data)
        except UserError as refusal:
            said = [say(locale, refusal.phrase, **refusal.values) for locale in LOCALES]
            if fate == "safe" or not all(said) or list(store.objects()):
                wrong.append(f"{name} was refused: {refusal.phrase}")
            continue
        if fate == "refused":
            wrong.append(f"{name} was taken")
        wrong += [f"{name}: {fault}" for fault in faults(store.get(taken.sha256))]
        store.remove(taken.sha256)
    assert not wrong, "\n".join(wrong)


def faults(data: bytes) -> list[str]:
    """What is not plain about stored bytes."""
    photo = Image.open(io.BytesIO(data))
    photo.load()
    found = {
        "no RGB JPEG": (photo.format, photo.mode) != ("JPEG", "RGB"),
        "too large": max(photo.size) > intake.SIDE,
        "metadata": bool({"exif", "icc_profile", "comment", "xmp", "photoshop"} & set(photo.info)),
        "bytes behind its end": not data.endswith(b"\xff\xd9"),
        "a secret": SECRET in data,
    }
    return [fault for fault, holds in found.items() if holds]


@pytest.mark.parametrize(("name", "phrase"), [
    ("empty.jpg", "intake-empty"),
    ("text.png", "intake-no-picture"),
    ("sound-GIF.jpg", "intake-other-kind"),
    ("svg.png", "intake-other-kind"),
    ("zip-as-png.png", "intake-other-kind"),
    ("moving.PNG", "intake-animated"),
    ("burst.heic", "intake-animated"),
    ("1x60000.PNG", "intake-too-small"),
    ("40x4000.JPEG", "intake-too-thin"),
    ("bomb-20000.png", "intake-too-many-pixels"),
    ("lying-65535x65535.jpg", "intake-too-many-pixels"),
    ("cut-6-baseline.jpg", "intake-damaged"),
])  # fmt: skip
def test_the_refusal_names_the_reason(name: str, phrase: str) -> None:
    [data] = [data for each, data, _ in hostile.corpus() if each == name]
    with pytest.raises(UserError) as refusal:
        intake.clean(data)
    assert refusal.value.phrase == phrase


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_turned_photo_is_stored_upright(orientation: int, kind: str, store: Store) -> None:
    photo = stored(saved(turned(orientation), kind, exif=exif(orientation)), store)
    assert photo.size == (160, 96)
    assert dark_corners(photo) == [True, False, False, False]


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("told_by", ["container and EXIF", "container"])
def test_a_turned_heic_is_stored_upright_and_never_turned_twice(
    orientation: int, told_by: str, store: Store
) -> None:
    data = heic(turned(orientation), orientation)
    if told_by == "container":
        data = data.replace(exif(orientation).tobytes(), exif(1).tobytes())
    photo = stored(data, store)
    assert photo.size == (160, 96)
    assert dark_corners(photo) == [True, False, False, False]


@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_the_exif_of_a_heic_alone_turns_nothing(orientation: int, store: Store) -> None:
    data = bytearray(heic(turned(1), orientation))
    data[data.index(b"irot") + 4] = 0  # the container says that it is upright
    taken = intake.take_in(store, ID, bytes(data))
    assert (taken.width, taken.height) == (160, 96)
    photo = Image.open(io.BytesIO(store.get(taken.sha256)))
    assert dark_corners(photo) == [True, False, False, False]


def exif(orientation: int) -> Image.Exif:
    made = Image.Exif()
    made[0x0112] = orientation
    return made


def turned(orientation: int) -> Image.Image:
    """A picture as a camera held so stores it; upright, its upper left quarter is dark."""
    upright = Image.new("RGB", (160, 96), "white")
    upright.paste("black", (0, 0, 80, 48))
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # Image.Transpose, the other way
    return upright.transpose(Image.Transpose(undo[orientation])) if orientation > 1 else upright


def heic(picture: Image.Image, orientation: int) -> bytes:
    """A HEIC as phones write it: its orientation in the container (irot, imir) and in the EXIF."""
    data = saved(picture, "HEIF", exif=exif(orientation).tobytes())
    assert (b"irot" in data or b"imir" in data) == (orientation > 1)
    assert exif(orientation).tobytes() in data
    return data


def dark_corners(photo: Image.Image) -> list[bool]:
    """Which corners are dark: upper left, upper right, lower left, lower right."""
    right, low = photo.width - 10, photo.height - 6
    corners = [
        photo.convert("L").getpixel(at) for at in ((8, 8), (right, 8), (8, low), (right, low))
    ]
    return [value < 128 for value in corners]


def test_a_phones_photo_is_decoded_small_and_stays_sharp(store: Store) -> None:
    taken = intake.take_in(store, ID, saved(dish((4032, 3024)), "JPEG"))
    assert intake.SIDE * 0.75 <= taken.width <= intake.SIDE
    assert abs(taken.width / taken.height - 4 / 3) < 0.01


def test_a_small_photo_is_never_enlarged(store: Store) -> None:
    assert stored(saved(dish((100, 80)), "PNG"), store).size == (100, 80)


def test_colours_of_another_profile_become_srgb(store: Store) -> None:
    profile = _wide_gamut()
    plain = stored(saved(Image.new("RGB", (64, 64), (200, 60, 60)), "PNG"), store)
    wide = Image.new("RGB", (64, 64), (200, 60, 60))
    turned = stored(saved(wide, "PNG", icc_profile=profile), store)
    assert plain.getpixel((32, 32))[0] < turned.getpixel((32, 32))[0]


def _wide_gamut() -> bytes:
    """sRGB's profile with a description and red colorant of its own, as a wider screen has."""
    data = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    tags = int.from_bytes(data[128:132], "big")
    changed = bytearray(data.replace("sRGB".encode("utf-16-be"), "wide".encode("utf-16-be")))
    for tag in range(tags):
        at = 132 + 12 * tag
        if data[at : at + 4] == b"rXYZ":
            where = int.from_bytes(data[at + 4 : at + 8], "big")
            changed[where + 8 : where + 12] = int(0.60 * 65536).to_bytes(4, "big")
    return bytes(changed)


def test_what_is_see_through_becomes_white_paper(store: Store) -> None:
    ghost = Image.new("RGBA", (64, 64), (255, 0, 0, 0))
    assert stored(saved(ghost, "PNG"), store).getpixel((32, 32)) == (255, 255, 255)


def test_sixteen_bits_keep_their_brightness(store: Store) -> None:
    deep = np.full((64, 64), 100 * 257, np.uint16)
    photo = stored(saved(Image.fromarray(deep), "PNG"), store)
    assert abs(photo.getpixel((32, 32))[0] - 100) <= 1


def test_the_same_file_gives_the_same_bytes(store: Store) -> None:
    data = saved(dish((500, 400)), "WEBP")
    assert intake.clean(data) == intake.clean(data)


@pytest.mark.parametrize("by", ["sha256", "original_sha256"])
def test_a_withdrawn_photo_does_not_come_back(by: str, store: Store) -> None:
    data = saved(dish(), "PNG")
    taken = intake.take_in(store, ID, data)
    store.remove(taken.sha256)
    stone = {"sha256": "0" * 64, "original_sha256": "0" * 64} | {by: getattr(taken, by)}
    store.write(TOMBSTONES, lines_of([Tombstone(**stone)]))
    with pytest.raises(UserError) as refusal:
        intake.take_in(store, ID, data)
    assert refusal.value.phrase == "intake-withdrawn"
    assert not list(store.objects())


def test_a_store_that_fails_is_no_fault_of_the_photo(tmp_path: Path) -> None:
    (tmp_path / "objects").write_text("a file where a folder should be")
    with pytest.raises(StoreError):
        intake.take_in(Store(str(tmp_path)), ID, saved(dish(), "PNG"))


def test_a_photo_saved_again_is_a_look_alike_and_its_mirror_image_too() -> None:
    photo = dish((640, 480), seed=5)
    hashes = [number(looks.dhash(dish((640, 480), seed=seed))) for seed in range(200)]
    again = Image.open(io.BytesIO(saved(photo.resize((300, 225)), "JPEG", quality=40)))
    [found] = search(number(looks.dhash(again)), hashes)
    assert found.place == 5
    flip = again.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    [found] = search(number(looks.dhash(flip)), hashes)
    assert found.place == 5
    assert found.bits <= NEAR


def test_look_alikes_come_nearest_first() -> None:
    hashed = 0x0123456789ABCDEF
    found = search(hashed, [hashed ^ 0b111, hashed ^ (2**11 - 1), hashed, hashed ^ 1])
    assert [(each.place, each.bits) for each in found] == [(2, 0), (3, 1), (0, 3)]
    assert mirrored(mirrored(hashed)) == hashed


def test_hints_tell_what_is_wrong_with_a_photo() -> None:
    rng = np.random.default_rng(0)
    texture = rng.integers(60, 200, (512, 512, 3), np.uint8)
    sharp = Image.fromarray(texture)
    assert looks.hints(sharp, 512) == ()
    assert looks.hints(sharp, 200) == ("tiny",)
    assert looks.hints(sharp.filter(ImageFilter.GaussianBlur(12)), 512) == ("blurry",)
    assert looks.hints(Image.fromarray(texture // 8), 512) == ("dark",)
    assert looks.hints(Image.fromarray(235 + texture // 20), 512) == ("bright",)


def test_a_menu_is_texty_and_a_dish_is_not() -> None:
    menu = Image.new("RGB", (512, 400), (245, 240, 230))
    draw = ImageDraw.Draw(menu)
    for row in range(10, 390, 16):
        draw.text((10, row), "curry rice 650  ramen 700  tonkatsu 800  udon 450 " * 2, fill=0)
    assert "texty" in looks.hints(menu, 400)
    assert "texty" not in looks.hints(dish((512, 400)), 400)


def test_a_file_is_opened_as_what_it_begins_as_and_as_nothing_else() -> None:
    """Pillow would try all that it can read, and some of its readers look far behind the start."""
    photo_cd = bytearray(96 * 2048 + 768 * 512 * 3 // 2)
    photo_cd[:4], photo_cd[2048:2052] = b"\xff\xd8\xff\x01", b"PCD_"
    with Image.open(io.BytesIO(photo_cd)) as opened:
        assert opened.format == "PCD"
    with pytest.raises(UserError) as refusal:
        intake.clean(bytes(photo_cd))
    assert refusal.value.phrase == "intake-damaged"


def test_the_bound_on_pixels_is_ours_and_lower_than_pillows() -> None:
    """Three times as many would not be refused by Pillow, and are more than a child may hold."""
    data = bytearray(saved(dish(), "PNG"))
    data[16:24] = struct.pack(">II", 8_001, 8_000)  # what its header says
    data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    assert picture.MAX_PIXELS < 8_001 * 8_000 < (Image.MAX_IMAGE_PIXELS or 0)
    with pytest.raises(UserError) as refusal:
        intake.clean(bytes(data))
    assert refusal.value.phrase == "intake-too-many-pixels"
