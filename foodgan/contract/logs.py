"""Logging for every process: one line an event, an order's id in it, no secret ever."""

import json
import logging
import re
import sys
from datetime import UTC, datetime

from rich.console import Console
from rich.logging import RichHandler

REDACTED = "‹redacted›"
_SECRETS = (
    re.compile(r"(?<=/webhooks/)(\d+/)[^/\s?\"']+"),  # an interaction token in a URL
    re.compile(r"(?<=/interactions/)(\d+/)[^/\s?\"']+"),
    re.compile(r"()(?<=://)[^/\s@\"']*:[^/\s@\"']+(?=@)"),  # user:password@ in a URL
    re.compile(r"(\b(?:Bot|Bearer) )[\w.~+/=-]{8,}"),
    re.compile(r"()(?<![\w.-])[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}"),  # a bot token
    re.compile(r"()\baW50ZXJhY3Rpb246[\w=-]{8,}"),  # base64 of "interaction:", Discord's tokens
)


def redact(text: str) -> str:
    """The text with interaction tokens, bot tokens and URL passwords blotted out."""
    for pattern in _SECRETS:
        text = pattern.sub(rf"\g<1>{REDACTED}", text)
    return text


class _Redacting(logging.Formatter):
    """Formats a record and its traceback, then blots out what looks like a secret."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


class _JsonLines(logging.Formatter):
    """One JSON object a line: time (UTC), level, logger, event."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": redact(record.getMessage()),
        }
        if record.exc_info:
            entry["traceback"] = redact(self.formatException(record.exc_info))
        return json.dumps(entry, ensure_ascii=False)


def set_up(level: str = "INFO", form: str = "text") -> None:
    """Send every log line to standard error. form: "text" for people, "json" for machines."""
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
