"""Buttons, menus and modals that work after a restart: what they mean is in their custom_id.

A custom_id is an action and its arguments, joined by colons. discord.py keeps nothing of them.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any

import discord

from foodgan.contract.errors import UserError
from foodgan.contract.offers import custom_id as custom_id
from foodgan.contract.phrases import say

Press = Callable[[discord.Interaction, list[str]], Awaitable[None]]


class Mendable(UserError):
    """A refusal with a button that leads back to what was handed over, so that nothing is lost.

    label: phrase of what the button says.
    """

    def __init__(self, refusal: UserError, label: str, made_id: str) -> None:
        super().__init__(refusal.phrase, **refusal.values)
        self._label, self._made_id = label, made_id

    def view(self, locale: str) -> discord.ui.View:
        """The button, for below the sentence."""
        return laid_out(button(say(locale, self._label), self._made_id))


def laid_out(*items: discord.ui.Item[Any]) -> discord.ui.View:
    """A view that the library sends and forgets."""
    view = discord.ui.View(timeout=None)
    for item in items:
        view.add_item(item)
    view.stop()
    return view


def button(
    label: str,
    made_id: str,
    style: discord.ButtonStyle = discord.ButtonStyle.secondary,
    row: int | None = None,
) -> discord.ui.Button[Any]:
    """A button with a custom_id of ours."""
    return discord.ui.Button(label=label, custom_id=made_id, style=style, row=row)


async def open_modal(
    interaction: discord.Interaction,
    title: str,
    made_id: str,
    *labels: discord.ui.Label[Any],
) -> None:
    """Open a modal that the library forgets: its submission comes to `Buttons` like a click."""
    modal = discord.ui.Modal(title=title, custom_id=made_id, timeout=None)
    for label in labels:
        modal.add_item(label)
    modal.stop()
    await interaction.response.send_modal(modal)


def chosen(interaction: discord.Interaction) -> list[str]:
    """What was chosen in a select menu."""
    data: Mapping[str, Any] = interaction.data or {}
    return [str(value) for value in data.get("values", [])]


def filled_in(interaction: discord.Interaction) -> dict[str, Any]:
    """The fields of a submitted modal: a text, or for menus and files a list of values."""
    data: Mapping[str, Any] = interaction.data or {}
    return {
        field["custom_id"]: field.get("value", field.get("values"))
        for field in _fields(data.get("components", []))
    }


def uploaded(interaction: discord.Interaction, field: str) -> list[Mapping[str, Any]]:
    """The attachments that were put into a file field of a modal."""
    data: Mapping[str, Any] = interaction.data or {}
    known: Mapping[str, Any] = data.get("resolved", {}).get("attachments", {})
    return [known[key] for key in filled_in(interaction).get(field) or [] if key in known]


def _fields(components: list[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for component in components:
        if "custom_id" in component:
            yield component
        yield from _fields(component.get("components", []))
        if "component" in component:
            yield from _fields([component["component"]])


class Buttons:
    """Which action does what."""

    def __init__(self, presses: Mapping[str, Press]) -> None:
        self._presses = presses

    async def press(self, interaction: discord.Interaction) -> None:
        """Do what a click or a submitted modal asks for, if it is one of ours."""
        data: Mapping[str, Any] = interaction.data or {}
        action, *arguments = str(data.get("custom_id", "")).split(":")
        if press := self._presses.get(action):
            await press(interaction, arguments)
