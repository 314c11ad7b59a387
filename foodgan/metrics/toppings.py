"""Does a picture of an invented dish show what its name begins with?

The last word of a name says what the dish is, and `foodgan.metrics.looks` asks for that. Whatever
makes it heard more makes the others heard less, so that either figure alone can be had for nothing.
N pictures, F features.
"""

from collections.abc import Sequence
from dataclasses import asdict
from itertools import product
from typing import Any

import torch
from torch import Generator, Tensor

from foodgan.metrics.measures import of_groups
from foodgan.models.reader import Reader
from foodgan.text.encode import encode
from foodgan.text.kinds import KINDS, kind_of

# What no photo of a dish below is called after, no word with a colour of its own in `colours.toml`.
_TOPPINGS = "牛肉 りんご チーズ 卵 じゃがいも トマト ほうれん草 きのこ"
_DISHES = """
    ラーメン 焼きそば スパゲッティ 丼 チャーハン リゾット カレー 鍋 シチュー サラダ コールスロー
    カプレーゼ プリン ワッフル アイスクリーム ピザ サンドイッチ バーガー ステーキ ハンバーグ
    唐揚げ 寿司 刺身 エビチリ"""
TOPPINGS, DISHES = tuple(_TOPPINGS.split()), tuple(_DISHES.split())
CHANCE = 1 / len(TOPPINGS)


def asked(kinds: Sequence[str] = KINDS) -> tuple[str, ...]:
    """24 dishes, or those of some kinds, with each of 8 toppings, dish by dish.

    The names never change.
    """
    dishes = [dish for dish in DISHES if kind_of(dish) in kinds]
    return tuple(topping + dish for dish, topping in product(dishes, TOPPINGS))


def figures(reader: Reader, seen: Tensor, names: Sequence[str]) -> dict[str, Any]:
    """How often a picture (N, F) fits its own topping best among those of the same dish.

    names (N): of `asked`, what each was asked by. None where there are none.
    """
    found: dict[str, Any] = {"topping": None, "topping_control_shuffled": None}
    if names:
        order = [asked().index(name) for name in names]
        dish, own = torch.tensor(order) // len(TOPPINGS), torch.tensor(order) % len(TOPPINGS)
        fit = _scores(reader, seen, dish)
        chance = Generator().manual_seed(0)
        other = own[torch.randperm(len(own), generator=chance)]
        found["topping"] = asdict(of_groups(fit.argmax(dim=1) == own, dish))
        found["topping_control_shuffled"] = float((fit.argmax(dim=1) == other).float().mean())
    return {**found, "topping_chance": CHANCE}


def _scores(reader: Reader, seen: Tensor, dish: Tensor) -> Tensor:
    """How well each picture fits each topping of its dish, (N, 8)."""
    among = encode(asked())
    scores = torch.empty(len(seen), len(TOPPINGS))
    for each in dish.unique().tolist():
        names = among[slice(each * len(TOPPINGS), (each + 1) * len(TOPPINGS))]
        scores[dish == each] = reader.scores(seen[dish == each], names)
    return scores
