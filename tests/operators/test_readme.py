"""The README's chapter on workers, its commands run as written as far as one machine can.

Stand-ins: a server behind TLS for the container, 127.0.0.2 for the second machine's address.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from PIL import Image
from pydantic import SecretStr
from redis import Redis
from rq import Queue, Retry
from rq.serializers import JSONSerializer

from foodgan.contract import status
from foodgan.contract.orders import DISH_QUEUE, PAINT_TASK, DishOrder
from foodgan.contract.settings import Settings
from foodgan.contract.status import Hello
from tests.operators.test_tls import PASSWORD, an_order
from tests.operators.tls import terminated
from tests.valkey import a_valkey
from tests.worker.process import WorkerProcess
from tests.worker.webhooks import Webhooks

ROOT = Path(__file__).parents[2]
FIRST, SECOND = "192.0.2.10", "192.0.2.20"
START_S = 90.0  # importing torch and reading the model on a busy machine


def commands(heading: str) -> list[str]:
    """The commands of one section, comments taken off."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    [section] = re.findall(rf"^##+ [^\n]*{heading}\n(.*?)(?=^##)", readme, re.MULTILINE | re.DOTALL)
    blocks = re.findall(r"^```\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    lines = (line.split("  #")[0].strip() for block in blocks for line in block.splitlines())
    return [line for line in lines if line]


class House:
    """The first machine: a queue over TLS and one worker, `gpu-1`; a shell for the commands."""

    def __init__(self, tmp_path: Path, discord: Webhooks) -> None:
        self.folder = tmp_path
        self.discord = discord
        self.redis: Redis
        self.port = 0
        self.environ = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "VAR_DIR": str(tmp_path / "second"),
            "DISCORD_API_BASE": discord.api_base,
            "BATCH_LIMIT": "4",
            "THREADS": "1",
            "LANG": "en_GB.UTF-8",
            "COLUMNS": "160",
        }

    def here(self, command: str) -> str:
        """A command of the README with this test's addresses and programs."""
        python = f"'{sys.executable}'"
        ours = {
            f"{FIRST}:6380": f"127.0.0.1:{self.port}",
            SECOND: "127.0.0.2",
            ":PASSWORD@": f":{PASSWORD}@",
            ".venv/bin/foodgan": f"{python} -m foodgan",
            ".venv/bin/python": python,
            "docs/operators/": f"'{ROOT}'/docs/operators/",
        }
        return re.sub("|".join(map(re.escape, ours)), lambda found: ours[found[0]], command)

    def run(self, *lines: str) -> subprocess.CompletedProcess[str]:
        """Run lines in one shell, as a person does in one terminal."""
        script = "\n".join(map(self.here, lines))
        return subprocess.run(
            ["bash", "-ec", script],
            cwd=self.folder,
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=120,
        )

    def put(self, order: DishOrder) -> DishOrder:
        """Order as the bot does."""
        Queue(DISH_QUEUE, connection=self.redis, serializer=JSONSerializer).enqueue_call(
            PAINT_TASK,
            args=(order.model_dump(mode="json"),),
            job_id=order.order_id,
            retry=Retry(max=1, interval=1),
        )
        return order

    def put_some(self, count: int) -> None:
        """Order dishes, and wait until all that were ordered so are answered."""
        asked = len(self.discord.answers)
        for seed in range(asked, asked + count):
            self.put(an_order(seed=seed, token=f"token-of-{seed}"))
        self.until(lambda: len(self.discord.answers) == asked + count)

    def hire(self, label: str) -> WorkerProcess:
        """Start a worker of the first machine."""
        ca = self.folder / "tls/ca.crt"
        settings = Settings(
            _env_file=None,
            redis_url=SecretStr(f"rediss://:{PASSWORD}@127.0.0.1:{self.port}/0?ssl_ca_certs={ca}"),
            discord_api_base=self.discord.api_base,
            var_dir=self.folder / "first",
            batch_limit=4,
        )
        return WorkerProcess(settings, self.folder / f"{label}.log", label, 0.0, None, False)

    def worker(self, label: str) -> Hello | None:
        return next((w for w in status.look(self.redis).workers if w.label == label), None)

    def until(self, true: Callable[[], object], timeout_s: float = 60.0) -> None:
        deadline = time.monotonic() + timeout_s
        while not true():
            assert time.monotonic() < deadline
            time.sleep(0.05)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    if shutil.which("openssl") is None or shutil.which("bash") is None:
        pytest.skip("openssl or bash is not installed")
    with Webhooks().serving() as discord:
        house = House(tmp_path, discord)
        certificate, *_ = commands("A second machine")
        done = house.run(certificate)
        assert done.returncode == 0, done.stderr
        tls = tmp_path / "tls"
        with (
            a_valkey(data_dir=tmp_path / "valkey") as server,
            Redis.from_url(server.connection_url) as redis,
        ):
            redis.config_set("requirepass", PASSWORD)
            inner = redis.connection_pool.connection_kwargs["port"]
            with terminated(inner, tls / "redis.crt", tls / "redis.key") as port:
                house.redis, house.port = redis, port
                yield house
            redis.config_set("requirepass", "")


