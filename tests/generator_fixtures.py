"""What the tests of the generator share: drawn photos, tiny networks, a tiny model on disk."""

import json
from pathlib import Path
from typing import Any

import torch
from PIL import Image, ImageDraw

from foodgan import registry
from foodgan.machine.place import Place
from foodgan.models.stackgan import Stage1Config, Stage2Config
from foodgan.photos.feed import Feed, open_feed
from foodgan.step.config import TrainConfig
from foodgan.text.ngrams import BUCKETS
from foodgan.text.vectors import DIMENSIONS
from foodgan.training.train import Trainer, train

NAMES = (
    "チーズ味噌カツ丼",
    "カレーうどん",
    "醤油ラーメン",
    "抹茶パフェ",
    "鮭丼",
    "海老天うどん",
    "親子丼",
    "苺のワッフル",
    "カレー",
    "",
)
CPU = Place(torch.device("cpu"))

STAGE1: dict[str, Any] = {
    "features": 16,
    "condition": 8,
    "noise": 8,
    "generator": [16, 8, 8, 8, 8],
    "discriminator": [8, 8, 8, 8, 8],
}
STAGE2: dict[str, Any] = {
    "features": 16,
    "condition": 8,
    "noise": 4,
    "trunk": 8,
    "blocks": 1,
    "up": [8, 8, 8],
    "grain": True,
    "discriminator": [8, 8, 8, 8],
}
MODELS: dict[str, dict[str, Any]] = {
    "stage1": STAGE1,
    "stage2": STAGE2,
    "dcgan": {"noise": 8, "width": 4},
    "published": {"condition": 8, "noise": 8, "generator": 4, "discriminator": 4},
}


def stage1_config() -> Stage1Config:
    return Stage1Config(vector_size=DIMENSIONS, buckets=BUCKETS, **STAGE1)


def stage2_config(**changes: Any) -> Stage2Config:
    return Stage2Config(vector_size=DIMENSIONS, buckets=BUCKETS, **{**STAGE2, **changes})


def draw_photos(folder: Path) -> Path:
    """Ten coloured dishes on ten tables, 96×80 pixels, with metadata.jsonl; the last unlabelled."""
    lines = []
    for number, name in enumerate(NAMES):
        picture = Image.new("RGB", (96, 80), (20 * number, 90, 200 - 15 * number))
        pen = ImageDraw.Draw(picture)
        pen.ellipse((12, 8, 84, 72), fill="white")
        pen.ellipse((24, 18, 72, 62), fill=(250 - 20 * number, 25 * number, 60))
        picture.save(folder / f"{number}.png")
        entry = {"file_name": f"{number}.png", "licence": "CC0", "source": "drawn"}
        lines.append(json.dumps(entry | ({"name_ja": name} if name else {}), ensure_ascii=False))
    (folder / "metadata.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def tiny_config(kind: str, **changes: Any) -> TrainConfig:
    """A run of four steps of four pictures that takes a second."""
    fields: dict[str, Any] = {
        "kind": kind,
        "model": MODELS[kind],
        "pictures": 16,
        "batch": 4,
        "size": 64,
        "photo_size": 72,
        "augment": ("tint", "translation"),
        "penalty_every": 2,
        "log_every": 8,
        "grid_every": 1000,
        "save_every": 1000,
    }
    return TrainConfig.model_validate(fields | changes)


def write_toml(config: TrainConfig, path: Path) -> Path:
    """The configuration as the file that `foodgan train --config` reads."""
    fields = config.model_dump(mode="json")
    model = fields.pop("model")
    lines = [f"{key} = {json.dumps(value)}" for key, value in fields.items()]
    lines += ["[model]", *(f"{key} = {json.dumps(value)}" for key, value in model.items())]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def tiny_feed(config: TrainConfig, photos: Path) -> Feed:
    """A feed of drawn photos; their cache lies beside them."""
    return open_feed(config, photos, photos / "cache", CPU.device)


def tiny_trainer(config: TrainConfig, photos: Path, run: Path) -> Trainer:
    """A trainer on one CPU thread, where a sum has one order."""
    torch.set_num_threads(1)
    return Trainer(config, tiny_feed(config, photos), run, CPU)


def build_model(photos: Path, folder: Path) -> Path:
    """Two tiny runs, exported as a model that a painter can load."""
    runs = {}
    for kind in registry.STAGES:
        runs[kind] = folder / "runs" / kind
        train(tiny_trainer(tiny_config(kind), photos, runs[kind]))
    registry.export("tiny", runs, folder / "model")
    return folder / "model"
