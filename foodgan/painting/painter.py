"""Paints dishes: names and seeds to pictures, many in one forward pass.

N dishes of a batch, of every kind; M names that they are mixed with. Pictures are 256×256 RGB, and
512×512 where they are enlarged.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import Self

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor
from torch.nn import functional as F

from foodgan.contract.orders import SEED_MAX
from foodgan.machine.place import best
from foodgan.models.stackgan import SKETCH_SIZE, Stage1Generator, Stage2Generator
from foodgan.painting import lanes, latents
from foodgan.painting.dye import Dye, dye_of, lay
from foodgan.photos import picture
from foodgan.registry import ModelFile, open_model
from foodgan.text.colours import Rgb, colour_words
from foodgan.text.emphasis import emphasis, led
from foodgan.text.encode import TokenBatch, encode

# Of a name's attention, what its last word takes from the others: for the shape of the sketch, for
# its colours, and for the details of Stage-II. By training alone the rarer word wins, and that is
# what a dish is called after: たこ焼きバーガー was たこ焼き (docs/decisions/009). An encoder that
# knows the last word by itself has learned how much of it to hear.
LEADS, UNLED = (0.6, 0.3, 0.0), (0.0, 0.0, 0.0)
VARIATION = 0.45  # how far another serving goes towards the layout of its own seed, 0 … 1


@dataclass(frozen=True)
class Dish:
    """One picture to paint: a normalised name and a seed in 0 … SEED_MAX, and what may be asked.

    mix, share: a second normalised name, and how much of it, 0 … 1. variation: a seed of its own
    for another serving of the dish. weights: words of the names and how much each is heard, 0 … 3,
    1 as ever. truncation: 0 … 1, how far from the most usual serving it may be; less is plainer,
    and 1 leaves it alone. enlarged: 512×512 pixels. sketch: what `read_sketch` gives, to be painted
    over instead of a sketch of the model's own.
    """

    name: str
    seed: int
    mix: str | None = None
    share: float = 0.5
    variation: int | None = None
    weights: tuple[tuple[str, float], ...] = ()
    truncation: float = 1.0
    enlarged: bool = False
    sketch: bytes | None = field(default=None, repr=False)

    @property
    def names(self) -> tuple[str, ...]:
        """Its one name, or the two that it is mixed of."""
        return (self.name,) if self.mix is None else (self.name, self.mix)


def servings(dish: Dish, count: int) -> list[Dish]:
    """`count` dishes like this one with successive seeds, each of which can be asked for alone."""
    return [replace(dish, seed=(dish.seed + i) % (SEED_MAX + 1)) for i in range(count)]


def portions(name: str, seed: int, count: int) -> list[Dish]:
    """`count` dishes of one name with successive seeds."""
    return servings(Dish(name, seed), count)


def read_sketch(data: bytes) -> bytes:
    """A picture file as a dish's sketch: its middle square, 64×64 RGB pixels.

    Raises UserError for what is no still picture of a kind and size that is taken.
    """
    decoded = picture.decode(data, picture.SHORTEST * SKETCH_SIZE).picture
    size = (SKETCH_SIZE, SKETCH_SIZE)
    return ImageOps.fit(decoded, size, Image.Resampling.BOX).tobytes()


@dataclass(frozen=True)
class Prepared:
    """What the networks take for N pictures, on the device.

    names: N + M, those that dishes are mixed with last. shape, colours, details (N + M, T): how
    much each word is heard there, None where all are 1; the first two are of Stage-I. mixed (M,):
    which dishes, shares (M, 1): how much. dyed: rows whose names say a colour, and dye what they
    say. The noise z1 (N, Z), ca1 (N, C) of Stage-I, z2 (N, Z', 32, 32), ca2 (N, C') of Stage-II.
    """

    names: TokenBatch
    shape: Tensor | None
    colours: Tensor | None
    details: Tensor | None
    mixed: Tensor
    shares: Tensor
    dyed: list[int]
    dye: Dye | None
    z1: Tensor
    ca1: Tensor
    z2: Tensor
    ca2: Tensor


class Painter:
    """A model kept warm on its device.

    model_id: what members see of the model. half: what its convolutions compute in instead of
    float32, for comparison: on no device measured was it faster, see docs/results/painter.md.
    first_pass, second_pass: the `paint` of each stage, or the same compiled or recorded. in_lanes:
    whether a CPU's threads may each call these, and none waits for another.
    """

    first_pass: Callable[[Tensor, Tensor, Tensor], Tensor]
    second_pass: Callable[[Tensor, Tensor, Tensor], Tensor]

    def __init__(
        self, model: ModelFile, first: Stage1Generator, second: Stage2Generator, device: str
    ) -> None:
        self.model, self.device = model, torch.device(device)
        self._learned = tuple(model.learned)
        self.first = first.to(self.device).to(memory_format=torch.channels_last)
        self.second = second.to(self.device).to(memory_format=torch.channels_last)
        self.first_pass, self.second_pass = self.first.paint, self.second.paint
        self.half: torch.dtype | None = None
        self.in_lanes = True

    @classmethod
    def load(
        cls, folder: Path | None = None, *, device: str | None = None, threads: int = 0
    ) -> Self:
        """The model of a folder, the shipped one by default.

        device: the best there is where none is named; threads: of the CPU, 0 for all cores.
        Raises ModelError.
        """
        if threads:
            torch.set_num_threads(threads)
        return cls(*open_model(folder), device or best())

    @property
    def model_id(self) -> str:
        return self.model.model_id

    def knows(self, name: str) -> bool:
        """Whether a word of the name is in the word vectors, or was learned by photos."""
        return bool(encode([name]).known.any()) or any(each in name for each in self._learned)

    def check(self, dish: Dish) -> None:
        """Raise the UserError that painting this dish would, before it spoils a batch of others."""
        emphasis(dish.names, dish.weights)

    def prepare(self, dishes: Sequence[Dish]) -> Prepared:
        """Tokens of each name, and the noise of each dish from CPU generators of its own.

        Same dish, same noise, whatever else is in the batch and wherever it is painted.
        Raises UserError for a weight of a word that a dish does not have.
        """
        drawn = zip(*map(self._noise, dishes), strict=True)
        noise = [torch.stack(part).to(self.device) for part in drawn]
        mixed = [row for row, dish in enumerate(dishes) if dish.mix is not None]
        names = encode([dish.name for dish in dishes] + [dishes[row].mix or "" for row in mixed])
        weights = _weights(dishes, mixed)
        leads = UNLED if self.model.stage1.knows_last else LEADS
        shape, colours, details = (_led(weights, names.mask, share, self.device) for share in leads)
        return Prepared(
            names.to(self.device),
            shape,
            colours,
            details,
            torch.tensor(mixed, dtype=torch.int64, device=self.device),
            torch.tensor([[dishes[row].share] for row in mixed], device=self.device),
            *_dyes(dishes, self.device),
            *noise,
        )

    @torch.inference_mode()
    def sketch_tensor(self, dishes: Sequence[Dish]) -> Tensor:
        """What Stage-I makes, or a person drew: (N, 3, 64, 64) in [-1, 1], on the device."""
        return self._sketches(dishes, self.prepare(dishes)).float()

    @torch.inference_mode()
    def paint_tensor(self, dishes: Sequence[Dish]) -> Tensor:
        """Both stages in one pass: (N, 3, 256, 256) in [-1, 1], on the device; none enlarged."""
        return self._pictures(dishes, self.prepare(dishes))

    @torch.inference_mode()
    def paint(self, dishes: Sequence[Dish]) -> list[Image.Image]:
        """An RGB picture for each dish, in order, in one pass. Raises as `prepare` does.

        A CPU paints loads of them at the same time, see `foodgan.painting.lanes`.
        """
        threads = torch.get_num_threads() if self.in_lanes and self.device.type == "cpu" else 1
        size = lanes.load_of(len(dishes), threads) or 1
        loads = [dishes[at : at + size] for at in range(0, len(dishes), size)]
        prepared = ((load, self.prepare(load)) for load in loads)
        if len(loads) < 2:
            painted = [self._images(*load) for load in prepared]
        else:
            painted = lanes.run(threads, lambda load: self._images(*load), prepared)
        return list(chain.from_iterable(painted))

    @torch.inference_mode()  # of the thread that asks, which may be a lane's
    def _images(self, dishes: Sequence[Dish], given: Prepared) -> list[Image.Image]:
        pictures = self._pictures(dishes, given)
        painted = to_images(pictures)
        large = [row for row, dish in enumerate(dishes) if dish.enlarged]
        size = max(1, len(dishes) // 4)  # of four times the pixels: as much memory as before
        for at in range(0, len(large), size):
            rows = large[at : at + size]
            enlarged = to_images(self._enlarge(dishes, given, pictures, rows))
            for row, image in zip(rows, enlarged, strict=True):
                painted[row] = image
        return painted

    def sketches(self, dishes: Sequence[Dish]) -> list[Image.Image]:
        """The 64×64 RGB sketch of each dish, in order: edited, it can be painted over."""
        return to_images(self.sketch_tensor(dishes)) if dishes else []

    def _sketches(self, dishes: Sequence[Dish], given: Prepared) -> Tensor:
        drawn = [row for row, dish in enumerate(dishes) if dish.sketch is not None]
        own = [row for row, dish in enumerate(dishes) if dish.sketch is None]
        if not drawn:
            return self.dyed(self._stage1(given, slice(None)), given)
        size = (SKETCH_SIZE, SKETCH_SIZE, 3)
        sketches = torch.zeros(len(dishes), 3, *size[:2], device=self.device)
        if own:
            sketches[own] = self._stage1(given, own).float()
        sketches = self.dyed(sketches, given)
        for row in drawn:
            pixels = np.frombuffer(dishes[row].sketch or b"", np.uint8).reshape(size)
            sketches[row] = torch.tensor(pixels).permute(2, 0, 1).to(self.device) / 127.5 - 1
        return sketches

    def dyed(self, sketches: Tensor, given: Prepared) -> Tensor:
        """Sketches (N, 3, 64, 64) in the colours that names say; the very same where none does."""
        if given.dye is None:
            return sketches
        rows = torch.tensor(given.dyed, device=self.device)
        dyed = lay(sketches[rows].float(), given.dye).to(sketches.dtype)
        return sketches.index_copy(0, rows, dyed)

    def _stage1(self, given: Prepared, rows: slice | list[int]) -> Tensor:
        with self.autocast():
            shape = _condition(self.first, given, given.shape, given.ca1)
            alike = given.colours is given.shape  # an encoder that leads by itself hears once
            colours = shape if alike else _condition(self.first, given, given.colours, given.ca1)
            return self.first_pass(shape[rows], colours[rows], given.z1[rows])

    def _pictures(self, dishes: Sequence[Dish], given: Prepared) -> Tensor:
        # Code compiled ahead reads whatever it is given as channels last, and checks nothing.
        sketches = self._sketches(dishes, given).contiguous(memory_format=torch.channels_last)
        with self.autocast():
            condition = _condition(self.second, given, given.details, given.ca2)
            pictures = self.second_pass(condition, sketches, given.z2)
        return pictures.float().clamp(-1, 1)

    def _enlarge(
        self, dishes: Sequence[Dish], given: Prepared, pictures: Tensor, rows: list[int]
    ) -> Tensor:
        """Stage-II once more, over its own picture as the sketch: (…, 3, 512, 512)."""
        halves = F.avg_pool2d(pictures[rows], 2)
        shape = (self.second.noise, SKETCH_SIZE, SKETCH_SIZE)
        drawn = [latents.draw(dishes[row].seed, (*self._shapes(), shape)) for row in rows]
        z = torch.stack([parts[-1] for parts in drawn])
        with self.autocast():
            condition = _condition(self.second, given, given.details, given.ca2)[rows]
            large = self.second.paint(condition, halves, z.to(self.device))
        return large.float()

    def _shapes(self) -> tuple[tuple[int, ...], ...]:
        """Of one dish's noise, in the order in which it is drawn: z1, ca1, z2, ca2."""
        one, two = self.model.stage1, self.model.stage2
        side = SKETCH_SIZE // 2
        grained = (self.second.noise, side, side)
        return ((self.first.noise,), (one.condition,), grained, (two.condition,))

    def _noise(self, dish: Dish) -> list[Tensor]:
        """z1, ca1, z2, ca2 of one dish."""
        shapes = self._shapes()
        z1, ca1, z2, ca2 = latents.draw(dish.seed, shapes)
        if dish.variation is not None:
            (other,) = latents.draw(dish.variation, shapes[:1])
            z1 = latents.spherical(z1, other, VARIATION)
        if dish.truncation != 1:  # scaled, not drawn anew as in BigGAN: a seed stays its dish
            z1, ca1, ca2 = (dish.truncation * part for part in (z1, ca1, ca2))
        return [z1, ca1, z2, ca2]

    def autocast(self) -> torch.autocast:
        """What both stages run in."""
        kind = self.half or torch.bfloat16  # which, does not matter where it is off
        return torch.autocast(self.device.type, kind, enabled=self.half is not None)


