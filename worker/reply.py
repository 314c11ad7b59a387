"""Edits the Discord answer of an order, or looks at it, with its interaction token alone.

https://discord.com/developers/docs/interactions/receiving-and-responding, and for files
https://discord.com/developers/docs/reference#uploading-files. An edit is idempotent: it may be
sent twice. The token stands in the URL, so no URL and no aiohttp error is ever logged or raised.
"""

import asyncio
import json
import logging
import random
import threading
from collections.abc import Coroutine, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Self, TypeVar
from urllib.parse import quote

import aiohttp

from foodgan import __version__
from foodgan.contract.errors import DiscordRefused, FoodganError
from foodgan.contract.offers import Offer
from foodgan.contract.orders import DishOrder
from foodgan.contract.ratelimit import Fleet, Pause, pause_of
from worker import metrics
from worker.clock import Clock
from worker.pictures import Picture
from worker.ratelimit import Gates

USER_AGENT = f"DiscordBot (foodgan, {__version__})"
TOO_LARGE = 40005  # Discord's code: request entity too large
_TIMEOUT = aiohttp.ClientTimeout(total=30, connect=5)
_ACTION_ROW, _BUTTON, _SECONDARY = 1, 2, 2  # types of components, and a button's style
_FIRST_WAIT_S = 0.5
_LONGEST_WAIT_S = 20.0

_log = logging.getLogger(__name__)

T = TypeVar("T")


class TooLarge(FoodganError):
    """Discord takes no files of this size here."""


class OutOfTime(FoodganError):
    """Discord did not take the answer before its time was up."""


class _Again(Exception):
    """Another try may help. seconds: to wait before it, 0 for the usual back-off."""

    def __init__(self, seconds: float = 0.0) -> None:
        super().__init__()
        self.seconds = seconds


@dataclass(frozen=True)
class Message:
    """An answer: one text, the pictures in their order, and rows of buttons below."""

    content: str
    pictures: tuple[Picture, ...] = ()
    offers: Sequence[Sequence[Offer]] = ()


