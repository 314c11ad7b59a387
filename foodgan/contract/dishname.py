"""A dish's name: what a member may type, and how it is shown again."""

import re
import unicodedata
from collections.abc import Iterable

from foodgan.contract.errors import UserError

LENGTH_MAX = 60  # characters of a normalised name
RAW_MAX = 600  # characters before normalising: beyond this nothing is read
MARKS_MAX = 2  # combining marks on one letter; Thai needs two

KEYCAP = re.compile("[0-9#*]\ufe0f?\u20e3")  # an emoji that ends in a plain digit
EUROPEAN = re.compile("[A-Za-z\u0370-\u03ff\u0400-\u052f]+")
KATAKANA = "ァ-ヺー"
# Dashes that are typed for the long vowel sign: カレ—.
LONG_VOWEL = re.compile(f"(?<=[{KATAKANA}])[—―─━−]")
# Kanji that look like katakana, between katakana.
KANJI_AS_KATAKANA = re.compile(f"(?<=[{KATAKANA}])[口力工夕卜](?=[{KATAKANA}])")
AS_KATAKANA = str.maketrans("口力工夕卜", "ロカエタト")
# Cyrillic and Greek letters that look like Latin ones.
LATIN = str.maketrans(
    "АВЕЅІЈКМНОРСТУХаеѕіјорсухԛԝһΑΒΕΖΗΙΚΜΝΟΡΤΥΧοναρ",
    "ABESIJKMHOPCTYXaesijopcyxqwhABEZHIKMNOPTYXovap",
)
# Marks stacked on Latin letters (NFKC has already joined those that belong there), variation
# selectors, and letters that are blank to the eye.
UNSEEN = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
    "\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef"
    "\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0]"
)
# Letters by category that name nothing when they stand alone: ー, 々, ゝ.
REPEATS = frozenset("ー々〆ゝゞヽヾ〻")
PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")


def normalise(raw: str) -> str:
    """The name in one spelling: NFKC, single spaces, nothing invisible, 1 … LENGTH_MAX characters.

    Raises UserError: `name-empty`, `name-too-long` (limit) or `name-no-words` when no letter, kana,
    kanji or digit is left, as with emoji alone. Normalising twice changes nothing more.
    """
    if len(raw) > RAW_MAX:
        raise UserError("name-too-long", limit=LENGTH_MAX)
    name = spelt(raw)
    if not name:
        raise UserError("name-no-words" if KEYCAP.search(raw) else "name-empty")
    if len(name) > LENGTH_MAX:
        raise UserError("name-too-long", limit=LENGTH_MAX)
    if not any(letter.isalnum() and letter not in REPEATS for letter in name):
        raise UserError("name-no-words")
    return name


def spelt(raw: str) -> str:
    """What `normalise` makes of the letters, however many they are; empty where none is seen."""
    name = unicodedata.normalize("NFKC", KEYCAP.sub("", raw))
    name = unicodedata.normalize("NFKC", _visible(name))
    name = LONG_VOWEL.sub("ー", name)
    name = KANJI_AS_KATAKANA.sub(lambda found: found[0].translate(AS_KATAKANA), name)
    name = EUROPEAN.sub(lambda found: _latin(found[0]), name)
    return " ".join(name.split())


def display(name: str) -> str:
    """A name as text of a Discord message: no Markdown, mention, timestamp or link comes of it.

    Every ASCII sign is escaped, and a zero-width space after @ stops a ping even where escapes do
    not count. A right-to-left name is isolated, so that it cannot turn the sentence around it.
    """
    shown = PUNCTUATION.sub(r"\\\g<0>", name).replace("@", "@\u200b")
    if any(unicodedata.bidirectional(letter) in {"R", "AL"} for letter in name):
        return f"\u2068{shown}\u2069"
    return shown


def listed(words: Iterable[str]) -> str:
    """Words of dishes' names as text of a message, side by side."""
    return "・".join(map(display, words))


def _visible(name: str) -> str:
    """The name without characters that cannot be seen, and without towers of marks."""
    kept: list[str] = []
    marks = 0  # on the letter before
    for letter in UNSEEN.sub("", name):
        kind = unicodedata.category(letter)[0]
        if letter.isspace():
            letter, kind = " ", "Z"
        if kind == "C":  # control, format, surrogate, private, unassigned
            continue
        marks = marks + 1 if kind == "M" else 0
        if marks <= MARKS_MAX and not (marks and kept[-1:] in ([], [" "])):
            kept.append(letter)
    return "".join(kept)


def _latin(word: str) -> str:
    """A word of Latin letters and look-alikes of them, all in Latin; any other as it is."""
    folded = word.translate(LATIN)
    has_latin = any(letter.isascii() for letter in word)
    return folded if has_latin and folded.isascii() else word
