"""Fetches a contributed file: from few hosts, no redirect, not a byte more than is allowed.

The link is signed, and whoever has it can read the photo: no log line and no error holds it.
"""

import http.client
import ssl
from collections.abc import Sequence
from urllib.parse import SplitResult, urlsplit

from foodgan.contract.errors import FoodganError, UserError
from foodgan.contract.settings import DISCORD_API, Settings

TIMEOUT_S = 10.0  # of one step: connecting, or a part of the body
_PART = 64 * 1024  # bytes
_MB = 1024 * 1024
_GONE = (401, 403, 404, 410)  # a signed link that has run out answers 403 or 404


class FetchFailed(FoodganError):
    """The host did not deliver; trying again may help."""


def origins(settings: Settings) -> tuple[str, ...]:
    """Where photos may come from: https on the hosts of the settings, and a stand-in's address."""
    hosts = [host.strip().lower() for host in settings.photo_hosts.split(",")]
    allowed = [f"https://{host}" for host in hosts if host]
    if settings.discord_api_base != DISCORD_API:
        parts = urlsplit(settings.discord_api_base)
        allowed.append(f"{parts.scheme}://{parts.netloc}".lower())
    return tuple(allowed)


def fetch(url: str, allowed: Sequence[str], mb_max: int) -> bytes:
    """The file behind a link. Raises UserError where asking again is useless, else FetchFailed."""
    parts = _checked(url, allowed)
    connection = _connection(parts)
    try:
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request("GET", target, headers={"User-Agent": "foodgan", "Accept": "image/*"})
        return _body(connection.getresponse(), mb_max)
    except (OSError, http.client.HTTPException) as error:
        raise FetchFailed(f"fetching failed: {type(error).__name__}") from None
    finally:
        connection.close()


def _checked(url: str, allowed: Sequence[str]) -> SplitResult:
    try:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}".lower()
        plain = url.isascii() and url.isprintable() and " " not in url
    except ValueError:
        raise UserError("intake-link-foreign") from None
    if not plain or origin not in allowed:  # a user or another port makes it another origin
        raise UserError("intake-link-foreign")
    return parts


def _connection(parts: SplitResult) -> http.client.HTTPConnection:
    host = parts.hostname or ""
    if parts.scheme == "https":
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(host, parts.port, timeout=TIMEOUT_S, context=context)
    return http.client.HTTPConnection(host, parts.port, timeout=TIMEOUT_S)


def _body(response: http.client.HTTPResponse, mb_max: int) -> bytes:
    if response.status in _GONE:
        raise UserError("intake-link-gone")
    if 300 <= response.status < 400:
        raise UserError("intake-link-foreign")
    if response.status != 200:
        raise FetchFailed(f"the host answered {response.status}")
    limit = mb_max * _MB
    if (response.length or 0) > limit:
        raise UserError("intake-too-big", limit=mb_max)
    found = bytearray()
    while part := response.read(_PART):
        found += part
        if len(found) > limit:
            raise UserError("intake-too-big", limit=mb_max)
    if response.length:
        raise FetchFailed("the host stopped half-way")
    return bytes(found)
