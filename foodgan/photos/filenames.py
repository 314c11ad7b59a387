"""File names that are no UTF-8: what a plain `unzip` leaves of a ZIP from Windows in Japan."""

from contextlib import suppress
from unicodedata import normalize


def readable(path: str) -> str:
    """A path as whoever named its files read it: what is no UTF-8 is taken for CP932, else lost.

    Python has the bytes of such a name as lone surrogates, which neither JSON nor a terminal takes.
    """
    if path.isascii():
        return path
    return "/".join(map(_read, path.split("/")))


def plain(path: str) -> str:
    """The one spelling of a path by which a table's and a file's are compared.

    Macs write ガ as two signs, tables mostly as one.
    """
    return normalize("NFC", readable(path))


def _read(name: str) -> str:
    raw = name.encode("utf-8", "surrogatepass")
    with suppress(UnicodeEncodeError):  # surrogates that are no file's, out of a table
        raw = name.encode("utf-8", "surrogateescape")
    for encoding in ("utf-8", "cp932"):
        with suppress(UnicodeDecodeError):
            return raw.decode(encoding)
    return raw.decode(errors="replace")
