"""A real Prometheus beside a real house: what the board and the alerts ask for is answered."""

import json
import random
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import yaml

from foodgan.chaos.guests import CHANNELS, Guests
from foodgan.launch.plan import free_port
from tests.launch.opened import opened
from tests.operators.test_files import ALERTS, BOARD, FILES

SCRAPE = "1s"
ANSWER_S = 90.0
DISHES = 3

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.skipif(
        shutil.which("prometheus") is None, reason="Debian's prometheus is not installed"
    ),
]


def configured(folder: Path, bot: int) -> Path:
    """The operators' own files, but for addresses and haste."""
    shutil.copy(FILES / "prometheus/alerts.yml", folder)
    shipped = (FILES / "prometheus/prometheus.yml").read_text(encoding="utf-8")
    here = shipped.replace("bot:9410", f"127.0.0.1:{bot}").replace("/etc/prometheus/", "")
    asked = yaml.safe_load(here)
    asked["global"] = {"scrape_interval": SCRAPE, "evaluation_interval": SCRAPE}
    for job in asked["scrape_configs"]:
        for discovery in job.get("http_sd_configs", []):
            discovery["refresh_interval"] = SCRAPE
    file = folder / "prometheus.yml"
    file.write_text(yaml.safe_dump(asked), encoding="utf-8")
    return file


class Prometheus:
    def __init__(self, port: int) -> None:
        self._api = f"http://127.0.0.1:{port}/api/v1"

    def ask(self, path: str) -> Any:
        with urllib.request.urlopen(f"{self._api}/{path}", timeout=10) as answer:
            return json.load(answer)["data"]

    def sees(self, job: str) -> bool:
        """Whether it is there, and has asked a job for its figures."""
        try:
            return self.values(f'up{{job="{job}"}}') == [1.0]
        except OSError:
            return False

    def values(self, expression: str) -> list[float]:
        found = self.ask(f"query?query={quote(expression)}")["result"]
        return [float(each["value"][1]) for each in found]


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """Watches a house that has served some dishes."""
    folder = tmp_path_factory.mktemp("watched")
    bot, worker, own = free_port(0), free_port(0), free_port(0)
    file = configured(folder, bot)
    ports = {"BOT_HEALTH_PORT": str(bot), "WORKER_HEALTH_PORT": str(worker)}
    with opened(folder, **ports) as house:
        process = subprocess.Popen(
            [
                "prometheus",
                f"--config.file={file}",
                f"--storage.tsdb.path={folder / 'tsdb'}",
                f"--web.listen-address=127.0.0.1:{own}",
                "--log.level=error",
            ]
        )
        try:
            watching = Prometheus(own)
            until(lambda: watching.sees("bot"))  # or it would miss the first of each
            guests = Guests(house.page, random.Random(0))
            refused = {"name": "!!!"}
            asked = {"type": "command", "command": "dish", "member": "emma", "options": refused}
            guests.call("/sandbox/interactions", asked | {"channel": CHANNELS[0]})
            for _ in range(DISHES):
                guests.order()
            until(lambda: not guests.look(DISHES) and not guests.open)
            yield watching
        finally:
            process.terminate()
            process.wait(30)


def until(true: Any) -> None:
    deadline = time.monotonic() + ANSWER_S
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.5)


def test_prometheus_takes_the_operators_files(tmp_path: Path) -> None:
    for kind, file in (("config", configured(tmp_path, 9410)), ("rules", tmp_path / "alerts.yml")):
        done = subprocess.run(["promtool", "check", kind, file], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


def test_every_curve_of_the_board_has_something_to_show(prometheus: Prometheus) -> None:
    asked = {target["expr"] for panel in BOARD["panels"] for target in panel["targets"]}
    assert len(asked) > 25

    def empty() -> set[str]:
        return {each for each in asked if not prometheus.values(each)}

    until(lambda: prometheus.values('up{job="workers"}') == [1.0])  # the bot has said where
    deadline = time.monotonic() + ANSWER_S
    while empty() and time.monotonic() < deadline:
        time.sleep(1)
    assert not empty()
    served = 'sum(foodgan_orders_total{outcome="served"})'
    until(lambda: prometheus.values(served) == [DISHES])  # the next scrape knows
    assert prometheus.values("min(foodgan_bot_connected)") == [1.0]


def test_no_alert_is_raised_in_a_house_that_is_well_and_each_can_be_judged(
    prometheus: Prometheus,
) -> None:
    def judged() -> list[dict[str, Any]]:
        groups = prometheus.ask("rules")["groups"]
        return [rule for group in groups for rule in group["rules"]]

    until(lambda: all(rule["health"] == "ok" for rule in judged()))
    rules = judged()
    assert len(rules) == sum(len(group["rules"]) for group in ALERTS["groups"])
    assert {rule["name"]: rule["state"] for rule in rules} == {
        rule["name"]: "inactive" for rule in rules
    }
