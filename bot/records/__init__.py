"""What the bot writes down: orders, so that none is lost. The bot is the only writer."""
