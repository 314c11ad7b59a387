"""Who uses a command, for what answers later: by the interaction's token."""

import discord
from pydantic import SecretStr

from bot.photos.reception import Guest
from foodgan.contract.phrases import locale_of


def guest_of(interaction: discord.Interaction) -> Guest:
    """Who asks, where, and how to answer."""
    return Guest(
        member_id=interaction.user.id,
        shown_name=interaction.user.display_name,
        guild_id=interaction.guild_id,
        channel_id=interaction.channel_id,
        locale=locale_of(interaction.locale.value),
        application_id=interaction.application_id,
        token=SecretStr(interaction.token),
    )