class Replies:
    """One HTTP session on a thread of its own, so that a slow Discord need not hold up painting.

    Use it as a context manager. rng spreads the waits of many workers; fleet: who else has to
    know of Discord's limits; clock: tells how long a token lives.
    """

    def __init__(
        self,
        api_base: str,
        rng: random.Random | None = None,
        fleet: Fleet | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.clock = clock or Clock()
        self._base = api_base.rstrip("/")
        self._rng = rng or random.Random()
        self._fleet = fleet
        self._gates = Gates()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="replies", daemon=True)
        self._session: aiohttp.ClientSession | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        self._run(self._open()).result()
        return self

    def __exit__(self, *_: object) -> None:
        self._run(self._close()).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def edit(self, order: DishOrder, message: Message, until: datetime) -> "Future[None]":
        """Make the order's answer read `message`, trying until then.

        The future raises DiscordRefused, TooLarge or OutOfTime, none of which holds the token.
        """
        return self._run(self._edit(order, message, until))

    def shows(self, order: DishOrder, until: datetime) -> "Future[bool]":
        """Whether the order's answer shows its pictures already. Raises as `edit` does."""
        return self._run(self._shows(order, until))

    def hold(self, seconds: float) -> None:
        """Send nothing for so long: another worker of this application was told so."""
        self._gates.hold(seconds)

    def _run(self, work: Coroutine[Any, Any, T]) -> "Future[T]":
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    async def _open(self) -> None:
        self._session = aiohttp.ClientSession(
            timeout=_TIMEOUT,
            headers={"User-Agent": USER_AGENT},
            cookie_jar=aiohttp.DummyCookieJar(),
        )

    async def _close(self) -> None:
        running = asyncio.all_tasks() - {asyncio.current_task()}
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def _edit(self, order: DishOrder, message: Message, until: datetime) -> None:
        await self._request(order, message, until)

    async def _shows(self, order: DishOrder, until: datetime) -> bool:
        files = (await self._request(order, None, until)).get("attachments") or []
        return any(order.order_id in str(each.get("filename")) for each in files)

    async def _request(
        self, order: DishOrder, message: Message | None, until: datetime
    ) -> dict[str, Any]:
        """The answer as Discord has it now, made `message` before where there is one."""
        tries = 0
        while True:
            await self._wait(self._gates.wait_s(order.order_id), until)
            tries += 1
            pause_s = 0.0
            try:
                with metrics.POST_TIMES.time():
                    return await self._send(order, message)
            except _Again as again:
                pause_s = again.seconds
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                metrics.posted(0)
                # The error's own text may hold the URL.
                _log.warning("order %s: %s at Discord", order.order_id, type(error).__name__)
            await self._wait(pause_s or self._back_off_s(tries), until)

    async def _send(self, order: DishOrder, message: Message | None) -> dict[str, Any]:
        """One try: Discord's answer. Raises _Again, or what another try would not help."""
        assert self._session is not None
        token = quote(order.token.get_secret_value(), safe="")
        url = f"{self._base}/webhooks/{order.application_id}/{token}/messages/@original"
        method, data = ("GET", None) if message is None else ("PATCH", _form(message))
        async with self._session.request(method, url, data=data, allow_redirects=False) as answer:
            text = await answer.text(errors="replace")
            self._gates.note(order.order_id, answer.headers)
            metrics.posted(answer.status)
            if answer.status < HTTPStatus.MULTIPLE_CHOICES:
                return _json(text)
            raise self._refusal(order, answer.status, answer.headers, _json(text))

    def _refusal(
        self, order: DishOrder, status: int, headers: Any, body: dict[str, Any]
    ) -> Exception:
        """The error that a refusal comes to; gates and other workers hear of it."""
        code = body.get("code") if isinstance(body.get("code"), int) else 0
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            pause = pause_of(headers, body)
            self._gates.close(order.order_id, pause)
            self._tell(pause)
            _log.warning("order %s: 429 from Discord, %s", order.order_id, pause)
            return _Again(pause.seconds)
        if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE or code == TOO_LARGE:
            return TooLarge()
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT:
            _log.warning("order %s: %d from Discord", order.order_id, status)
            return _Again()
        if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            self._tell(None)
        return DiscordRefused(status, code or 0)

    def _tell(self, pause: Pause | None) -> None:
        """Let the other workers know, without waiting for Redis."""
        if self._fleet is not None:
            self._loop.run_in_executor(None, self._fleet.note, pause)

    def _back_off_s(self, tries: int) -> float:
        ceiling: float = min(_LONGEST_WAIT_S, _FIRST_WAIT_S * 2 ** (tries - 1))
        return ceiling * self._rng.uniform(0.5, 1)

    async def _wait(self, seconds: float, until: datetime) -> None:
        if self.clock.now() + timedelta(seconds=seconds) >= until:
            raise OutOfTime
        await asyncio.sleep(seconds)


def _form(message: Message) -> aiohttp.FormData:
    """payload_json and files[n]. Only listed attachments stay, so an empty list removes all."""
    listed = [
        {"id": n, "filename": picture.filename, "description": picture.alt}
        for n, picture in enumerate(message.pictures)
    ]
    payload = {
        "content": message.content,
        "allowed_mentions": {"parse": []},
        "attachments": listed,
        # None takes the button away that the waiting answer had, to cancel it.
        "components": [_row(offered) for offered in message.offers],
    }
    # quote_fields would turn files[0] into files%5B0%5D.
    form = aiohttp.FormData(quote_fields=False, default_to_multipart=True)
    form.add_field("payload_json", json.dumps(payload), content_type="application/json")
    for n, picture in enumerate(message.pictures):
        form.add_field(
            f"files[{n}]",
            picture.body,
            filename=picture.filename,
            content_type=picture.media_type,
        )
    return form


def _row(offered: Sequence[Offer]) -> dict[str, Any]:
    """https://discord.com/developers/docs/components/reference#action-row"""
    buttons = [
        {
            "type": _BUTTON,
            "style": _SECONDARY,
            "custom_id": each.custom_id,
            "label": each.label,
            "emoji": {"name": each.emoji},
        }
        for each in offered
    ]
    return {"type": _ACTION_ROW, "components": buttons}


def _json(text: str) -> dict[str, Any]:
    try:
        body = json.loads(text)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
