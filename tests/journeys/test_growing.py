"""From photos by `/release` to a dish under a name that no model had heard: all real, no restart.

Discord is the sandbox, and the model a tiny one with an index of drawn dishes.
"""

from pathlib import Path

import pytest
from redis import Redis

from foodgan import registry
from foodgan.contract import status
from foodgan.contract.store import Store
from foodgan.publishing import serving
from tests.bot.canteen import until
from tests.journeys.house import House, opened
from tests.judge.judge import Judge
from tests.metrics.clubs import LIKE, accept_all, index_model

OPERATOR = "minato"
LEARN_S, TAKE_UP_S = 240, 60
NAME = next(iter(LIKE))


def serves(house: House, model_id: str) -> bool:
    """Whether the worker says that it paints with this model."""
    with Redis.from_url(house.environ["REDIS_URL"]) as redis:
        return [each.model for each in status.look(redis).workers] == [model_id]


@pytest.mark.slow
@pytest.mark.timeout(500)
async def test_a_release_is_learned_from_and_painted_with_while_the_house_is_open(
    tiny_model: Path, tmp_path: Path, judge: Judge
) -> None:
    model = index_model(tiny_model, tmp_path)
    store = Store(str(tmp_path / "photos"))
    async with opened(tmp_path, judge, ("intake", "trainer"), MODEL_DIR=str(model)) as house:
        before = await house.command("dish", name=NAME, seed=7)
        accept_all(store, "guests")  # a collection of its own: the club's is the bot's
        released = house.ask(OPERATOR, "release")

        def learned() -> bool:
            shown = released.original.json["content"] if released.original else ""
            return NAME in shown

        await until(learned, "what was learned", LEARN_S)
        assert released.original
        assert len(released.original.json["attachments"]) == 1  # before and after

        counts = serving.serving(store).counts_for(registry.digest_of(model))
        assert counts is not None
        await until(lambda: serves(house, counts.model_id), "the new model", TAKE_UP_S)
        after = await house.command("dish", name=NAME, seed=7)
        assert counts.model_id in after["content"]
        assert counts.model_id not in before["content"]
        assert house.images(after)[0].tobytes() != house.images(before)[0].tobytes()

        serving.roll_back(store)
        own = registry.describe(model).model_id
        await until(lambda: serves(house, own), "the old model", TAKE_UP_S)
        again = await house.command("dish", name=NAME, seed=7)
        assert house.images(again)[0].tobytes() == house.images(before)[0].tobytes()
