"""The chat page by keyboard alone: nothing is sent by looking, and the place is never lost."""

import asyncio
import io
from typing import Any

import discord
import pytest
from playwright.async_api import Locator, Page, expect

from tests.bot.canteen import PATIENCE_S
from tests.bot.sandbox.conftest import IN_CHROMIUM, PNG, Client, Start

pytestmark = IN_CHROMIUM

REASONS = ["ぼけています", "料理ではありません", "人が写っています"]


class Chosen(discord.ui.View):
    """Two menus and a button that keep what reaches the bot."""

    def __init__(self) -> None:
        super().__init__(timeout=None)
        self.heard: asyncio.Queue[list[str]] = asyncio.Queue()

    async def one(self) -> list[str]:
        return await asyncio.wait_for(self.heard.get(), PATIENCE_S)

    async def _hear(self, interaction: discord.Interaction, values: list[str]) -> None:
        self.heard.put_nowait(values)
        await interaction.response.defer()

    @discord.ui.select(
        placeholder="不採用の理由",
        custom_id="reason",
        options=[discord.SelectOption(label=reason) for reason in REASONS],
    )
    async def reason(self, interaction: discord.Interaction, select: Any) -> None:
        await self._hear(interaction, select.values)

    @discord.ui.select(
        placeholder="取り下げる写真",
        custom_id="photos",
        max_values=2,
        options=[discord.SelectOption(label=name) for name in ("一", "二", "三")],
    )
    async def photos(self, interaction: discord.Interaction, select: Any) -> None:
        await self._hear(interaction, select.values)

    @discord.ui.button(label="別の一皿", custom_id="again")
    async def again(self, interaction: discord.Interaction, button: Any) -> None:
        await self._hear(interaction, ["again"])


async def _ask(page: Page, command: str) -> Locator:
    """Send a command; the message that answers it."""
    count = await page.get_by_test_id("message").count()
    await page.get_by_test_id("message-box").fill(f"/{command}")
    await page.keyboard.press("Enter")
    await page.get_by_test_id("send").click()
    answer = page.get_by_test_id("message").nth(count)
    await expect(answer).to_have_attribute("data-state", "done")
    return answer


