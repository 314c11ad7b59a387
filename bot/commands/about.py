"""`/about`: what this place is."""

import discord
from discord import app_commands

from bot.translator import phrase
from foodgan.contract.phrases import locale_of, say


@app_commands.command(name="about", description=phrase("command-about"))
async def about(interaction: discord.Interaction) -> None:
    """Tell the asker, and nobody else, how to order."""
    sentence = say(locale_of(interaction.locale.value), "about")
    await interaction.response.send_message(sentence, ephemeral=True)