def _weights(dishes: Sequence[Dish], mixed: list[int]) -> Tensor | None:
    """(N + M, T), as people ask for them; None where nobody does."""
    if not any(dish.weights for dish in dishes):
        return None
    rows = [emphasis(dish.names, dish.weights) for dish in dishes]
    return torch.cat([*(row[:1] for row in rows), *(rows[i][1:] for i in mixed)])


def _led(weights: Tensor | None, mask: Tensor, share: float, device: torch.device) -> Tensor | None:
    """Weights as `Prepared` has them, mask (N + M, T): what a dish is leads by this share."""
    if share and mask[:, 1].any():  # a name of one word is that word anyway
        weights = led(torch.ones(mask.shape) if weights is None else weights, mask, share)
    return None if weights is None else weights.to(device)


def _dyes(dishes: Sequence[Dish], device: torch.device) -> tuple[list[int], Dye | None]:
    """`dyed` and `dye`, as `Prepared` has them. A person's own sketch keeps its colours."""
    found: dict[int, Dye] = {}
    for row, dish in enumerate(dishes):
        said = _colours_said(dish) if dish.sketch is None else []
        if dye := dye_of(said, dish.seed, SKETCH_SIZE):
            found[row] = dye
    return list(found), Dye.of(list(found.values()), device) if found else None


