"""`/privacy`: take one's data home, have it erased, look the consent up or choose anew."""

import io

import discord
from discord import app_commands

from bot.buttons import Press, button, custom_id, laid_out
from bot.commands.guest import guest_of
from bot.deferral import defer
from bot.photos.reception import Reception
from bot.photos.rights import Rights
from bot.translator import phrase
from foodgan.contract.limits import REQUEST_MAX
from foodgan.contract.phrases import locale_of, say


def privacy_group(rights: Rights, reception: Reception) -> app_commands.Group:
    """The commands below `/privacy`."""
    group = app_commands.Group(name="privacy", description=phrase("command-privacy"))

    @group.command(name="export", description=phrase("command-privacy-export"))
    async def export(interaction: discord.Interaction) -> None:
        await defer(interaction, ephemeral=True, thinking=True)
        locale = locale_of(interaction.locale.value)
        number, limit = 0, min(interaction.filesize_limit, REQUEST_MAX)
        async for part in rights.parts(interaction.user.id, limit):
            number += 1
            text = say(locale, "export-more" if number > 1 else "export-here", number=str(number))
            file = discord.File(io.BytesIO(part), f"foodgan-{number}.zip")
            await interaction.followup.send(text, file=file, ephemeral=True)

    @group.command(name="delete", description=phrase("command-privacy-delete"))
    async def delete(interaction: discord.Interaction) -> None:
        locale = locale_of(interaction.locale.value)
        red = discord.ButtonStyle.danger
        yes = button(say(locale, "erase-yes"), custom_id("erase"), red)
        no = button(say(locale, "erase-no"), custom_id("erase-no"))
        await interaction.response.send_message(
            say(locale, "erase-sure"), view=laid_out(yes, no), ephemeral=True
        )

    @group.command(name="consent", description=phrase("command-privacy-consent"))
    async def consent(interaction: discord.Interaction) -> None:
        await defer(interaction, ephemeral=True, thinking=True)
        await reception.ask_again(guest_of(interaction))

    return group


def privacy_presses(rights: Rights) -> dict[str, Press]:
    """What the buttons of `/privacy delete` do, for whoever clicks."""

    async def erase(interaction: discord.Interaction, _: list[str]) -> None:
        await defer(interaction)
        answer = await rights.erase(interaction.user.id, locale_of(interaction.locale.value))
        await interaction.edit_original_response(**answer.edit())

    async def keep(interaction: discord.Interaction, _: list[str]) -> None:
        text = say(locale_of(interaction.locale.value), "erase-kept")
        await interaction.response.edit_message(content=text, view=None)

    return {"erase": erase, "erase-no": keep}
