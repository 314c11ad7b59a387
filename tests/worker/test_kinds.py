"""Orders of every kind: one pass for all that wait, each with its own pictures and buttons."""

import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from foodgan.contract import dishname
from foodgan.contract.late import LATE_STREAM, LateDish
from foodgan.contract.offers import mark_of
from foodgan.contract.orders import TOKEN_LIFE, DishOrder
from foodgan.contract.phrases import say
from foodgan.painting.painter import Dish, Painter
from tests.worker.conftest import Kitchen, an_order
from tests.worker.posted import pixels, shows
from tests.worker.test_a_batch_is_served import Small
from tests.worker.tiny import TinyPainter
from tests.worker.webhooks import Fault
from worker import costs, tasks
from worker.line import _ticket as ticket
from worker.line import fill
from worker.pictures import encode
from worker.plates import Plate

A, B = "味噌ラーメン", "いちごパフェ"
KINDS: dict[str, dict[str, Any]] = {
    "dish": {"count": 2},
    "mix": {"mix": B, "count": 3},
    "variations": {"variation": 5, "count": 4},
    "enlarged": {"mix": B, "share": 30},
    "check": {},
}


def one_of_each(kitchen: Kitchen, **more: Any) -> dict[str, DishOrder]:
    """An order of every kind in line."""
    return {
        kind: kitchen.put(an_order(A, kind=kind, **fields | more)) for kind, fields in KINDS.items()
    }


def sizes(bodies: Sequence[bytes]) -> list[tuple[int, int]]:
    return [Image.open(io.BytesIO(body)).size for body in bodies]


def test_a_batch_of_mixed_kinds_goes_through_one_pass_of_the_real_painter(
    kitchen: Kitchen, tiny_model: Path
) -> None:
    painter = Painter.load(tiny_model, device="cpu", threads=1)
    kitchen = replace(kitchen, settings=kitchen.settings.model_copy(update={"batch_limit": 16}))
    orders = one_of_each(kitchen)
    passes: list[int] = []
    paint = painter.paint

    def counting(dishes: Sequence[Dish]) -> list[Image.Image]:
        passes.append(len(dishes))
        return paint(dishes)

    painter.paint = counting  # type: ignore[method-assign]

    kitchen.serve(painter)

    assert passes == [2 + 3 + 4 + 1 + 1]
    for kind, order in orders.items():
        bodies = list(kitchen.answer(order).files.values())
        size = (512, 512) if kind == "enlarged" else (256, 256)
        assert sizes(bodies) == [size] * len(order.recipes)
        for body, dish in zip(bodies, tasks.dishes(order), strict=True):
            [alone] = paint([dish])
            assert shows(body, alone)
        assert kitchen.status(order.order_id) == "finished"


def test_an_enlarged_picture_takes_the_room_of_several(kitchen: Kitchen) -> None:
    for _ in range(3):
        kitchen.put(an_order(kind="enlarged"))
    kitchen.put(an_order(count=3))
    painter = TinyPainter()

    kitchen.serve(painter)  # a pass has room for 8, and one of these takes 5

    assert painter.passes == [1 + 3, 1, 1]
    assert len(kitchen.discord.answers) == 4


def test_in_the_line_it_counts_for_as_many_turns(kitchen: Kitchen) -> None:
    order = kitchen.put(an_order(kind="enlarged"))
    data = kitchen.redis.hget(f"rq:job:{order.order_id}", "data")
    large = ticket(order.order_id, data, None)
    assert large.pictures == costs.of_dish(Dish(A, 7, enlarged=True)) == 5
    assert fill([large, large], room=8) == [large]
    assert fill([large], room=4) == [large]


def test_an_enlarged_picture_is_painted_where_memory_holds_one_plain(kitchen: Kitchen) -> None:
    order = kitchen.put(an_order(kind="enlarged"))
    kitchen.serve(Small(1))
    assert sizes(list(kitchen.answer(order).files.values())) == [(512, 512)]


