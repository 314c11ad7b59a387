"""Who may do what, by the roles and permissions that Discord sends with every interaction."""

import discord

from bot.records.reviews import Reviewer
from foodgan.contract.errors import UserError
from foodgan.contract.settings import Settings


class Access:
    """Asked at each click anew: a role may be lost between showing and clicking."""

    def __init__(self, settings: Settings) -> None:
        self._roles = {role.strip() for role in settings.reviewer_roles.split(",")} - {""}

    def reviewer(self, interaction: discord.Interaction) -> Reviewer:
        """The reviewer who clicks. Raises UserError `review-not-yours`."""
        operator = interaction.permissions.manage_guild
        if not operator and not self._has_role(interaction.user):
            raise UserError("review-not-yours")
        return Reviewer(interaction.user.id, operator)

    def operator(self, interaction: discord.Interaction) -> int:
        """The operator's id: whoever may manage the server. Raises UserError `operators-only`."""
        if not interaction.permissions.manage_guild:
            raise UserError("operators-only")
        return interaction.user.id

    def _has_role(self, user: discord.User | discord.Member) -> bool:
        roles = user.roles if isinstance(user, discord.Member) else []
        return any(role.name in self._roles or str(role.id) in self._roles for role in roles)
