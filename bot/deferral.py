"""Deferring an answer. Where nobody knows whether Discord has taken it, the work goes on."""

import asyncio
import logging

import discord

from bot.answer import AWAY
from bot.ratelimit import failures

DEFER_TIMEOUT_S = 4.0  # Discord takes none after 3 s
_ACKNOWLEDGED = 40060
_PERHAPS = "perhaps deferred"  # in an interaction's extras

log = logging.getLogger(__name__)


async def defer(
    interaction: discord.Interaction, *, ephemeral: bool = False, thinking: bool = False
) -> None:
    """Defer an interaction's answer. Raises what Discord refuses the deferral with."""
    with failures() as seen:
        try:
            async with asyncio.timeout(DEFER_TIMEOUT_S):
                await interaction.response.defer(ephemeral=ephemeral, thinking=thinking)
            return
        except AWAY as error:
            why = type(error).__name__
        except discord.HTTPException as error:
            # discord.py asks again after a failure; without one another process has answered.
            if error.code != _ACKNOWLEDGED or not seen:
                raise
            why = f"{seen[-1]}, then {error.code}"
    interaction.extras[_PERHAPS] = True
    log.warning("interaction %d: perhaps not deferred, %s", interaction.id, why)


def answered(interaction: discord.Interaction) -> bool:
    """Whether Discord has the first answer, or perhaps has: what comes now is a follow-up."""
    return interaction.response.is_done() or _PERHAPS in interaction.extras
