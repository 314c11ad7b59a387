"""Follows the log files of the house, through their rotation."""

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from foodgan.contract import logs

_LOUD = re.compile(r"\b(WARNING|ERROR|CRITICAL)\b|\"level\": \"(warning|error|critical)\"")
OWN = frozenset({"supervisord"})  # its log repeats what the others say


@dataclass
class Follower:
    """New lines since the last look, by process. everything: also what is not a warning.

    A line is held back until its end has come: half a secret does not look like one.
    """

    folder: Path
    everything: bool = False
    _open: dict[Path, IO[str]] = field(default_factory=dict)
    _halves: dict[Path, str] = field(default_factory=dict)

    def skip(self) -> None:
        """Leave out what has been written so far."""
        for _ in self._lines():
            continue

    def lines(self) -> Iterator[tuple[str, str]]:
        """(process, line) for each new line that matters, with no secret in it."""
        yield from self._told(self._lines())

    def halves(self) -> Iterator[tuple[str, str]]:
        """(process, line) for each that is still held back, once nobody will write its end."""
        yield from self._told(self._halves.items())
        self._halves.clear()

    def _told(self, lines: Iterable[tuple[Path, str]]) -> Iterator[tuple[str, str]]:
        for path, line in lines:
            if self.everything or _LOUD.search(line):
                yield path.stem, logs.redact(line)

    def _lines(self) -> Iterator[tuple[Path, str]]:
        for path in sorted(self.folder.glob("*.log")):
            if path.stem in OWN:
                continue
            try:
                if path not in self._open:
                    self._open[path] = path.open(errors="replace")
                rotated = path.stat().st_ino != os.fstat(self._open[path].fileno()).st_ino
            except FileNotFoundError:  # renamed, and not there anew yet
                continue
            yield from self._rest(path)
            if rotated:
                self._open.pop(path).close()

    def _rest(self, path: Path) -> Iterator[tuple[Path, str]]:
        """What has been written since; what half a line lacks may come in the next file."""
        line = self._halves.pop(path, "")
        while piece := self._open[path].readline():
            line += piece
            if line.endswith("\n"):
                yield path, line.rstrip("\n")
                line = ""
        if line:
            self._halves[path] = line
