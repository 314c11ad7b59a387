"""`/photos`: what a member has handed over, taking it back, and the leaderboard."""

import discord
from discord import app_commands

from bot.access import Access
from bot.buttons import Press, chosen
from bot.deferral import defer
from bot.photos.community import Community
from bot.photos.rights import WITHDRAWN_MAX, Rights
from bot.translator import phrase
from foodgan.contract.phrases import locale_of


def photos_group(access: Access, rights: Rights, community: Community) -> app_commands.Group:
    """The commands below `/photos`."""
    group = app_commands.Group(name="photos", description=phrase("command-photos"))

    @group.command(name="mine", description=phrase("command-photos-mine"))
    async def mine(interaction: discord.Interaction) -> None:
        await defer(interaction, ephemeral=True, thinking=True)
        answer = await rights.mine(interaction.user.id, locale_of(interaction.locale.value))
        await interaction.edit_original_response(**answer.edit())

    @group.command(name="withdraw", description=phrase("command-photos-withdraw"))
    async def withdraw(interaction: discord.Interaction) -> None:
        await defer(interaction, ephemeral=True, thinking=True)
        answer = await rights.mine(interaction.user.id, locale_of(interaction.locale.value))
        await interaction.edit_original_response(**answer.edit())

    @group.command(name="leaderboard", description=phrase("command-photos-leaderboard"))
    @app_commands.rename(show_me=phrase("option-show-me"))
    @app_commands.describe(show_me=phrase("option-show-me-hint"))
    async def leaderboard(interaction: discord.Interaction, show_me: bool | None = None) -> None:
        access.club(interaction)
        await defer(interaction, thinking=True)
        locale = locale_of(interaction.locale.value)
        answer = await community.leaderboard(interaction.user.id, locale, show_me)
        await interaction.edit_original_response(**answer.edit())

    return group


def photos_presses(rights: Rights) -> dict[str, Press]:
    """What the buttons of these lists do. Rows are found by owner, so others' ids lead nowhere."""

    async def turn(interaction: discord.Interaction, arguments: list[str]) -> None:
        await defer(interaction)
        locale = locale_of(interaction.locale.value)
        answer = await rights.mine(interaction.user.id, locale, int(arguments[0]))
        await interaction.edit_original_response(**answer.edit())

    async def ask(interaction: discord.Interaction, arguments: list[str]) -> None:
        await defer(interaction)
        ids = chosen(interaction)[:WITHDRAWN_MAX]
        locale = locale_of(interaction.locale.value)
        answer = await rights.confirm(interaction.user.id, locale, ids, int(arguments[0]))
        await interaction.edit_original_response(**answer.edit())

    async def withdraw(interaction: discord.Interaction, arguments: list[str]) -> None:
        await defer(interaction)
        locale = locale_of(interaction.locale.value)
        answer = await rights.withdraw(interaction.user.id, locale, arguments)
        await interaction.edit_original_response(**answer.edit())

    return {"mine": turn, "withdraw-ask": ask, "withdraw": withdraw}
