"""A fleet of workers: how throughput grows with their number, and whether memory stays flat.

The workers are real but for the device, which only takes its time: on two cores four painters would
measure the cores, not the fleet.
"""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from rq import Queue
from rq.serializers import JSONSerializer

from foodgan.bench.queue import READY_S, Counter, enqueue, orders_of_one, running, surroundings
from foodgan.contract import pulse
from foodgan.contract.orders import DISH_QUEUE, PAINT_TASK
from foodgan.launch.plan import outside
from foodgan.machine.progress import track
from foodgan.painting.painter import Dish

FLEET = (1, 4)
SIZE = 256  # pixels a side
PORTION = 250  # orders in line at once while memory is watched
_WORKER = (
    "import sys; from foodgan.bench.fleet import Device; "
    "from foodgan.contract.settings import Settings; from worker.service import serve; "
    "serve(Device(float(sys.argv[1])), Settings(), sys.argv[2])"
)


@dataclass(frozen=True)
class Bench:
    """device_s: seconds of a pass; batch: its pictures; orders: for each size of the fleet;
    memory_orders: through one worker whose device takes no time."""

    device_s: float
    batch: int
    orders: int
    memory_orders: int


class Device:
    """A painter whose every pass takes the same time, whatever its size; nothing is computed."""

    model_id = "device"
    device = torch.device("cpu")

    def __init__(self, pass_s: float) -> None:
        self._pass_s = pass_s
        self._picture = Image.effect_noise((SIZE, SIZE), 60).convert("RGB")

    def paint(self, dishes: Sequence[Dish]) -> list[Image.Image]:
        time.sleep(self._pass_s)
        return [self._picture for _ in dishes]

    def knows(self, name: str) -> bool:
        return True


def measure(bench: Bench) -> dict[str, Any]:
    """Everything that `foodgan bench fleet` prints.

    jobs_s: orders a second by number of workers; ratio: of the largest fleet and one worker;
    memory_mib: of one worker, resident, after each portion of the memory_orders.
    """
    speeds: dict[int, float] = {}
    with surroundings() as (redis, redis_url, counter, folder):
        queue = Queue(DISH_QUEUE, connection=redis, serializer=JSONSerializer)
        for number in FLEET:
            with staffed(bench, number, bench.device_s, redis_url, counter, folder):
                began = enqueue(queue, PAINT_TASK, orders := orders_of_one(bench.orders))
                speeds[number] = bench.orders / (counter.wait(orders) - began)
        with staffed(bench, 1, 0.0, redis_url, counter, folder) as [worker]:
            memory = []
            for _ in track(range(-(-bench.memory_orders // PORTION)), "memory"):
                enqueue(queue, PAINT_TASK, orders := orders_of_one(PORTION))
                counter.wait(orders)
                memory.append(_resident_mib(worker))
    return {
        "device_s": bench.device_s,
        "batch": bench.batch,
        "orders": bench.orders,
        "jobs_s": {str(number): round(speed, 1) for number, speed in speeds.items()},
        "ratio": round(speeds[FLEET[-1]] / speeds[FLEET[0]], 2),
        "memory_orders": PORTION * len(memory),
        "memory_mib": memory,
    }


@contextmanager
def staffed(
    bench: Bench, number: int, device_s: float, redis_url: str, counter: Counter, folder: Path
) -> Iterator[list[int]]:
    """That many workers, from the readiness of all on. Yields their process ids."""
    environment = outside() | {
        "REDIS_URL": redis_url,
        "DISCORD_API_BASE": counter.api_base,
        "VAR_DIR": str(folder),
        "BATCH_LIMIT": str(bench.batch),
        "LOG_LEVEL": "WARNING",
    }
    with ExitStack() as stack:
        processes = [
            stack.enter_context(
                running(
                    (sys.executable, "-c", _WORKER, str(device_s), f"fleet-{n}"),
                    environment,
                    folder,
                )
            )
            for n in range(number)
        ]
        began = time.monotonic()
        pulses = [pulse.of_worker(folder, "worker", f"fleet-{n}") for n in range(number)]
        while not all(map(pulse.alive, pulses)):
            if time.monotonic() > began + READY_S:
                raise TimeoutError("a worker did not come up; its log is above")
            time.sleep(0.05)
        yield [process.pid for process in processes]


def _resident_mib(pid: int) -> float:
    """Resident memory of a process; 0 where there is no /proc to look into."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    [line] = [line for line in lines if line.startswith("VmRSS")]
    return round(int(line.split()[1]) / 1024, 1)
