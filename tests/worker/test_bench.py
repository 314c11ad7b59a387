"""`foodgan bench queue`: real processes, every figure there, and figures that can be true."""

import io
import json
from pathlib import Path
from urllib.request import Request

import pytest
from PIL import Image
from typer.testing import CliRunner

from foodgan.bench import fleet, queue, simulated
from foodgan.bench.queue import post_stock
from foodgan.cli import app
from worker import pictures

FIGURES = (
    "enqueue_to_start_p50_ms",
    "enqueue_to_start_p99_ms",
    "jobs_s",
    "bare_painter_pictures_s",
    "ratio",
    "light_wait_batches",
    "stock_worker_jobs_s",
    "stock_simple_worker_jobs_s",
    "speedup_over_stock",
    "speedup_over_simple",
)


def test_rqs_own_worker_answers_with_the_very_file_that_ours_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    picture = Image.radial_gradient("L").convert("RGB")
    sent: list[bytes] = []

    def send(request: Request, timeout: float) -> io.BytesIO:
        assert isinstance(request.data, bytes)
        sent.append(request.data)
        return io.BytesIO()

    monkeypatch.setattr("urllib.request.urlopen", send)
    post_stock({"application_id": "1", "token": "t"}, "http://127.0.0.1:1", picture)
    assert sent == [pictures.encode(picture, "dish", "a dish").body]


@pytest.fixture
def few_stock_orders(monkeypatch: pytest.MonkeyPatch) -> None:
    """RQ's own workers are slow: that is what the bench is there to show."""
    few = {"fork": 2, "simple": 8}
    monkeypatch.setattr(queue, "STOCK_ORDERS", few)


@pytest.mark.slow
@pytest.mark.usefixtures("few_stock_orders")
def test_the_bench_of_the_queue_prints_every_figure_as_json(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")  # it opens its own, and only that
    monkeypatch.setattr(simulated, "measure", lambda batch, orders: {"of": [batch, orders]})
    model = ("--model", str(tiny_model), "--device", "cpu", "--threads", "1")

    done = CliRunner().invoke(app, ["bench", "queue", *model, "--orders", "32", "--json"])

    assert done.exit_code == 0, done.output
    figures = json.loads(done.stdout)
    assert all(figures[name] > 0 for name in FIGURES)
    assert figures["enqueue_to_start_p50_ms"] <= figures["enqueue_to_start_p99_ms"]
    assert figures["ratio"] == pytest.approx(
        figures["jobs_s"] / figures["bare_painter_pictures_s"], rel=0.05
    )
    assert figures["cpu_ms_per_job"].keys() == {"encode", "redis", "http", "rest", "stand_in"}
    assert all(ms > 0 for ms in figures["cpu_ms_per_job"].values())
    assert figures["light_wait_batches"] < 100 / figures["batch"]
    assert figures["simulated"] == {"of": [16, 32]}


@pytest.mark.slow
@pytest.mark.usefixtures("few_stock_orders")
def test_beside_a_device_of_its_own_an_order_costs_something_and_less_than_in_rqs_worker() -> None:
    figures = simulated.measure(batch=8, orders=96)
    slow, quick = figures["slow"], figures["quick"]
    assert 0 < slow["ratio"] < 1
    assert slow["overhead_ms_per_job"] > 0
    assert quick["jobs_s"] > slow["jobs_s"]
    assert quick["speedup_over_stock"] > 1


@pytest.mark.slow
def test_the_bench_of_a_fleet_prints_how_it_grows_and_what_it_holds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fleet, "FLEET", (1, 2))  # each more reads torch for some seconds of a core
    given = ("--device-s", "0.05", "--orders", "96", "--memory-orders", "300")

    done = CliRunner().invoke(app, ["bench", "fleet", *given, "--json"])

    assert done.exit_code == 0, done.output
    figures = json.loads(done.stdout)
    assert set(figures["jobs_s"]) == {"1", "2"}
    assert figures["ratio"] > 0.5
    assert len(figures["memory_mib"]) == 2
