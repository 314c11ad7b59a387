"""`/operator`: bans, blocked words, the audit log. For whoever may manage the server."""

import discord
from discord import app_commands

from bot.access import Access
from bot.deferral import defer
from bot.photos.office import Office
from bot.translator import phrase
from foodgan.contract import dishname
from foodgan.contract.phrases import locale_of, say

REASON_MAX = 200
WORD_MAX = 60
Reason = app_commands.Range[str, 0, REASON_MAX]
Word = app_commands.Range[str, 1, WORD_MAX]


def operator_group(access: Access, office: Office) -> app_commands.Group:
    """The commands below `/operator`."""
    group = app_commands.Group(
        name="operator",
        description=phrase("command-operator"),
        default_permissions=discord.Permissions(manage_guild=True),
        guild_only=True,
    )

    @group.command(name="ban", description=phrase("command-operator-ban"))
    @app_commands.rename(member=phrase("option-member"), reason=phrase("option-reason"))
    @app_commands.describe(member=phrase("option-member-hint"), reason=phrase("option-reason-hint"))
    async def ban(
        interaction: discord.Interaction, member: discord.User, reason: Reason = ""
    ) -> None:
        by_id = access.operator(interaction)
        await defer(interaction, ephemeral=True, thinking=True)
        key = await office.ban(member.id, by_id, reason)
        await _tell(interaction, key, who=f"<@{member.id}>")

    @group.command(name="unban", description=phrase("command-operator-unban"))
    @app_commands.rename(member=phrase("option-member"))
    @app_commands.describe(member=phrase("option-member-hint"))
    async def unban(interaction: discord.Interaction, member: discord.User) -> None:
        by_id = access.operator(interaction)
        await defer(interaction, ephemeral=True, thinking=True)
        key = await office.unban(member.id, by_id)
        await _tell(interaction, key, who=f"<@{member.id}>")

    @group.command(name="block", description=phrase("command-operator-block"))
    @app_commands.rename(word=phrase("option-word"))
    @app_commands.describe(word=phrase("option-word-hint"))
    async def block(interaction: discord.Interaction, word: Word) -> None:
        by_id = access.operator(interaction)
        await defer(interaction, ephemeral=True, thinking=True)
        key = await office.block(word, by_id)
        await _tell(interaction, key, word=dishname.display(word))

    @group.command(name="unblock", description=phrase("command-operator-unblock"))
    @app_commands.rename(word=phrase("option-word"))
    @app_commands.describe(word=phrase("option-word-hint"))
    async def unblock(interaction: discord.Interaction, word: Word) -> None:
        by_id = access.operator(interaction)
        await defer(interaction, ephemeral=True, thinking=True)
        key = await office.unblock(word, by_id)
        await _tell(interaction, key, word=dishname.display(word))

    @group.command(name="list", description=phrase("command-operator-list"))
    async def listing(interaction: discord.Interaction) -> None:
        access.operator(interaction)
        await defer(interaction, ephemeral=True, thinking=True)
        answer = await office.listing(locale_of(interaction.locale.value))
        await interaction.edit_original_response(**answer.edit())

    return group


async def _tell(interaction: discord.Interaction, key: str, **about: str) -> None:
    """What was done, and to whom or what: Discord shows no option of a command."""
    text = say(locale_of(interaction.locale.value), key, **about)
    await interaction.edit_original_response(content=text)