@pytest.mark.slow
def test_a_second_worker_comes_and_is_drained_and_takes_over_from_the_first(house: House) -> None:
    first = house.hire("gpu-1")
    *_, setup, export, doctor, start = commands("A second machine")
    assert setup == "make setup"  # the tests run in what it makes
    second = subprocess.Popen(
        ["bash", "-ec", house.here(f"{export}\nexec env {start}")],
        cwd=house.folder,
        env=house.environ,
        stderr=subprocess.DEVNULL,
    )
    try:
        checked = house.run(export, f"{doctor} --json || true")
        levels = {f["part"]: f["level"] for f in json.loads(checked.stdout)["findings"]}
        assert levels["Redis"] == levels["Redis password and TLS"] == levels["model"] == "ok"

        house.until(lambda: house.worker("gpu-1") and house.worker("gpu-2"), START_S)
        [look] = [line for line in commands("See how things are") if "foodgan" in line]
        shown = house.run(export, look).stdout
        assert "gpu-1" in shown
        assert "gpu-2" in shown
        assert "127.0.0.2:94" in shown  # its figures, at its own address
        address = house.worker("gpu-2").health
        with urllib.request.urlopen(f"http://{address}/metrics", timeout=30) as answer:
            assert b"foodgan_orders_total" in answer.read()

        [drain] = commands("Drain and restart")
        drained = house.run(export, drain)
        assert (drained.returncode, drained.stdout) == (0, "at rest: gpu-2\n"), drained.stderr
        house.put_some(3)
        house.until(lambda: house.worker("gpu-1").served == 3)
        assert house.worker("gpu-2").served == 0

        assert house.run(export, f"{drain} --back").returncode == 0
        drained = house.run(export, drain.replace("gpu-2", "gpu-1"))
        assert (drained.returncode, drained.stdout) == (0, "at rest: gpu-1\n"), drained.stderr
        house.put_some(3)
        house.until(lambda: house.worker("gpu-2").served == 3)
        assert house.worker("gpu-1").served == 3

        first.send(signal.SIGTERM)
        assert first.wait(60) == 0
        assert house.worker("gpu-1") is None
    finally:
        first.kill()
        second.send_signal(signal.SIGTERM)
        assert second.wait(60) == 0


def test_what_workers_need_to_paint_alike_stands_where_a_second_one_is_set_up() -> None:
    """Else two machines paint one name from two models, by which of them takes the order."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    [chapter] = re.findall(r"^### [^\n]*A second machine\n(.*?)(?=^##)", readme, re.M | re.S)
    header = (ROOT / "docs/operators/compose.gpu.yml").read_text().partition("services:")[0]
    unit = (ROOT / "docs/operators/foodgan-worker@.service").read_text()
    for page in (chapter, header, unit):
        assert {"REDIS_URL", "PHOTO_STORE=s3://"} <= set(
            re.findall(r"REDIS_URL|PHOTO_STORE=s3://", page)
        )


@pytest.mark.slow
def test_a_dead_letter_is_listed_and_replayed(house: House) -> None:
    if find_spec("worker.dead") is None:
        pytest.skip("this version of the worker keeps no dead letters")
    *_, export, _, _ = commands("A second machine")
    dead, replay = commands("Dead letters")
    order = an_order()
    job = Queue(DISH_QUEUE, connection=house.redis, serializer=JSONSerializer).enqueue_call(
        PAINT_TASK, args=(order.model_dump(mode="json") | {"seed": -1},), job_id=order.order_id
    )
    worker = house.hire("gpu-1")
    try:
        house.until(lambda: job.get_status() == "failed", START_S)
        listed = house.run(export, dead)
        assert listed.returncode == 0, listed.stderr
        assert order.order_id in listed.stdout
        done = house.run(export, replay.replace("ID", order.order_id))
        assert done.returncode == 0, done.stderr
        assert order.order_id in done.stdout
    finally:
        worker.kill()


def test_the_example_in_code_paints_as_it_stands(tmp_path: Path) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    [code] = re.findall(r"^```\n(from .*?)^```", readme, re.MULTILINE | re.DOTALL)
    env = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=env, check=True, timeout=120)
    [saved] = re.findall(r'"(\w+\.png)"', code)
    with Image.open(tmp_path / saved) as picture:
        assert picture.size == (256, 256)


def test_compose_commands_name_files_and_profiles_that_exist() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    compose = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    profiles = set(re.findall(r"\w+", " ".join(re.findall(r"COMPOSE_PROFILES=([\w,]+)", readme))))
    assert profiles == {"gpu", "monitoring"}
    assert all(f"profiles: [{profile}]" in compose for profile in profiles)
    named = re.findall(r"\b(docs/operators/[\w@.-]+)", readme)
    assert len(set(named)) >= 6
    assert not [name for name in named if not (ROOT / name).exists()]
