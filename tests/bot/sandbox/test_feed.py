"""The chat page's feed: a snapshot, then all that happens."""

import asyncio
import json

from aiohttp import WSCloseCode, WSMsgType

from bot.sandbox.feed import _BEHIND_MAX
from bot.sandbox.server import Sandbox
from tests.bot.canteen import PATIENCE_S
from tests.bot.sandbox.conftest import Driver


def _happen(sandbox: Sandbox, times: int) -> None:
    """At once, so that no page can keep up."""
    for number in range(times):
        for tell in sandbox.world.to_page:
            tell("typing", {"channel_id": str(number)})


async def test_a_page_too_far_behind_is_sent_away_and_comes_back_to_a_snapshot(
    sandbox: Sandbox, driver: Driver
) -> None:
    async with driver.session.ws_connect(f"{sandbox.origin}/feed") as feed:
        assert (await feed.receive_json())["event"] == "snapshot"
        _happen(sandbox, _BEHIND_MAX + 100)
        async with asyncio.timeout(PATIENCE_S):
            told = [json.loads(message.data)["channel_id"] async for message in feed]
    assert told == [str(number) for number in range(_BEHIND_MAX)]
    assert feed.close_code == WSCloseCode.TRY_AGAIN_LATER
    async with driver.session.ws_connect(f"{sandbox.origin}/feed") as feed:
        assert (await feed.receive_json())["event"] == "snapshot"
        _happen(sandbox, 1)
        assert (await feed.receive_json())["event"] == "typing"


async def test_a_page_that_keeps_up_stays(sandbox: Sandbox, driver: Driver) -> None:
    async with driver.session.ws_connect(f"{sandbox.origin}/feed") as feed:
        await feed.receive_json()
        for _ in range(3):
            _happen(sandbox, _BEHIND_MAX // 2)
            for _ in range(_BEHIND_MAX // 2):
                assert (await feed.receive(PATIENCE_S)).type is WSMsgType.TEXT
