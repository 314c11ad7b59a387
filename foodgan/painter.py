"""Paints dishes: names and seeds to pictures, many in one forward pass.

N dishes of a batch; pictures are 256×256 RGB.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import torch
from PIL import Image
from torch import Generator, Tensor

from foodgan.contract.orders import SEED_MAX
from foodgan.models.stackgan import SKETCH_SIZE, Stage1Generator, Stage2Generator
from foodgan.registry import ModelFile, open_model
from foodgan.text.encode import TokenBatch, encode


@dataclass(frozen=True)
class Dish:
    """One picture to paint: a normalised name and a seed in 0 … SEED_MAX."""

    name: str
    seed: int


def portions(name: str, seed: int, count: int) -> list[Dish]:
    """`count` dishes of one name with successive seeds, each of which can be asked for alone."""
    return [Dish(name, (seed + i) % (SEED_MAX + 1)) for i in range(count)]


@dataclass(frozen=True)
class Prepared:
    """What the networks take for N pictures, on the device.

    names; the noise z1 (N, Z), ca1 (N, C) of Stage-I, z2 (N, Z', 32, 32), ca2 (N, C') of Stage-II.
    """

    names: TokenBatch
    z1: Tensor
    ca1: Tensor
    z2: Tensor
    ca2: Tensor


class Painter:
    """A model kept warm on its device.

    model_id: what members see of the model.
    """

    def __init__(
        self, model: ModelFile, first: Stage1Generator, second: Stage2Generator, device: str
    ) -> None:
        self.model, self.device = model, torch.device(device)
        self.first = first.to(self.device).to(memory_format=torch.channels_last)
        self.second = second.to(self.device).to(memory_format=torch.channels_last)

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
        chosen = device or ("cuda" if torch.cuda.is_available() else "cpu")
        return cls(*open_model(folder), chosen)

    @property
    def model_id(self) -> str:
        return self.model.model_id

    def knows(self, name: str) -> bool:
        """Whether at least one word of the name is in the word vectors."""
        return bool(encode([name]).known.any())

    def prepare(self, dishes: Sequence[Dish]) -> Prepared:
        """Tokens of each name, and the noise of each seed from a CPU generator of its own.

        Same seed, same noise, whatever else is in the batch and wherever it is painted.
        """
        one, two = self.model.stage1, self.model.stage2
        side = SKETCH_SIZE // 2
        shapes = ((self.first.noise,), (one.condition,), (two.noise, side, side), (two.condition,))
        drawn = []
        for dish in dishes:
            chance = Generator().manual_seed(dish.seed)
            drawn.append([torch.randn(shape, generator=chance) for shape in shapes])
        noise = [torch.stack(part).to(self.device) for part in zip(*drawn, strict=True)]
        return Prepared(encode([dish.name for dish in dishes]).to(self.device), *noise)

    @torch.inference_mode()
    def paint_tensor(self, dishes: Sequence[Dish]) -> Tensor:
        """Both stages in one pass: (N, 3, 256, 256) in [-1, 1], on the device."""
        given = self.prepare(dishes)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.device.type == "cuda"):
            sketches = self.first(given.names, given.z1, given.ca1).pictures
            pictures: Tensor = self.second(given.names, sketches, given.z2, given.ca2).pictures
        return pictures.float().clamp(-1, 1)

    def paint(self, dishes: Sequence[Dish]) -> list[Image.Image]:
        """A 256×256 RGB picture for each dish, in order, in one pass."""
        return to_images(self.paint_tensor(dishes)) if dishes else []


def to_images(pictures: Tensor) -> list[Image.Image]:
    """(N, 3, H, W) in [-1, 1], on any device, to Pillow pictures."""
    pixels = pictures.clamp(-1, 1).add(1).mul(127.5).round().to(torch.uint8)
    return [Image.fromarray(p.numpy()) for p in pixels.permute(0, 2, 3, 1).contiguous().cpu()]
