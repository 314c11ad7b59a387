"""The driver acts as a member does, and a raw act as a member cannot."""

import io
from typing import Any

import discord
import pytest
from discord import app_commands

from bot.sandbox.server import Sandbox
from tests.bot.sandbox.conftest import PNG, Client, Driver, Start


@pytest.mark.parametrize(
    ("options", "option"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": 7}, "name"),
        ({"name": "x", "count": 0}, "count"),
        ({"name": "x", "count": 5}, "count"),
        ({"name": "x", "count": "2"}, "count"),
        ({"name": "x", "other": 1}, "other"),
    ],
)
async def test_what_discords_client_would_not_send_is_refused(
    options: Any, option: str, driver: Driver, start: Start, client: Client
) -> None:
    await start(client)
    act = {"type": "command", "command": "dish", "options": options}
    refused = await driver.post("/sandbox/interactions", act, status=400)
    assert refused["option"] == option


@pytest.mark.parametrize(
    "options", [{"name": "x" * 10_000}, {"name": "\u202e@everyone"}, {"name": "x", "count": 99}]
)
async def test_a_raw_act_sends_hostile_values_on_to_the_bot(
    options: Any, sandbox: Sandbox, driver: Driver, start: Start, client: Client
) -> None:
    await start(client)
    asked = await driver.command("dish", options=options, raw=True)
    sent = sandbox.world.interactions[asked].data["options"]
    assert {entry["name"]: entry["value"] for entry in sent} == options


async def test_buttons_menus_and_modals_reach_the_bot(
    driver: Driver, start: Start, client: Client
) -> None:
    got: list[Any] = []

    class Ask(discord.ui.Modal, title="Hand in"):
        label = discord.ui.Label[Any](text="Name", component=discord.ui.TextInput())
        photo = discord.ui.Label[Any](text="Photo", component=discord.ui.FileUpload())

        async def on_submit(self, interaction: discord.Interaction) -> None:
            assert isinstance(self.photo.component, discord.ui.FileUpload)
            got.append(await self.photo.component.values[0].read())
            await interaction.response.edit_message(content="thanks")

    class Choice(discord.ui.View):
        @discord.ui.button(label="ask", custom_id="ask")
        async def ask(self, interaction: discord.Interaction, _: Any) -> None:
            await interaction.response.send_modal(Ask())

        @discord.ui.select(custom_id="pick", options=[discord.SelectOption(label="a", value="1")])
        async def pick(self, interaction: discord.Interaction, select: Any) -> None:
            got.extend(select.values)
            await interaction.response.defer()

    @client.tree.command(description="Choose")
    async def choose(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("choose", view=Choice(), ephemeral=True)

    await start(client)
    shown = await driver.wait(await driver.command("choose"), "answered")
    click = {"type": "component", "message": shown["message"]["id"]}
    await driver.post("/sandbox/interactions", click | {"custom_id": "none"}, status=400)
    await driver.post(
        "/sandbox/interactions", click | {"custom_id": "ask", "member": "yuto"}, status=400
    )
    picked = await driver.post(
        "/sandbox/interactions", click | {"custom_id": "pick", "values": ["1"]}
    )
    await driver.wait(picked["id"], "responded")
    opened = await driver.post("/sandbox/interactions", click | {"custom_id": "ask"})
    modal = (await driver.wait(opened["id"], "modal"))["modal"]
    text, upload = [part["component"]["custom_id"] for part in modal["components"]]
    async with driver.session.post(
        driver.origin + "/sandbox/attachments", data={"files[0]": io.BytesIO(PNG)}
    ) as response:
        photo = (await response.json())[0]["id"]
    values = {text: "丼", upload: [photo]}
    submit = {"type": "modal", "interaction": opened["id"], "values": values}
    submitted = await driver.post("/sandbox/interactions", submit)
    after = await driver.wait(submitted["id"], "answered")
    assert got == ["1", PNG]
    assert after["message"]["content"] == "thanks"


async def test_autocomplete_and_context_menus_reach_the_bot(
    driver: Driver, start: Start, client: Client
) -> None:
    @client.tree.command(description="Find")
    async def find(interaction: discord.Interaction, name: str, photo: discord.Attachment) -> None:
        await interaction.response.send_message(photo.filename)

    @find.autocomplete("name")
    async def names(_: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=typed + "丼", value=typed + "丼")]

    @client.tree.context_menu(name="Who is it")
    async def who(interaction: discord.Interaction, member: discord.Member) -> None:
        await interaction.response.send_message(member.display_name)

    @client.tree.command(description="For reviewers")
    @app_commands.default_permissions(manage_guild=True)
    async def review(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("none")

    await start(client)
    typing = {"type": "autocomplete", "command": "find", "options": {"name": "虹"}}
    asked = await driver.post("/sandbox/interactions", typing | {"focused": "name"})
    offered = await driver.wait(asked["id"], "choices")
    menu = await driver.wait(await driver.command("Who is it", target="yuto"), "answered")
    act = {"type": "command", "command": "review", "member": "akari"}
    await driver.post("/sandbox/interactions", act, status=400)
    await driver.wait(await driver.command("review", member="minato"), "answered")
    assert [choice["value"] for choice in offered["choices"]] == ["虹丼"]
    assert menu["message"]["content"] == "ゆうと"
