"""Keeps as many workers as the oldest order asks for: `python3 docs/operators/autoscale.py`.

A worked example of the signal on one machine with docker compose. It needs Python alone. The same
signal for Prometheus is max(foodgan_oldest_order_age_seconds); keda.yml shows it on Kubernetes.
"""

import argparse
import json
import logging
import shlex
import subprocess
import time
from dataclasses import dataclass

log = logging.getLogger("autoscale")


@dataclass
class Scaler:
    """One worker more for each look at which an order is too old; one less after a quiet while.

    old_s: age of the oldest order from which a worker is added; quiet_looks: looks without an order
    in line after which one is taken away. A worker takes tens of seconds to be ready, so after a
    step up `settle_looks` looks pass before the next one.
    """

    fewest: int = 1
    most: int = 4
    old_s: float = 20.0
    quiet_looks: int = 40
    settle_looks: int = 4
    _quiet: int = 0
    _settling: int = 0

    def wanted(self, now: int, oldest_s: float, waiting: int) -> int:
        """How many workers there should be. now: how many there are."""
        self._settling = max(0, self._settling - 1)
        self._quiet = 0 if waiting else self._quiet + 1
        if waiting and oldest_s > self.old_s and now < self.most and not self._settling:
            self._settling = self.settle_looks
            return now + 1
        if self._quiet >= self.quiet_looks and now > self.fewest:
            self._quiet = 0
            return now - 1
        return min(max(now, self.fewest), self.most)


def run(scaler: Scaler, compose: list[str], every_s: float, looks: int | None) -> None:
    """Look and scale again and again. looks: how often, None for ever."""
    while looks is None or looks > 0:
        looks = None if looks is None else looks - 1
        try:
            status = json.loads(
                _out([*compose, "exec", "-T", "bot", "foodgan", "status", "--json"])
            )
            now = len(_out([*compose, "ps", "-q", "worker"]).split())
            wanted = scaler.wanted(now, status["oldest_s"], status["waiting"])
            if wanted != now:
                log.info("%s waiting, the oldest %.0f s: %d → %d workers",
                         status["waiting"], status["oldest_s"], now, wanted)  # fmt: skip
                scale = ["up", "-d", "--no-deps", "--no-recreate", "--scale", f"worker={wanted}"]
                _out([*compose, *scale, "worker"])
        except subprocess.CalledProcessError as error:
            log.warning("left as it is: %s", error.stderr.strip() or error)
        except (OSError, ValueError, LookupError) as error:
            log.warning("left as it is: %s", error)
        time.sleep(every_s)


def _out(command: list[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    add = parser.add_argument
    add("--fewest", type=int, default=1, help="workers that always stay")
    add("--most", type=int, default=4, help="workers at most")
    add("--old-s", type=float, default=20.0, help="seconds of age of an order that call for more")
    add("--every-s", type=float, default=15.0, help="seconds between two looks")
    add("--looks", type=int, help="how often to look; without it, until it is stopped")
    add("--compose", default="docker compose", help="the command, with its options")
    given = parser.parse_args()
    logging.basicConfig(level="INFO", format="%(asctime)s %(message)s")
    scaler = Scaler(given.fewest, given.most, given.old_s)
    run(scaler, shlex.split(given.compose), given.every_s, given.looks)


if __name__ == "__main__":
    main()
