"""Names of dishes that nobody has cooked: a known dish under a word from anywhere.

What photos are called is too few names to learn from what a dish is and what lies on it. The dishes
are those of `foodgan.text.kinds`, the words before them those of photos and of the word vectors.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from functools import cache
from random import Random

from foodgan.text.encode import heard
from foodgan.text.kinds import KINDS, WORDS, kind_of
from foodgan.text.vectors import table

ALONE = 0.15  # of the names are a dish without anything
FROM_PHOTOS = 0.65  # have a word that photos have; the others any word at all
JOINTS = ("", "の", "味", "風味の")  # between any word and the dish
LETTERS_MIN, LETTERS_MAX = 2, 6  # of any word


class Inventor:
    """Draws names by chance. A word of k photos comes as often as √k: rare ones are worth seeing.

    names: of the photos, one a photo; unasked: names that are never drawn, as they are to measure;
    random: may be seeded anew between two names.
    """

    def __init__(self, names: Iterable[str], unasked: Collection[str], random: Random) -> None:
        self._unasked, self.random = frozenset(unasked), random
        self._dishes = {kind: WORDS[kind].split() for kind in KINDS}
        counts = Counter(word for name in names for word in _before_the_dish(name))
        self._words = sorted(counts)
        self._chances = [counts[word] ** 0.5 for word in self._words]
        self._any = _any_words()

    def name(self) -> str:
        """A name that is of a kind, each of KINDS as often."""
        while True:
            dish = self.random.choice(self._dishes[self.random.choice(KINDS)])
            alone = self.random.random() < ALONE
            found = dish if alone else self.under(dish)
            if found not in self._unasked and kind_of(found):
                return found

    def under(self, dish: str) -> str:
        """A dish under a word from anywhere."""
        return self._word() + dish

    def rivals(self, name: str, count: int) -> list[str]:
        """Other names of the same dish, to tell this one from; none that is to measure."""
        dish = heard(name)[-1].surface
        return [self._rival(name, dish) for _ in range(count)]

    def _rival(self, name: str, dish: str) -> str:
        while True:  # as any word will do, there is always another
            found = self.under(dish)
            if found != name and found not in self._unasked:
                return found

    def _word(self) -> str:
        if self._words and self.random.random() < FROM_PHOTOS / (1 - ALONE):
            return self.random.choices(self._words, self._chances)[0]
        return self.random.choice(self._any) + self.random.choice(JOINTS)


@cache
def _any_words() -> tuple[str, ...]:
    """Words of the vectors that may lie on a dish: to read through all of them takes a second."""
    return tuple(key for key in table().keys() if LETTERS_MIN <= len(key) <= LETTERS_MAX)  # noqa: SIM118


def _before_the_dish(name: str) -> list[str]:
    """The words of a name before its last; a name of a single word is one itself."""
    words = [token.surface for token in heard(name)]
    return words[:-1] or words
