"""One tree of errors. Raise low, catch once: in the bot's handler, the task, the CLI's main."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Self


class FoodganError(Exception):
    """Anything that this project raises on purpose. Its text is English, for logs.

    phrase: a message id of `foodgan/contract/phrases`, where people are to read it, too; values:
    its variables.
    """

    phrase: str | None = None
    values: Mapping[str, str | int | float] = MappingProxyType({})

    @classmethod
    def of(cls, phrase: str, **values: str | int | float) -> Self:
        """One whose text is the English of its phrase."""
        from foodgan.contract.phrases import say  # reads its files: few errors are ever raised

        error = cls(say("en", phrase, **values))
        error.phrase, error.values = phrase, values
        return error


class UserError(FoodganError):
    """Something the asker can mend. Carries the key of its phrase, never a literal sentence.

    phrase: a message id of `foodgan/contract/phrases`; values: its variables.
    """

    def __init__(self, phrase: str, **values: str | int | float) -> None:
        super().__init__(phrase)
        self.phrase: str = phrase
        self.values = values


class ModelError(FoodganError):
    """A model file is missing, damaged or of another format."""


class KitchenClosed(FoodganError):
    """The queue cannot be reached or does not answer in time."""


class StoreError(FoodganError):
    """The photo store cannot be reached, is full, or holds what nobody can read."""


class StoreRefused(StoreError):
    """What a store will not do, however often it is asked: a path out of it, a file too large."""


class DiscordRefused(FoodganError):
    """Discord answered with an error that trying again will not mend.

    status: HTTP status; code: Discord's JSON error code, 0 where it gave none.
    """

    def __init__(self, status: int, code: int = 0) -> None:
        super().__init__(f"Discord answered {status} (code {code})")
        self.status = status
        self.code = code
