"""The worker's command line."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner

from tests.worker.conftest import Kitchen
from tests.worker.process import ROOT, CommandLine
from tests.worker.test_dead import a_dead_letter
from worker import service
from worker.__main__ import EXIT_SETTING, app
from worker.keeper import EXIT_DEVICE


def worker(cwd: Path, *words: str, **environ: str) -> "subprocess.CompletedProcess[str]":
    given = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "VAR_DIR": str(cwd / "var")}
    command = [sys.executable, "-m", "worker", *words]
    return subprocess.run(
        command, cwd=cwd, env=given | environ, capture_output=True, text=True, timeout=60
    )


def test_a_workers_threads_wait_without_spinning(monkeypatch: pytest.MonkeyPatch) -> None:
    policies: list[str] = []
    monkeypatch.setenv("OMP_WAIT_POLICY", "ACTIVE")
    monkeypatch.delenv("OMP_WAIT_POLICY")
    monkeypatch.setattr(
        service, "run", lambda *_, **__: policies.append(os.environ["OMP_WAIT_POLICY"])
    )
    assert CliRunner().invoke(app, []).exit_code == 0
    assert policies == ["PASSIVE"]


def test_help_may_be_asked_for_in_short() -> None:
    asked = CliRunner().invoke(app, ["-h"])
    assert (asked.exit_code, "SIGTERM" in asked.output) == (0, True)


def test_dead_letters_of_a_house_that_is_open_here_are_found_without_a_setting(
    kitchen: Kitchen, tmp_path: Path
) -> None:
    order = a_dead_letter(kitchen)
    (tmp_path / "var").mkdir()
    address = {"redis_url": kitchen.settings.redis_url.get_secret_value()}
    (tmp_path / "var" / "house.json").write_text(json.dumps(address))

    listed, replayed = worker(tmp_path, "dead"), worker(tmp_path, "replay", order.order_id)

    assert order.order_id in listed.stdout
    assert (replayed.returncode, replayed.stderr) == (0, "")
    assert kitchen.status(order.order_id) == "queued"


def test_a_trainer_does_not_start_where_it_cannot_write_to_the_store(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("no folder")
    keys = "s3://AKIA0:hunter2@canteen/photos"
    for store in (tmp_path / "plain" / "photos", "nobody-knows://this", keys):
        done = worker(tmp_path, "trainer", PHOTO_STORE=str(store))  # Redis is not asked
        assert done.returncode == EXIT_SETTING, done.stderr
        assert "PHOTO_STORE" in done.stderr
        assert "a trainer has to write there" in done.stderr
        assert "hunter2" not in done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize("words", [("dead",), ("replay", "0123abcd")])
def test_a_redis_that_is_away_is_said_in_one_line(tmp_path: Path, words: tuple[str, ...]) -> None:
    done = worker(tmp_path, *words, REDIS_URL="redis://:hunter2@127.0.0.1:1/0")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Redis: ConnectionError")
    assert done.stderr.count("\n") == 1
    assert "hunter2" not in done.stderr


@pytest.mark.parametrize("words", ["", "intake", "health", "dead", "replay 0123abcd"])
@pytest.mark.parametrize("name", ["RETRIES", "LOG_LEVEL"])
def test_a_wrong_setting_is_named_in_one_line_without_its_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, words.split(), env={name: "hunter2"})
    assert (done.exit_code, done.stdout) == (EXIT_SETTING, "")
    assert done.stderr.startswith(f"The setting {name} is wrong: Input should be ")
    assert done.stderr.count("\n") == 1
    assert "hunter2" not in done.stderr


@pytest.mark.parametrize("device", ["gpu", "meta", "cuda:x", "cuda:"])
def test_a_device_that_is_not_there_is_said_in_one_line(tmp_path: Path, device: str) -> None:
    given = {"VAR_DIR": str(tmp_path), "DEVICE": device, "WORKER_HEALTH_PORT": "0"}
    log = tmp_path / "worker.log"
    assert CommandLine((), given, log).wait(60) == EXIT_SETTING
    said = log.read_text("utf-8")
    [line] = [line for line in said.splitlines() if "CRITICAL" in line]
    assert "The setting DEVICE is wrong: " in line
    assert "Traceback" not in said


def test_a_gpu_that_does_not_answer_is_no_wrong_setting(tmp_path: Path) -> None:
    if not torch.backends.cuda.is_built():
        pytest.skip("this PyTorch knows no GPU, so none can come")
    given = {"VAR_DIR": str(tmp_path), "DEVICE": "cuda:99", "WORKER_HEALTH_PORT": "0"}
    log = tmp_path / "worker.log"
    assert CommandLine((), given, log).wait(60) == EXIT_DEVICE
    said = log.read_text("utf-8")
    [line] = [line for line in said.splitlines() if "CRITICAL" in line]
    assert "DEVICE=cuda:99 does not answer: " in line
    assert "Traceback" not in said
