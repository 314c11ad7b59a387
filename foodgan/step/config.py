"""The configuration of a training run: one TOML file says everything that shapes it."""

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from foodgan.augment import Policy
from foodgan.contract.errors import FoodganError
from foodgan.contract.limits import SEED_MAX
from foodgan.losses import LossName
from foodgan.models.stackgan import PICTURE_SIZE, SKETCH_SIZE

LEFT_OUT = ("cutout_white",)  # styles of photos that training does not see unless told so
FOLDER = Path(__file__).parents[1] / "configs"

Share = Annotated[float, Field(ge=0, le=1)]
Weight = Annotated[float, Field(ge=0)]


class ConfigError(FoodganError):
    """A configuration file is missing, not TOML, or says something that does not exist."""


class TrainConfig(BaseModel):
    """How to train one network. Counts of pictures are of real photos seen."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["stage1", "stage2", "dcgan", "published"]
    model: dict[str, Any] = {}  # widths; see Stage1Config, Stage2Config, DcganConfig, …
    seed: Annotated[int, Field(ge=-SEED_MAX, le=SEED_MAX)] = 0
    pictures: Annotated[int, Field(gt=0)] = 1_000_000
    batch: Annotated[int, Field(ge=2)] = 32
    lr_g: Annotated[float, Field(gt=0)] = 2e-4
    lr_d: Annotated[float, Field(gt=0)] = 2e-4
    beta1: Share = 0.0
    beta2: Share = 0.99
    ema_pictures: Annotated[int, Field(gt=0)] = 10_000  # half-life of the averaged generator

    # What is seen.
    size: Annotated[int, Field(ge=64)] = 64  # of a training crop, pixels
    photo_size: Annotated[int, Field(ge=64)] = 72  # crops are cut from this
    name_cap: Annotated[int, Field(ge=1)] = 40  # photos of one name that count
    exclude_styles: tuple[str, ...] = LEFT_OUT
    augment: tuple[Policy, ...] = ("color", "translation", "cutout")

    # The text.
    word_dropout: Share = 0.15
    name_dropout: Share = 0.1
    recombined: Share = 0.5  # of the generator's names are new combinations
    mismatched: bool = True  # real photos under wrong names, half of them one word off
    conditional_from: Share = 0.0  # of the run: the conditional loss begins to ramp in
    conditional_full: Share = 0.25  # of the run: it counts in full
    kl: Weight = 0.05

    # The losses.
    adversarial: Weight = 1.0  # of all that the discriminator says, to the generator
    by_picture: Weight = 1.0  # of the unconditional logits
    by_name: Weight = 1.0
    by_words: Weight = 1.0
    frozen_features: Annotated[int, Field(ge=0)] = 0  # channels of a discriminator on them; 0: own
    frozen_side: Annotated[int, Field(ge=64)] = 128  # pixels that smaller pictures are enlarged to
    loss: LossName = "relativistic"
    r1: Weight = 1.0
    r2: Weight = 0.0
    penalty_every: Annotated[int, Field(ge=1)] = 8  # steps; the weight is scaled to match
    reconstruct: Weight = 1.0  # the discriminator redraws real photos
    energy: Weight = 0.0  # a batch's frozen features are distributed as those of real photos
    patches: Weight = 0.0  # of a judge of the pixels, beside the one on frozen features
    patch_r1: Weight = 1.0  # R1 and R2 of that judge
    match: Weight = 0.0  # a matcher taught by photos tells a picture's name from others
    own_sight: bool = False  # the matcher sees the pictures by itself, not by frozen features
    taught: Weight = 0.0  # by a teacher of words, who learned from the photos beforehand
    pair_energy: Weight = 0.0  # two pictures of a name foretell its photo; asks for each name twice
    sketched: Share = 0.0  # Stage-II: of the pictures are painted from Stage-I's own sketches
    hatching: Weight = 0.0  # Stage-II: nothing repeats on the grid that a picture is enlarged from
    sketch_l1: Weight = 0.0  # Stage-II: the picture, made small, must be the sketch
    picture_l1: Weight = 0.0  # Stage-II: the picture must be the photo that was degraded …
    picture_features: Weight = 0.0  # … in frozen features as well

    # The diary.
    log_every: Annotated[int, Field(ge=1)] = 1_000  # pictures
    grid_every: Annotated[int, Field(ge=1)] = 5_000
    save_every: Annotated[int, Field(ge=1)] = 5_000
    snapshot_every: Annotated[int, Field(ge=0)] = 0  # averaged generators that are kept; 0: none

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.match and not self.frozen_features:
            raise ValueError("a matcher sees through frozen features: set frozen_features")
        if self.patches and not self.frozen_features:
            raise ValueError("a judge of patches stands beside frozen ones: set frozen_features")
        if self.pair_energy and self.batch % 2:
            raise ValueError(f"pair_energy asks for each name twice: {self.batch} is odd")
        if self.size > self.photo_size:
            raise ValueError(f"crops of {self.size} pixels do not fit photos of {self.photo_size}")
        if self.taught and self.kind == "stage2":
            raise ValueError("a teacher of words sees small pictures: taught is not for stage2")
        if self.sketched and self.kind != "stage2":
            raise ValueError(f"only stage2 learns from sketches: sketched is not for {self.kind}")
        self._sizes_fit()
        return self

    def conditional(self, seen: int) -> float:
        """What the conditional loss counts for after so many pictures, 0 … 1."""
        done, begun, full = seen / self.pictures, self.conditional_from, self.conditional_full
        ramp = (done - begun) / (full - begun) if full > begun else float(done >= full)
        return min(max(ramp, 0.0), 1.0)

    def _sizes_fit(self) -> None:
        """Raises ValueError for crops that the networks cannot halve and double again."""
        if self.kind != "stage2" and self.size != SKETCH_SIZE:
            raise ValueError(f"{self.kind} paints {SKETCH_SIZE} pixels, not {self.size}: see size")
        if self.kind == "stage2" and self.size % 8:
            raise ValueError(f"stage2 enlarges by eights: size {self.size} is no multiple of 8")
        if self.sketched and self.size > PICTURE_SIZE:
            raise ValueError(f"size {self.size} is more than sketches of {SKETCH_SIZE} pixels make")
        seen = max(self.size, self.frozen_side)
        if self.frozen_features and seen % 32:
            raise ValueError(f"frozen features need a multiple of 32: {seen} pixels are none")


def load_config(which: str, **changes: Any) -> TrainConfig:
    """A configuration by the name of a shipped one ("stage1") or by the path of a TOML file.

    changes: fields that override the file's. Raises ConfigError.
    """
    path = Path(which) if which.endswith(".toml") else FOLDER / f"{which}.toml"
    try:
        fields = tomllib.loads(path.read_text(encoding="utf-8"))
        return TrainConfig.model_validate({**fields, **changes})
    except FileNotFoundError as error:
        shipped = ", ".join(sorted(p.stem for p in FOLDER.glob("*.toml")))
        raise ConfigError(f"no configuration {which}; shipped ones: {shipped}") from error
    except ValidationError as error:
        raise ConfigError(f"{path.name}: {faults(error)}") from error
    except (ValueError, OSError) as error:  # not TOML, or not UTF-8
        raise ConfigError(f"{path.name}: {error}") from error


def faults(error: ValidationError) -> str:
    """What is wrong, and where, in one line."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    where = (".".join(map(str, fault["loc"])) for fault in found)
    said = (fault["msg"].removeprefix("Value error, ") for fault in found)
    return "; ".join(": ".join(filter(None, pair)) for pair in zip(where, said, strict=True))
