"""How long an order keeps a worker, for the bot's estimates."""

from redis import Redis

from foodgan.contract.orders import PACE_DISH, PACE_KEY

_WEIGHT = 0.2  # of the newest order in the moving average


def note(connection: Redis, seconds: float) -> None:
    """Work one more order into the mean. Two workers at once may lose one of two: no harm."""
    known = connection.hget(PACE_KEY, PACE_DISH)
    mean = seconds if known is None else (1 - _WEIGHT) * float(known) + _WEIGHT * seconds
    connection.hset(PACE_KEY, PACE_DISH, f"{mean:.4f}")
