"""`/credits`, `/dataset` and `/release`: the collection as a whole."""

from functools import partial
from typing import Any

import discord
from discord import app_commands

from bot.access import Access
from bot.commands.guest import guest_of
from bot.deferral import defer
from bot.photos.community import Community
from bot.photos.drawings import Drawings
from bot.photos.releases import Releases
from bot.translator import phrase
from foodgan.contract.phrases import locale_of

Command = app_commands.Command[Any, ..., None]


def credits_command(access: Access, community: Community) -> Command:
    """The command `/credits`."""

    @app_commands.command(name="credits", description=phrase("command-credits"))
    async def credits(interaction: discord.Interaction) -> None:
        access.club(interaction)
        await defer(interaction, thinking=True)
        answer = await community.credits(locale_of(interaction.locale.value))
        await interaction.edit_original_response(**answer.edit())

    return credits


def dataset_command(access: Access, drawings: Drawings) -> Command:
    """The command `/dataset`."""

    @app_commands.command(name="dataset", description=phrase("command-dataset"))
    async def dataset(interaction: discord.Interaction) -> None:
        access.club(interaction)
        await drawings.draw(guest_of(interaction), partial(defer, interaction, thinking=True))

    return dataset


def release_command(access: Access, releases: Releases) -> Command:
    """The command `/release`."""

    @app_commands.command(name="release", description=phrase("command-release"))
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.guild_only()
    async def release(interaction: discord.Interaction) -> None:
        access.operator(interaction)
        await defer(interaction, ephemeral=True, thinking=True)
        await releases.release(guest_of(interaction))

    return release
