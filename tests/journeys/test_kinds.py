"""From `/dish` by its buttons to all that they offer, across a restart: all parts real."""

from pathlib import Path

import numpy as np
import pytest

from foodgan.contract.phrases import say
from tests.bot.canteen import is_private
from tests.journeys.house import opened
from tests.judge.judge import Judge

NAME, OTHER = "チーズ味噌カツ丼", "いちごパフェ"


@pytest.mark.slow
@pytest.mark.timeout(400)
async def test_a_dish_leads_to_all_that_its_buttons_offer_across_a_restart(
    tmp_path: Path, judge: Judge
) -> None:
    async with opened(tmp_path, judge) as house:
        dish = await house.command("dish", name=NAME, count=2, seed=7)
        assert len(house.images(dish)) == 2

        near = await house.press(dish, "offer-vary-one", 2)
        assert near["message_reference"]["message_id"] == dish["id"]
        four = house.images(near)
        assert len({image.tobytes() for image in four}) == 4
        assert "from seed 8" in near["content"]

        await house.close_bot()
        await house.open_bot()

        large = await house.press(near, "offer-enlarge-one", 3)
        [image] = house.images(large)
        assert image.size == (512, 512)
        shrunk = np.asarray(image.resize((256, 256)), np.float32)
        gaps = [np.abs(shrunk - np.asarray(each, np.float32)).mean() for each in four]
        assert np.argmin(gaps) == 2  # the third was chosen

        told = await house.press(dish, "offer-check-one", 1, member="yuto")
        assert is_private(told)
        assert say("ja", "check-nearest", count=3) in told["content"]
        [looked_at], first = house.images(told), house.images(dish)[0]
        gap = np.abs(np.asarray(looked_at, np.int16) - np.asarray(first, np.int16))
        assert gap.mean() < 0.2  # same seed, same picture, encoded twice

        mixed = await house.command("mix", a=NAME, b=OTHER, seed=7)
        assert len({image.tobytes() for image in house.images(mixed)}) == 4
        assert f"**{NAME}** から **{OTHER}** へ" in mixed["content"]
        again = await house.press(mixed, "offer-reroll", 0)
        assert len(house.images(again)) == 4

        logs = "".join(path.read_text() for path in tmp_path.glob("*.log"))
        assert NAME not in logs
        assert house.sandbox.token not in logs
