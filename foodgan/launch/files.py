"""Files that only their owner may read: passwords and what was started with them."""

import os
import secrets
from pathlib import Path

from foodgan.contract import private


def write_private(path: Path, text: str) -> None:
    """Write `text` with mode 600, whole or not at all."""
    private.make_folder(path.parent)
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    fresh.replace(path)


def password_in(path: Path) -> str:
    """The password kept in `path`; a new random one where there is none.

    A power cut may leave nothing in the file, or zeros. A new one is as good: no data is locked.
    """
    if path.exists() and (kept := path.read_text().strip("\0\n")):
        return kept
    password = secrets.token_urlsafe(32)
    write_private(path, password + "\n")
    return password
