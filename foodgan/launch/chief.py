"""supervisord, but that a line which no log takes costs that line alone.

It tells its standard error of such a line, a file on the same full disk; where that fails as well,
it would leave, and everything that it looks after with it.
"""

from contextlib import suppress
from importlib import import_module
from typing import Any


def main() -> None:
    """Run supervisord with the arguments of this process."""
    handler: Any = import_module("supervisor.loggers").Handler
    tell = handler.handleError

    def tell_if_it_can(self: object) -> None:
        with suppress(OSError):
            tell(self)

    handler.handleError = tell_if_it_can
    import_module("supervisor.supervisord").main()


if __name__ == "__main__":
    main()