def test_each_kind_says_what_it_is(kitchen: Kitchen) -> None:
    orders = one_of_each(kitchen)

    kitchen.serve()

    said = {kind: kitchen.answer(order).payload["content"] for kind, order in orders.items()}
    assert said["dish"].startswith(f"**{A}** — 種 7〜8(左上から順に) · モデル ")
    assert said["mix"].startswith(f"**{A}** から **{B}** へ({B} を 25→50→75%)— 種 7 ")
    assert said["variations"].startswith(f"**{A}** に似た 4 枚 — もとの種 7 ")
    assert said["enlarged"].startswith(f"**{A} × {B}(30%)** を大きくしました — 種 7 ")
    assert said["check"].startswith(f"**{A}** は、写真のコピー?(種 7 ")
    for order in orders.values():
        payload = kitchen.answer(order).payload
        alts = [each["description"] for each in payload["attachments"]]
        assert len(set(alts)) == len(alts)


def test_of_a_variation_nobody_is_told_that_its_seed_brings_it_back(kitchen: Kitchen) -> None:
    order = kitchen.put(an_order(A, kind="enlarged", variation=5))
    kitchen.serve()
    [alt] = [each["description"] for each in kitchen.answer(order).payload["attachments"]]
    assert f"種 {say('ja', 'seed-like', seed='7')}" in kitchen.answer(order).payload["content"]
    assert alt == say("ja", "picture-alt-like", name=A, seed="7")


def test_the_buttons_of_an_order_stand_below_its_answer(kitchen: Kitchen) -> None:
    with_buttons, without = kitchen.put(an_order(buttons=True)), kitchen.put(an_order())

    kitchen.serve()

    [row] = kitchen.answer(with_buttons).payload["components"]
    assert [each["emoji"]["name"] for each in row["components"]] == ["🎲", "🍳", "🔍", "🪞"]
    assert all(with_buttons.order_id in each["custom_id"] for each in row["components"])
    assert kitchen.answer(without).payload["components"] == []


def test_a_failure_has_no_buttons(kitchen: Kitchen) -> None:
    order = kitchen.put(an_order(kind="enlarged", buttons=True), retries=0)
    kitchen.serve(Small(0))
    assert kitchen.answer(order).payload["components"] == []


def test_an_order_of_another_kind_waits_where_a_worker_knows_only_dishes(
    kitchen: Kitchen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "VERSION", 1)
    orders = one_of_each(kitchen)
    painter = TinyPainter()

    kitchen.serve(painter)

    assert painter.passes == [2]
    states = {kind: kitchen.status(order.order_id) for kind, order in orders.items()}
    assert states.pop("dish") == "finished"
    assert set(states.values()) == {"scheduled"}
    assert len(kitchen.discord.answers) == 1


@pytest.mark.parametrize(("truncation", "said"), [(70, "おとなしめ"), (40, "とてもおとなしめ")])
def test_how_calm_is_told_in_the_words_of_the_choice(truncation: int, said: str) -> None:
    plate = Plate(an_order(A, truncation=truncation), (Image.new("RGB", (8, 8)),), "m", True)
    assert f"加減: {said}" in plate.message().content.splitlines()


@pytest.mark.parametrize("kind", ["variations", "enlarged", "check"])
@pytest.mark.parametrize(("painted_by", "differs"), [("m", False), ("n", True), (None, False)])
def test_where_another_model_painted_the_picture_before_the_answer_says_so(
    kind: str, painted_by: str | None, differs: bool
) -> None:
    mark = painted_by and mark_of(painted_by)
    order = an_order(A, kind=kind, painted_by=mark, buttons=True, **KINDS[kind])
    picture = Image.new("RGB", (8, 8))
    message = Plate(order, (picture,) * len(order.recipes), "m", True).message()
    assert (say("ja", "answer-painter-changed") in message.content.splitlines()) is differs
    ends = [each.custom_id.rpartition(":")[2] for row in message.offers for each in row]
    assert all(end == mark_of("m") for end in ends if end != order.order_id)


def test_a_kind_that_comes_late_is_handed_over(kitchen: Kitchen) -> None:
    orders = one_of_each(kitchen, asked_at=datetime.now(UTC) - TOKEN_LIFE)

    kitchen.serve()

    late = [LateDish.from_fields(fields) for _, fields in kitchen.redis.xrange(LATE_STREAM)]
    assert {dish.order_id: len(dish.files) for dish in late} == {
        order.order_id: len(order.recipes) for order in orders.values()
    }
    assert kitchen.discord.edits == []


def test_what_is_sent_loses_nothing_that_shows_and_the_smaller_form_is_smaller() -> None:
    [picture] = Painter.load(device="cpu", threads=1).paint([Dish(A, 7)])
    fine, small = encode(picture, "a", "alt"), encode(picture, "a", "alt", "small")
    lost = np.asarray(Image.open(io.BytesIO(fine.body)), float) - np.asarray(picture, float)
    assert np.square(lost).mean() < 8  # 39 dB: three steps of 255
    assert len(small.body) < len(fine.body) / 2


