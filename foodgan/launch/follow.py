"""Follows the log files of the house, through their rotation."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from foodgan.contract import logs

_LOUD = re.compile(r"\b(WARNING|ERROR|CRITICAL)\b|\"level\": \"(warning|error|critical)\"")
OWN = frozenset({"supervisord"})  # its log repeats what the others say


@dataclass
class Follower:
    """New lines since the last look, by process. everything: also what is not a warning."""

    folder: Path
    everything: bool = False
    _open: dict[Path, IO[str]] = field(default_factory=dict)

    def skip(self) -> None:
        """Leave out what has been written so far."""
        for _ in self._lines():
            continue

    def lines(self) -> Iterator[tuple[str, str]]:
        """(process, line) for each new line that matters, with no secret in it."""
        for path, line in self._lines():
            if self.everything or _LOUD.search(line):
                yield path.stem, logs.redact(line)

    def _lines(self) -> Iterator[tuple[Path, str]]:
        for path in sorted(self.folder.glob("*.log")):
            if path.stem in OWN:
                continue
            if path not in self._open:
                self._open[path] = path.open(errors="replace")
            yield from self._rest(path)
            if path.stat().st_ino != os.fstat(self._open[path].fileno()).st_ino:  # rotated
                self._open.pop(path).close()

    def _rest(self, path: Path) -> Iterator[tuple[Path, str]]:
        while line := self._open[path].readline():
            yield path, line.rstrip("\n")
