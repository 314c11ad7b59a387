"""`/submit`, its modal, the menu on one's own messages, and the consent: photos are handed over."""

from collections.abc import Sequence
from typing import Any, cast

import discord
from discord import app_commands

from bot.blocklist import Blocklist
from bot.buttons import Mendable, Press, chosen, custom_id, filled_in, open_modal, uploaded
from bot.commands.guest import guest_of
from bot.deferral import defer
from bot.photos.consent import CREDITS, LICENCES
from bot.photos.reception import PHOTOS_MAX, File, Reception
from bot.records.tables import Credit
from bot.translator import phrase
from foodgan.contract.dishname import LENGTH_MAX
from foodgan.contract.errors import UserError
from foodgan.contract.photos import Licence
from foodgan.contract.phrases import locale_of, say


def submit_command(
    reception: Reception, blocklist: Blocklist
) -> app_commands.Command[Any, ..., None]:
    """The command `/submit`. What is missing is asked for in a modal."""

    @app_commands.command(name="submit", description=phrase("command-submit"))
    @app_commands.rename(
        photo=phrase("option-photo"),
        name=phrase("option-name"),
        **{f"photo{n}": phrase(f"option-photo-{n}") for n in range(2, 6)},
    )
    @app_commands.describe(
        photo=phrase("option-photo-hint"),
        name=phrase("option-photo-name-hint"),
        **{f"photo{n}": phrase("option-photo-more-hint") for n in range(2, 6)},
    )
    async def submit(
        interaction: discord.Interaction,
        photo: discord.Attachment | None = None,
        name: str | None = None,
        photo2: discord.Attachment | None = None,
        photo3: discord.Attachment | None = None,
        photo4: discord.Attachment | None = None,
        photo5: discord.Attachment | None = None,
    ) -> None:
        files = _files([one for one in (photo, photo2, photo3, photo4, photo5) if one])
        if files and name is not None:
            name = blocklist.name(name)
            await defer(interaction, ephemeral=True, thinking=True)
            await reception.receive(guest_of(interaction), files, name)
        elif files:
            await _ask_name(interaction, await reception.draft(guest_of(interaction), files))
        else:
            await _ask_all(interaction, name or "")

    return submit


def submit_menu(reception: Reception) -> app_commands.ContextMenu:
    """The same from the menu of a message, of one's own alone."""

    @app_commands.context_menu(name=phrase("menu-submit"))
    async def submit(interaction: discord.Interaction, message: discord.Message) -> None:
        if message.author.id != interaction.user.id:
            raise UserError("submit-not-yours")
        files = _files(message.attachments)
        await _ask_name(interaction, await reception.draft(guest_of(interaction), files))

    return submit


def submit_presses(reception: Reception, blocklist: Blocklist) -> dict[str, Press]:
    """What the modals and the consent's buttons do."""

    async def all_given(interaction: discord.Interaction, _: list[str]) -> None:
        files = [File(str(f["url"]), str(f["filename"])) for f in uploaded(interaction, "photos")]
        try:
            name = blocklist.name(_written_name(interaction))
        except UserError as refusal:  # a window is closed for good, and its uploads with it
            draft_id = await reception.draft(guest_of(interaction), files)
            raise _mendable(refusal, draft_id) from None
        await defer(interaction, ephemeral=True, thinking=True)
        await reception.receive(guest_of(interaction), files, name)

    async def name_given(interaction: discord.Interaction, arguments: list[str]) -> None:
        try:
            name = blocklist.name(_written_name(interaction))
        except UserError as refusal:
            raise _mendable(refusal, arguments[0]) from None
        await defer(interaction, ephemeral=True, thinking=True)
        await reception.name(guest_of(interaction), arguments[0], name)

    async def name_again(interaction: discord.Interaction, arguments: list[str]) -> None:
        await _ask_name(interaction, arguments[0])

    async def credit(interaction: discord.Interaction, arguments: list[str]) -> None:
        choice = _one_of(CREDITS, chosen(interaction)[0])
        await defer(interaction)
        await reception.choose_credit(guest_of(interaction), arguments[0], cast(Credit, choice))

    async def licence(interaction: discord.Interaction, arguments: list[str]) -> None:
        named, submission_id, read = arguments
        choice = cast(Licence, _one_of(LICENCES, named))
        await defer(interaction)
        await reception.agree(guest_of(interaction), submission_id, choice, read)

    async def refused(interaction: discord.Interaction, arguments: list[str]) -> None:
        await defer(interaction)
        await reception.decline(guest_of(interaction), arguments[0])

    return {
        "submit-all": all_given,
        "submit-name": name_given,
        "submit-again": name_again,
        "consent-credit": credit,
        "consent-licence": licence,
        "consent-no": refused,
    }


def _written_name(interaction: discord.Interaction) -> str:
    return str(filled_in(interaction).get("name") or "")


def _mendable(refusal: UserError, submission_id: str) -> Mendable:
    """A name that will not do: the photos wait for another one."""
    return Mendable(refusal, "submit-name-again", custom_id("submit-again", submission_id))


async def _ask_name(interaction: discord.Interaction, submission_id: str) -> None:
    locale = locale_of(interaction.locale.value)
    title, made_id = say(locale, "submit-title"), custom_id("submit-name", submission_id)
    await open_modal(interaction, title, made_id, name_field(locale))


async def _ask_all(interaction: discord.Interaction, name: str) -> None:
    locale = locale_of(interaction.locale.value)
    files = discord.ui.Label[Any](
        text=say(locale, "submit-field-photos"),
        description=say(locale, "submit-field-photos-hint", max=str(PHOTOS_MAX)),
        component=discord.ui.FileUpload[Any](custom_id="photos", max_values=PHOTOS_MAX),
    )
    title = say(locale, "submit-title")
    await open_modal(interaction, title, "submit-all", name_field(locale, name=name), files)


def name_field(
    locale: str, hint: str = "submit-field-name-hint", name: str = ""
) -> discord.ui.Label[Any]:
    """A field for a dish's name. hint: the key of what is said above it."""
    return discord.ui.Label(
        text=say(locale, "submit-field-name"),
        description=say(locale, hint),
        component=discord.ui.TextInput(
            custom_id="name", default=name[:LENGTH_MAX], max_length=LENGTH_MAX
        ),
    )


def _files(attachments: Sequence[discord.Attachment]) -> list[File]:
    return [File(attachment.url, attachment.filename) for attachment in attachments]


def _one_of(known: Sequence[str], value: str) -> str:
    if value not in known:
        raise UserError("submit-stale")
    return value
