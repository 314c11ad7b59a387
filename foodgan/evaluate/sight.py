"""What those who judge names see of a picture: its middle, larger, by eyes that taught nobody.

They are EfficientNet-Lite2's, which no training here ever uses. Lite0, through which the shipped
generator's discriminator and matcher see, learned the same labels of the same photos (ImageNet):
the two are relatives, and not one network. How they look was chosen by photos alone
(docs/results/base-dish.md). N pictures, F = 1,824 features.
"""

import torch
from torch import Tensor
from torch.nn import functional as F

from foodgan.models.backbone import LITE2, Backbone, pooled

SIDE = 224  # pixels a side that are seen …
FRAME = 13 / 16  # … of this much of the picture's, its middle
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
