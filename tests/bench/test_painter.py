"""`foodgan bench painter`: its figures are measured, add up, and say what could not be had."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from typer.testing import CliRunner

from foodgan import cli
from foodgan.bench import painter, variants
from foodgan.cli import app
from foodgan.painting import compiled
from foodgan.painting.painter import Painter

COMPILED = {name for name, variant in variants.VARIANTS.items() if variant.compiles}


def bench(
    model: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    *options: str,
) -> str:
    words = ["foodgan", "bench", "painter", "--model", str(model), "--device", "cpu"]
    monkeypatch.setattr(sys, "argv", [*words, "--threads", "1", "--repeats", "3", *options])
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert not left.value.code
    return capsys.readouterr().out


@pytest.fixture
def no_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(variants, "PUBLISHED_WIDTH", 8)
    monkeypatch.setenv("CXX", "no-such-compiler")


@pytest.mark.usefixtures("no_compiler")
def test_variants_take_turns_and_those_that_cannot_be_had_say_why(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    figures = json.loads(bench(tiny_model, monkeypatch, capsys, "--variants", "--json"))
    rows: dict[str, Any] = figures["variants"]
    assert set(rows) == set(variants.VARIANTS)
    assert {name for name, row in rows.items() if "skipped" in row} >= COMPILED
    assert "no C++ compiler" in rows["torch.compile"]["skipped"]
    assert rows[variants.BASE]["1"]["ratio"] == 1
    assert rows[variants.BASE]["steps"]["8"]["max"] == 0
    assert len(figures["published"]) == 2
    for row in (*rows.values(), *figures["published"].values()):
        for size in () if "skipped" in row else ("1", "8"):
            speed = row["gmac"] / row[size]["ms"] * 1e3 / figures["peak_gmac_s"]
            assert row[size]["peak_share"] == pytest.approx(speed, rel=0.1, abs=0.01)
            assert row["first_s"][size] > 0


@pytest.mark.usefixtures("no_compiler")
def test_the_table_names_every_variant(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told = bench(tiny_model, monkeypatch, capsys, "--variants")
    assert all(name in told for name in variants.VARIANTS)


@pytest.mark.usefixtures("no_compiler")
def test_what_does_not_compile_is_skipped_and_what_fails_otherwise_is_not(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object) -> variants.Paint:
        raise RuntimeError

    plain = {variants.BASE: variants.VARIANTS[variants.BASE]}
    given = variants.Bench(tiny_model, "cpu", 1, rounds=1)
    monkeypatch.setattr(compiled, "compiler", lambda: "c++")
    broken = plain | {"broken": variants.Variant(breaks, compiles=True)}
    monkeypatch.setattr(variants, "VARIANTS", broken)
    assert "RuntimeError" in variants.measure(given)["variants"]["broken"]["skipped"]
    monkeypatch.setattr(variants, "VARIANTS", plain | {"broken": variants.Variant(breaks)})
    with pytest.raises(RuntimeError):
        variants.measure(given)


def test_the_usual_figures_add_up(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    figures = json.loads(bench(tiny_model, monkeypatch, capsys, "--json"))
    stages = figures["stages"].values()
    assert figures["whole"]["gmac"] == pytest.approx(sum(s["gmac"] for s in stages), abs=2e-3)
    assert all(speed > 0 for speed in figures["batches"].values())
    assert figures["lanes"] == {}  # one thread has one lane


def test_lanes_are_held_against_threads_that_share_each_layer(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(painter, "BATCHES", (1, 4, 8))
    before = torch.get_num_threads()
    try:
        figures = painter.measure(Painter.load(tiny_model, device="cpu", threads=2), 1)
    finally:
        torch.set_num_threads(before)
    assert set(figures["lanes"]) == {"4", "8"}
    assert all(times > 0 for times in figures["lanes"].values())


@pytest.mark.parametrize("words", [["--variants", "--only", "typo"], ["--only", variants.BASE]])
def test_a_variant_that_would_not_be_measured_is_refused(words: list[str]) -> None:
    done = CliRunner().invoke(app, ["bench", "painter", *words])
    assert done.exit_code == 2
    assert "--only" in done.output
