"""The password of the queue that `make up` brings, in a file for its owner alone."""

import secrets
from pathlib import Path

from foodgan.contract.whole import write_text


def password_in(path: Path) -> str:
    """The password kept in `path`; a new random one where there is none.

    A power cut may leave nothing in the file, or zeros. A new one is as good: no data is locked.
    """
    if path.exists() and (kept := path.read_text().strip("\0\n")):
        return kept
    password = secrets.token_urlsafe(32)
    write_text(path, password + "\n", private=True)
    return password
