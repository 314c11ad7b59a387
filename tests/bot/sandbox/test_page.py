"""The chat page in a real Chromium: a member's own eyes and keyboard."""

from collections.abc import AsyncIterator
from pathlib import Path

import discord
import pytest
from playwright.async_api import Page, async_playwright, expect

from bot.sandbox.rules import MIB
from bot.sandbox.server import Sandbox
from tests.bot.sandbox.conftest import Client, Start

CHROMIUM = Path("/usr/bin/chromium")
expect.set_options(timeout=30_000)  # a busy machine draws slowly

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Debian's chromium"),
]


@pytest.fixture
async def page(sandbox: Sandbox) -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        opened = await browser.new_page()
        await opened.goto(sandbox.origin)
        yield opened
        await browser.close()


async def test_a_member_types_a_command_and_sees_its_pictures(
    page: Page, start: Start, client: Client
) -> None:
    await start(client)
    await page.get_by_test_id("message-box").click()
    await page.keyboard.type("/dish チーズ味噌カツ丼")
    await page.keyboard.press("Tab")
    await page.keyboard.type("9")
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("hint")).to_contain_text("1 から 4")
    await page.keyboard.press("Backspace")
    await page.keyboard.type("３")  # a full-width digit is a digit
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("picture")).to_have_count(3)
    assert client.asked == ["チーズ味噌カツ丼"]


async def test_hostile_text_stays_text_and_nobody_else_sees_a_private_answer(
    page: Page, start: Start, client: Client
) -> None:
    hostile = "<img src=x onerror=alert(1)> **bold** [x](javascript:alert(1))"

    @client.tree.command(description="Hostile")
    async def hostile_text(interaction: discord.Interaction) -> None:
        await interaction.response.send_message(hostile, ephemeral=True)

    await start(client)
    await page.get_by_test_id("message-box").fill("/hostile_text")
    await page.keyboard.press("Enter")
    await page.get_by_test_id("send").click()
    content = page.get_by_test_id("content")
    await expect(content).to_contain_text("<img src=x onerror=alert(1)> bold")
    assert await content.locator("img, a").count() == 0
    await page.get_by_test_id("member").select_option(label="Emma")
    await expect(content).to_have_count(0)


async def test_what_could_not_be_sent_stays_in_the_box_and_a_hint_says_why(
    page: Page, tmp_path: Path
) -> None:
    photos = []
    for number in range(3):  # each small enough, too large together
        photos.append(tmp_path / f"{number}.jpg")
        photos[-1].write_bytes(b"\xff\xd8" + bytes(9 * MIB))
    box, files, hint = map(page.get_by_test_id, ("message-box", "files", "hint"))
    await files.set_input_files(photos)
    await box.fill("こんにちは")
    await page.keyboard.press("Enter")
    await expect(hint).to_contain_text("合わせると大きすぎます")
    await expect(box).to_have_value("こんにちは")
    assert await files.evaluate("input => input.files.length") == 3
    await files.set_input_files(photos[:2])
    await box.press("Enter")
    await expect(page.get_by_test_id("content")).to_have_text("こんにちは")
    await expect(hint).to_be_empty()
    await expect(box).to_have_value("")
    assert await files.evaluate("input => input.files.length") == 0


async def test_what_nobody_answers_stays_in_the_box(page: Page, tmp_path: Path) -> None:
    await page.route("**/sandbox/messages", lambda route: route.abort())
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"\xff\xd8")
    await page.get_by_test_id("files").set_input_files(photo)
    await page.get_by_test_id("message-box").fill("こんにちは")
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("hint")).to_contain_text("もう一度お試しください")
    await expect(page.get_by_test_id("message-box")).to_have_value("こんにちは")
    assert await page.get_by_test_id("files").evaluate("input => input.files.length") == 1
