"""The whole journey: from a member's `/dish` in the sandbox to the pictures, on real parts.

Opens a house of its own (Valkey, sandbox, bot, worker) in a temporary folder and orders one dish
after the other, as a member would.
"""

import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from foodgan.contract.settings import Settings
from foodgan.launch import plan as plans
from foodgan.launch.house import House
from foodgan.machine.progress import track
from foodgan.painting.painter import Painter, portions

NAMES = ("虹色マグロカレーうどん", "ピリ辛サーモン丼", "抹茶チーズラーメン", "いちご味噌カツ")
WARMUP = 3  # orders that are not counted
WITHIN_S = 60  # an order that takes longer has failed


def quantile(times: list[float], share: float) -> float:
    """The nearest-rank quantile: the smallest time that `share` of all times do not exceed."""
    return sorted(times)[max(0, math.ceil(share * len(times)) - 1)]


def measure(orders: int, count: int) -> dict[str, Any]:
    """Everything that `foodgan bench dish` prints; times in seconds.

    p50_s, p99_s: from the interaction to its pictures; defer_p99_s: to the first answer;
    painter_p50_s: the painter alone, in this process, while the house is open; ratio: of the two
    medians; bot_start_s: from the bot's start to its readiness; dish_cold_s: `foodgan dish`.
    """
    with tempfile.TemporaryDirectory() as folder:
        # Without environment and .env: what is measured is the house as it comes. But one member
        # may order it all: the bot frees a seat no sooner than on its next round.
        settings = Settings.model_construct(
            var_dir=Path(folder), cooldown_s=0.0, orders_per_member=WARMUP + orders
        )
        house = House(plans.make(settings, plans.free_port(0), workers=1))
        try:
            for _ in house.opening():
                continue
            page = house.plan.page or ""
            for _ in range(WARMUP):
                _travel(page, NAMES[0], count)
            travelled = []
            for i in track(range(orders), "orders"):
                travelled.append(_travel(page, NAMES[i % len(NAMES)], count))
            alone = _painter_alone(orders, count)
            bot_start_s = next(s.seconds for s in house.stages if s.name == "bot")
        finally:
            for _ in house.closing():
                continue
    whole, deferred = [t["pictures_s"] for t in travelled], [t["deferred_s"] for t in travelled]
    return {
        "orders": orders,
        "count": count,
        "p50_s": round(quantile(whole, 0.5), 4),
        "p99_s": round(quantile(whole, 0.99), 4),
        "painter_p50_s": round(alone, 4),
        "ratio": round(quantile(whole, 0.5) / alone, 3),
        "defer_p50_s": round(quantile(deferred, 0.5), 4),
        "defer_p99_s": round(quantile(deferred, 0.99), 4),
        "bot_start_s": round(bot_start_s, 2),
        "dish_cold_s": round(_dish_cold(), 2),
    }


def _travel(page: str, name: str, count: int) -> dict[str, float]:
    """One order, driven through the sandbox: its times since the interaction was sent."""
    body = {"type": "command", "command": "dish", "options": {"name": name, "count": count}}
    number = _call(page, "/sandbox/interactions", body)["id"]
    wait = f"/sandbox/interactions/{number}/wait?until=pictures&timeout_s={WITHIN_S}"
    answer: dict[str, float] = _call(page, wait)
    return answer


def _call(page: str, path: str, body: dict[str, Any] | None = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        page + path, data, {"Content-Type": "application/json"} if data else {}
    )
    with urllib.request.urlopen(request, timeout=WITHIN_S + 5) as answer:
        return json.load(answer)


def _painter_alone(repeats: int, count: int) -> float:
    """Median seconds of painting one order in this process."""
    painter = Painter.load()
    times = []
    for i in range(-3, repeats):
        dishes = portions(NAMES[i % len(NAMES)], abs(i), count)
        begun = time.perf_counter()
        painter.paint(dishes)
        if i >= 0:
            times.append(time.perf_counter() - begun)
    return statistics.median(times)


def _dish_cold() -> float:
    """Seconds of `foodgan dish` as a process of its own, all imports included."""
    with tempfile.TemporaryDirectory() as folder:
        command = (
            sys.executable,
            "-m",
            "foodgan",
            "dish",
            NAMES[0],
            "--seed",
            "7",
            "--out",
            folder,
        )
        begun = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True, env=os.environ)
        return time.perf_counter() - begun
