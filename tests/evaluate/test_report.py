"""`foodgan evaluate`: a model held against a folder of photos."""

import json
import re
import shutil
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
import torch
from PIL import Image

from foodgan import cli, registry
from foodgan.contract import terminal
from foodgan.contract.phrases import LOCALES, say
from foodgan.evaluate import beside_page, page
from foodgan.evaluate.entrants import of_model
from foodgan.evaluate.meaning import MEANINGS
from foodgan.evaluate.report import Findings, evaluate
from foodgan.metrics import alarms, copies, measures
from foodgan.metrics.exam import open_exam
from foodgan.metrics.panel import LOOKS, READERS, seat
from foodgan.painting.painter import Painter
from foodgan.step.hatching import hatching
from tests.evaluate.conftest import PICTURES, Workshop
from tests.metrics.drawn import draw_dish, write_metadata

pytestmark = pytest.mark.usefixtures("few_pictures")


@pytest.fixture(scope="module")
def findings(tiny_model: Path, workshop: Workshop, few_pictures: None) -> Findings:
    painter = Painter.load(tiny_model, device="cpu", threads=1)
    rest = (workshop.photos, workshop.cache, PICTURES, workshop.judges)
    return evaluate(of_model(painter), *rest)


def run(monkeypatch: pytest.MonkeyPatch, *words: object) -> int:
    monkeypatch.setattr(sys, "argv", ["foodgan", *map(str, words)])
    with pytest.raises(SystemExit) as left:
        cli.main()
    return int(left.value.code or 0)


def test_every_figure_stands_beside_its_control(findings: Findings) -> None:
    figures = findings.figures
    assert figures["photos"]["train"] == 32
    assert figures["photos"]["test"] == 16
    assert figures["pictures"] == PICTURES
    assert figures["kid"]["low"] <= figures["kid"]["mean"] <= figures["kid"]["high"]
    assert figures["kid"]["mean"] > figures["kid_floor_train_to_test"]["mean"]  # untrained
    assert figures["kid_control_flat_colours"]["mean"] > figures["kid_floor_train_to_test"]["mean"]
    for key in ("kid_fine", "kid_coarse"):
        floor = figures[f"{key}_floor_train_to_test"]["mean"]
        assert floor < figures[f"{key}_control_blurred"]["mean"] < figures[key]["mean"]
    assert figures["colour_names"] == 2
    assert figures["spread_within_name"]["real"] > 0
    for meaning in MEANINGS:
        assert meaning.key in figures
        assert all(key in figures for key in meaning.controls.values())


def test_the_figures_are_json_and_name_the_networks_by_hash(findings: Findings) -> None:
    figures = json.loads(json.dumps(findings.figures, allow_nan=False))
    assert re.search(r"5 judges [0-9a-f]{12}", figures["features"]["judge"])
    assert re.search(r"readers [0-9a-f]{12}", figures["features"]["readers"])


def test_the_same_model_gets_the_same_figures_from_what_was_kept_of_the_photos(
    findings: Findings, tiny_model: Path, workshop: Workshop
) -> None:
    kept = {path: path.stat().st_mtime_ns for path in workshop.cache.rglob("*.safetensors")}
    assert kept
    painter = Painter.load(tiny_model, device="cpu", threads=1)
    rest = (workshop.photos, workshop.cache, PICTURES, workshop.judges)
    assert evaluate(of_model(painter), *rest).figures == findings.figures
    assert {path: path.stat().st_mtime_ns for path in kept} == kept


def test_judges_of_an_earlier_version_are_told_of_base_dishes_and_else_stay_as_they_are(
    workshop: Workshop, tmp_path: Path
) -> None:
    folder = tmp_path / "judges"
    shutil.copytree(workshop.judges, folder)
    (folder / LOOKS).unlink()
    seated = seat(open_exam(workshop.photos, workshop.cache), folder)
    assert seated.looks.kinds == ("rice", "soup")
    assert (folder / READERS).read_bytes() == (workshop.judges / READERS).read_bytes()


def test_copycats_are_caught_though_mirrored_cropped_and_recoloured(findings: Findings) -> None:
    exam = findings.exam
    fresh = torch.cat([exam.small[exam.test]])
    figures = copies.search(fresh, exam.small[exam.train], exam.small[exam.test]).figures
    assert figures["rho"] == pytest.approx(1)
    assert figures["rho_control_copycat"] < 0.01
    assert figures["rho_shapes_control_copycat"] < 0.01
    assert figures["rho_shapes_control_augmented"] < 0.7
    assert figures["suspicious_control_augmented"] > 0.5 > figures["suspicious_share"]
    assert figures["authenticity_control_copycat"] == 0 < figures["authenticity"]


def test_the_nearest_photo_of_a_mirrored_copy_is_the_photo(findings: Findings) -> None:
    exam = findings.exam
    train = exam.small[exam.train]
    found = copies.search(train[:5].flip(3), train, exam.small[exam.test])
    assert torch.equal(found.shapes["made"].rows, torch.arange(5))
    assert torch.equal(found.textures["made"].rows, torch.arange(5))
    assert found.figures["rho"] < 0.01 > found.figures["rho_shapes"]


