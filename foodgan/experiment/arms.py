"""What is compared: each arm is a shipped configuration and what it changes of it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from foodgan.step.config import TrainConfig, load_config

TAUGHT = 2.0  # what a teacher of words counts for
DIFF_AUGMENT = ("color", "translation", "cutout")
# The published widths for birds, at half the cost of those for COCO.
CUB = {"generator": 128, "discriminator": 64}


@dataclass(frozen=True)
class Arm:
    """config: a shipped one; changes: of its fields; model: of its [model] table.

    begins: the arm whose run it goes on from, else it begins anew; share: of the pictures that a
    plan says, how many it sees.
    """

    title: str
    config: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    model: Mapping[str, Any] = field(default_factory=dict)
    begins: str | None = None
    share: float = 1.0

    def training(self, seed: int, pictures: int) -> TrainConfig:
        """How this arm is trained. Raises ConfigError."""
        plain = load_config(self.config)
        return load_config(
            self.config,
            **{**self.changes, "model": {**plain.model, **self.model}},
            photo_size=plain.size,  # drawn dishes are seen whole
            seed=seed,
            pictures=math.ceil(self.share * pictures),
        )


# The attempts of the blog post that this project answers, and what may explain them.
BLOG = {
    "published": Arm("StackGAN Stage-I as published", "published", {}, CUB),
    "published-augmented": Arm(
        "as published, with DiffAugment", "published", {"augment": DIFF_AUGMENT}, CUB
    ),
    "dcgan-bce": Arm("DCGAN, BCE", "dcgan"),
    "dcgan-hinge": Arm("DCGAN, hinge loss", "dcgan", {"loss": "hinge"}),
    "dcgan-hinge-sigmoid": Arm(
        "DCGAN, hinge loss on a sigmoid", "dcgan", {"loss": "hinge"}, {"sigmoid": True}
    ),
    "dcgan-augmented": Arm("DCGAN, BCE, with DiffAugment", "dcgan", {"augment": DIFF_AUGMENT}),
}
BASELINES = {
    **BLOG,
    "published-linear": Arm(
        "as published, conditioning repaired",
        "published",
        {"augment": DIFF_AUGMENT},
        {**CUB, "relu": False},
    ),
    "unconditional": Arm("our recipe without names", "kondate", {"name_dropout": 1.0}),
}
RECIPE = {"recipe": Arm("our recipe", "kondate")}
# A lesson goes on from the recipe's own run, with a teacher of words beside the discriminator.
LESSONS = {
    "recipe-lesson": Arm(
        "our recipe, then a lesson",
        "kondate",
        {"taught": TAUGHT, "conditional_full": 0.0},
        begins="recipe",
        share=0.25,
    ),
}
# The recipe with one part taken away or put in another way.
ABLATIONS = {
    "unnamed-seed": Arm("the 4×4 layout hears no name", "kondate", {}, {"named_seed": False}),
    "no-matcher": Arm("no matcher of pictures and names", "kondate", {"match": 0.0}),
    "own-sight": Arm("a matcher that sees by itself", "kondate", {"own_sight": True}),
    "no-pair-energy": Arm("no score of pairs", "kondate", {"pair_energy": 0.0}),
    "no-energy": Arm("no energy at all", "kondate", {"pair_energy": 0.0, "energy": 0.0}),
    "no-unconditional": Arm("one logit: by name and words alone", "kondate", {"by_picture": 0.0}),
    "no-ramp": Arm("conditional loss in full from the start", "kondate", {"conditional_full": 0.0}),
    "relu-conditioning": Arm(
        "ReLU on the conditioning, KL 2", "kondate", {"kl": 2.0}, {"relu": True}
    ),
    "no-word-heads": Arm("no per-word logits", "kondate", {"by_words": 0.0}),
    "no-recombined": Arm("no recombined names", "kondate", {"recombined": 0.0}),
    "n-grams-only": Arm("n-grams alone, no word vectors", "kondate", {}, {"word_vectors": False}),
    "loss-bce": Arm("BCE", "kondate", {"loss": "bce"}),
    "loss-hinge": Arm("hinge", "kondate", {"loss": "hinge"}),
    "no-penalty": Arm("no R1, no R2", "kondate", {"r1": 0.0, "r2": 0.0}),
    "no-augment": Arm("no DiffAugment", "kondate", {"augment": ()}),
    "augment-colour": Arm("DiffAugment with full colour", "kondate", {"augment": DIFF_AUGMENT}),
    "taught": Arm("a teacher of words from the start", "kondate", {"taught": TAUGHT}),
    "own-discriminator": Arm(
        "a discriminator of its own, no matcher", "kondate", {"frozen_features": 0, "match": 0.0}
    ),
}
ARMS = {**BASELINES, **RECIPE, **LESSONS, **ABLATIONS}
# What an experiment that is cut short should have: these first, with every seed.
FIRST = (
    "recipe",
    "published-augmented",
    "published",
    "dcgan-bce",
    "published-linear",
    "dcgan-hinge",
    "unconditional",
)


def in_turn(arms: Sequence[str], seeds: Sequence[int]) -> list[tuple[str, int]]:
    """Runs, what matters most first: FIRST, other baselines, then all the rest seed by seed."""
    chosen = [arm for arm in FIRST if arm in arms]
    chosen += [arm for arm in arms if arm in BASELINES and arm not in FIRST]
    rest = [arm for arm in arms if arm not in chosen]
    return [(arm, seed) for arm in chosen for seed in seeds] + [
        (arm, seed) for seed in seeds for arm in rest
    ]
