"""A member, a reviewer and an operator in a real Chromium: from five photos to a release."""

import io
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect, sync_playwright

from foodgan import checkpoint
from foodgan.checkpoint import CHECKPOINT
from foodgan.contract.settings import Settings
from foodgan.training.train import train
from tests.generator_fixtures import tiny_config, tiny_trainer
from tests.photos.hostile import dish
from tests.valkey import a_valkey

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ROOT = Path(__file__).parents[2]
START_S = 90.0
SOON_MS = 60_000

expect.set_options(timeout=30_000)  # a busy machine draws slowly

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.timeout(400),
    pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed"),
]


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Five photos: a phone's first, a look-alike of it last."""
    folder = tmp_path_factory.mktemp("photos")
    made = []
    for number, seed in enumerate((1, 2, 3, 4, 1)):
        size = (4000, 3000) if number == 0 else (640, 480)
        data = io.BytesIO()
        dish(size, seed).save(data, "JPEG", quality=90 - 5 * number)
        path = folder / f"{number}.jpg"
        path.write_bytes(data.getvalue())
        made.append(path)
    return made


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("house") / "var"


@pytest.fixture(scope="module")
def page_url(var: Path) -> Iterator[str]:
    """Sandbox, bot and intake as `foodgan up` starts them, without a painter."""
    ours = {name.upper() for name in Settings.model_fields}
    environ = {name: value for name, value in os.environ.items() if name not in ours}
    var.mkdir()
    running: list[subprocess.Popen[bytes]] = []

    def start(*command: str) -> None:
        words = [sys.executable, "-m", *command]
        running.append(subprocess.Popen(words, cwd=var, env=environ | {"PYTHONPATH": str(ROOT)}))

    try:
        with a_valkey() as valkey:
            start("bot.sandbox", "--port", "0", "--var-dir", str(var))
            told = wait(lambda: (var / "sandbox.json").exists() and (var / "sandbox.json"))
            house = json.loads(told.read_text())
            environ |= {
                **{key.upper(): value for key, value in house.items() if key.startswith("discord")},
                "REDIS_URL": valkey.connection_url,
                "DATABASE_URL": f"sqlite:///{var}/records.sqlite3",
                "VAR_DIR": str(var),
                "PHOTO_STORE": str(var / "photos"),
                "REVIEW_VOTES": "1",
                "REVIEW_UNDO_S": "0",  # a release has what can be taken back no more
            }
            start("bot", "sync")
            assert running[-1].wait(START_S) == 0
            start("worker", "intake")
            start("bot")
            wait(lambda: (var / "bot.pulse").exists())
            yield str(house["page"])
            stop(running)
    finally:
        stop(running)


def stop(running: list[subprocess.Popen[bytes]]) -> None:
    for process in reversed(running):
        process.terminate()
    for process in running:
        process.wait(30)
    running.clear()


def wait(true: Callable[[], Path | bool]) -> Path:
    """Wait until `true` says something true, and return that."""
    deadline = time.monotonic() + START_S
    while not (found := true()):
        assert time.monotonic() < deadline, "the house did not open"
        time.sleep(0.1)
    return Path(str(found))


@pytest.fixture(scope="module")
def window(page_url: str) -> Iterator[Page]:
    """The chat page in Chromium, ready to type into."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = chromium.new_page(viewport={"width": 1280, "height": 900}, locale="ja-JP")
        page.goto(page_url)
        expect(page.get_by_test_id("message-box")).to_be_visible()
        yield page
        chromium.close()


def become(page: Page, name: str) -> None:
    page.get_by_test_id("member").select_option(label=name)


def command(page: Page, path: str) -> None:
    page.get_by_test_id("message-box").click()
    page.keyboard.type(f"/{path} ")
    expect(page.get_by_test_id("chosen-command")).to_have_text(f"/{path}")


def last(page: Page, words: str) -> Locator:
    """The newest message, once it holds these words."""
    message = page.get_by_test_id("message").last
    expect(message).to_contain_text(words, timeout=SOON_MS)
    return message


def click(message: Locator, label: str) -> None:
    message.get_by_test_id("button").filter(has_text=re.compile(f"^{label}$")).click()


def test_photos_are_handed_over_reviewed_withdrawn_and_released(
    var: Path, window: Page, photos: list[Path], tmp_path: Path
) -> None:
    become(window, "あかり")
    command(window, "submit")
    for number in (1, 2, 3, 4, 5):
        option = "photo" if number == 1 else f"photo{number}"
        window.get_by_test_id(f"add-{option}").click()
        window.get_by_test_id(f"option-{option}").set_input_files(photos[number - 1])
    window.get_by_test_id("add-name").click()
    window.keyboard.type("海老カレーうどん")
    window.keyboard.press("Enter")
    click(last(window, "はじめに"), "CC0 で同意")
    receipt = last(window, "5 枚、お預かりしました")
    expect(receipt).to_contain_text("よく似ています")
    expect(receipt.get_by_test_id("picture")).to_have_count(5)
    window.screenshot(path=tmp_path / "receipt.png")

    become(window, "みなと料理長 ★")
    command(window, "review")
    window.keyboard.press("Enter")
    for left in (5, 4, 3, 2, 1):
        click(last(window, f"残り {left} 枚"), "採用")
    last(window, "いま審査していただく写真はありません")
    window.screenshot(path=tmp_path / "review.png")

    become(window, "あかり")
    command(window, "photos mine")
    window.keyboard.press("Enter")
    mine = last(window, "写真は 5 枚")
    mine.get_by_role("checkbox").first.check()
    mine.get_by_role("button", name="決定").click()
    click(last(window, "取り下げますか"), "取り下げる")
    last(window, "1 枚を取り下げました")

    become(window, "みなと料理長 ★")
    command(window, "release")
    window.keyboard.press("Enter")
    last(window, "写真集")
    releases = list((var / "photos" / "releases").glob("*"))
    assert len(releases) == 1
    assert len(list(releases[0].rglob("*.jpg"))) == 4
    train_ten_steps(releases[0], tmp_path)

    become(window, "ゆうと")
    command(window, "dataset")
    window.keyboard.press("Enter")
    drawn = last(window, "写真のようす")
    expect(drawn.get_by_test_id("picture")).to_have_count(1)
    window.screenshot(path=tmp_path / "dataset.png")
    assert (tmp_path / "dataset.png").stat().st_size > 10_000


def train_ten_steps(release: Path, folder: Path) -> None:
    """As a tinkerer trains, with a network that is small enough for a test."""
    config = tiny_config("stage1", pictures=40)  # ten steps of four
    train(tiny_trainer(config, release, folder / "run"))
    photos = checkpoint.load(folder / "run" / CHECKPOINT)[1]["photos"]
    assert photos["release"] == release.name
    assert photos["contributors"] == {"あかり": photos["count"]}


def test_the_menu_of_ones_own_message_hands_its_photo_over(
    window: Page, photos: list[Path]
) -> None:
    become(window, "あかり")
    window.get_by_test_id("files").set_input_files(photos[2])
    window.get_by_test_id("message-box").click()
    window.keyboard.type("お昼ごはん")
    window.keyboard.press("Enter")
    message = last(window, "お昼ごはん")
    message.get_by_test_id("apps").locator("summary").click()
    message.get_by_test_id("app").click()
    dialog = window.get_by_test_id("modal")
    expect(dialog).to_be_visible(timeout=SOON_MS)
    window.get_by_test_id("modal-name").fill("親子丼")
    window.get_by_test_id("modal-submit").click()
    last(window, "もうお預かりしています")
