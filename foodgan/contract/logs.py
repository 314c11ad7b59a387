"""Logging for every process: one line an event, an order's id in it, no secret ever."""

import json
import logging
import re
import sys
import threading
from datetime import UTC, datetime
from types import TracebackType

from rich.console import Console
from rich.logging import RichHandler

from foodgan.contract.plain import visible

REDACTED = "‹redacted›"
_ORDERS = re.compile(r"\borders? ((?:[0-9a-f]{8}\b(?:, )?)+)")  # as every line names its orders
_SECRETS = tuple(
    re.compile(secret, re.ASCII)  # else a Japanese letter before a token would be part of its word
    for secret in (
        r"(?<=/webhooks/)(\d+/)[^/\s?\"']+",  # an interaction token in a URL
        r"(?<=/interactions/)(\d+/)[^/\s?\"']+",
        r"()(?<=://)[^/\s@\"']*:[^/\s@\"']+(?=@)",  # user:password@ in a URL
        r"(\bhm=)[0-9a-f]{32,}",  # the signature of a link to Discord's CDN
        r"(\b(?:Bot|Bearer) )[\w.~+/=-]{8,}",
        r"()(?<![\w.-])[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}",  # a bot token
        r"()\baW50ZXJhY3Rpb246[\w=-]{8,}",  # base64 of "interaction:", Discord's tokens
    )
)

_log = logging.getLogger(__name__)


def redact(text: str) -> str:
    """The text with interaction tokens, bot tokens and URL passwords blotted out."""
    for pattern in _SECRETS:
        text = pattern.sub(rf"\g<1>{REDACTED}", text)
    return text


def brief(text: str, most: int) -> str:
    """How a redacted text begins. Cut first, half a secret would not look like one."""
    return redact(text)[:most]


class _Redacting(logging.Formatter):
    """Formats a record and its traceback, then blots out what looks like a secret."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(visible(super().format(record)))

    def formatMessage(self, record: logging.LogRecord) -> str:
        """A line break in what a record tells of begins no line that looks like another's."""
        return super().formatMessage(record).replace("\n", "\n    ")


class _JsonLines(logging.Formatter):
    """One JSON object a line: time (UTC), level, logger, event; order or orders, by their ids."""

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, str | list[str]] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": redact(record.getMessage()),
        }
        if named := _ORDERS.search(record.getMessage()):
            ids = named[1].rstrip(", ").split(", ")
            entry |= {"order": ids[0]} if len(ids) == 1 else {"orders": ids}
        if record.exc_info:
            entry["traceback"] = redact(self.formatException(record.exc_info))
        return json.dumps(entry, ensure_ascii=False)


def set_up(level: str = "INFO", form: str = "text") -> None:
    """Send every log line to standard error, warnings and what nobody caught among them.

    form: "text" for people, "json" for machines.
    """
    handler: logging.Handler
    if form == "json":
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(_JsonLines())
    elif sys.stderr.isatty():
        handler = RichHandler(console=Console(stderr=True), show_path=False)
        handler.setFormatter(_Redacting("%(name)s: %(message)s"))
    else:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(_Redacting("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    logging.captureWarnings(True)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    _log.critical("nobody caught %s", kind.__name__, exc_info=(kind, error, trace))


def _uncaught_in_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is None or issubclass(args.exc_type, SystemExit):
        return
    name = args.thread.name if args.thread else "a thread"
    trace = (args.exc_type, args.exc_value, args.exc_traceback)
    _log.critical("nobody caught %s in %s", args.exc_type.__name__, name, exc_info=trace)
