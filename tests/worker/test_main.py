"""The worker's command line."""

import os

import pytest
from typer.testing import CliRunner

from worker import service
from worker.__main__ import app


def test_a_workers_threads_wait_without_spinning(monkeypatch: pytest.MonkeyPatch) -> None:
    policies: list[str] = []
    monkeypatch.setenv("OMP_WAIT_POLICY", "ACTIVE")
    monkeypatch.delenv("OMP_WAIT_POLICY")
    monkeypatch.setattr(
        service, "run", lambda *_, **__: policies.append(os.environ["OMP_WAIT_POLICY"])
    )
    assert CliRunner().invoke(app, []).exit_code == 0
    assert policies == ["PASSIVE"]
