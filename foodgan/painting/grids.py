"""Contact sheets: pictures side by side, for people who would rather look than read."""

from pathlib import Path

import torch
from torch import Generator, Tensor
from torch.nn import functional as F
from torchvision.utils import make_grid, save_image

from foodgan.contract.whole import whole
from foodgan.models.generators import Generators
from foodgan.models.layers import upsample
from foodgan.models.stackgan import Stage2Generator
from foodgan.photos import tensors
from foodgan.photos.feed import Feed
from foodgan.step.batch import as_photos
from foodgan.text.encode import encode

SEEDS = 4  # pictures of each name
NAMES = (
    "醤油ラーメン",
    "寿司",
    "ピザ",
    "チーズ味噌カツ丼",
    "虹色マグロカレーうどん",
    "抹茶ラーメン",
    "チョコレートケーキ",
    "グリーンサラダ",
    "ピリ辛サーモン丼",
    "いちごのワッフル",
    "牛肉の黒胡椒炒め",
    "海老のスープ",
)


@torch.no_grad()
def sample_grid(generator: Generators, feed: Feed) -> Tensor:
    """What a generator in training paints, always from the same noise. (3, H, W) in [-1, 1].

    Stage-I and DCGAN: a row a name, SEEDS pictures each. Stage-II: sketch, painting, photo.
    """
    if isinstance(generator, Stage2Generator):
        return _details(generator, feed)
    rows = [name for name in NAMES for _ in range(SEEDS)]
    z = torch.randn(len(rows), generator.noise, generator=Generator().manual_seed(0))
    noise = _condition_noise(generator, len(rows))
    painted = generator(encode(rows).to(feed.device), z.to(feed.device), noise.to(feed.device))
    return _grid(painted.pictures.float().cpu(), SEEDS * 2)


def _details(generator: Stage2Generator, feed: Feed, count: int = 6) -> Tensor:
    picked = torch.arange(count) * (len(feed.photos) // count)
    size = feed.pixels.shape[1] // 8 * 8
    pixels = tensors.crops(feed.pixels, picked, size, 4, Generator().manual_seed(0))
    photos = as_photos(pixels)
    sketches = F.avg_pool2d(photos, 4)
    noise = _condition_noise(generator, count)
    shape = (count, generator.noise, size // 8, size // 8)
    z = torch.randn(shape, generator=Generator().manual_seed(0))
    names = feed.names[picked].to(feed.device)
    painted = generator(names, sketches.to(feed.device), z.to(feed.device), noise.to(feed.device))
    strips = torch.stack((upsample(sketches, 4), painted.pictures.float().cpu(), photos), dim=1)
    return _grid(strips.flatten(0, 1).clamp(-1, 1), 6)


def _condition_noise(generator: Generators, count: int) -> Tensor:
    size = getattr(generator.config, "condition", 1)
    return torch.randn(count, size, generator=Generator().manual_seed(1))


def _grid(pictures: Tensor, columns: int) -> Tensor:
    grid: Tensor = make_grid(pictures, nrow=columns, padding=2)
    return grid


def contact_sheet(grid: Tensor, path: Path) -> None:
    """Write a grid (3, H, W) in [-1, 1] as a PNG, whole or not at all."""
    with whole(path) as partial:
        save_image(grid, partial, normalize=True, value_range=(-1, 1), format="png")
