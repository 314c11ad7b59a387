"""Contributed photos, the bot's side: reception, review, members' rights, what is published."""
