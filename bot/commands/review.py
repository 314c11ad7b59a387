"""`/review`: judge photo after photo in one message. Who may is asked anew at each click."""

from typing import Any

import discord
from discord import app_commands

from bot.access import Access
from bot.answer import Answer
from bot.blocklist import Blocklist
from bot.buttons import Press, chosen, custom_id, filled_in, open_modal
from bot.commands.submit import name_field
from bot.deferral import defer
from bot.photos.desk import REASONS, Desk
from bot.translator import phrase
from foodgan.contract.errors import UserError
from foodgan.contract.phrases import locale_of, say


def review_command(access: Access, desk: Desk) -> app_commands.Command[Any, ..., None]:
    """The command `/review`."""

    @app_commands.command(name="review", description=phrase("command-review"))
    @app_commands.guild_only()
    async def review(interaction: discord.Interaction) -> None:
        reviewer = access.reviewer(interaction)
        await defer(interaction, ephemeral=True, thinking=True)
        await _show(interaction, await desk.page(reviewer, _locale(interaction)))

    return review


def review_presses(access: Access, desk: Desk, blocklist: Blocklist) -> dict[str, Press]:
    """What the buttons of the review desk do. Those that judge name a photo, and by a mark the name
    that it was shown with.
    """

    async def accept(interaction: discord.Interaction, arguments: list[str]) -> None:
        reviewer = access.reviewer(interaction)
        await defer(interaction)
        photo_id, mark = arguments
        page = await desk.judge(reviewer, _locale(interaction), photo_id, mark, "accept")
        await _show(interaction, page)

    async def reject(interaction: discord.Interaction, arguments: list[str]) -> None:
        reviewer, reason = access.reviewer(interaction), chosen(interaction)[0]
        if reason not in REASONS:
            raise UserError("review-gone")
        await defer(interaction)
        photo_id, mark = arguments
        locale = _locale(interaction)
        page = await desk.judge(reviewer, locale, photo_id, mark, "reject", reason)
        await _show(interaction, page)

    async def skip(interaction: discord.Interaction, arguments: list[str]) -> None:
        reviewer = access.reviewer(interaction)
        await defer(interaction)
        photo_id, mark = arguments
        page = await desk.judge(reviewer, _locale(interaction), photo_id, mark, "skip")
        await _show(interaction, page)

    async def undo(interaction: discord.Interaction, arguments: list[str]) -> None:
        reviewer = access.reviewer(interaction)
        await defer(interaction)
        await _show(interaction, await desk.undo(reviewer, _locale(interaction), arguments[0]))

    async def rename(interaction: discord.Interaction, arguments: list[str]) -> None:
        access.reviewer(interaction)
        locale, name = _locale(interaction), await desk.name_of(arguments[0])
        made_id = custom_id("review-name", arguments[0])
        field = name_field(locale, "review-field-name-hint", name)
        await open_modal(interaction, say(locale, "review-rename"), made_id, field)

    async def renamed(interaction: discord.Interaction, arguments: list[str]) -> None:
        reviewer = access.reviewer(interaction)
        name = blocklist.name(str(filled_in(interaction).get("name") or ""))
        await defer(interaction)
        page = await desk.rename(reviewer, _locale(interaction), arguments[0], name)
        await _show(interaction, page)

    return {
        "review-accept": accept,
        "review-reject": reject,
        "review-skip": skip,
        "review-undo": undo,
        "review-rename": rename,
        "review-name": renamed,
    }


async def _show(interaction: discord.Interaction, page: Answer) -> None:
    await interaction.edit_original_response(**page.edit())


def _locale(interaction: discord.Interaction) -> str:
    return locale_of(interaction.locale.value)