def _colours_said(dish: Dish) -> list[tuple[float, tuple[Rgb, ...]]]:
    """The colours of a dish's names, and how much each is heard."""
    shares = (1.0,) if dish.mix is None else (1 - dish.share, dish.share)
    said = [colour_words(name) for name in dish.names]
    if not any(said):
        return []
    heard = emphasis(dish.names, dish.weights).tolist()
    return [
        (share * weights[word.slot], word.colours)
        for share, weights, words in zip(shares, heard, said, strict=True)
        for word in words
    ]


def _condition(
    generator: Stage1Generator | Stage2Generator,
    given: Prepared,
    weights: Tensor | None,
    noise: Tensor,
) -> Tensor:
    """The condition (N, C) of each dish, of two names where it is mixed; noise (N, C)."""
    count = len(noise)
    both = torch.cat((noise, noise[given.mixed]))
    condition, _, _ = generator.condition_of(given.names, both, weights)
    own, other = condition[:count], condition[count:]
    if len(other):
        mixed = torch.lerp(own[given.mixed], other, given.shares.to(own.dtype))
        own = own.index_copy(0, given.mixed, mixed)
    return own


def to_images(pictures: Tensor) -> list[Image.Image]:
    """(N, 3, H, W) in [-1, 1], on any device, to Pillow pictures."""
    pixels = pictures.clamp(-1, 1).add(1).mul(127.5).round().to(torch.uint8)
    return [Image.fromarray(p.numpy()) for p in pixels.permute(0, 2, 3, 1).contiguous().cpu()]
