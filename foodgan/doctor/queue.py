"""Redis or Valkey: there, of an age, safe from loss and from strangers; and who works on it."""

import re
import ssl
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from redis import Redis
from redis.exceptions import AuthenticationError, NoPermissionError, RedisError

from foodgan.contract.checkup import Finding, Part, fail, ok, skip, warn
from foodgan.contract.errors import KitchenClosed
from foodgan.contract.settings import Settings
from foodgan.contract.status import Status, look
from foodgan.contract.terminal import say, told
from foodgan.launch.queue import connected, redis_url

OLDEST = (7, 0)  # SET with NX and GET, by which an order's end is decided, came with it
LOOPBACK = ("localhost", "127.0.0.1", "::1")
INNER = "redis"  # the queue's name in compose's own network, which nobody else is in
DAY_S = 86400.0
DAYS_LITTLE = 30  # that a certificate is good for: who made it may be gone by then
SKEW_S = 2.0
SKEW_MAX_S = 30.0  # orders are given up 45 s before their token dies


def redis(settings: Settings) -> Iterator[Finding]:
    """All about the queue."""
    try:
        with connected(settings) as connection:
            connection.ping()
            yield from _server(connection.info())
            yield _clock(connection)
            yield from _workers(connection)
            days = _days_left(connection)
    except KitchenClosed as error:
        refused = isinstance(error.__cause__, AuthenticationError | NoPermissionError)
        advice = "doctor-redis-away.refused" if refused else "doctor-redis-away.advice"
        yield fail("Redis", told(error).removeprefix("Redis: "), say(advice))
        return
    yield _way(redis_url(settings), days)


def _server(info: dict[str, Any]) -> Iterator[Finding]:
    """info: what INFO says, which hosted servers tell too where they refuse CONFIG."""
    name = "Valkey" if "valkey_version" in info else "Redis"
    found = str(info.get("valkey_version") or info.get("redis_version", "0"))
    if tuple(map(int, re.findall(r"\d+", found)[:2])) < OLDEST:
        told = say("doctor-redis-old", server=name, version=found)
        yield fail("Redis", told, say("doctor-redis-old.advice"))
    else:
        yield ok("Redis", say("doctor-redis", server=name, version=found))
    if info.get("role") not in (None, "master"):
        advice = say("doctor-redis-replica.advice")
        yield fail("Redis role", say("doctor-redis-replica"), advice)
    if info.get("aof_enabled"):
        yield ok("Redis persistence", "appendonly yes")
    else:
        advice = say("doctor-redis-forgets.advice")
        yield warn("Redis persistence", say("doctor-redis-forgets"), advice)
    yield _memory(info)


def _memory(info: dict[str, Any]) -> Finding:
    policy = str(info.get("maxmemory_policy", "unknown"))
    if policy == "noeviction" or not info.get("maxmemory"):
        used = str(info.get("used_memory_human"))
        return ok("Redis memory", say("doctor-redis-memory", policy=policy, used=used))
    told = say("doctor-redis-drops", policy=policy)
    return fail("Redis memory", told, say("doctor-redis-drops.advice"))


def _days_left(connection: Redis) -> float | None:
    """Until the server's certificate ends; None without one, or where it is not looked at."""
    pool = connection.connection_pool
    link = pool.get_connection()
    try:
        socket: Any = getattr(link, "_sock", None)  # redis-py has no public name for it
        told = socket.getpeercert() if isinstance(socket, ssl.SSLSocket) else None
    finally:
        pool.release(link)
    if not told:
        return None
    return (ssl.cert_time_to_seconds(str(told["notAfter"])) - time.time()) / DAY_S


def _way(url: str, days: float | None) -> Finding:
    """Password and encryption, by the URL alone; it is never shown. days: of the certificate."""
    part: Part = "Redis password and TLS"
    parts = urlsplit(url)
    local = parts.scheme == "unix" or parts.hostname in LOOPBACK
    has_password = bool(parts.password) or "password=" in parts.query
    if not has_password and not local:
        return fail(part, say("doctor-way-open"), say("doctor-way-open.advice"))
    if parts.scheme != "rediss" and not local and parts.hostname != INNER:
        return warn(part, say("doctor-way-plain"), say("doctor-way-plain.advice"))
    if days is not None and days < DAYS_LITTLE:
        told = say("doctor-way-ends", days=int(days))
        return warn(part, told, say("doctor-way-ends.advice"))
    password = "yes" if has_password else "no"
    tls = "yes" if parts.scheme == "rediss" else "no"
    return ok(part, say("doctor-way", password=password, tls=tls))


def _clock(connection: Redis) -> Finding:
    """How far this machine's clock is from that of Redis, less the way there."""
    part: Part = "clock"
    before = time.time()
    seconds, microseconds = connection.time()
    middle = (before + time.time()) / 2
    skew_s = middle - (seconds + microseconds / 1e6)
    way = "ahead" if skew_s > 0 else "behind"
    told = say("doctor-clock", seconds=f"{abs(skew_s):.2f}", way=way)
    advice = say("doctor-clock.advice")
    if abs(skew_s) > SKEW_MAX_S:
        return fail(part, told, advice)
    return warn(part, told, advice) if abs(skew_s) > SKEW_S else ok(part, told)


def _workers(connection: Redis) -> Iterator[Finding]:
    try:
        found = look(connection)
    except RedisError as error:
        yield skip("workers", say("doctor-workers-unseen", error=type(error).__name__))
        return
    yield _painters(found)
    if found.intakes:
        yield ok("photo intake", say("doctor-at-work", count=found.intakes))
    else:
        told = say("doctor-intake-none", count=found.photos)
        yield warn("photo intake", told, say("doctor-intake-none.advice"))
    if found.trainers:
        yield ok("trainer", say("doctor-at-work", count=found.trainers))
    else:
        told = say("doctor-trainer-none", count=found.releases)
        yield warn("trainer", told, say("doctor-trainer-none.advice"))


def _painters(found: Status) -> Finding:
    part: Part = "workers"
    serving = [each for each in found.workers if each.serves]
    builds = sorted({f"{each.model} v{each.version}" for each in found.workers})
    if not serving:
        told = say(
            "doctor-workers-none",
            drained=len(found.workers),
            waiting=found.waiting,
            oldest=f"{found.oldest_s:.0f}",
        )
        return warn(part, told, say("doctor-workers-none.advice"))
    listed = say("list-comma").join(builds)
    told = say("doctor-workers", count=len(serving), builds=listed)
    if len({each.version for each in found.workers}) > 1:
        return warn(part, told, say("doctor-workers.advice"))
    if len({each.model for each in found.workers}) > 1:
        return warn(part, told, say("doctor-workers.models"))
    return ok(part, told)
