"""`foodgan bench train`: its figures are measured, and add up."""

import json
import sys
from pathlib import Path

import pytest

from foodgan import cli
from tests.generator_fixtures import tiny_config, write_toml


def test_two_networks_are_timed_side_by_side(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    configs = [write_toml(tiny_config(k), tmp_path / f"{k}.toml") for k in ("published", "stage1")]
    options = [word for config in configs for word in ("--config", str(config))]
    words = ["foodgan", "bench", "train", *options, "--steps", "2", "--device", "cpu", "--json"]
    monkeypatch.setattr(sys, "argv", words)
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert not left.value.code
    figures = json.loads(capsys.readouterr().out)
    assert list(figures["networks"]) == list(map(str, configs))
    assert figures["ratios"][str(configs[0])] == 1
    for network in figures["networks"].values():
        assert network["pictures_s"] == pytest.approx(4e3 / network["step_ms"], rel=0.05)
        assert sum(network["shares"].values()) == pytest.approx(1, abs=0.01)
        assert all(share > 0 for share in network["shares"].values())
