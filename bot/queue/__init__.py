"""The queues towards the workers. The only part of the bot that knows RQ; Redis is known to
`bot.ratelimit` as well.
"""
