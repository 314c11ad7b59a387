"""The taster: tells from a picture of a Kondate dish what is in it. The judge of drawn dishes.

A residual network (He et al. 2016, arXiv:1512.03385) trained from nothing on renders of seeds that
no menu uses, so that it shares no feature with any discriminator. Mains are small: they are sought
in a map of cells that also sees far, as in a feature pyramid (Lin et al. 2017, arXiv:1612.03144).
N pictures (N, 3, 64, 64) in [-1, 1].
"""

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils import fusion

from foodgan import checkpoint
from foodgan.contract.errors import ModelError
from foodgan.kondate.recipe import NONE, SINGLE, VALUES, in_order
from foodgan.kondate.render import Picture
from foodgan.registry import sha256
from foodgan.step.batch import as_photos

SHIPPED = Path(__file__).with_name("taster.safetensors")
KIND = "taster"
WIDTHS = (32, 64, 128, 256)
FEATURES = 2 * (WIDTHS[2] + WIDTHS[3])
BATCH = 128
MAINS = VALUES["main"]
CLASSES = {key: (*VALUES[key], NONE) if key == "cooking" else VALUES[key] for key in SINGLE}


@dataclass(frozen=True)
class Tasted:
    """What a picture shows, as far as the taster can tell. singles: attribute to value."""

    singles: dict[str, str]
    mains: tuple[str, ...]


@dataclass(frozen=True)
class Taste:
    """Logits of each single attribute (N, values), of each main (N, 16), and of each main in each
    cell (N, 16, C, C); features (N, 768): means and maxima of the last two maps.
    """

    singles: dict[str, Tensor]
    mains: Tensor
    spots: Tensor
    features: Tensor

    @property
    def told(self) -> list[Tasted]:
        """The likeliest value of each attribute, and every main that is likelier there than not."""
        values = {key: logit.argmax(dim=1).tolist() for key, logit in self.singles.items()}
        tasted = []
        for row, present in enumerate((self.mains > 0).tolist()):
            singles = {key: CLASSES[key][column[row]] for key, column in values.items()}
            there = (MAINS[i] for i, yes in enumerate(present) if yes)
            tasted.append(Tasted(singles, in_order(there)))
        return tasted


class Convolution(nn.Module):
    """A convolution and its batch norm. (N, before, H, H) -> (N, after, H/stride, H/stride)."""

    def __init__(self, before: int, after: int, side: int = 3, stride: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2d(before, after, side, stride, side // 2, bias=False)
        self.norm: nn.Module = nn.BatchNorm2d(after)

    def forward(self, x: Tensor) -> Tensor:
        normed: Tensor = self.norm(self.conv(x))
        return normed

    def fold(self) -> None:
        """Put the norm into the convolution, to look faster; there is no more training then."""
        assert isinstance(self.norm, nn.BatchNorm2d)
        self.conv = fusion.fuse_conv_bn_eval(self.conv, self.norm)
        self.norm = nn.Identity()


class Residual(nn.Module):
    """Two 3×3 convolutions beside the identity. (N, W, H, H) -> the same."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first, self.second = Convolution(width, width), Convolution(width, width)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(x + self.second(F.relu(self.first(x))))


class Taster(nn.Module):
    """Pictures (N, 3, H, H) -> what is in them; C = H / 4 cells a side."""

    def __init__(self) -> None:
        super().__init__()
        first, second, cells, whole = WIDTHS
        self.near = nn.Sequential(
            Convolution(3, first),
            nn.ReLU(),
            Convolution(first, second, stride=2),
            nn.ReLU(),
            Residual(second),
            Convolution(second, cells, stride=2),
            nn.ReLU(),
            Residual(cells),
        )
        self.far = nn.Sequential(
            Convolution(cells, whole, stride=2), nn.ReLU(), Residual(whole), Residual(whole)
        )
        self.down = Convolution(whole, cells, side=1)
        self.both = nn.Sequential(Convolution(cells, cells), nn.ReLU())
        self.spots = nn.Conv2d(cells, len(MAINS), 1)
        self.heads = nn.ModuleDict(
            {key: nn.Linear(FEATURES, len(values)) for key, values in CLASSES.items()}
        )
        self.mains = nn.Linear(FEATURES + 2 * len(MAINS), len(MAINS))

    def forward(self, pictures: Tensor) -> Taste:
        near = self.near(pictures)
        far = self.far(near)
        cells = self.both(F.relu(near + F.interpolate(self.down(far), scale_factor=2.0)))
        spots = self.spots(cells)
        pooled = [pool for maps in (far, cells) for pool in (maps.mean((2, 3)), maps.amax((2, 3)))]
        features = torch.cat(pooled, dim=1)
        found = torch.cat([features, spots.amax((2, 3)), spots.sigmoid().mean((2, 3))], dim=1)
        singles = {key: head(features) for key, head in self.heads.items()}
        return Taste(singles, self.mains(found), spots, features)

    @torch.no_grad()
    def look(self, pictures: Tensor) -> Taste:
        """At (N, 3, 64, 64), in parts that fit in memory; the answer is where the pictures are."""
        device = self.mains.weight.device
        parts = [self(part.to(device)) for part in pictures.split(BATCH)]

        def joined(tensors: list[Tensor]) -> Tensor:
            return torch.cat(tensors).float().to(pictures.device)

        return Taste(
            {key: joined([part.singles[key] for part in parts]) for key in CLASSES},
            *(joined([getattr(p, name) for p in parts]) for name in ("mains", "spots", "features")),
        )

    def taste(self, pictures: Tensor) -> list[Tasted]:
        """What each of (N, 3, 64, 64) shows."""
        return self.look(pictures).told


def as_tensor(pictures: Picture) -> Tensor:
    """Bytes (N, H, W, 3) to (N, 3, H, W) in [-1, 1]."""
    return as_photos(torch.from_numpy(pictures))


def load(path: Path = SHIPPED) -> tuple[Taster, str]:
    """A trained taster and the SHA-256 of its file. Raises ModelError."""
    tensors, about = checkpoint.load(path)
    if about.get("kind") != KIND:
        raise ModelError(f"{path.name} is no taster")
    taster = Taster()
    checkpoint.fill(
        taster,
        {name: t.float() if t.is_floating_point() else t for name, t in tensors.items()},
        path.name,
    )
    taster.eval().requires_grad_(False)
    for module in taster.modules():
        if isinstance(module, Convolution):
            module.fold()
    return taster.to(memory_format=torch.channels_last), sha256(path)
