"""A house of its own, orders at a steady pace, faults at random, and the count at the end.

All parts are real: supervisor, Valkey, sandbox, bot, workers and their model.
"""

import dataclasses
import logging
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from foodgan.bench.journey import quantile
from foodgan.chaos import plan as plans
from foodgan.chaos.guests import Guests
from foodgan.chaos.mischief import FAULTS, Mischief
from foodgan.chaos.plan import Lines
from foodgan.chaos.restarts import Restarts
from foodgan.chaos.shelf import WHOLE, Shelf
from foodgan.contract import status
from foodgan.contract.store import Store
from foodgan.launch.house import House
from foodgan.machine.progress import track

AHEAD_MAX = 40  # open orders; a flood would try the limits of the queue, not its faults
SETTLE_S = 120.0  # without an order's end for so long, those still open are lost
LOOKS = 10  # at open orders, in one step
CALM_FIRST_S = 3.0
PACE_MIN_S = 0.1
MOMENT_S = 0.4  # between a burst of orders and its fault
KILL_SHARE = FAULTS["kill"] / sum(FAULTS.values())


@dataclasses.dataclass(frozen=True)
class Trial:
    """orders: that the bot acknowledges; kills: SIGKILLs; every_s: mean time between faults.

    model: a model's folder, the shipped one where none is named; redis_away_s: for how long, after
    half of the kills, Redis does not answer, and nothing else goes wrong; folder: where the house's
    files and logs stay, and what went wrong when.
    """

    orders: int
    kills: int
    seed: int
    workers: int = 3
    every_s: float = 2.5
    model: Path | None = None
    redis_away_s: float = 0.0
    folder: Path | None = None


def measure(trial: Trial) -> dict[str, Any]:
    """Everything that `foodgan chaos` prints.

    orders: acknowledged by the bot; answered, refused: with exactly one dish, or with a sentence
    that is the last; lost: neither; doubled: more than one visible dish, or dish and refusal;
    unheard: sent while the bot was away, so that Discord itself said so; restart_p50_s, …p99_s,
    …max_s: from a worker's kill to the next claim of each order it had in hand (`in_hand` many);
    …p99_staffed_s: the same, less the time in which no worker at all was there; model_taken_s: at
    the end, from the promotion of another model until every worker paints with it.
    """
    with (
        _folder(trial.folder) as folder,
        plans.lined(plans.make(folder, trial.model, trial.workers)) as (plan, lines),
    ):
        house = House(plan)
        try:
            for _ in house.opening():
                continue
            return _Run(trial, house, lines).run()
        finally:
            for _ in house.closing():
                continue


@contextmanager
def _folder(wanted: Path | None) -> Iterator[Path]:
    """The house's folder; one that stays holds a log of what this process does."""
    if wanted is None:
        with tempfile.TemporaryDirectory() as folder:
            yield Path(folder)
        return
    wanted.mkdir(parents=True)
    log = logging.FileHandler(wanted / "chaos.log")
    log.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    logger = logging.getLogger(__package__)
    logger.setLevel(logging.INFO)
    logger.addHandler(log)
    try:
        yield wanted
    finally:
        logger.removeHandler(log)
        log.close()


