"""Calls to Redis that never block the event loop, and RQ's jobs as the bot sees them."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Literal, TypeVar

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry as RedisRetry
from rq import Retry
from rq.exceptions import NoSuchJobError
from rq.job import Job
from rq.serializers import JSONSerializer

from foodgan.contract.errors import KitchenClosed
from foodgan.contract.settings import Settings

RETRY_AFTER_S = (1, 3, 10)
THREADS = 4  # calls that may hang on Redis at once

T = TypeVar("T")

# waiting: in line or to be tried again; lost: Redis does not know the job.
Stage = Literal["waiting", "started", "done", "failed", "lost"]
STAGES: dict[bytes | None, Stage] = {
    None: "lost",
    b"started": "started",
    b"finished": "done",
    b"failed": "failed",
    b"stopped": "failed",
    b"canceled": "failed",
}


class Calls:
    """One connection to Redis, and threads on which it may hang."""

    def __init__(self, settings: Settings) -> None:
        self._timeout_s = settings.redis_timeout_s
        self.redis = Redis.from_url(
            settings.redis_url.get_secret_value(),
            socket_timeout=settings.redis_timeout_s,
            socket_connect_timeout=settings.redis_timeout_s,
            retry=RedisRetry(NoBackoff(), 0),
        )
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="queue")

    async def run(self, work: Callable[[], T]) -> T:
        """Run `work` on a thread, for as long as a patient guest would wait.

        Raises KitchenClosed when Redis is away or does not answer in time.
        """
        running = asyncio.get_running_loop().run_in_executor(self._threads, work)
        try:
            # Not wait_for: in Python 3.11 it forgets a cancellation that comes with the result.
            async with asyncio.timeout(self._timeout_s):
                return await running
        except (RedisError, OSError, TimeoutError) as error:
            raise KitchenClosed(f"Redis: {type(error).__name__}") from error

    def job(self, job_id: str) -> Job | None:
        """The job of that id, None where Redis does not know it. Blocks."""
        try:
            return Job.fetch(job_id, connection=self.redis, serializer=JSONSerializer)
        except NoSuchJobError:
            return None

    def forget(self, job_id: str) -> None:
        """Take a job out of Redis altogether. Blocks."""
        job = self.job(job_id)
        if job is None:
            return
        try:
            job.delete()
        except (KeyError, ValueError):
            # rq stumbles over the claim of a worker that has died, and over what is left where one
            # that was frozen renews a claim which it has lost.
            self.redis.delete(job.execution_registry.key)
            job.delete()

    def close(self) -> None:
        """Let go of Redis. Calls that hang end by their own timeout."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self.redis.close()


def retry_of(retries: int) -> Retry | None:
    """How RQ tries a job again, with growing pauses."""
    if retries == 0:
        return None
    return Retry(max=retries, interval=list(RETRY_AFTER_S[:retries]))
