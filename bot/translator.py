"""Descriptions and options in the reader's language. Names after a slash stay as they are."""

from discord import Locale
from discord.app_commands import (
    ContextMenu,
    TranslationContextLocation,
    TranslationContextTypes,
    Translator,
    locale_str,
)

from foodgan.contract.phrases import say

_LOCALES = {Locale.japanese: "ja", Locale.american_english: "en", Locale.british_english: "en"}


def phrase(key: str) -> locale_str:
    """A text that Discord shows in the reader's language; English where we have no other."""
    return locale_str(say("en", key), phrase=key)


class PhraseTranslator(Translator):
    """Looks the translations up in the phrases, under the key that `phrase` put there."""

    async def translate(
        self, string: locale_str, locale: Locale, context: TranslationContextTypes
    ) -> str | None:
        """The text in `locale`; None where the default is to stand."""
        key = string.extras.get("phrase")
        is_name = context.location is TranslationContextLocation.command_name
        if key is None or (is_name and not isinstance(context.data, ContextMenu)):
            return None
        return say(_LOCALES[locale], key) if locale in _LOCALES else None
