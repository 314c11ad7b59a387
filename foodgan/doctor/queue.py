"""Redis or Valkey: there, of an age, safe from loss and from strangers; and who works on it."""

import re
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from redis import Redis
from redis.exceptions import AuthenticationError, NoPermissionError, RedisError

from foodgan.contract.checkup import Finding, fail, ok, skip, warn
from foodgan.contract.errors import KitchenClosed
from foodgan.contract.settings import Settings
from foodgan.contract.status import Status, look
from foodgan.launch.queue import connected, redis_url

OLDEST = (7, 0)  # SET with NX and GET, by which an order's end is decided, came with it
LOOPBACK = ("localhost", "127.0.0.1", "::1")
SKEW_S = 2.0
SKEW_MAX_S = 30.0  # orders are given up 45 s before their token dies
START = "start Redis or Valkey, or correct REDIS_URL; `make up` brings one of its own"


def redis(settings: Settings) -> Iterator[Finding]:
    """All about the queue."""
    try:
        with connected(settings) as connection:
            connection.ping()
            yield from _server(connection.info())
            yield _clock(connection)
            yield from _workers(connection)
    except KitchenClosed as error:
        refused = isinstance(error.__cause__, AuthenticationError | NoPermissionError)
        yield fail(
            "Redis",
            str(error).removeprefix("Redis: "),
            "correct the password in REDIS_URL" if refused else START,
        )
        return
    yield _way(redis_url(settings))


def _server(info: dict[str, Any]) -> Iterator[Finding]:
    """info: what INFO says, which hosted servers tell too where they refuse CONFIG."""
    name = "Valkey" if "valkey_version" in info else "Redis"
    found = str(info.get("valkey_version") or info.get("redis_version", "0"))
    if tuple(map(int, re.findall(r"\d+", found)[:2])) < OLDEST:
        yield fail("Redis", f"{name} {found}", "foodgan needs Redis 7.0 or newer, or Valkey")
    else:
        yield ok("Redis", f"{name} {found} answers")
    if info.get("role") not in (None, "master"):
        yield fail("Redis role", "a read-only replica", "point REDIS_URL at the primary")
    if info.get("aof_enabled"):
        yield ok("Redis persistence", "appendonly yes")
    else:
        yield warn("Redis persistence", "appendonly no", "set `appendonly yes`: orders in line are "
                   "lost when the server dies")  # fmt: skip
    policy = info.get("maxmemory_policy", "unknown")
    if policy == "noeviction" or not info.get("maxmemory"):
        yield ok("Redis memory", f"maxmemory-policy {policy}, {info.get('used_memory_human')} used")
    else:
        advice = "set `maxmemory-policy noeviction`: Redis may drop orders when memory is short"
        yield fail("Redis memory", f"maxmemory-policy {policy}", advice)


def _way(url: str) -> Finding:
    """Password and encryption, by the URL alone; it is never shown."""
    part = "Redis password and TLS"
    parts = urlsplit(url)
    local = parts.scheme == "unix" or parts.hostname in LOOPBACK
    has_password = bool(parts.password) or "password=" in parts.query
    if not has_password and not local:
        return fail(part, "no password", "set `requirepass` and put it into REDIS_URL: who can "
                    "write to Redis can order for everybody")  # fmt: skip
    if parts.scheme != "rediss" and not local:
        advice = "use rediss:// (see docs/operators), or a private network between the machines"
        return warn(part, "a password, sent without TLS", advice)
    kept = "a password" if has_password else "no password, on this machine only"
    return ok(part, f"{kept}, {'TLS' if parts.scheme == 'rediss' else 'no network'}")


def _clock(connection: Redis) -> Finding:
    """How far this machine's clock is from that of Redis, less the way there."""
    part = "clock"
    before = time.time()
    seconds, microseconds = connection.time()
    middle = (before + time.time()) / 2
    skew_s = middle - (seconds + microseconds / 1e6)
    told = f"{abs(skew_s):.2f} s {'ahead of' if skew_s > 0 else 'behind'} Redis"
    advice = "let both machines keep time by NTP (timedatectl set-ntp true)"
    if abs(skew_s) > SKEW_MAX_S:
        return fail(part, told, advice)
    return warn(part, told, advice) if abs(skew_s) > SKEW_S else ok(part, told)


def _workers(connection: Redis) -> Iterator[Finding]:
    try:
        found = look(connection)
    except RedisError as error:
        yield skip("workers", f"not to be seen ({type(error).__name__})")
        return
    yield _painters(found)
    if found.intakes:
        yield ok("photo intake", f"{found.intakes} at work")
    else:
        told = f"nobody takes photos in; {found.photos} waiting"
        yield warn("photo intake", told, "start one: python -m worker intake")
    if found.trainers:
        yield ok("trainer", f"{found.trainers} at work")
    else:
        told = f"nobody learns from releases; {found.releases} waiting"
        yield warn("trainer", told, "start one: python -m worker trainer")


def _painters(found: Status) -> Finding:
    part = "workers"
    serving = [each for each in found.workers if each.serves]
    builds = sorted({f"{each.model} v{each.version}" for each in found.workers})
    if not serving:
        resting = f", {len(found.workers)} drained" if found.workers else ""
        oldest = f", the oldest for {found.oldest_s:.0f} s" if found.waiting else ""
        told = f"nobody serves{resting}; {found.waiting} waiting{oldest}"
        return warn(part, told, "start one: python -m worker, or foodgan drain NAME --back")
    told = f"{len(serving)} serving: {', '.join(builds)}"
    if len(builds) > 1:
        return warn(part, told, "update the older ones, one after the other")
    return ok(part, told)