class _Run:
    """One trial in an open house."""

    def __init__(self, trial: Trial, house: House, lines: Sequence[Lines]) -> None:
        self._trial = trial
        dice = random.Random(trial.seed)
        self._pace = random.Random(dice.random())
        self._guests = Guests(house.plan.page or "", random.Random(dice.random()))
        plan = house.plan
        store = Store(plan.environment["PHOTO_STORE"])
        self._shelf = Shelf(store, plan.var / "chaos-models", trial.model)
        self._mischief = Mischief(plan, random.Random(dice.random()), lines, self._shelf)
        self._redis = _hasty(plan.redis_url)
        self._restarts = Restarts(self._redis)
        self._house = house
        self._was_away = False

    def run(self) -> dict[str, Any]:
        began = time.monotonic()
        steps = self._house.watching()
        try:
            for _ in track(self._mischief_and_orders(steps), "kills", total=self._trial.kills):
                continue
            self._settle(steps)
            taken_s = self._taken_s(steps)
        finally:
            self._mischief.mend(everything=True)  # a frozen house would not close
        return self._count(time.monotonic() - began, taken_s)

    def _mischief_and_orders(self, steps: Iterator[None]) -> Iterator[None]:
        """Half of the orders come steadily, half in bursts before a fault. Yields once a kill."""
        trial, mischief = self._trial, self._mischief
        faults = max(1.0, trial.kills / KILL_SHARE)
        burst = round(trial.orders / faults)  # twice the mean of what comes in one
        next_order, next_fault = time.monotonic(), time.monotonic() + CALM_FIRST_S
        while len(mischief.kills) < trial.kills or self._wanted():
            self._step(steps)
            now = time.monotonic()
            if now >= next_order:
                self._order(1)
                next_order = now + self._pace_s()
            if now >= next_fault and len(mischief.kills) < trial.kills:
                self._order(self._pace.randint(0, burst))
                time.sleep(self._pace.uniform(0, MOMENT_S))
                if self._away_is_due() and mischief.take_redis_away(trial.redis_away_s):
                    self._was_away = True
                    next_fault = time.monotonic() + trial.redis_away_s
                    continue
                yield from self._fault()
                next_fault = now + self._pace.uniform(0.2, 2 * trial.every_s - 0.2)

    def _away_is_due(self) -> bool:
        half = 2 * len(self._mischief.kills) >= self._trial.kills
        return bool(self._trial.redis_away_s) and half and not self._was_away

    def _pace_s(self) -> float:
        """Seconds to the next order: half of those to come are sent steadily till the last kill."""
        trial = self._trial
        kills_left = trial.kills - len(self._mischief.kills)
        left_s = kills_left * trial.every_s / KILL_SHARE
        orders_left = trial.orders - sum(o.state != "unheard" for o in self._guests.orders)
        return max(PACE_MIN_S, 2 * left_s / max(1, orders_left))

    def _order(self, at_most: int) -> None:
        for _ in range(at_most):
            if self._wanted() and len(self._guests.open) < AHEAD_MAX:
                self._guests.order()

    def _wanted(self) -> bool:
        """Whether more orders are to be sent: so many as were not heard come again."""
        heard = sum(order.state != "unheard" for order in self._guests.orders)
        return heard < self._trial.orders

    def _fault(self) -> Iterator[None]:
        kind = self._mischief.choose()
        if kind == "kill":
            kill = self._mischief.kill()
            if kill:
                if kill.program == "worker":
                    self._restarts.note(kill)
                yield
        elif kind == "storm":
            self._guests.storm(self._mischief.storm())
        else:
            getattr(self._mischief, kind)()

    def _step(self, steps: Iterator[None]) -> None:
        next(steps)
        self._mischief.mend()
        self._restarts.look()
        self._guests.look(LOOKS)

    def _settle(self, steps: Iterator[None]) -> None:
        """No more faults: let everything that is open come to its end."""
        self._guests.calm()
        self._mischief.mend(everything=True)
        left, since = len(self._guests.open), time.monotonic()
        while (left or self._wanted()) and time.monotonic() < since + SETTLE_S:
            self._order(1)
            self._step(steps)
            if len(self._guests.open) != left:
                left, since = len(self._guests.open), time.monotonic()

    def _taken_s(self, steps: Iterator[None]) -> float | None:
        """Seconds until every worker paints with a model that is promoted now; None: never."""
        wanted = self._shelf.promote(next(name for name in WHOLE if name != self._shelf.served))
        since = time.monotonic()
        while time.monotonic() < since + SETTLE_S:
            next(steps)
            models = [worker.model for worker in status.look(self._redis).workers]
            if len(models) == self._trial.workers and set(models) == {wanted}:
                return time.monotonic() - since
        return None

    def _count(self, seconds: float, taken_s: float | None) -> dict[str, Any]:
        times = self._restarts.seconds
        by_program = Counter(kill.program for kill in self._mischief.kills)
        counted = tally(self._guests)
        unheard = counted.pop("unheard")
        return {
            **counted,
            "kills": len(self._mischief.kills),
            "restart_p99_s": _rounded(times, 0.99),
            "restart_p50_s": _rounded(times, 0.5),
            "restart_max_s": _rounded(times, 1.0),
            "restart_p99_staffed_s": _rounded(self._restarts.staffed, 0.99),
            "in_hand": len(times),
            "model_taken_s": taken_s and round(taken_s, 1),
            "unheard": unheard,
            "kills_by_program": dict(by_program),
            "faults": {kind: self._mischief.done[kind] for kind in FAULTS if kind != "kill"},
            "redis_away_s": self._trial.redis_away_s if self._was_away else 0.0,
            "workers": self._trial.workers,
            "seed": self._trial.seed,
            "seconds": round(seconds, 1),
        }


def tally(guests: Guests) -> dict[str, int]:
    """What became of every order, by what the channels show at the end."""
    dishes, taken = guests.dishes(), guests.taken
    answered = [order for order in taken if dishes[order.seed]]
    refused = [order for order in taken if not dishes[order.seed] and order.state == "refused"]
    doubled = [order for order in answered if dishes[order.seed] > 1 or order.state == "refused"]
    return {
        "orders": len(taken),
        "answered": len(answered),
        "refused": len(refused),
        "lost": len(taken) - len(answered) - len(refused),
        "doubled": len(doubled),
        "unheard": sum(order.state == "unheard" for order in guests.orders),
    }


def _rounded(times: list[float], share: float) -> float | None:
    return round(quantile(times, share), 2) if times else None


def _hasty(url: str) -> Redis:
    """For looking only: an outage is no reason to wait."""
    return Redis.from_url(
        url, socket_timeout=1.0, socket_connect_timeout=1.0, retry=Retry(NoBackoff(), 0)
    )
