"""`/status`: how busy the kitchen is. Operators also see ids."""

from typing import Any

import discord
from discord import app_commands

from bot.access import Access
from bot.deferral import defer
from bot.queue.dishes import DishQueue
from bot.translator import phrase
from foodgan.contract.errors import KitchenClosed
from foodgan.contract.phrases import locale_of, say
from foodgan.contract.status import Hello, Status

WORKERS_SHOWN = 12  # a message holds 2,000 characters


def status_command(access: Access, queue: DishQueue) -> app_commands.Command[Any, ..., None]:
    """The command `/status`."""

    @app_commands.command(name="status", description=phrase("command-status"))
    async def status(interaction: discord.Interaction) -> None:
        """Tell the asker, and nobody else."""
        await defer(interaction, ephemeral=True, thinking=True)
        locale = locale_of(interaction.locale.value)
        try:
            told = report(locale, await queue.status(), access.is_operator(interaction))
        except KitchenClosed:
            told = say(locale, "status-away")
        await interaction.edit_original_response(content=told)

    return status


def report(locale: str, status: Status, operator: bool) -> str:
    """The status in words. operator: whether ids and machines are shown."""
    lines = [say(locale, "status-line", waiting=status.waiting, started=status.started)]
    if status.wait_s is None:
        lines.append(say(locale, "status-unstaffed"))
    else:
        lines.append(say(locale, "status-wait", span=_span(locale, max(1.0, status.wait_s))))
    if status.oldest_id is not None:
        oldest = say(locale, "status-oldest", span=_span(locale, status.oldest_s))
        lines.append(oldest + _ids(operator, status.oldest_id))
    if status.failed_recently or (operator and status.failures):
        failures = say(locale, "status-failures", count=status.failed_recently)
        lines.append(failures + _ids(operator, *status.failures))
    lines += [_worker(locale, each, operator) for each in status.workers[:WORKERS_SHOWN]]
    if len(status.workers) > WORKERS_SHOWN:
        lines.append(say(locale, "status-more", count=len(status.workers) - WORKERS_SHOWN))
    return "\n".join(lines)


def _worker(locale: str, worker: Hello, operator: bool) -> str:
    told = say(
        locale,
        "status-worker",
        state=worker.state,
        model=worker.model,
        version=worker.version,
        device=worker.device,
    )
    return told + _ids(operator, worker.label)


def _span(locale: str, seconds: float) -> str:
    """A span of time, in a unit of which it holds two or more."""
    if seconds < 120:
        return say(locale, "span-seconds", count=round(seconds))
    if seconds < 7200:
        return say(locale, "span-minutes", count=round(seconds / 60))
    return say(locale, "span-hours", count=round(seconds / 3600))


def _ids(shown: bool, *ids: str) -> str:
    return "".join(f" `{each}`" for each in ids) if shown else ""
