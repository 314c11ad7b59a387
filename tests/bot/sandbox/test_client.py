"""The unmodified discord.py talks to the stand-in."""

import asyncio
import hashlib
import time
from typing import Any

import discord
import pytest

from bot.sandbox.faults import GatewayFault, RequestFault
from bot.sandbox.rules import Rules
from bot.sandbox.server import Sandbox
from tests.bot.canteen import PATIENCE_S, until
from tests.bot.sandbox.conftest import PNG, Client, Driver, Start


async def test_a_client_logs_in_registers_its_commands_and_becomes_ready(
    sandbox: Sandbox, driver: Driver, start: Start, client: Client
) -> None:
    before = await driver.get("/sandbox/ready", status=503)
    await start(client)
    after = await driver.get("/sandbox/ready")
    assert before["missing"] == ["gateway", "commands"]
    assert after["commands"] == ["dish"]
    assert [guild.name for guild in client.guilds] == ["架空大学 電算部"]
    assert [command.name for command in await client.tree.fetch_commands()] == ["dish"]


async def test_a_wrong_token_cannot_log_in(sandbox: Sandbox, start: Start, client: Client) -> None:
    async with client:
        with pytest.raises(discord.LoginFailure):
            await client.login("not.the.token")


async def test_a_command_is_deferred_and_then_edited_into_its_pictures(
    driver: Driver, start: Start, client: Client
) -> None:
    await start(client)
    began = time.monotonic()
    asked = await driver.command("dish", options={"name": "虹色カレー", "count": 2}, member="emma")
    shown = await driver.wait(asked, "pictures")
    pictures = shown["message"]["attachments"]
    assert shown["message"]["content"] == "虹色カレー"
    assert [a["description"] for a in pictures] == ["虹色カレー 0", "虹色カレー 1"]
    assert (pictures[0]["width"], pictures[0]["height"]) == (64, 32)
    took_s = time.monotonic() - began
    assert 0 < shown["deferred_s"] < shown["pictures_s"] == shown["edits_s"][0] < took_s
    async with driver.session.get(pictures[0]["url"]) as response:
        assert await response.read() == PNG


async def test_of_the_bots_messages_only_those_that_answer_name_its_application(
    driver: Driver, start: Start, client: Client
) -> None:
    await start(client)
    asked = await driver.command("dish", options={"name": "名乗る丼"})
    answer = (await driver.wait(asked, "pictures"))["message"]
    said = await client.get_partial_messageable(int(answer["channel_id"])).send("ただの一言")
    assert answer["application_id"] == str(client.application_id)
    assert (said.application_id, said.author) == (None, client.user)


async def test_a_dropped_socket_is_resumed_and_no_interaction_is_lost(
    sandbox: Sandbox, driver: Driver, start: Start, client: Client
) -> None:
    await start(client)
    await sandbox.gateway.strike(GatewayFault(kind="gateway", action="drop"))
    asked = await driver.command("dish", options={"name": "消えない丼"})
    shown = await driver.wait(asked, "pictures")
    await asyncio.wait_for(client.resumed.wait(), PATIENCE_S)
    assert shown["message"]["content"] == "消えない丼"
    assert client.asked == ["消えない丼"]


@pytest.mark.parametrize("action", ["close", "reconnect", "forget"])
async def test_the_client_comes_back_after_what_the_gateway_does(
    action: Any, sandbox: Sandbox, driver: Driver, start: Start, client: Client
) -> None:
    await start(client)
    await sandbox.gateway.strike(GatewayFault(kind="gateway", action=action))
    async with asyncio.timeout(PATIENCE_S):
        while not sandbox.gateway.connected or client.ws is None or not client.ws.open:
            await asyncio.sleep(0.01)
    asked = await driver.command("dish", options={"name": "帰ってきた丼"})
    await driver.wait(asked, "pictures")
    assert client.resumed.is_set() == (action != "forget")


async def test_one_429_is_waited_for_and_then_the_answer_arrives(
    sandbox: Sandbox, driver: Driver, start: Start, client: Client
) -> None:
    await start(client)
    fault = {"method": "PATCH", "path": "/webhooks/", "answer": 429, "retry_after_s": 0.2}
    await driver.post("/sandbox/faults", fault)
    asked = await driver.command("dish", options={"name": "待つ丼"})
    shown = await driver.wait(asked, "pictures")
    edits = [r for r in sandbox.record.since() if r.method == "PATCH"]
    assert [r.status for r in edits] == [429, 200]
    assert shown["pictures_s"] >= 0.2
    assert edits[1].files[0]["sha256"] == hashlib.sha256(PNG).hexdigest()
    assert edits[1].payload["attachments"][0]["description"] == "待つ丼 0"


