"""Stand-ins for workers: listed as RQ lists living ones, they end jobs as RQ does."""

from typing import Any

from redis import Redis
from rq import Queue
from rq.job import Job, JobStatus
from rq.results import Result
from rq.serializers import JSONSerializer

from foodgan.contract.models import TRAIN_QUEUE, Learned, Learning


class Crew:
    """Workers of some queues."""

    queues: tuple[str, ...]

    def __init__(self, redis: Redis) -> None:
        self.redis = redis

    def arrive(self) -> None:
        """Be listed as RQ lists living workers."""
        for queue in self.queues:
            self.redis.sadd(f"rq:workers:{queue}", _worker(queue))
            self.redis.hset(_worker(queue), "birth", "today")

    def leave(self) -> None:
        """Be gone as a worker that was killed: listed still, but its key has run out."""
        self.redis.delete(*map(_worker, self.queues))

    def jobs(self) -> list[Job]:
        """The jobs in line, one queue after the other, the oldest first."""
        lines = [self.redis.lrange(f"rq:queue:{queue}", 0, -1) for queue in self.queues]
        return [self.job(one.decode()) for line in lines for one in line]

    def job(self, job_id: str) -> Job:
        return Job.fetch(job_id, connection=self.redis, serializer=JSONSerializer)

    def finish(self, job: Job, result: Any) -> None:
        """End a job with a result, as RQ does."""
        self._out_of_line(job)
        job.set_status(JobStatus.FINISHED)
        Result.create(job, Result.Type.SUCCESSFUL, ttl=600, return_value=result)

    def fail(self, job: Job) -> None:
        """End a job that raised."""
        self._out_of_line(job)
        job.set_status(JobStatus.FAILED)

    def _out_of_line(self, job: Job) -> None:
        Queue(job.origin, connection=self.redis, serializer=JSONSerializer).remove(job)


class Trainer(Crew):
    """A stand-in for `python -m worker trainer`: says what it is told that it learned."""

    queues = (TRAIN_QUEUE,)

    def learn(self, job: Job, *likes: tuple[str, str], **changed: Any) -> Learned:
        """End a job. likes: names, and what each is heard as."""
        order = Learning.model_validate(job.args[0])
        fields: dict[str, Any] = {
            "learning_id": order.learning_id,
            "digest": "d" * 64,
            "model_id": "learned·d4e5f6",
            "names": [{"name": name, "like": like, "photos": 3} for name, like in likes],
            "promoted": True,
        }
        learned = Learned.model_validate(fields | changed)
        self.finish(job, learned.model_dump(mode="json"))
        return learned


def _worker(queue: str) -> str:
    """The key of the stand-in's entry."""
    return f"rq:worker:{queue}-stand-in"
