"""A person orders in a real Chromium, from `foodgan up` to its Ctrl-C."""

import re
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Error, FilePayload, Locator, Page, expect, sync_playwright

from foodgan.launch import leftovers
from tests.launch.opened import CLOSE_WITHIN_S, Opened, opened

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
DISH_WITHIN_MS = 60_000

expect.set_options(timeout=30_000)  # a busy machine draws slowly

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed"),
]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    with opened(tmp_path_factory.mktemp("house"), FOODGAN_LANG="ja") as house:
        yield house


@pytest.fixture(scope="module")
def window(house: Opened) -> Iterator[Page]:
    """The chat page in Chromium, ready to type into."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = chromium.new_page(viewport={"width": 1280, "height": 900}, locale="ja-JP")
        page.goto(house.page)
        expect(page.get_by_test_id("message-box")).to_be_visible()
        yield page
        chromium.close()


def _order(page: Page, name: str, count: int | None = None) -> Locator:
    """Type `/dish` and the name as a person does; the answer's row."""
    before = page.get_by_test_id("message").count()
    page.get_by_test_id("message-box").click()
    page.keyboard.type("/dish ")
    expect(page.get_by_test_id("chosen-command")).to_have_text("/dish")
    page.keyboard.type(name)
    if count is not None:
        page.get_by_test_id("add-count").click()
        page.keyboard.type(str(count))
    page.keyboard.press("Enter")
    return page.get_by_test_id("message").nth(before)


def _sizes(pictures: Locator) -> list[list[int]]:
    """Width and height in pixels of each picture, once all are loaded."""
    pictures.last.scroll_into_view_if_needed()
    for index in range(pictures.count()):
        expect(pictures.nth(index)).to_have_js_property("complete", True)
    return list(pictures.evaluate_all("all => all.map(i => [i.naturalWidth, i.naturalHeight])"))


def test_a_person_orders_a_dish_and_sees_the_picture(
    house: Opened, window: Page, tmp_path: Path
) -> None:
    answer = _order(window, "チーズ味噌カツ丼")
    picture = answer.get_by_test_id("picture")
    expect(picture).to_be_visible(timeout=DISH_WITHIN_MS)
    assert _sizes(picture) == [[256, 256]]
    expect(answer.get_by_test_id("content")).to_contain_text("チーズ味噌カツ丼")
    assert "チーズ味噌カツ丼" in (picture.get_attribute("alt") or "")
    window.screenshot(path=tmp_path / "chat-page.png")
    assert (tmp_path / "chat-page.png").stat().st_size > 10_000


def test_four_pictures_come_as_a_mosaic(window: Page, tmp_path: Path) -> None:
    answer = _order(window, "虹色マグロカレーうどん", count=4)
    pictures = answer.get_by_test_id("picture")
    expect(pictures).to_have_count(4, timeout=DISH_WITHIN_MS)
    assert _sizes(pictures) == [[256, 256]] * 4
    rows = {round(box["y"]) for box in (one.bounding_box() for one in pictures.all()) if box}
    assert len(rows) == 2
    window.screenshot(path=tmp_path / "mosaic.png")


def test_a_press_on_a_button_below_brings_a_larger_one(window: Page, tmp_path: Path) -> None:
    """Of four pictures the third, which has a button of its own with its number."""
    before = window.get_by_test_id("message").count()
    four = window.get_by_test_id("message").nth(before - 1)
    four.get_by_role("button", name=re.compile("大きく 3$")).click()
    answer = window.get_by_test_id("message").nth(before)
    picture = answer.get_by_test_id("picture")
    expect(picture).to_be_visible(timeout=DISH_WITHIN_MS)
    assert _sizes(picture) == [[512, 512]]
    expect(four.get_by_test_id("picture")).to_have_count(4)
    answer.get_by_role("button", name=re.compile("コピー")).click()
    told = window.get_by_test_id("message").nth(before + 1)
    expect(told.get_by_test_id("picture")).to_be_visible(timeout=DISH_WITHIN_MS)
    expect(told).to_have_class(re.compile(r"\bephemeral\b"))
    expect(told.get_by_test_id("content")).to_contain_text("似ている度")
    window.screenshot(path=tmp_path / "buttons.png")


def test_a_name_that_is_none_gets_a_sentence_that_only_the_asker_sees(window: Page) -> None:
    answer = _order(window, "\N{ZERO WIDTH SPACE}\N{ZERO WIDTH SPACE}")
    expect(answer).to_have_class(re.compile(r"\bephemeral\b"), timeout=DISH_WITHIN_MS)
    expect(answer.get_by_test_id("content")).not_to_be_empty()
    expect(answer.get_by_test_id("picture")).to_have_count(0)


def test_of_two_files_the_one_that_is_too_large_is_named(window: Page) -> None:
    small = FilePayload(name="a.txt", mimeType="text/plain", buffer=b"x")
    large = FilePayload(name="b.txt", mimeType="text/plain", buffer=b"x" * (10 * 2**20 + 1))
    window.get_by_test_id("files").set_input_files([small, large])
    window.get_by_test_id("message-box").click()
    window.keyboard.press("Enter")
    expect(window.locator("#hint")).to_contain_text("「b.txt」は大きすぎて送れません。10 MB まで")
    window.get_by_test_id("files").set_input_files([])


def test_on_a_phone_the_hint_in_the_box_stays_on_one_line(window: Page) -> None:
    window.set_viewport_size({"width": 390, "height": 844})
    box = window.get_by_test_id("message-box")
    assert box.evaluate("box => box.value === '' && box.scrollHeight <= box.clientHeight")
    window.set_viewport_size({"width": 1280, "height": 900})


def test_what_the_stand_in_refuses_is_told_in_the_language_of_the_page(window: Page) -> None:
    gone = {"type": "command", "command": "gone", "options": {}}
    script = "async act => (await (await import('/page/api.js')).act(act)).problem"
    assert re.fullmatch(r"受け付けられません[^A-Za-z]+", window.evaluate(script, gone))


def test_ctrl_c_leaves_no_process_behind(house: Opened, window: Page) -> None:
    assert leftovers.marked(house.var)
    house.launcher.send_signal(signal.SIGINT)
    assert house.launcher.wait(CLOSE_WITHIN_S) == 0
    assert leftovers.marked(house.var) == []
    assert "閉店しました" in house.told.read_text()
    with pytest.raises(Error):
        window.goto(house.page)
