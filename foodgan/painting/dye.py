"""Lays the colours that a name says over the food of its sketch, before Stage-II paints it.

A generator paints what photos have taught it, and no photo shows a green ramen; that 抹茶 is green
is written down instead (`foodgan.text.colours`). Colours are moved in Oklab (Ottosson 2020, “A
perceptual color space for image processing”), where light and shade stay what they are while a
colour changes. N sketches, K colour words of a dish, sides of S = 64 pixels.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Self

import torch
from torch import Tensor
from torch.nn import functional as F

from foodgan.painting import latents
from foodgan.text.colours import Rgb

STRENGTH = 0.8  # of a colour whose word weighs 1: the food's own still shows
OWN_HUES = 0.35  # of the differences in hue within the food that are left
PATCHES = 5  # places a side at which the field that parts several colours is drawn
SHARPNESS = 3.0  # with which one word's colour gives way to another's
WARP = 0.12  # how far the bands of one word's colours bend, of the picture's side
# Food lies in the middle, and goes on from there where it is no white plate, or looks alike.
MIDDLE, MIDDLE_END = 0.2, 0.55  # radius
WHITE_FROM, WHITE = 0.55, 0.75  # lightness in Oklab
GREY, HUED = 0.03, 0.075  # chroma in Oklab
ALIKE = 0.08  # distance in Oklab to the middle's colour, where that is the same throughout
RIM, RIM_END = 0.72, 1.0  # radius beyond which only what looks alike is food
STEPS, STEP = 12, 3  # of growing out of the middle, and its pixels at half the size

RGB_TO_LMS = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
LMS_TO_LAB = (
    (0.2104542553, 0.7936177850, -0.0040720468),
    (1.9779984951, -2.4285922050, 0.4505937099),
    (0.0259040371, 0.7827717662, -0.8086757660),
)

Words = Sequence[tuple[float, tuple[Rgb, ...]]]  # how much each colour word is heard; its colours


@dataclass(frozen=True)
class Dye:
    """What N dishes are dyed in: colours (N, 3, S, S) in Oklab, strength (N, 1, S, S) in 0 … 1."""

    colours: Tensor
    strength: Tensor

    @classmethod
    def of(cls, dyes: Sequence[Self], device: torch.device) -> Self:
        """Those of single dishes as one, on a device."""
        colours = torch.cat([dye.colours for dye in dyes]).to(device)
        return cls(colours, torch.cat([dye.strength for dye in dyes]).to(device))


def dye_of(words: Words, seed: int, side: int) -> Dye | None:
    """How the colours of one dish's words lie: a colour in full, several of a word as bands, those
    of several words as patches, which the seed places. None where no word is heard.
    """
    weights: dict[tuple[Rgb, ...], float] = {}
    for weight, colours in words:
        if weight > 0:
            weights[colours] = weights.get(colours, 0) + weight
    if not weights:
        return None
    turn, drawn = latents.draw(seed, [(2,), (len(weights) + 1, PATCHES, PATCHES)])
    fields = F.interpolate(drawn[None], size=(side, side), mode="bicubic", align_corners=True)[0]
    heard = torch.tensor(list(weights.values()))[:, None, None]
    shares = (SHARPNESS * (fields[1:] + heard.log())).softmax(dim=0)
    along = _along(turn, side) + WARP * fields[0]
    layers = torch.stack([_bands(colours, along) for colours in weights])
    strength = (shares * heard).sum(dim=0, keepdim=True) * STRENGTH
    blended = (shares[:, None] * layers).sum(dim=0, keepdim=True)
    return Dye(blended, strength.clamp(max=1)[None])


def lay(sketches: Tensor, dye: Dye) -> Tensor:
    """Sketches (N, 3, S, S) in [-1, 1] with their food in the colours of the dye."""
    lab = to_oklab(sketches)
    mask = food(lab)
    weights = mask / mask.sum(dim=(2, 3), keepdim=True).clamp(min=1e-6)
    usual = (weights * lab).sum(dim=(2, 3), keepdim=True)
    kept = lab.new_tensor([1, OWN_HUES, OWN_HUES])[:, None, None]
    aimed = dye.colours + kept * (lab - usual)
    return from_oklab(torch.lerp(lab, aimed, mask * dye.strength))


def food(lab: Tensor) -> Tensor:
    """How much of each pixel is food and no plate or table: (N, 3, S, S) in Oklab → (N, 1, S, S).

    A guess by colour and place; nothing is learned. It grows out of the middle over what may be
    food (morphological reconstruction; Vincent 1993, doi:10.1109/83.217222), at half the size.
    """
    side = lab.shape[-1]
    lab = F.avg_pool2d(lab, 2)
    radius = _radius(side // 2).to(lab)
    middle = 1 - _step(radius, MIDDLE, MIDDLE_END)
    usual = (middle * lab).sum(dim=(2, 3), keepdim=True) / middle.sum()
    apart = (lab - usual).square()
    varied = ALIKE**2 + (middle * apart).sum(dim=(2, 3), keepdim=True) / middle.sum()
    alike = (-(apart / varied).sum(dim=1, keepdim=True)).exp()
    lightness, chroma = lab[:, :1], lab[:, 1:].norm(dim=1, keepdim=True)
    white = _step(lightness, WHITE_FROM, WHITE) * (1 - _step(chroma, GREY, HUED))
    inside = (1 - white) * (1 - _step(radius, RIM, RIM_END))
    limit = torch.maximum(torch.maximum(inside, alike), middle)
    found = middle.expand_as(limit)
    for _ in range(STEPS):
        found = torch.minimum(F.max_pool2d(found, STEP, 1, STEP // 2), limit)
    soft = F.avg_pool2d(F.pad(found, (1, 1, 1, 1), mode="replicate"), 3, 1)
    return F.interpolate(soft, size=(side, side), mode="bilinear", align_corners=False)


def to_oklab(pictures: Tensor) -> Tensor:
    """(N, 3, H, W) of sRGB in [-1, 1] to Oklab: lightness 0 … 1, green to red, blue to yellow."""
    values = pictures.clamp(-1, 1).add(1).div(2)
    linear = torch.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    cones = _through(linear, torch.tensor(RGB_TO_LMS)).clamp(min=0)
    return _through(cones ** (1 / 3), torch.tensor(LMS_TO_LAB))


def from_oklab(lab: Tensor) -> Tensor:
    """The inverse of `to_oklab`; a colour that sRGB does not have is clipped."""
    to_cones, to_rgb = _inverses()
    linear = _through(_through(lab, to_cones) ** 3, to_rgb).clamp(0, 1)
    curved = 1.055 * linear.clamp(min=0.0031308) ** (1 / 2.4) - 0.055
    return torch.where(linear <= 0.0031308, linear * 12.92, curved).mul(2).sub(1)


@cache
def _inverses() -> tuple[Tensor, Tensor]:
    back = [torch.linalg.inv(torch.tensor(matrix)) for matrix in (LMS_TO_LAB, RGB_TO_LMS)]
    return back[0], back[1]


def _through(pixels: Tensor, matrix: Tensor) -> Tensor:
    return torch.einsum("ij,njhw->nihw", matrix.to(pixels), pixels)


def _along(direction: Tensor, side: int) -> Tensor:
    """From 0 to 1 across the food in a direction (2,): (S, S)."""
    place = torch.linspace(-1, 1, side) / (2 * RIM)
    x, y = F.normalize(direction, dim=0)
    along: Tensor = 0.5 + x * place + y * place[:, None]
    return along


def _bands(colours: tuple[Rgb, ...], along: Tensor) -> Tensor:
    """Colours in Oklab (3, S, S), from the first where `along` (S, S) is 0 to the last at 1."""
    rgb = torch.tensor(colours).T[None, :, :, None].mul(2).sub(1)
    lab = to_oklab(rgb)[0, :, :, 0]
    last = len(colours) - 1
    place = along.clamp(0, 1) * last
    below = place.floor().long().clamp(max=max(0, last - 1))
    return torch.lerp(lab[:, below], lab[:, (below + 1).clamp(max=last)], place - below)


@cache
def _radius(side: int) -> Tensor:
    """Distance from the middle, (1, 1, S, S); 1 at the middle of an edge."""
    place = torch.linspace(-1, 1, side)
    return torch.hypot(place[:, None], place[None])[None, None]


def _step(values: Tensor, start: float, end: float) -> Tensor:
    """Smoothly from 0 at `start` to 1 at `end`."""
    share = ((values - start) / (end - start)).clamp(0, 1)
    return share * share * (3 - 2 * share)
