"""Who may do what, by the roles and permissions that Discord sends with every interaction."""

import discord

from bot.records.reviews import Reviewer
from foodgan.contract.errors import UserError
from foodgan.contract.settings import Settings


def servers_of(settings: Settings) -> frozenset[int]:
    """The ids of the club's servers; none where it is not said whose the bot is."""
    return frozenset(map(int, _named(settings.club_servers)))


def is_open(settings: Settings, servers: int) -> bool:
    """Whether it is not said whose the bot is. servers: that it is in."""
    return not _named(settings.club_servers) and servers > 1


class Access:
    """Asked at each click anew: a role may be lost between showing and clicking."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._servers = servers_of(settings)
        self._roles = _named(settings.reviewer_roles)

    def reviewer(self, interaction: discord.Interaction) -> Reviewer:
        """The reviewer who clicks. Raises UserError `review-not-yours`, `club-unset`."""
        operator = interaction.permissions.manage_guild
        known = operator or self._has_role(interaction.user)
        if not known or not self._is_ours(interaction):
            raise UserError("review-not-yours")
        return Reviewer(interaction.user.id, operator)

    def operator(self, interaction: discord.Interaction) -> int:
        """The operator's id: whoever may manage the server.

        Raises UserError `operators-only`, `club-unset`.
        """
        if not interaction.permissions.manage_guild or not self._is_ours(interaction):
            raise UserError("operators-only")
        return interaction.user.id

    def is_operator(self, interaction: discord.Interaction) -> bool:
        """The same as an answer, for what everybody may see and operators see more of."""
        try:
            self.operator(interaction)
        except UserError:
            return False
        return True

    def club(self, interaction: discord.Interaction) -> None:
        """What shows whose photos the club has belongs to its own servers, as consent promises.

        Where it is not said whose the bot is, anywhere will do.
        Raises UserError `club-only` in direct messages too: who writes there may be anybody.
        """
        if self._servers and interaction.guild_id not in self._servers:
            raise UserError("club-only")

    def _is_ours(self, interaction: discord.Interaction) -> bool:
        """A bot that anybody may invite must not show the club's photos to whoever does.

        Where it is not said whose it is, it is that of the one server that it is in: a command can
        come from any other, by somebody who has installed the application for themselves.
        Raises UserError `club-unset` where it is in several.
        """
        if is_open(self._settings, len(interaction.client.guilds)):
            raise UserError("club-unset")
        if self._servers:
            return interaction.guild_id in self._servers
        return interaction.client.get_guild(interaction.guild_id or 0) is not None

    def _has_role(self, user: discord.User | discord.Member) -> bool:
        roles = user.roles if isinstance(user, discord.Member) else []
        return any(role.name in self._roles or str(role.id) in self._roles for role in roles)


def _named(listed: str) -> set[str]:
    """What a setting names, separated by commas."""
    return {name.strip() for name in listed.split(",")} - {""}
