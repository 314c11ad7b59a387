"""The chat page in a real Chromium: a member's own eyes and keyboard."""

from pathlib import Path

import discord
from playwright.async_api import Page, Route, expect

from bot.sandbox.rules import MIB
from tests.bot.sandbox.conftest import IN_CHROMIUM, Client, Start

pytestmark = IN_CHROMIUM


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


async def test_what_nobody_answers_is_told_of_commands_too_and_the_command_stays(
    page: Page, start: Start, client: Client
) -> None:
    await start(client)
    await page.get_by_test_id("message-box").click()
    await page.keyboard.type("/dish チーズ味噌カツ丼")
    await page.route("**/sandbox/interactions", lambda route: route.abort())
    await page.keyboard.press("Enter")
    hint = page.get_by_test_id("hint")
    await expect(hint).to_contain_text("もう一度お試しください")
    await expect(page.get_by_test_id("chosen-command")).to_have_text("/dish")
    await page.unroute("**/sandbox/interactions")
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("picture")).to_have_count(1)
    await expect(hint).to_be_empty()


async def test_a_file_stays_in_sight_can_be_taken_away_and_leaves_with_nobody_else(
    page: Page, tmp_path: Path
) -> None:
    photos = [tmp_path / "a.jpg", tmp_path / "b.jpg"]
    for photo in photos:
        photo.write_bytes(b"\xff\xd8")
    box, files, chips = map(page.get_by_test_id, ("message-box", "files", "attached"))
    await files.set_input_files(photos)
    await expect(page.get_by_test_id("hint")).to_be_empty()  # an alert is for what goes wrong
    await box.press("Escape")
    await box.fill("こんにちは")
    await expect(chips).to_contain_text(["a.jpg", "b.jpg"])
    await page.get_by_role("button", name="「a.jpg」を外す").click()
    await expect(chips).to_contain_text(["b.jpg"])
    await expect(page.get_by_role("button", name="「b.jpg」を外す")).to_be_focused()
    await page.get_by_test_id("locale").select_option("en-US")
    await expect(chips).to_have_count(1)
    await page.get_by_test_id("member").select_option(label="Emma")
    await expect(chips).to_have_count(0)
    assert await files.evaluate("input => input.files.length") == 0
    await files.set_input_files(photos)
    await page.locator(".channel").nth(1).click()
    await expect(chips).to_have_count(0)


async def test_what_is_on_its_way_comes_from_who_sent_it(page: Page, tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"\xff\xd8")
    uploading: list[Route] = []
    await page.route("**/sandbox/attachments?*", lambda route: uploading.append(route))
    await page.get_by_test_id("files").set_input_files(photo)
    async with page.expect_request("**/sandbox/attachments?*"):
        await page.get_by_test_id("message-box").press("Enter")
    await page.get_by_test_id("member").select_option(label="Emma")
    await uploading[0].continue_()
    await expect(page.get_by_test_id("message")).to_have_attribute("aria-label", "あかり")
