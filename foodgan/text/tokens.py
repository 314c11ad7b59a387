"""A dish's name as tokens: SudachiPy's short units in normalised form, and a list of morphemes.

The list (`morphemes.txt`) mends what a general dictionary cuts badly: it holds words together
(目玉焼き), cuts contractions (海老天 → 海老 + 天麩羅) and pins the keys of words that mean another
thing in a kitchen (だれ is タレ, not 誰).
"""

import re
import threading
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from pathlib import Path

from sudachipy import (  # type: ignore[import-untyped]
    Dictionary,
    Morpheme,
    SplitMode,
    Tokenizer,
)

MORPHEMES = Path(__file__).parent / "morphemes.txt"
JOINED_MAX = 5  # dictionary words that one listed morpheme may span
HIRAGANA = re.compile("[ぁ-ゖー]{2,}")
ARTICLE = re.compile(r"\ba(?= +[a-z])")  # "a bowl": any other A names a dish, as Aセット
TO_KATAKANA = {code: code + 0x60 for code in range(ord("ぁ"), ord("ゖ") + 1)}
CERTAIN = 3  # characters of a morpheme that proves itself inside an unknown word
SILENT = "-"  # the key of a listed word that is left out
# Particles, auxiliaries, signs and spaces say nothing that a picture could show.
SILENT_KINDS = frozenset({"助詞", "助動詞", "補助記号", "記号", "空白", "接続詞"})


@dataclass(frozen=True)
class Token:
    """A word of a name: as written, as the vector table spells it, and where it stands.

    start, end: positions in the name, so that name[start:end] == surface. Several tokens may share
    one place: 親子丼 means 鶏, 卵 and 丼; spelt: how the list writes such a one.
    """

    surface: str
    key: str
    start: int
    end: int
    spelt: str = field(default="", compare=False)


class _Sudachi:
    """One tokenizer a process; it may not be entered by two threads at once."""

    def __init__(self) -> None:
        self._tokenizer: Tokenizer = Dictionary(dict="core").tokenizer(mode=SplitMode.A)
        self._turn = threading.Lock()

    def __call__(self, text: str) -> list[Morpheme]:
        with self._turn:
            return list(self._tokenizer.tokenize(text))


@cache
def _sudachi() -> _Sudachi:
    return _Sudachi()


@cache
def morphemes() -> dict[str, tuple[str, ...]]:
    """The list: a word → its parts as written; a word that stays whole is its own one part."""
    return {line[0]: tuple(line[2:]) or (line[0],) for line in _lines()}


@cache
def pinned_keys() -> dict[str, str]:
    """Words of the list that stay whole → their keys."""
    return {line[0]: line[-1] for line in _lines() if len(line) < 3}


def listed_keys() -> set[str]:
    """Every key that the list can give a token."""
    parts = {part for spelt in morphemes().values() for part in spelt}
    return {pinned_keys().get(part, part) for part in parts} - {SILENT}


def tokens(name: str) -> tuple[Token, ...]:
    """The words of a name, in its order; none for a name without any.

    name: as `foodgan.contract.dishname.normalise` gives it.
    """
    found: list[Token] = []
    read = _as_listed(name)
    articles = {match.span() for match in ARTICLE.finditer(read)}
    words = _sudachi()(read)
    at = 0
    while at < len(words):
        joined = _joined(read, words, at)
        start, end = words[at].begin(), words[at + joined - 1].end()
        if (start, end) not in articles:
            found += _tokens_of(read[start:end], words[at], start)
        at += joined
    return tuple(replace(token, surface=name[token.start : token.end]) for token in found)


def normal_form(word: str) -> str | None:
    """The dictionary's normalised form of a word that is one entry of it, else None."""
    found = _sudachi()(word)
    return found[0].normalized_form() if len(found) == 1 and not found[0].is_oov() else None


def _lines() -> list[list[str]]:
    text = MORPHEMES.read_text(encoding="utf-8")
    return [line.split() for line in text.splitlines() if line.strip() and line[0] != "#"]


def _as_listed(name: str) -> str:
    """The name in lower case, and in katakana what the list only has so: はんばーぐ → ハンバーグ.

    As long as the name, so that positions hold.
    """
    lower = name.lower()
    return HIRAGANA.sub(_katakana, lower if len(lower) == len(name) else name)


def _katakana(run: re.Match[str]) -> str:
    katakana = run[0].translate(TO_KATAKANA)
    return katakana if run[0] not in morphemes() and katakana in morphemes() else run[0]


def _joined(name: str, words: list[Morpheme], at: int) -> int:
    """How many dictionary words from `at` on the longest listed morpheme spans, at least 1."""
    for count in range(min(JOINED_MAX, len(words) - at), 1, -1):
        if name[words[at].begin() : words[at + count - 1].end()] in morphemes():
            return count
    return 1


def _tokens_of(word: str, first: Morpheme, start: int) -> list[Token]:
    """What one word of the name gives; first: the dictionary word that it is or begins with."""
    if word in morphemes():
        return _listed(word, start)
    spoken = any(letter.isalnum() for letter in word)  # an emoji is not
    if not spoken or first.part_of_speech()[0] in SILENT_KINDS:
        return []
    if first.is_oov():
        return _cut(word, start)
    return [Token(word, first.normalized_form(), start, start + len(word))]


def _listed(surface: str, start: int) -> list[Token]:
    """The tokens of a listed morpheme; parts that do not spell it share its place."""
    parts = morphemes()[surface]
    keys = [pinned_keys().get(part, part) for part in parts]
    if SILENT in keys:
        return []
    if "".join(parts) != surface:
        end = start + len(surface)
        return [
            Token(surface, key, start, end, part) for part, key in zip(parts, keys, strict=True)
        ]
    found = []
    for part, key in zip(parts, keys, strict=True):
        found.append(Token(part, key, start, start + len(part)))
        start += len(part)
    return found


def _cut(surface: str, start: int) -> list[Token]:
    """A word that the dictionary lacks, cut at listed morphemes: カニ|サラダ, ピザ|ディアボラ."""
    cover = _cover(surface)
    if not cover:
        return [Token(surface, surface, start, start + len(surface))]
    found: list[Token] = []
    for piece in cover:
        if piece in morphemes():
            found += _listed(piece, start)
        else:
            found.append(Token(piece, piece, start, start + len(piece)))
        start += len(piece)
    return found


@lru_cache(maxsize=4096)
def _cover(word: str) -> tuple[str, ...]:
    """The fewest listed morphemes that spell a word, else one at its end or front and the rest.

    Empty where neither is found. A short morpheme proves nothing inside a foreign word (パン in
    パンダ), so beside an unknown rest only CERTAIN or more characters count.
    """
    covers: list[tuple[str, ...] | None] = [()]
    for end in range(1, len(word) + 1):
        ways = [
            (*before, word[start:end])
            for start in range(end)
            if (before := covers[start]) is not None and word[start:end] in morphemes()
        ]
        covers.append(min(ways, key=len, default=None))
    if covers[-1]:
        return covers[-1]
    for length in range(len(word) - 2, CERTAIN - 1, -1):
        head, tail = word[:-length], word[-length:]
        if tail in morphemes():
            return (*(_cover(head) or (head,)), tail)
        head, tail = word[:length], word[length:]
        if head in morphemes():
            return (head, *(_cover(tail) or (tail,)))
    return ()
