"""The consent: its text, and the message in which a member chooses licence and credit."""

import unicodedata
from typing import get_args

import discord

from bot.answer import Answer
from bot.buttons import button, custom_id, laid_out
from bot.records.tables import Consent, Credit
from foodgan.contract.photos import Licence
from foodgan.contract.phrases import say
from foodgan.contract.plain import plain

VERSION = 3  # of the text `consent-text`; whoever agreed to an older one is asked again
LICENCES: tuple[Licence, ...] = get_args(Licence)
CREDITS: tuple[Credit, ...] = get_args(Credit)
CREDIT_MAX = 40  # characters


def current(consent: Consent | None) -> bool:
    """Whether a member has agreed to the text as it is now."""
    return consent is not None and consent.version == VERSION


def credit_text(choice: Credit, shown_name: str) -> str:
    """How a member is named in releases. shown_name: as the server shows it."""
    words = plain(unicodedata.normalize("NFKC", shown_name)).split()
    if choice == "anonymous" or not words:
        return ""
    if choice == "initials":
        return ". ".join(word[0].upper() for word in words[:4]) + "."
    return " ".join(words)[:CREDIT_MAX]


def question(
    locale: str,
    submission_id: str,
    choice: Credit,
    shown_name: str,
    known: Consent | None,
    waits: str,
) -> Answer:
    """The consent text, a menu for the credit, and a button for each licence.

    known: what the member has agreed to before, whose licence its button says, and whose photos
    another choice leaves as they are; waits: of the photos that are taken only with an answer, ""
    where there are none.
    """
    now = known.licence if known else None
    menu: discord.ui.Select[discord.ui.View] = discord.ui.Select(
        custom_id=custom_id("consent-credit", submission_id),
        row=0,
        options=[
            discord.SelectOption(
                label=_credit_label(locale, credit, shown_name)[:100],
                value=credit,
                default=credit == choice,
            )
            for credit in CREDITS
        ],
    )
    buttons = [
        button(
            _licence_label(locale, licence, now),
            custom_id("consent-licence", licence, submission_id, str(VERSION)),
            discord.ButtonStyle.success if licence == now else discord.ButtonStyle.primary,
            row=1,
        )
        for licence in LICENCES
    ]
    refuse = button(say(locale, "consent-no"), custom_id("consent-no", submission_id), row=1)
    renewed = say(locale, "consent-renewed") if known and not current(known) else ""
    anew = say(locale, "consent-anew") if known else ""
    text = say(locale, "consent-text", version=str(VERSION))
    whole = "\n\n".join(filter(None, (renewed, waits, text, anew)))
    return Answer(whole, laid_out(menu, *buttons, refuse))


def _licence_label(locale: str, licence: Licence, now: str | None) -> str:
    label = say(locale, f"licence-{licence.lower().replace('.', '-')}")
    return say(locale, "licence-now", licence=label) if licence == now else label


def _credit_label(locale: str, credit: Credit, shown_name: str) -> str:
    return say(locale, f"credit-{credit}", name=credit_text(credit, shown_name) or "—")