@pytest.fixture
async def view(client: Client) -> Chosen:
    """What /menus answers, made where a loop runs; /pictures answers with three, privately."""
    view = Chosen()

    @client.tree.command(description="Menus")
    async def menus(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("選択", view=view)

    @client.tree.command(description="Pictures")
    async def pictures(interaction: discord.Interaction) -> None:
        files = [discord.File(io.BytesIO(PNG), f"{n}.png", description=f"絵{n}") for n in range(3)]
        await interaction.response.send_message(files=files, ephemeral=True)

    return view


async def test_a_menu_is_sent_by_what_is_meant_and_not_by_a_look_at_it(
    page: Page, start: Start, client: Client, view: Chosen
) -> None:
    await start(client)
    answer = await _ask(page, "menus")
    await expect(answer.locator("label", has_text="不採用の理由")).to_be_visible()
    menu = answer.locator("select")
    await menu.focus()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    await expect(menu).to_have_value(REASONS[1])
    await page.keyboard.press("Tab")  # leaving it is no vote either
    await expect(answer.get_by_test_id("decide").first).to_be_focused()
    assert view.heard.empty()
    await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Enter")
    assert await view.one() == [REASONS[1]]
    await expect(menu).to_have_value("")
    await menu.focus()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    assert await view.one() == [REASONS[0]]
    await expect(menu).to_be_focused()
    await page.keyboard.press("Alt+ArrowDown")  # opens it
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Escape")
    await expect(answer.get_by_test_id("decide").first).to_be_visible()
    assert view.heard.empty()
    await page.keyboard.press("Alt+ArrowDown")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    assert await view.one() == [REASONS[1]]
    await menu.select_option(REASONS[2])  # as by a finger
    assert await view.one() == [REASONS[2]]


async def test_of_a_menu_of_several_all_that_are_ticked_are_sent_together(
    page: Page, start: Start, client: Client, view: Chosen
) -> None:
    await start(client)
    answer = await _ask(page, "menus")
    group = answer.get_by_role("group", name="取り下げる写真")
    boxes, decide = group.get_by_role("checkbox"), group.get_by_role("button", name="決定")
    await expect(decide).to_be_disabled()
    await boxes.nth(0).check()
    await boxes.nth(2).check()
    await expect(boxes.nth(1)).to_be_disabled()  # two are the most
    await decide.click()
    assert await view.one() == ["一", "三"]


async def test_a_press_that_nobody_answers_is_told(
    page: Page, start: Start, client: Client, view: Chosen
) -> None:
    await start(client)
    answer = await _ask(page, "menus")
    hint = page.get_by_test_id("hint")
    await page.route("**/sandbox/interactions", lambda route: route.abort())
    await answer.get_by_role("button", name="別の一皿").click()
    await expect(hint).to_contain_text("もう一度お試しください")
    await page.unroute("**/sandbox/interactions")
    await answer.get_by_role("button", name="別の一皿").click()
    assert await view.one() == ["again"]
    await expect(hint).to_be_empty()
    await page.route("**/sandbox/interactions", lambda route: route.abort())
    await answer.locator("select").select_option(REASONS[0])
    await expect(hint).to_contain_text("もう一度お試しください")
    await page.unroute("**/sandbox/interactions")
    await answer.get_by_test_id("decide").first.click()  # the same reason is no change
    assert await view.one() == [REASONS[0]]


async def test_the_place_stays_after_a_button_a_channel_and_a_message_that_goes(
    page: Page, start: Start, client: Client, view: Chosen
) -> None:
    await start(client)
    answer = await _ask(page, "menus")
    again = answer.get_by_role("button", name="別の一皿")
    await again.focus()
    for _ in range(2):  # the second press finds it where the first left it
        await page.keyboard.press("Enter")
        assert await view.one() == ["again"]
        await expect(again).not_to_have_attribute("aria-disabled", "true")
        await expect(again).to_be_focused()

    alone = await _ask(page, "pictures")
    await alone.get_by_test_id("dismiss").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("message")).to_have_count(1)
    await expect(answer).to_be_focused()

    channel = page.get_by_test_id("channel").nth(1)
    await channel.focus()
    await page.keyboard.press("Enter")
    await expect(channel).to_have_attribute("aria-current", "page")
    await expect(channel).to_be_focused()


async def test_the_arrows_go_through_all_pictures_and_back_to_where_they_were_opened(
    page: Page, start: Start, client: Client, view: Chosen
) -> None:
    await start(client)
    alone = await _ask(page, "pictures")
    opener = alone.locator("button.picture").first
    await opener.focus()
    await page.keyboard.press("Enter")
    large = page.get_by_test_id("lightbox").get_by_role("img")
    for name in ("絵1", "絵2", "絵0"):
        await page.keyboard.press("ArrowRight")
        await expect(large).to_have_attribute("alt", name)
    following = page.get_by_role("button", name="→")
    await following.focus()
    for name in ("絵1", "絵2"):
        await page.keyboard.press("Enter")
        await expect(large).to_have_attribute("alt", name)
    await expect(following).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(opener).to_be_focused()


async def test_on_a_phone_the_closed_side_bar_is_no_stop_and_escape_closes_it(page: Page) -> None:
    await page.set_viewport_size({"width": 390, "height": 844})
    menu, sidebar = page.get_by_test_id("menu"), page.get_by_test_id("sidebar")
    await expect(menu).to_have_attribute("aria-expanded", "false")
    await expect(sidebar).to_be_hidden()
    await page.keyboard.press("Tab")
    await expect(menu).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(menu).to_have_attribute("aria-expanded", "true")
    await expect(page.get_by_test_id("channel").first).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(menu).to_have_attribute("aria-expanded", "false")
    await expect(sidebar).to_be_hidden()
    await expect(menu).to_be_focused()
    await page.keyboard.press("Enter")
    await page.get_by_test_id("channel").nth(1).press("Enter")
    await expect(sidebar).to_be_hidden()
    await expect(menu).to_be_focused()