async def test_an_answer_that_is_lost_on_the_way_has_still_been_applied(
    sandbox: Sandbox, driver: Driver, start: Start, client: Client
) -> None:
    await start(client)
    sandbox.faults.add(RequestFault(method="PATCH", path="/webhooks/", answer=502, applied=True))
    asked = await driver.command("dish", options={"name": "二度書く丼"})
    shown = await driver.wait(asked, "pictures")
    assert len(shown["message"]["attachments"]) == 1


class TestThreeSecondsThatAreShort:
    @pytest.fixture
    def rules(self) -> Rules:
        return Rules(response_s=0.2)

    async def test_a_first_response_after_the_time_is_refused_as_unknown(
        self, driver: Driver, start: Start, client: Client
    ) -> None:
        refused: list[discord.NotFound] = []

        @client.tree.command(description="Too slow")
        async def late(interaction: discord.Interaction) -> None:
            await asyncio.sleep(0.4)
            try:
                await interaction.response.defer()
            except discord.NotFound as error:
                refused.append(error)

        await start(client)
        asked = await driver.command("late")
        gone = await driver.wait(asked, "answered", status=410)
        await until(lambda: refused, "the refusal")
        assert gone["void"]
        assert [error.code for error in refused] == [10062]


class TestTokensThatDieSoon:
    @pytest.fixture
    def rules(self) -> Rules:
        return Rules(token_life_s=0.5)

    async def test_a_dead_token_is_refused_with_50027(
        self, driver: Driver, start: Start, client: Client
    ) -> None:
        refused: list[discord.HTTPException] = []

        @client.tree.command(description="Answers late")
        async def slow(interaction: discord.Interaction) -> None:
            await interaction.response.defer()
            await asyncio.sleep(0.6)
            try:
                await interaction.edit_original_response(content="too late")
            except discord.HTTPException as error:
                refused.append(error)

        await start(client)
        asked = await driver.command("slow")
        await driver.wait(asked, "deferred")
        await until(lambda: refused, "the refusal")
        assert [(error.status, error.code) for error in refused] == [(401, 50027)]


class TestLinksThatAreBornOld:
    @pytest.fixture
    def rules(self) -> Rules:
        return Rules(link_life_s=-2)

    async def test_an_expired_attachment_link_is_gone(
        self, driver: Driver, start: Start, client: Client
    ) -> None:
        await start(client)
        asked = await driver.command("dish", options={"name": "古い丼"})
        shown = await driver.wait(asked, "pictures")
        async with driver.session.get(shown["message"]["attachments"][0]["url"]) as response:
            assert response.status == 404


async def test_a_second_process_with_the_same_token_is_told_that_it_was_answered(
    driver: Driver, start: Start, client: Client
) -> None:
    refused: list[int] = []
    for bot in (client, Client()):
        await start(bot)

        @bot.event
        async def on_interaction(interaction: discord.Interaction) -> None:
            try:
                await interaction.response.send_message("mine")
            except discord.HTTPException as error:
                refused.append(error.code)

    client.tree.clear_commands(guild=None)
    client.tree.command(name="who", description="Who answers")(_nobody)
    await client.tree.sync()
    asked = await driver.command("who")
    await driver.wait(asked, "answered")
    await until(lambda: refused, "the refusal")
    assert refused == [40060]


async def _nobody(interaction: discord.Interaction) -> None:
    """Leave the answer to on_interaction."""


async def test_a_rest_request_costs_well_below_five_milliseconds(
    sandbox: Sandbox, driver: Driver
) -> None:
    """Of processor time, as others may keep the machine busy; the client's own is in it."""
    headers = {"Authorization": f"Bot {sandbox.token}"}
    spent = []
    for _ in range(50):
        began = time.process_time()
        async with driver.session.get(sandbox.api_base + "/users/@me", headers=headers) as answer:
            await answer.read()
        spent.append(time.process_time() - began)
    assert sorted(spent)[25] < 0.005
