"""Sound requests: what discord.py and a plain HTTP client really send must pass the judge.

The requests are made by the real client library over HTTP to a loopback server. That proves that
its shapes conform to the published schema and our rules; it is not a run against Discord itself.
"""

import io
import json
from collections.abc import Iterator

import aiohttp
import discord
import pytest
from discord import app_commands

from tests.judge.request import Kind, Request, kind_of
from tests.judge.shapes import APPLICATION, CHANNEL, QUIET, TOKEN
from tests.judge.wire import Wire

_DESCRIPTIONS = {"A dish that does not exist": "架空の料理を描きます", "Its name": "料理の名前"}


def _last(wire: Wire, kind: Kind) -> Request:
    request = wire.requests[-1]
    assert kind_of(request) is kind
    return request


def _pictures(count: int = 4) -> Iterator[discord.File]:
    for n in range(count):
        yield discord.File(
            io.BytesIO(b"png"), f"dish-{n}.png", description=f"虹色カレーうどんの絵 {n}"
        )


class _Translator(app_commands.Translator):
    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        return _DESCRIPTIONS.get(string.message) if locale is discord.Locale.japanese else None


class _Plate(discord.ui.LayoutView):
    """An answer in components V2: text, pictures, a thumbnail, buttons."""

    def __init__(self) -> None:
        super().__init__(timeout=None)
        row: discord.ui.ActionRow[_Plate] = discord.ui.ActionRow(
            discord.ui.Button(label="もう一度", custom_id="again:1"),
            discord.ui.Button(label="学食", url="https://example.org/"),
        )
        section: discord.ui.Section[_Plate] = discord.ui.Section(
            "## 虹色マグロカレーうどん",
            accessory=discord.ui.Thumbnail("attachment://dish-0.png", description="小さな絵"),
        )
        beside: discord.ui.Section[_Plate] = discord.ui.Section(
            "種 7", accessory=discord.ui.Button(emoji="🎲", custom_id="seed:1")
        )
        gallery: discord.ui.MediaGallery[_Plate] = discord.ui.MediaGallery(
            *(
                discord.MediaGalleryItem(f"attachment://dish-{n}.png", description=f"絵 {n}")
                for n in range(4)
            )
        )
        container: discord.ui.Container[_Plate] = discord.ui.Container(
            section,
            discord.ui.Separator(),
            gallery,
            beside,
            row,
            accent_colour=discord.Colour.orange(),
        )
        self.add_item(container)
        self.add_item(discord.ui.TextDisplay("-# 架空食堂"))


class _Submission(discord.ui.Modal, title="写真を渡す"):
    name: discord.ui.Label["_Submission"] = discord.ui.Label(
        text="料理の名前",
        description="メニューのとおりに",
        component=discord.ui.TextInput(custom_id="name", max_length=100, placeholder="カツ丼"),
    )
    photo: discord.ui.Label["_Submission"] = discord.ui.Label(
        text="写真", component=discord.ui.FileUpload(custom_id="photo", max_values=4)
    )
    licence: discord.ui.Label["_Submission"] = discord.ui.Label(
        text="使ってよい範囲",
        component=discord.ui.Select(
            custom_id="licence", options=[discord.SelectOption(label="CC BY 4.0", value="by")]
        ),
    )


async def test_login(wire: Wire) -> None:
    assert [str(request) for request in wire.requests] == [
        "GET /users/@me",
        "GET /oauth2/applications/@me",
    ]


async def test_command_sync_with_localisations(wire: Wire) -> None:
    tree = app_commands.CommandTree(wire.client)

    @tree.command(name="dish", description=app_commands.locale_str("A dish that does not exist"))
    @app_commands.describe(name=app_commands.locale_str("Its name"), count="How many")
    @app_commands.choices(style=[app_commands.Choice(name="Home", value="home")])
    async def dish(
        interaction: discord.Interaction,
        name: app_commands.Range[str, 1, 100],
        count: app_commands.Range[int, 1, 4] = 1,
        style: str = "home",
        photo: discord.Attachment | None = None,
    ) -> None: ...

    @tree.context_menu(name="Is it a copy?")
    async def copy(interaction: discord.Interaction, message: discord.Message) -> None: ...

    group = app_commands.Group(
        name="photos", description="Photos", guild_only=True, nsfw=False,
        default_permissions=discord.Permissions(manage_messages=True),
    )  # fmt: skip

    @group.command(name="export", description="Your photos")
    async def export(interaction: discord.Interaction) -> None: ...

    tree.add_command(group)
    await tree.set_translator(_Translator())
    await tree.sync()

    sent = _last(wire, Kind.COMMAND_LIST)
    assert "ja" in next(c for c in sent.body if c["name"] == "dish")["description_localizations"]


async def test_guild_command_sync(wire: Wire) -> None:
    tree = app_commands.CommandTree(wire.client)

    await tree.sync(guild=discord.Object(id=int(CHANNEL)))

    assert _last(wire, Kind.COMMAND_LIST).body == []


@pytest.mark.parametrize("ephemeral", [False, True])
async def test_deferral(wire: Wire, ephemeral: bool) -> None:
    await wire.interaction().response.defer(thinking=True, ephemeral=ephemeral)

    assert _last(wire, Kind.CALLBACK).body["type"] == 5


