"""What eyes that taught nobody see of a picture: its middle for names, all of it for quality.

They are EfficientNet-Lite2's, which no training here ever uses. Lite0, through which the shipped
generator's discriminator and matcher see, learned the same labels of the same photos (ImageNet):
the two are relatives, and not one network. How they look at what is to be named was chosen by
photos alone (docs/results/base-dish.md). N pictures, F = 1,824 features.
"""

import torch
from torch import Tensor
from torch.nn import functional as F

from foodgan.models.backbone import LITE2, Backbone, pooled

SIDE = 224  # pixels a side that are seen …
FRAME = 13 / 16  # … of this much of the picture's, its middle
WHOLE = 256  # pixels a side at which all of it is seen
SHALLOW = 2  # maps, at 1/4 and 1/8 of the size, that show edges and textures
FINE = 2 * sum(tap.channels for tap in LITE2.taps[:SHALLOW])
COARSE = sum(tap.channels for tap in LITE2.taps[SHALLOW:])
TITLE = f"{LITE2.title} {LITE2.sha256[:12]}, taught by ImageNet; no training here uses it"


def open_eyes() -> Backbone:
    """Raises ModelError where they are not installed."""
    return Backbone(LITE2, head=True).eval()


@torch.no_grad()
def see(eyes: Backbone, pictures: Tensor) -> Tensor:
    """What they see of pictures (N, 3, S, S) in [-1, 1]: (N, F)."""
    side = round(FRAME * pictures.shape[-1])
    corner = (pictures.shape[-1] - side) // 2
    middle = pictures[:, :, corner : corner + side, corner : corner + side]
    larger = F.interpolate(
        middle, (SIDE, SIDE), mode="bilinear", align_corners=False, antialias=True
    )
    return pooled(eyes, larger, SIDE)


@torch.no_grad()
def see_whole(eyes: Backbone, pictures: Tensor) -> Tensor:
    """What they see of all of a picture, at WHOLE pixels a side: (N, 3, S, S) to (N, F).

    F = FINE + COARSE: first mean and spread of each channel of the shallow maps, then the means of
    the deeper ones, but for the head: some of its channels are dead in a few photos, and no unit is
    to be had of those. Smaller pictures are enlarged.
    """
    sized = F.interpolate(
        pictures, (WHOLE, WHOLE), mode="bilinear", align_corners=False, antialias=True
    )
    maps = eyes(sized.contiguous(memory_format=torch.channels_last))
    shallow, deep = maps[:SHALLOW], maps[SHALLOW:-1]
    fine = [part for seen in shallow for part in (seen.mean(dim=(2, 3)), seen.std(dim=(2, 3)))]
    return torch.cat([*fine, *(seen.mean(dim=(2, 3)) for seen in deep)], dim=1)
