"""Does the work. No discord.py, no bot token."""
