"""The life of an order in the bot: from `/dish` to the last word about it."""