class _Page(HTMLParser):
    """What a page loads, and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.images: list[str] = []
        self.links: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.images += [named["src"] or ""] if tag == "img" else []
        self.links += [value for key in ("href", "src") if (value := named.get(key))]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_command_prints_figures_that_the_card_and_the_page_then_show(
    tiny_model: Path,
    workshop: Workshop,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(workshop.folder)
    options = ("--model", tiny_model, "--device", "cpu", "--photos", workshop.photos)
    also = ("--pictures", PICTURES, "--judges", workshop.judges, "--report", tmp_path / "page")
    assert run(monkeypatch, "evaluate", *options, *also, "--json") == 0
    printed = capsys.readouterr().out
    figures = tmp_path / "page" / "figures.json"
    assert json.loads(figures.read_text("utf-8")) == json.loads(printed)
    assert run(monkeypatch, "model", "card", "--model", tiny_model, "--figures", figures) == 0
    text = (tiny_model / registry.CARD).read_text(encoding="utf-8")
    (tiny_model / registry.CARD).unlink()
    assert f"| rho | {json.loads(printed)['rho']:.4g} |" in text
    assert "| drawn | 10 |" in text
    assert "| photos seen | 16 | 16 |" in text

    read = _Page()
    read.feed((tmp_path / "page" / "index.html").read_text(encoding="utf-8"))
    assert "Not for publication" in read.text
    assert "カレー" in read.text
    assert "no FID" in read.text
    assert all(meaning.title in read.text for meaning in MEANINGS)
    assert len(read.images) == 2 * 4 + PICTURES * 3
    assert read.links == read.images  # nothing is fetched from elsewhere
    for file in read.images:
        assert Image.open(tmp_path / "page" / file).size == (192, 192)


ALONE = ("alarms", "figures", "distances", "nearness", "by-name", "nearest")
BESIDE = ("alarms", "figures", "distances", "side-by-side")


@pytest.mark.parametrize("locale", LOCALES)
def test_pages_say_their_headings_in_the_language_that_was_asked_for(
    findings: Findings, locale: str, tmp_path: Path
) -> None:
    beside = beside_page.write([findings], tmp_path, locale).read_text(encoding="utf-8")
    (each,) = tmp_path.glob("*/index.html")  # the page of an entrant alone is in its own folder
    alone = each.read_text(encoding="utf-8")
    for text, keys in ((alone, ALONE), (beside, BESIDE)):
        assert f'<html lang="{locale}">' in text
        headings = [say(locale, f"report-{key}") for key in keys]
        assert re.findall("<h2>(.*)</h2>", text) == headings
        assert say(locale, "report-private") in text
    told = _Page()
    told.feed(alone)
    assert all(say(locale, meaning.phrase) in told.text for meaning in MEANINGS)
    assert all(say(locale, alarm) in told.text for alarm in alarms.ringing(findings.figures))
    link = f'<a href="kondate/index.html">{say(locale, "report-kondate")}</a>'
    assert link not in alone
    drawn = page.write(findings, tmp_path / "both", locale, "kondate/index.html")
    assert link in drawn.read_text(encoding="utf-8")


def test_thirty_photos_of_a_name_each_get_figures_and_a_page(
    tiny_model: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """So few teach no kind of dish, and no name has enough of them for its spread."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "photos"
    folder.mkdir()
    lines = []
    names = (a + b for a in "鮭鯖鯛鰻牛豚" for b in ("丼", "汁", "焼き", "煮", "揚げ"))
    for i, name in enumerate(names):
        draw_dish("鮭丼", i).save(folder / f"{i}.png")
        split = "train" if i % 2 else "test"
        lines.append({"file_name": f"{i}.png", "name_ja": name, "split": split})
    write_metadata(folder, lines)
    judges = tmp_path / "judges"
    seated = seat(open_exam(folder, tmp_path / "runs" / "cache"), judges, steps=2)
    assert seated.looks.asked == ()
    options = ("--model", tiny_model, "--device", "cpu", "--photos", folder, "--pictures", 10)
    also = ("--judges", judges, "--report", tmp_path / "page")
    assert run(monkeypatch, "evaluate", *options, *also, "--json") == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["hatching"] > 0 < figures["hatching_held_out_photos"]
    assert 0 < figures["fine_hue"] < 1 > figures["fine_hue_held_out_photos"] > 0
    assert figures["base_dish"] is None is figures["spread_within_name"]
    assert "Hatching" in (tmp_path / "page" / "index.html").read_text(encoding="utf-8")


def test_the_table_is_for_people(
    findings: Findings,
    tiny_model: Path,
    workshop: Workshop,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(workshop.folder)
    monkeypatch.setattr("foodgan.evaluate.report.measure", lambda *_: findings)
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setenv(terminal.CHOSEN, "ja")
    options = ("--model", tiny_model, "--photos", workshop.photos, "--pictures", PICTURES)
    assert run(monkeypatch, "evaluate", *options, "--judges", workshop.judges) == 0
    printed = capsys.readouterr().out
    assert "copycat" in printed
    assert "FoodKID, judge" in printed
    assert findings.figures["alarms"]
    for alarm in alarms.ringing(findings.figures):
        assert _unbroken(say("ja", alarm)) in _unbroken(printed)


def _unbroken(text: str) -> str:
    return "".join(text.split())


def test_hatching_and_hue_are_of_the_names_that_photos_have(findings: Findings) -> None:
    """Invented names say colours, which dye their pictures."""
    figures, asked = findings.figures, findings.asked
    assert len(asked.whole) == len(asked.dishes) == 12
    assert figures["hatching"] == hatching(asked.whole).item()
    assert figures["fine_hue"] == measures.fine_hue(asked.whole)
