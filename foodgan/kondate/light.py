"""The light on a dish."""

from dataclasses import dataclass

from foodgan.kondate.textures import Floats


@dataclass(frozen=True)
class Light:
    """direction: towards the light, length 1; colour and ambient: (3, 1, 1) linear light."""

    direction: Floats
    colour: Floats
    ambient: Floats
