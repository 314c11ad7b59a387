"""A dish's name as words, without a dictionary: runs of one script, cut where other names show how.

マグロカレー is one run; where カレー stands alone in another name, it is マグロ and カレー.
"""

import re
from collections import Counter
from collections.abc import Iterable

_PARTICLES = "のとやをにでがはもへな"
# Kanji keep up to two kana that end their word: 唐揚げ, 冷やし中華; 鶏の is no such word.
_ENDING = f"(?:(?![{_PARTICLES}](?![ぁ-ゖー]))[ぁ-ゖ]{{1,2}}(?![ぁ-ゖー]))?"
_RUNS = re.compile(f"[ァ-ヺー]+|[一-鿿々〆]+{_ENDING}|[ぁ-ゖー]+|[A-Za-z\u00c0-\u024f']+|[0-9]+")
_JOINTS = re.compile("入り|付き")
_SILENT = frozenset(_PARTICLES) | {"お", "ご", "風", "and", "with", "of", "the", "in"}
_SHORTEST = 2  # letters of a part that is cut off


def runs(name: str) -> list[str]:
    """The runs of one script in a name, without particles; the name itself where that is none."""
    found = (run.lower() for run in _RUNS.findall(_JOINTS.sub(" ", name)))
    return [run for run in found if run not in _SILENT] or [name.lower()]


def count(names: Iterable[tuple[str, int]], vocabulary: Iterable[str] = ()) -> Counter[str]:
    """How often each word occurs in these names, each with its own count.

    vocabulary: further names that show where runs are to be cut.
    """
    counted = list(names)
    known = {run for name, _ in counted for run in runs(name)}
    known |= {run for name in vocabulary for run in runs(name)}
    found: Counter[str] = Counter()
    for name, times in counted:
        for word in {part for run in runs(name) for part in _cut(run, known)}:
            found[word] += times
    return found


def _cut(run: str, known: set[str]) -> list[str]:
    """The run in known parts; whole, where a rest would be too short to be a word."""
    for length in range(len(run) - _SHORTEST, _SHORTEST - 1, -1):
        head, tail = run[:length], run[length:]
        if tail in known:
            return [*_cut(head, known), tail]
        if head in known:
            return [head, *_cut(tail, known)]
    return [run]


def wanted(asked: Counter[str], covered: Counter[str], limit: int) -> list[tuple[str, int]]:
    """Words that are asked for and that photos lack most, with how often they are asked for."""
    lacking = {word: times / (1 + covered[word]) for word, times in asked.items()}
    best = sorted(lacking, key=lambda word: (-lacking[word], word))
    return [(word, asked[word]) for word in best[:limit] if asked[word] > covered[word]]
