"""What the chat page says, and whether it can be read and touched."""

import discord
from discord import app_commands
from playwright.async_api import Locator, Page, expect

from tests.bot.sandbox.conftest import IN_CHROMIUM, Client, Start

pytestmark = IN_CHROMIUM

READABLE = 4.5  # WCAG 1.4.3
_CONTRAST = """(element, pseudo) => {
  const light = (colour) => {
    const [r, g, b] = colour.match(/[\\d.]+/g).map((v) => v / 255)
      .map((v) => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const style = getComputedStyle(element, pseudo);
  let behind = element, opacity = style.opacity * getComputedStyle(element).opacity;
  while (getComputedStyle(behind).backgroundColor === "rgba(0, 0, 0, 0)") behind = behind.parentElement;
  const pair = [light(style.color), light(getComputedStyle(behind).backgroundColor)];
  return opacity < 1 ? 0 : (Math.max(...pair) + .05) / (Math.min(...pair) + .05);
}"""  # noqa: E501


async def _contrast(element: Locator, pseudo: str | None = None) -> float:
    """WCAG's ratio of an opaque text to what is behind it; 0 for one that shows through."""
    return float(await element.evaluate(_CONTRAST, pseudo))


class Japanese(app_commands.Translator):
    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        return "写真として持ち込む" if locale is discord.Locale.japanese else None


async def test_a_command_of_a_messages_menu_is_named_in_the_readers_language_without_a_slash(
    page: Page, start: Start, client: Client
) -> None:
    @client.tree.context_menu(name=app_commands.locale_str("Hand over"))
    async def hand_over(interaction: discord.Interaction, message: discord.Message) -> None:
        await interaction.response.send_message("受け取りました")

    await client.tree.set_translator(Japanese())
    await start(client)
    await page.get_by_test_id("message-box").fill("お昼ごはん")
    await page.keyboard.press("Enter")
    said = page.get_by_test_id("message").first
    dots = said.get_by_test_id("apps").locator("summary")
    await expect(dots).to_be_visible()
    assert await _contrast(dots) >= READABLE
    box = await dots.bounding_box()
    assert box
    assert box["height"] >= 24
    await page.set_viewport_size({"width": 390, "height": 844})
    box = await dots.bounding_box()
    assert box
    assert min(box["height"], box["width"]) >= 40

    await dots.click()
    await page.route("**/sandbox/interactions", lambda route: route.abort())
    await said.get_by_test_id("app").click()
    await expect(page.get_by_test_id("hint")).to_contain_text("もう一度お試しください")
    await expect(dots).to_be_focused()
    await page.unroute("**/sandbox/interactions")
    await dots.click()
    await said.get_by_test_id("app").click()
    credit = page.get_by_test_id("message").nth(1).locator(".credit .mention")
    await expect(credit).to_have_text("写真として持ち込む")
    await page.set_viewport_size({"width": 1280, "height": 900})
    await page.get_by_test_id("locale").select_option("en-US")
    await expect(credit).to_have_text("Hand over")


async def test_channels_are_buttons_and_a_direct_message_is_with_somebody(page: Page) -> None:
    box, messages = page.get_by_test_id("message-box"), page.get_by_test_id("messages")
    await expect(messages).to_have_attribute("aria-label", "#架空食堂 のメッセージ")
    await expect(page.locator(".welcome h2")).to_have_text("#架空食堂 へようこそ！")
    channels = page.get_by_role("list", name="チャンネル一覧").get_by_role("listitem")
    await channels.last.get_by_role("button", name="架空食堂").click()
    await expect(page.locator("#channel-name")).to_have_text("@架空食堂")
    await expect(page.locator(".welcome h2")).to_have_text("@架空食堂 へようこそ！")
    await expect(page.locator(".welcome .hash")).to_have_text("@")
    await expect(page.locator("#topic")).to_have_text("ボットとのダイレクトメッセージ")
    await expect(box).to_have_attribute(
        "aria-label", "@架空食堂 へメッセージを送信 — 「/」でコマンド"
    )
    await expect(messages).to_have_attribute("aria-label", "@架空食堂 のメッセージ")


async def test_the_hint_in_the_box_can_be_read_and_on_a_phone_it_fits(page: Page) -> None:
    box = page.get_by_test_id("message-box")
    await expect(box).to_have_attribute(
        "placeholder", "#架空食堂 へメッセージを送信 — 「/」でコマンド"
    )
    assert await _contrast(box, "::placeholder") >= READABLE
    await page.set_viewport_size({"width": 390, "height": 844})
    await expect(box).to_have_attribute("placeholder", "「/」でコマンド")
    await expect(box).to_have_attribute(
        "aria-label", "#架空食堂 へメッセージを送信 — 「/」でコマンド"
    )


async def test_the_name_of_an_option_is_never_broken_in_two(
    page: Page, start: Start, client: Client
) -> None:
    names = {name: f"{name}おとなしさ" for name in "abcdefgh"}

    @client.tree.command(description="Many")
    @app_commands.rename(**names)
    async def many(
        interaction: discord.Interaction,
        a: int = 0,
        b: int = 0,
        c: int = 0,
        d: int = 0,
        e: int = 0,
        f: int = 0,
        g: int = 0,
        h: int = 0,
    ) -> None:
        raise AssertionError("nobody asks")

    await start(client)
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.get_by_test_id("message-box").fill("/many")
    marks = page.locator(".option .mark")
    await expect(marks).to_have_count(8)
    rows = await marks.evaluate_all("all => all.map(mark => mark.getClientRects().length)")
    assert rows == [1] * 8
