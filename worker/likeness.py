"""Is it a copy? A picture beside the photos of the model's training that are nearest to it."""

from pathlib import Path

from PIL.Image import Image

from foodgan.contract import dishname
from foodgan.contract.errors import UserError
from foodgan.contract.photos import CLUB, CLUB_ONLY, UNKNOWN
from foodgan.contract.phrases import say
from foodgan.metrics.nearest import Kin, Nearest, Relative

_BY_MAX = 80  # characters of whose photo it is; a source may be a whole address
_SILENT = ("", UNKNOWN, "not stated")  # the last: of a card whose source names no licence


class Likeness:
    """A model's index of its photos, opened at the first question and kept. For one thread.

    folder: of the model; the shipped one where none is named.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._opened: Nearest | None = None

    def told(self, locale: str, picture: Image) -> str:
        """What there is to say of a picture, line by line. Raises ModelError."""
        try:
            self._opened = self._opened or Nearest.open(self._folder)
            [kin] = self._opened.look([picture])
        except UserError:
            return say(locale, "check-no-index")
        return compared(locale, kin)


def compared(locale: str, kin: Kin) -> str:
    """The nearest photos and how near they are, then whether that is nearer than photos are."""
    percent = round(100 * kin.novelty)
    verdict = say(locale, "check-close" if kin.close else "check-new", percent=percent)
    photos = (_line(locale, photo) for photo in kin.photos)
    count = len(kin.photos)
    head = [say(locale, "check-nearest", count=count)] if count else []
    return "\n".join([*head, *photos, verdict])


def _line(locale: str, photo: Relative) -> str:
    name = photo.name or say(locale, "check-unnamed")
    # Of two directions: 100 where they are one, 0 where they have nothing in common.
    closeness = max(0, round(100 * (1 - photo.distance**2 / 2)))
    return say(
        locale,
        "check-photo",
        name=dishname.display(name),
        by=_by(locale, photo),
        licence=_licence(locale, photo.licence),
        closeness=str(closeness),
    )


def _by(locale: str, photo: Relative) -> str:
    """Whose it is, or where it was found."""
    # Anybody may ask, also outside the club: whose a photo for the club alone is stays there.
    if photo.licence == CLUB_ONLY or (photo.source == CLUB and not photo.credit):
        return say(locale, "check-members")
    if photo.credit:
        return say(locale, "check-credit", by=dishname.display(photo.credit[:_BY_MAX]))
    return say(locale, "check-source", by=_stated(locale, photo.source))


def _licence(locale: str, licence: str) -> str:
    """A licence's name: what its source adds to it stands in the card of the model."""
    if licence == CLUB_ONLY:
        return say(locale, "check-club-only")
    return _stated(locale, licence.partition(";")[0])


def _stated(locale: str, text: str) -> str:
    """What a collection says of a photo, or that it says nothing."""
    if text in _SILENT:
        return say(locale, "check-not-stated")
    return dishname.display(text[:_BY_MAX])
