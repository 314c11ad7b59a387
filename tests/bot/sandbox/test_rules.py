"""The stand-in refuses what Discord refuses, in Discord's words."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest
import yarl

from bot.sandbox.rules import COMPONENTS_V2, Rules
from bot.sandbox.server import Sandbox
from tests.bot.sandbox.conftest import PNG, Driver

APPLICATION = "1240000000000000001"
CHANNEL = "1240000000000000301"
WHO = {"name": "who", "description": "Who answers"}


class Bot:
    """A bot that speaks bare HTTP."""

    def __init__(self, sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
        self.sandbox = sandbox
        self._session = session

    async def call(
        self, method: str, path: str, payload: Any = None, files: list[bytes] | None = None
    ) -> tuple[int, Any]:
        headers = {"Authorization": f"Bot {self.sandbox.token}"}
        form = None
        if files is not None:
            form = aiohttp.FormData(quote_fields=False)
            form.add_field("payload_json", json.dumps(payload))
            for n, data in enumerate(files):
                form.add_field(f"files[{n}]", data, filename=f"{n}.png", content_type="image/png")
        async with self._session.request(
            method,
            self.sandbox.api_base + path,
            json=payload if files is None else None,
            data=form,
            headers=headers,
        ) as response:
            text = await response.text()
            return response.status, json.loads(text) if text else None

    async def asked(self, driver: Driver) -> tuple[str, str]:
        """A fresh interaction: its callback's path and its webhook's."""
        path = f"/applications/{APPLICATION}/commands"
        assert (await self.call("PUT", path, [WHO]))[0] == 200
        asked = self.sandbox.world.interactions[await driver.command("who")]
        callback = f"/interactions/{asked.id}/{asked.token}/callback"
        return callback, f"/webhooks/{APPLICATION}/{asked.token}"


@pytest.fixture
def bot(sandbox: Sandbox, driver: Driver) -> Bot:
    return Bot(sandbox, driver.session)


async def test_a_second_first_response_is_refused(bot: Bot, driver: Driver) -> None:
    callback, hook = await bot.asked(driver)
    early = await bot.call("PATCH", f"{hook}/messages/@original", {"content": "too early"})
    first = await bot.call("POST", callback + "?with_response=1", {"type": 5})
    second = await bot.call("POST", callback, {"type": 5})
    assert (early[0], early[1]["code"]) == (404, 10015)
    assert first[0] == 200
    assert first[1]["interaction"]["response_message_loading"]
    assert (second[0], second[1]["code"]) == (400, 40060)


async def test_an_edit_drops_the_attachments_that_it_does_not_list(
    bot: Bot, driver: Driver
) -> None:
    callback, hook = await bot.asked(driver)
    await bot.call("POST", callback, {"type": 5})
    original = f"{hook}/messages/@original"
    listed = [{"id": 0, "description": "左"}, {"id": 1, "description": "右"}]
    _, two = await bot.call("PATCH", original, {"attachments": listed}, [PNG, PNG + b"2"])
    kept = [{"id": two["attachments"][1]["id"]}]
    _, one = await bot.call("PATCH", original, {"attachments": kept})
    _, same = await bot.call("PATCH", original, {"content": "text alone"})
    assert [a["description"] for a in two["attachments"]] == ["左", "右"]
    assert [a["description"] for a in one["attachments"]] == ["右"]
    assert same["attachments"] == one["attachments"]
    assert not same["flags"]


async def test_the_first_follow_up_fills_the_deferred_message(bot: Bot, driver: Driver) -> None:
    callback, hook = await bot.asked(driver)
    await bot.call("POST", callback, {"type": 5, "data": {"flags": 64}})
    _, first = await bot.call("POST", hook, {"content": "one"})
    _, second = await bot.call("POST", hook, {"content": "two"})
    _, original = await bot.call("GET", f"{hook}/messages/@original")
    assert original["id"] == first["id"] != second["id"]
    assert original["flags"] == 64
    channel = await bot.call("GET", f"/channels/{CHANNEL}/messages/{original['id']}")
    assert channel[1]["code"] == 10008


async def test_a_nonce_that_is_enforced_gives_the_same_message_twice(bot: Bot) -> None:
    message = {"content": "遅れた一皿", "nonce": "order-1", "enforce_nonce": True}
    _, first = await bot.call("POST", f"/channels/{CHANNEL}/messages", message)
    _, again = await bot.call("POST", f"/channels/{CHANNEL}/messages", message)
    _, listing = await bot.call("GET", f"/channels/{CHANNEL}/messages")
    assert first["id"] == again["id"]
    assert len(listing) == 1


ROW = {"type": 1, "components": [{"type": 2, "style": 1, "label": "x", "custom_id": "a"}]}
TEXT = {"type": 10, "content": "text"}


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({}, 50006),
        ({"content": "x" * 2001}, 50035),
        ({"content": "x", "flags": COMPONENTS_V2, "components": [TEXT]}, 50035),
        ({"components": [TEXT]}, 50035),
        ({"components": [ROW, ROW]}, 50035),
        ({"components": [ROW] * 6}, 50035),
        ({"embeds": [{"description": "x" * 4000}, {"description": "x" * 2001}]}, 50035),
        ({"embeds": [{"image": {"url": "attachment://none.png"}}]}, 50035),
        ({"embeds": "text"}, 50035),
        ([], 50035),
    ],
)
async def test_a_wrong_message_is_refused(message: Any, code: int, bot: Bot) -> None:
    status, answer = await bot.call("POST", f"/channels/{CHANNEL}/messages", message)
    assert (status, answer["code"]) == (400, code)


async def test_components_v2_stay_for_good(bot: Bot) -> None:
    path = f"/channels/{CHANNEL}/messages"
    gallery = {"type": 12, "items": [{"media": {"url": "attachment://0.png"}}]}
    message = {"flags": COMPONENTS_V2, "components": [gallery], "attachments": [{"id": 0}]}
    _, posted = await bot.call("POST", path, message, [PNG])
    status, _ = await bot.call("PATCH", f"{path}/{posted['id']}", {"content": "x", "flags": 0})
    assert posted["components"][0]["items"][0]["media"]["width"] == 64
    assert status == 400


@pytest.mark.parametrize(
    "command",
    [
        {"name": "Dish", "description": "x"},
        {"name": "a dish", "description": "x"},
        {"name": "dish"},
        {
            "name": "dish",
            "description": "x",
            "options": [
                {"type": 3, "name": "a", "description": "x"},
                {"type": 3, "name": "b", "description": "x", "required": True},
            ],
        },
    ],
)
async def test_a_wrong_command_cannot_be_registered(command: Any, bot: Bot) -> None:
    status, answer = await bot.call("PUT", f"/applications/{APPLICATION}/commands", [command])
    assert (status, answer["code"]) == (400, 50035)


class TestSmallFiles:
    """With a low limit for files."""

    @pytest.fixture
    def rules(self) -> Rules:
        return Rules(file_limit=100, messages_kept=3)

    async def test_a_file_beyond_the_limit_is_refused_as_too_large(self, bot: Bot) -> None:
        message = {"attachments": [{"id": 0}]}
        path = f"/channels/{CHANNEL}/messages"
        status, answer = await bot.call("POST", path, message, [b"x" * 101])
        assert (status, answer["code"]) == (413, 40005)

    async def test_old_messages_are_forgotten(self, bot: Bot) -> None:
        for number in range(5):
            await bot.call("POST", f"/channels/{CHANNEL}/messages", {"content": str(number)})
        _, listing = await bot.call("GET", f"/channels/{CHANNEL}/messages")
        assert [message["content"] for message in listing] == ["4", "3", "2"]


async def test_a_page_of_another_origin_is_kept_out(sandbox: Sandbox, driver: Driver) -> None:
    for headers in ({"Origin": "http://evil.example"}, {"Host": "evil.example"}):
        url = sandbox.origin + "/sandbox/ready"
        async with driver.session.get(url, headers=headers) as answer:
            assert answer.status == 403


def test_an_address_that_others_can_reach_needs_the_flag() -> None:
    with pytest.raises(ValueError, match="loopback"):
        Sandbox("0.0.0.0")
    Sandbox("0.0.0.0", public=True)


async def test_the_chat_page_is_served_and_no_other_file_of_the_disk(
    sandbox: Sandbox, driver: Driver, tmp_path: Path
) -> None:
    (tmp_path / "secret.html").write_text("secret")
    outside = quote(str(tmp_path / "secret.html"), safe="")
    up = "..%2F" * 20 + outside.removeprefix("%2F")
    for name, status in (
        ("app.js", 200),
        (outside, 404),
        (up, 404),
        ("..%2Fpage%2Fapp.js", 404),
        ("%00.js", 404),
        ("none.js", 404),
    ):
        url = yarl.URL(f"{sandbox.origin}/page/{name}", encoded=True)
        async with driver.session.get(url) as answer:
            assert answer.status == status, name
    async with driver.session.get(sandbox.origin) as answer:
        assert (answer.status, answer.content_type) == (200, "text/html")


async def test_of_the_messages_after_one_those_next_to_it_are_listed(bot: Bot) -> None:
    """The newest of them first, as of all others. So the library goes through a channel."""
    path, sent = f"/channels/{CHANNEL}/messages", []
    for number in range(5):
        _, message = await bot.call("POST", path, {"content": str(number)})
        sent.append(message["id"])
    _, after = await bot.call("GET", f"{path}?limit=2&after={sent[0]}")
    assert [message["id"] for message in after] == [sent[2], sent[1]]
    _, before = await bot.call("GET", f"{path}?limit=2&before={sent[4]}")
    assert [message["id"] for message in before] == [sent[3], sent[2]]
