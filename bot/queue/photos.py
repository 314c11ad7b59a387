"""The queues of photos, of chores and of training, and what comes of what is in them."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from rq import Queue
from rq.exceptions import DuplicateJobError
from rq.job import Job
from rq.results import Result
from rq.serializers import JSONSerializer
from rq.worker_registration import get_keys

from bot.queue.calls import STAGES, Calls, Stage, retry_of
from foodgan.contract.models import LEARN_TASK, TRAIN_QUEUE
from foodgan.contract.orders import FAILURE_TTL_S, NO_TIMEOUT
from foodgan.contract.photos import CHORE_QUEUE, PHOTO_QUEUE, RESULT_TTL_S, TAKE_IN_TASK
from foodgan.contract.settings import Settings


class PhotoQueue:
    """What intake workers and trainers serve.

    Every method raises KitchenClosed when Redis does not answer.
    """

    def __init__(self, settings: Settings) -> None:
        self._calls = Calls(settings)
        self._retries = settings.retries
        self._photos, self._chores, self._lessons = (
            Queue(name, connection=self._calls.redis, serializer=JSONSerializer)
            for name in (PHOTO_QUEUE, CHORE_QUEUE, TRAIN_QUEUE)
        )

    async def enqueue(self, task: str, job_id: str, payload: Mapping[str, Any]) -> bool:
        """Queue a task under its id, once: False where it had been there already."""
        return await self._calls.run(lambda: self._enqueue(task, job_id, payload))

    async def staffed(self, task: str) -> bool:
        """Whether somebody is there who does such a task."""
        return await self._calls.run(lambda: self._staffed(task))

    async def stages(self, job_ids: Sequence[str]) -> dict[str, Stage]:
        """How far each job has come, in one round trip."""
        return await self._calls.run(lambda: self._stages(job_ids))

    async def result(self, job_id: str) -> str | None:
        """The JSON of a job that is done. One by one: many at once may take a slow Redis too long
        ever to be heard.
        """
        return await self._calls.run(lambda: self._result(job_id))

    async def forget(self, job_ids: Sequence[str]) -> None:
        """Take jobs out of Redis altogether, and the links in them."""
        await self._calls.run(lambda: self._forget(job_ids))

    def close(self) -> None:
        """Let go of Redis."""
        self._calls.close()

    def _queue_of(self, task: str) -> Queue:
        own = {TAKE_IN_TASK: self._photos, LEARN_TASK: self._lessons}
        return own.get(task, self._chores)

    def _staffed(self, task: str) -> bool:
        listed = get_keys(self._queue_of(task))  # a dead worker's stays listed, and runs out
        return bool(listed) and self._calls.redis.exists(*listed) > 0

    def _enqueue(self, task: str, job_id: str, payload: Mapping[str, Any]) -> bool:
        try:
            self._queue_of(task).enqueue_call(
                task,
                args=[payload],
                job_id=job_id,
                description=f"{task} {job_id}",  # RQ's own would print the signed link
                timeout=NO_TIMEOUT,
                result_ttl=RESULT_TTL_S,
                failure_ttl=FAILURE_TTL_S,
                retry=retry_of(self._retries),
                unique=True,
            )
        except DuplicateJobError:
            return False
        return True

    def _stages(self, job_ids: Sequence[str]) -> dict[str, Stage]:
        with self._calls.redis.pipeline(transaction=False) as pipe:
            for job_id in job_ids:
                pipe.hget(Job.key_for(job_id), "status")
            stages: list[Stage] = [STAGES.get(status, "waiting") for status in pipe.execute()]
        return dict(zip(job_ids, stages, strict=True))

    def _result(self, job_id: str) -> str | None:
        job = self._calls.job(job_id)
        found = Result.fetch_latest(job, JSONSerializer) if job else None
        return json.dumps(found.return_value) if found else None

    def _forget(self, job_ids: Sequence[str]) -> None:
        for job_id in job_ids:
            self._calls.forget(job_id)
