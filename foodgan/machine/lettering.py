"""Letters of figures: Japanese ones, too.

A sign that no font has is shown as 〓, which Japanese printers put where a type was missing, never
as an empty box.
"""

import unicodedata
from functools import cache

import matplotlib
import matplotlib_fontja
from matplotlib import font_manager
from matplotlib.ft2font import FT2Font

FONTS = ("IPAexGothic", "DejaVu Sans")  # of matplotlib-fontja and of matplotlib itself
MISSING = "〓"


def set_up() -> None:
    """Have every figure that is begun from now on written in these fonts."""
    matplotlib_fontja.japanize()  # tells matplotlib where its font lies
    matplotlib.rcParams["font.family"] = list(FONTS)


def drawable(text: str) -> str:
    """The text with 〓 for every sign that no font has, and without what cannot be seen."""
    known = _known()
    letters = []
    for letter in unicodedata.normalize("NFC", text):
        kind = unicodedata.category(letter)[0]
        if letter.isspace():
            letters.append(" ")
        elif ord(letter) in known and kind != "C":
            letters.append(letter)
        elif kind not in "CM":  # a mark that no font has may be left out
            letters.append(MISSING)
    return "".join(letters)


@cache
def _known() -> frozenset[int]:
    """The signs that the fonts have, as code points."""
    paths = [font_manager.findfont(name, fallback_to_default=False) for name in FONTS]
    return frozenset().union(*(FT2Font(path).get_charmap() for path in paths))
