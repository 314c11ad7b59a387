"""A connection to the queue for operators' commands: the one that is set, else this house's own."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from redis import Redis
from redis.exceptions import RedisError

from foodgan.contract.errors import KitchenClosed
from foodgan.contract.logs import redact
from foodgan.contract.settings import Settings


def redis_url(settings: Settings) -> str:
    """REDIS_URL where it is set; else the embedded Valkey of a house that is open here."""
    if "redis_url" not in settings.model_fields_set:
        try:
            house = json.loads((settings.var_dir / "house.json").read_text(encoding="utf-8"))
            return str(house["redis_url"])
        except (OSError, ValueError, LookupError):
            pass
    return settings.redis_url.get_secret_value()


@contextmanager
def connected(settings: Settings) -> Iterator[Redis]:
    """Redis; what goes wrong with it in the block becomes KitchenClosed, without a password."""
    try:
        redis = Redis.from_url(
            redis_url(settings),
            socket_timeout=settings.redis_timeout_s,
            socket_connect_timeout=settings.redis_timeout_s,
        )
    except ValueError as error:
        raise KitchenClosed("REDIS_URL is no redis://, rediss:// or unix:// URL") from error
    try:
        with redis:
            yield redis
    except (RedisError, OSError) as error:
        raise KitchenClosed(f"Redis: {type(error).__name__}: {redact(str(error))}") from error
