"""Command lines that speak from the phrases: in `--lang`'s language, else in the terminal's.

What `--help` says of a command is the phrase of its path, `help-foodgan-photos-import`; of its
options and arguments, attributes of that phrase, and of what many commands share, of `help-any`.
"""

import os
import re
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

import typer
from typer.core import TyperCommand, TyperGroup

from foodgan.contract.errors import FoodganError
from foodgan.contract.plain import visible

if TYPE_CHECKING:
    from rich.console import Console

F = TypeVar("F", bound=Callable[..., Any])
CHOSEN = "FOODGAN_LANG"
SHARED = "help-any"

# What a line may end after: rich knows blanks, of which Japanese has few. It may end anywhere, but
# neither within a word of katakana, nor before what closes, nor after what opens.
_OPENS, _CLOSES = "(「『", ")」』、。・!?々ぁぃぅぇぉっゃゅょ"
_WORD = re.compile(
    rf"\s*[{_OPENS}]*(?:[ァ-ヺー]+|[\u3000-\u9fff]|[^\s\u3000-\u9fff]+)[{_CLOSES}]*\s*"
)


def locale() -> str:
    """ "ja" or "en"."""
    for name in (CHOSEN, "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "ja" if value.startswith("ja") else "en"
    return "en"


def say(phrase: str, /, **values: str | int | float) -> str:
    """The sentence `phrase` in the command line's language."""
    from foodgan.contract import phrases  # reads its files: not for a command that says nothing

    return phrases.say(locale(), phrase, **values)


def told(error: FoodganError) -> str:
    """What a person at the terminal is told of an error: its sentence, else its text."""
    return visible(say(error.phrase, **error.values) if error.phrase else str(error))


def console() -> "Console":
    """A console for tables of what others wrote: brackets in it are no markup of rich's."""
    from rich.console import Console

    return Console(markup=False, emoji=False)


class Terminal(typer.Typer):
    """A Typer whose commands hold no help of their own: `--help` finds it among the phrases.

    name: of the program, `foodgan`. A group below it is named where it is added.
    """

    def __init__(self, name: str | None = None, **settings: Any) -> None:
        super().__init__(
            name=name,
            cls=_Group,
            context_settings={"help_option_names": ["-h", "--help"]},
            pretty_exceptions_enable=False,  # they would show local variables: one may be a secret
            **settings,
        )

    def command(self, *named: Any, **settings: Any) -> Callable[[F], F]:
        return super().command(*named, **{"cls": _Command, **settings})


class _Command(TyperCommand):
    def format_help(self, ctx: Any, formatter: Any) -> None:
        _frame()
        _tell(ctx)
        super().format_help(ctx, formatter)

    def shell_complete(self, ctx: Any, incomplete: str) -> Any:
        _tell(ctx)
        return super().shell_complete(ctx, incomplete)


class _Group(TyperGroup):
    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except Exception as error:
            if hasattr(error, "format_message"):  # of its use, which typer is about to show
                _frame()
            raise

    def format_help(self, ctx: Any, formatter: Any) -> None:
        _frame()
        _tell(ctx)
        super().format_help(ctx, formatter)

    def shell_complete(self, ctx: Any, incomplete: str) -> Any:
        _tell(ctx)
        return super().shell_complete(ctx, incomplete)


def _tell(ctx: Any) -> None:
    """Give a command, its parameters and the commands right below it the help of their phrases."""
    key = "-".join(["help", *_path(ctx)])
    ctx.command.help = say(key)
    for parameter in ctx.command.get_params(ctx):
        parameter.help = _of(key, parameter.name)
        if (panel := getattr(parameter, "rich_help_panel", None) or "").startswith("help-"):
            parameter.rich_help_panel = say(panel)
    for name, command in getattr(ctx.command, "commands", {}).items():
        command.help = say(f"{key}-{name}")


def _path(ctx: Any) -> list[str]:
    """The program's own name, however it was called, and those of the commands below it."""
    if ctx.parent is None:
        return [ctx.command.name]
    return [*_path(ctx.parent), ctx.info_name]


def _of(key: str, parameter: str) -> str:
    """A parameter's help, of its command, of a group above it, or of what many share."""
    while "-" in key:
        try:
            return say(f"{key}.{parameter}")
        except KeyError:
            key = key.rpartition("-")[0]
    return say(f"{SHARED}.{parameter}")


def _frame() -> None:
    """What typer itself writes around it, and where its lines may break."""
    from typer import rich_utils

    with suppress(ImportError):  # it is rich's own: without it lines break at blanks alone
        from rich import _wrap

        _wrap.re_word = _WORD
    rich_utils.highlighter = _folded  # type: ignore[assignment]
    rich_utils.ARGUMENTS_PANEL_TITLE = say("help-frame.arguments")
    rich_utils.OPTIONS_PANEL_TITLE = say("help-frame.options")
    rich_utils.COMMANDS_PANEL_TITLE = say("help-frame.commands")
    rich_utils.DEFAULT_STRING = say("help-frame.default")
    rich_utils.REQUIRED_LONG_STRING = say("help-frame.required")
    rich_utils.ERRORS_PANEL_TITLE = say("help-frame.error")
    rich_utils.RICH_HELP = say("help-frame.try")


def _folded(text: Any) -> Any:
    """A text as typer colours it, none of it cut off by a narrow column."""
    from typer.rich_utils import OptionHighlighter

    coloured = OptionHighlighter()(text)
    coloured.overflow = "fold"
    return coloured
