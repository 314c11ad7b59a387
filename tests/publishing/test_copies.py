"""Copies of the store's models on a machine: what nobody needs goes, and nothing else."""

import os
import time
from pathlib import Path

from foodgan.publishing import copies


def test_what_is_no_copy_of_the_stores_stays_however_old_it_is(tmp_path: Path) -> None:
    """An operator may keep a model of their own there: MODEL_DIR=var/models/mine."""
    served, forgotten = "a" * 64, "b" * 64
    own = ("mine", "c" * 63, "D" * 64, ".hidden")
    left = (".fetching-killed", ".going-killed")
    long_ago = time.time() - 2 * copies.COPY_S
    for name in (served, forgotten, *own, *left):
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, (long_ago, long_ago))
    copies.forget(tmp_path, {served})
    assert {place.name for place in tmp_path.iterdir()} == {served, *own}
