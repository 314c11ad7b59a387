"""Who may do what, by the roles and permissions that Discord sends with every interaction."""

import discord

from bot.records.reviews import Reviewer
from foodgan.contract.errors import UserError
from foodgan.contract.settings import Settings


class Access:
    """Asked at each click anew: a role may be lost between showing and clicking."""

    def __init__(self, settings: Settings) -> None:
        self._servers = {server.strip() for server in settings.club_servers.split(",")} - {""}
        self._roles = {role.strip() for role in settings.reviewer_roles.split(",")} - {""}

    def reviewer(self, interaction: discord.Interaction) -> Reviewer:
        """The reviewer who clicks. Raises UserError `review-not-yours`."""
        operator = interaction.permissions.manage_guild
        known = operator or self._has_role(interaction.user)
        if not known or not self._is_ours(interaction):
            raise UserError("review-not-yours")
        return Reviewer(interaction.user.id, operator)

    def operator(self, interaction: discord.Interaction) -> int:
        """The operator's id: whoever may manage the server. Raises UserError `operators-only`."""
        if not interaction.permissions.manage_guild or not self._is_ours(interaction):
            raise UserError("operators-only")
        return interaction.user.id

    def _is_ours(self, interaction: discord.Interaction) -> bool:
        """A bot that anybody may invite must not show the club's photos to whoever does."""
        return not self._servers or str(interaction.guild_id) in self._servers

    def _has_role(self, user: discord.User | discord.Member) -> bool:
        roles = user.roles if isinstance(user, discord.Member) else []
        return any(role.name in self._roles or str(role.id) in self._roles for role in roles)
