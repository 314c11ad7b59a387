"""supervisord, but that a line which no log takes costs that line alone.

It tells its standard error of such a line, a file on the same full disk; where that fails as well,
it would leave, and everything that it looks after with it. Where a log is to be rolled over with
such a line before it, it would write to that log no more, also once there is room.
"""

from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any


def main() -> None:
    """Run supervisord with the arguments of this process."""
    loggers: Any = import_module("supervisor.loggers")
    tell = loggers.Handler.handleError
    roll_over = loggers.RotatingFileHandler.doRollover

    def tell_if_it_can(self: object) -> None:
        with suppress(OSError):
            tell(self)

    def roll_over_if_it_can(self: Any) -> None:
        with suppress(OSError):
            if not self.stream.closed:
                roll_over(self)
        with suppress(OSError):
            if self.stream.closed:  # it closes before it renames, and on a full disk that fails
                self.stream = Path(self.baseFilename).open("ab")  # noqa: SIM115

    loggers.Handler.handleError = tell_if_it_can
    loggers.RotatingFileHandler.doRollover = roll_over_if_it_can
    import_module("supervisor.supervisord").main()


if __name__ == "__main__":
    main()
