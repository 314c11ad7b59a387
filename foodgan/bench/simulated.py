"""The queue beside a device that only takes its time: what an order costs is then told apart.

On a CPU the painter wants every core, and loses what anything else takes. A device of its own, as
a GPU is, does not. All other parts are real; RQ's own workers get a device of the same speed.
"""

from functools import cache
from typing import Any

from rq import Queue
from rq.serializers import JSONSerializer

from foodgan.bench import fleet
from foodgan.bench.fleet import Device
from foodgan.bench.queue import (
    STOCK_WORKERS,
    enqueue,
    orders_of_one,
    post_stock,
    rounded,
    stock_speed,
    surroundings,
)
from foodgan.contract.orders import DISH_QUEUE, PAINT_TASK
from foodgan.painting.painter import portions

SLOW_S = 0.2  # of a pass: all else can be done while it lasts
QUICK_S = 0.02  # all else takes longer
WARM_BATCHES = 2


def measure(batch: int, orders: int) -> dict[str, Any]:
    """What `foodgan bench queue` prints as `simulated`. batch: orders of a pass.

    slow: with 0.2 s a pass, jobs_s, of the device's own speed (ratio), overhead_ms_per_job of both
    speeds' reciprocals; quick: with 0.02 s a pass, jobs_s, those of RQ's forking worker and of its
    SimpleWorker with 0.02 s an order, and how many times the former.
    """
    with surroundings() as (redis, redis_url, counter, folder):

        def ours(pass_s: float) -> float:
            bench = fleet.Bench(pass_s, batch, orders, 0)
            queue = Queue(DISH_QUEUE, connection=redis, serializer=JSONSerializer)
            with fleet.staffed(bench, 1, pass_s, redis_url, counter, folder):
                for number in (WARM_BATCHES * batch, orders):
                    began = enqueue(queue, PAINT_TASK, asked := orders_of_one(number))
                    took_s = counter.wait(asked) - began
            return orders / took_s

        slow, quick = ours(SLOW_S), ours(QUICK_S)
        task = f"{simulate_stock.__module__}.{simulate_stock.__name__}"
        given = (counter.api_base, str(QUICK_S))
        stock = {
            kind: stock_speed(kind, task, given, redis, redis_url, counter)
            for kind in STOCK_WORKERS
        }
    own = batch / SLOW_S
    return {
        "slow": {
            "device_s": SLOW_S,
            "jobs_s": round(slow, 2),
            "ratio": round(slow / own, 3),
            "overhead_ms_per_job": round(1e3 / slow - 1e3 / own, 2),
        },
        "quick": {
            "device_s": QUICK_S,
            "jobs_s": round(quick, 2),
            "stock_worker_jobs_s": rounded(stock["fork"]),
            "stock_simple_worker_jobs_s": rounded(stock["simple"]),
            "speedup_over_stock": rounded(quick / stock["fork"] if stock["fork"] else None),
        },
    }


def simulate_stock(order: dict[str, Any], api_base: str, pass_s: str) -> None:
    """The task of RQ's own workers: the device's time, its picture, the same answer."""
    [picture] = _device(float(pass_s)).paint(portions(order["name"], order["seed"], 1))
    post_stock(order, api_base, picture)


@cache
def _device(pass_s: float) -> Device:
    """Kept for the life of the process, which under RQ's forking worker is one order."""
    return Device(pass_s)