async def test_deferred_update_of_a_button(wire: Wire) -> None:
    await wire.interaction(3, component_type=2).response.defer()

    assert _last(wire, Kind.CALLBACK).body["type"] == 6


async def test_ephemeral_answer_with_an_embed(wire: Wire) -> None:
    embed = discord.Embed(title="架空食堂", description="今日の献立", colour=0xE67E22)
    embed.add_field(name="並んでいる人", value="3").set_footer(text="注文 1a2b3c4d")

    await wire.interaction().response.send_message("はい", embed=embed, ephemeral=True)

    assert _last(wire, Kind.CALLBACK).body["type"] == 4


async def test_answer_with_a_file(wire: Wire) -> None:
    await wire.interaction().response.send_message("写真の控え", file=next(_pictures()))

    assert len(_last(wire, Kind.CALLBACK).files) == 1


async def test_deferred_answer_edited_into_pictures(wire: Wire) -> None:
    interaction = wire.interaction()
    view: discord.ui.View = discord.ui.View(timeout=None)
    view.add_item(discord.ui.Button(label="もう一度", custom_id="again:1"))
    view.add_item(
        discord.ui.Select(
            custom_id="enlarge",
            options=[discord.SelectOption(label="1"), discord.SelectOption(label="2")],
        )
    )

    await interaction.response.defer(thinking=True)
    await interaction.edit_original_response(
        content="**カツ丼**", attachments=list(_pictures()), view=view
    )

    assert len(_last(wire, Kind.WEBHOOK_EDIT).files) == 4


async def test_deferred_answer_edited_into_components_v2(wire: Wire) -> None:
    interaction = wire.interaction()

    await interaction.response.defer(thinking=True)
    await interaction.edit_original_response(attachments=list(_pictures()), view=_Plate())

    assert _last(wire, Kind.WEBHOOK_EDIT).body["flags"] == 1 << 15


async def test_button_that_updates_its_message(wire: Wire) -> None:
    view = discord.ui.View(timeout=None)
    view.add_item(discord.ui.Button(label="もう一度", custom_id="again:1", disabled=True))

    await wire.interaction(3, component_type=2).response.edit_message(view=view)

    assert _last(wire, Kind.CALLBACK).body["type"] == 7


async def test_modal_with_text_files_and_a_select(wire: Wire) -> None:
    await wire.interaction().response.send_modal(_Submission(custom_id="submit:1"))

    assert _last(wire, Kind.CALLBACK).body["type"] == 9


async def test_autocomplete(wire: Wire) -> None:
    choices = [app_commands.Choice(name=f"カツ丼 {n}", value=f"カツ丼 {n}") for n in range(25)]

    await wire.interaction(4).response.autocomplete(choices)

    assert len(_last(wire, Kind.CALLBACK).body["data"]["choices"]) == 25


async def test_follow_up(wire: Wire) -> None:
    interaction = wire.interaction()
    await interaction.response.defer(ephemeral=True, thinking=True)

    await interaction.followup.send("@everyone の丼", ephemeral=True, wait=True)

    assert _last(wire, Kind.FOLLOW_UP).body["allowed_mentions"] == QUIET


async def test_deletion_of_the_answer(wire: Wire) -> None:
    interaction = wire.interaction()
    await interaction.response.defer(thinking=True)

    await interaction.delete_original_response()

    assert wire.requests[-1].method == "DELETE"


async def test_the_answer_read_back(wire: Wire) -> None:
    interaction = wire.interaction()
    await interaction.response.defer(thinking=True)

    message = await interaction.original_response()
    await message.edit(content="ちがう丼", attachments=[])

    assert _last(wire, Kind.WEBHOOK_EDIT)


async def test_late_picture_to_the_channel_with_a_nonce(wire: Wire) -> None:
    channel = wire.client.get_partial_messageable(int(CHANNEL))

    await channel.send("遅くなりました", files=list(_pictures(2)), nonce="order-1a2b3c4d")

    assert _last(wire, Kind.CHANNEL_MESSAGE).body["enforce_nonce"] is True


async def test_channel_message_edited(wire: Wire) -> None:
    channel = wire.client.get_partial_messageable(int(CHANNEL))

    await channel.get_partial_message(int(CHANNEL)).edit(content="できました")

    assert _last(wire, Kind.CHANNEL_EDIT)


async def test_pictures_sent_without_the_library(wire: Wire) -> None:
    """As a worker does it: multipart by aiohttp, no bot token."""
    form = aiohttp.FormData(quote_fields=False)
    attachments = [
        {"id": n, "filename": f"dish-{n}.jpg", "description": "カツ丼の絵"} for n in range(4)
    ]
    message = {"content": "カツ丼", "attachments": attachments, "allowed_mentions": QUIET}
    form.add_field("payload_json", json.dumps(message), content_type="application/json")
    for n in range(4):
        form.add_field(f"files[{n}]", b"jpeg", filename=f"dish-{n}.jpg", content_type="image/jpeg")

    url = f"{wire.base}/webhooks/{APPLICATION}/{TOKEN}/messages/@original"
    async with aiohttp.ClientSession() as session, session.patch(url, data=form) as response:
        assert response.status == 200

    assert len(_last(wire, Kind.WEBHOOK_EDIT).files) == 4
