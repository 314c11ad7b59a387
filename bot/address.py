"""Where Discord is. Only the sandbox needs this: discord.py knows the real one by itself."""

from discord.gateway import DiscordWebSocket
from discord.http import Route
from yarl import URL

from foodgan.contract.settings import DISCORD_API, Settings


def point_at(settings: Settings) -> None:
    """Send the client to the settings' REST API and gateway, where they are not Discord's own."""
    if settings.discord_api_base != DISCORD_API:
        Route.BASE = settings.discord_api_base
    if settings.discord_gateway is not None:
        DiscordWebSocket.DEFAULT_GATEWAY = URL(settings.discord_gateway)
