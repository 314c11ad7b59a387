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
    return _known_url(settings) or settings.redis_url.get_secret_value()


def _known_url(settings: Settings) -> str | None:
    """The same; None where neither is there and the usual address is but a guess."""
    if "redis_url" in settings.model_fields_set:
        return settings.redis_url.get_secret_value()
    try:
        house = json.loads((settings.var_dir / "house.json").read_text(encoding="utf-8"))
        return str(house["redis_url"])
    except (OSError, ValueError, LookupError):
        return None


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
        raise KitchenClosed.of("cli-queue-no-address") from error
    try:
        with redis:
            yield redis
    except (RedisError, OSError) as error:
        fault = f"{type(error).__name__}: {redact(str(error))}"
        if _known_url(settings) is None:
            folder = str(settings.var_dir.resolve())
            values = {"folder": folder, "fault": fault}
            raise KitchenClosed.of("cli-queue-no-canteen", **values) from error
        raise KitchenClosed.of("cli-queue-away", fault=fault) from error
