"""How a dish is to be made: words of its name that are to be heard more, or less; how calmly."""

import re

from bot.blocklist import folded
from foodgan.contract import dishname
from foodgan.contract.errors import UserError
from foodgan.contract.limits import WORDS_MAX

MORE, LESS = 200, 40  # percent of a word's usual weight
_BETWEEN = re.compile(r"[\s、,，・]+")


def weights_of(more: str | None, less: str | None) -> tuple[tuple[str, int], ...]:
    """Words, as their names spell them, and their weights in percent.

    Raises UserError for what is no word, for one in both, or for too many.
    """
    louder, softer = _words(more), _words(less)
    if {*map(folded, louder)} & {*map(folded, softer)}:
        raise UserError("weight-both")
    asked = dict.fromkeys(louder, MORE) | dict.fromkeys(softer, LESS)
    if len(asked) > WORDS_MAX:
        raise UserError("weight-too-many", max=WORDS_MAX)
    return tuple(asked.items())


def _words(given: str | None) -> list[str]:
    # Its spelling first: a wide space is a space.
    if not given or not given.strip():
        return []
    try:
        return _BETWEEN.split(dishname.normalise(given).strip("、,・ "))
    except UserError:  # its sentence would speak of the dish's name
        raise UserError("weight-no-words", limit=dishname.LENGTH_MAX) from None
