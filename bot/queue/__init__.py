"""The queues towards the workers. The only part of the bot that knows RQ and Redis."""