def test_words_are_heard_more_and_less_and_the_answer_says_so(
    kitchen: Kitchen, tiny_model: Path
) -> None:
    painter = Painter.load(tiny_model, device="cpu", threads=1)
    plain = kitchen.put(an_order(A))
    mannered = kitchen.put(an_order(A, weights=[("味噌", 200), ("ラーメン", 40)], truncation=70))

    kitchen.serve(painter)  # type: ignore[arg-type]

    usual, own = (list(kitchen.answer(o).files.values()) for o in (plain, mannered))
    assert (pixels(usual[0]) != pixels(own[0])).any()
    said = kitchen.answer(mannered).payload["content"]
    assert "加減: もっと 味噌 · 控えめ ラーメン · おとなしめ" in said
    assert "加減" not in kitchen.answer(plain).payload["content"]


def test_a_new_dish_says_which_of_its_words_have_dyed_it(kitchen: Kitchen) -> None:
    orders = [
        kitchen.put(an_order("抹茶チョコうどん")),
        kitchen.put(an_order("抹茶うどん", kind="mix", mix="抹茶いちごパフェ")),
        kitchen.put(an_order("抹茶うどん", kind="enlarged")),
        kitchen.put(an_order(A)),
    ]

    kitchen.serve()

    both, mixed, larger, plain = (kitchen.answer(o).payload["content"] for o in orders)
    assert say("ja", "answer-dyed", words="抹茶・チョコ") in both
    assert say("ja", "answer-dyed", words="抹茶・いちご") in mixed
    assert "🎨" not in larger
    assert "🎨" not in plain


@pytest.mark.parametrize(("share", "words"), [(0, "抹茶"), (50, "抹茶・いちご"), (100, "いちご")])
def test_a_dish_that_is_not_in_a_mix_has_not_dyed_it(
    kitchen: Kitchen, share: int, words: str
) -> None:
    order = kitchen.put(an_order("抹茶うどん", kind="mix", mix="いちごパフェ", share=share))
    kitchen.serve()
    told = kitchen.answer(order).payload["content"].splitlines()
    assert say("ja", "answer-dyed", words=words) in told


def test_a_word_that_the_name_does_not_have_is_answered_before_its_batch_is_painted(
    kitchen: Kitchen,
) -> None:
    wrong = kitchen.put(an_order(A, weights=[("チーズ", 200)], locale="en"))
    right = kitchen.put(an_order(A))
    painter = TinyPainter()

    kitchen.serve(painter)

    assert painter.passes == [1]
    said = kitchen.answer(wrong).payload["content"]
    assert said == say("en", "weight-unknown-word", word="チーズ", words="味噌 · ラーメン")
    assert kitchen.status(right.order_id) == "finished"


def test_what_nobody_can_make_is_declined_and_no_failure(
    kitchen: Kitchen, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "worker")
    wrong = kitchen.put(an_order(A, weights=[("チーズ", 200)]))
    kitchen.serve(TinyPainter())
    assert kitchen.status(wrong.order_id) == "finished"
    assert b'"told": true' in kitchen.meta(wrong.order_id)
    (line,) = (each for each in caplog.records if "declined" in each.message)
    assert line.levelname == "INFO"
    assert not [each for each in caplog.records if each.levelname == "ERROR"]


def test_what_nobody_can_make_is_left_to_the_bot_where_discord_is_away(kitchen: Kitchen) -> None:
    wrong = kitchen.put(an_order(A, weights=[("チーズ", 200)]))
    kitchen.discord.faults = [Fault(403, {"code": 50001})]
    kitchen.serve(TinyPainter())
    assert kitchen.status(wrong.order_id) == "failed"
    assert b"told" not in kitchen.meta(wrong.order_id)


def test_a_word_that_the_name_does_not_have_is_shown_as_text_and_links_nowhere(
    kitchen: Kitchen,
) -> None:
    link = "[無料](https://evil.example)"
    order = kitchen.put(an_order("[味噌](x) ラーメン", weights=[(link, 200)]))

    kitchen.serve(TinyPainter())

    said = kitchen.answer(order).payload["content"]
    assert dishname.display(link) in said
    assert "](" not in said
    assert "\\\\" not in said  # nothing is escaped twice
