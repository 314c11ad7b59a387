"""From a pupil's logits to what a picture shows. P pictures."""

from collections.abc import Mapping, Sequence

from torch import Tensor

from foodgan.kondate.recipe import Stated, in_order
from foodgan.kondate.taster import CLASSES, MAINS, Tasted


def ranked(singles: Mapping[str, Tensor], mains: Tensor, stated: Sequence[Stated]) -> list[Tasted]:
    """The likeliest value of each attribute, and as many of the likeliest mains as there are.

    singles: logits (P, K) over CLASSES by attribute; mains: logits (P, MAINS). A pupil is told how
    many mains there are, as the number of a name's mains is part of what it is asked.
    """
    values = {key: logits.argmax(dim=1).tolist() for key, logits in singles.items()}
    order = mains.argsort(dim=1, descending=True).tolist()
    tasted = []
    for row, said in enumerate(stated):
        shown = {key: CLASSES[key][column[row]] for key, column in values.items()}
        likeliest = order[row][: len(said.mains or ())]
        tasted.append(Tasted(shown, in_order(MAINS[i] for i in likeliest)))
    return tasted
