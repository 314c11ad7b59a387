"""A tiny painter for tests: real torch, one forward pass, untrained weights from a fixed seed."""

import hashlib
import time
from collections.abc import Sequence
from dataclasses import replace

import torch
from PIL import Image
from torch import Tensor, nn

from foodgan.painting.painter import Dish

LATENT = 8


class TinyPainter:
    """Paints colour noise that depends on the dish alone: 256×256, enlarged 512×512.

    pause_s: how long every pass takes longer; passes: how many dishes each pass so far had.
    """

    model_id = "tiny-test"
    device = torch.device("cpu")

    def __init__(self, pause_s: float = 0.0) -> None:
        self.pause_s = pause_s
        self.passes: list[int] = []
        torch.set_num_threads(1)
        generator = torch.Generator().manual_seed(0)
        self._net = nn.Sequential(
            nn.ConvTranspose2d(LATENT, 16, 8), nn.ReLU(), nn.Conv2d(16, 3, 1), nn.Tanh()
        ).requires_grad_(False)
        for weight in self._net.parameters():
            weight.copy_(torch.randn(weight.shape, generator=generator))

    def paint(self, dishes: Sequence[Dish]) -> list[Image.Image]:
        self.passes.append(len(dishes))
        time.sleep(self.pause_s)
        latents = torch.stack([_latent(dish) for dish in dishes])
        pictures = nn.functional.interpolate(self._net(latents), size=(256, 256))
        pixels = ((pictures + 1) * 127.5).to(torch.uint8).permute(0, 2, 3, 1).numpy()
        painted = zip(dishes, map(Image.fromarray, pixels), strict=True)
        return [
            picture.resize((512, 512)) if dish.enlarged else picture for dish, picture in painted
        ]

    def knows(self, name: str) -> bool:
        return "謎" not in name


def _latent(dish: Dish) -> Tensor:
    plain = replace(dish, enlarged=False)
    digest = hashlib.sha256(repr(plain).encode()).digest()
    generator = torch.Generator().manual_seed(int.from_bytes(digest[:7]))
    return torch.randn(LATENT, 4, 4, generator=generator)
