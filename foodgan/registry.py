"""Models on disk: a folder with model.json, one safetensors file a stage, and a card.

Where one was made, there is also an index of the training photos, which holds none of them.

A folder says all that is needed to rebuild its networks, and the hash of each file, so that a
damaged or mixed-up model is refused before it paints.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, TypeVar

import torch
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    ValidationError,
    field_validator,
    model_serializer,
)
from torch import Tensor, nn

from foodgan import checkpoint
from foodgan.contract.errors import ModelError
from foodgan.contract.models import MODEL
from foodgan.contract.whole import write_text
from foodgan.models.generators import Generators, generator_of
from foodgan.models.stackgan import Stage1Config, Stage1Generator, Stage2Config, Stage2Generator
from foodgan.step.config import LEFT_OUT
from foodgan.text import vectors

SHIPPED = Path(__file__).parent / "weights"
CARD = "README.md"
NEAREST = "nearest.safetensors"  # the index of training photos, which a model need not have
STAGES = ("stage1", "stage2")
FILES = (*(f"{stage}.safetensors" for stage in STAGES), NEAREST)  # that model.json vouches for
LIKENESS: Final = "likeness"  # the loss of a run that taught new names

SHARE = "share"  # in a run's configuration: how far from what was before it
Network = TypeVar("Network", bound=nn.Module)


class Run(BaseModel):
    """One training run. seen: real photos seen; seconds: of training, which are not counted where
    names were learned: the same photos are to make the same model.json, and so the same digest.
    devices: of the seconds, those on each device, by its title; runs of earlier builds say none.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    seen: int
    seconds: float = 0.0
    devices: dict[str, float] = Field(default_factory=dict)
    photos: dict[str, Any]
    config: dict[str, Any]

    @model_serializer(mode="wrap")
    def _as_it_was_said(self, dumped: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Of a run that says no devices the same as ever: lessons and digests go by it."""
        said: dict[str, Any] = dumped(self)
        return said if self.devices else {key: said[key] for key in said if key != "devices"}


class Training(Run):
    """How a stage was trained. before: what its weights had been through, the first run first."""

    before: tuple[Run, ...] = ()

    @property
    def runs(self) -> tuple[Run, ...]:
        """Every run that its weights have been through, the first one first."""
        return (*self.before, self)

    @property
    def told(self) -> list[dict[str, Any]]:
        """The same as plain data: what one run said stays as it was, whatever came after it."""
        return [run.model_dump(mode="json", exclude={"before"}) for run in self.runs]

    @property
    def seen_in_all(self) -> int:
        """Photos seen, those of earlier runs included."""
        return sum(run.seen for run in self.runs)

    @property
    def seconds_in_all(self) -> float:
        """Seconds of training, those of earlier runs included."""
        return sum(run.seconds for run in self.runs)


class ModelFile(BaseModel):
    """model.json. hashes: SHA-256 of each file; words: of the word vectors it learned on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: int = checkpoint.FORMAT
    name: str
    hashes: dict[str, str]
    words: str
    stage1: Stage1Config
    stage2: Stage2Config
    training: dict[str, Training]

    @field_validator("hashes")
    @classmethod
    def _of_a_model(cls, hashes: dict[str, str]) -> dict[str, str]:
        """Whoever copies a model goes by these names, and it may be a stranger's."""
        if others := hashes.keys() - FILES:
            raise ValueError(f"it names a file that no model has: {min(others)}")
        return hashes

    @property
    def photos(self) -> list[dict[str, Any]]:
        """What each run of either stage says of the photos that it learned from."""
        return [run.photos for stage in self.training.values() for run in stage.runs]

    @property
    def learned(self) -> dict[str, str]:
        """The names that it learned by likeness, and what each is heard as."""
        runs = [run for training in self.training.values() for run in training.runs]
        return {
            name: like
            for run in runs
            if run.config.get("loss") == LIKENESS
            for name, like in run.config["alike"].items()
        }

    @property
    def model_id(self) -> str:
        """What members see: the name and six digits that stand for the weights of both stages."""
        weights = "".join(self.hashes[f"{stage}.safetensors"] for stage in STAGES)
        return f"{self.name}·{hashlib.sha256(weights.encode()).hexdigest()[:6]}"


class _Version(BaseModel):
    """Of a model.json, what says whether this build can read the rest."""

    format: int = checkpoint.FORMAT


def left_out(trainings: Iterable[Training]) -> frozenset[str]:
    """The styles of photos that not one run of these trainings saw."""
    styles = [
        frozenset(run.config.get("exclude_styles", LEFT_OUT))
        for training in trainings
        for run in training.runs
    ]
    return frozenset.intersection(*styles) if styles else frozenset(LEFT_OUT)


def training_of(run: Path, stage: str = STAGES[0]) -> Training:
    """How a run, a snapshot of it, or a model's `stage` was trained. Raises ModelError."""
    if is_model(run):
        return describe(run).training[stage]
    return Training(**_training(checkpoint.description(checkpoint.of(run))))


def is_model(path: Path) -> bool:
    """Whether a folder holds a model rather than a run: either has trained generators to give."""
    return (path / MODEL).is_file()


def averaged(
    path: Path, stage: str, device: str = "cpu"
) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """What a run, a snapshot of it, or a model gives of a stage to whoever goes on from it.

    Tensors as a checkpoint names them, "ema." the averaged generator's, in single precision; of a
    model there are no others. And what a checkpoint says of itself. Raises ModelError.
    """
    if not is_model(path):
        tensors, about = checkpoint.load(checkpoint.of(path), device)
    elif stage not in STAGES:
        raise ModelError(f"a model has no {stage}: {path}")
    else:
        model, file = describe(path), path / f"{stage}.safetensors"
        _refuse_other(file, model)
        weights, _ = checkpoint.load(file, device)
        tensors = checkpoint.prefixed("ema", weights)
        network = getattr(model, stage).model_dump(mode="json")
        about = {**model.training[stage].model_dump(mode="json"), "network": network}
    ema = checkpoint.prefixed("ema", checkpoint.part("ema", tensors))
    return tensors | {name: widened(tensor) for name, tensor in ema.items()}, about


def _training(about: Mapping[str, Any]) -> dict[str, Any]:
    """Of what a checkpoint says of itself, how it was trained."""
    return {key: about[key] for key in Training.model_fields if key in about}


def sha256(path: Path) -> str:
    """The file's SHA-256, in hexadecimal."""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def digest_of(folder: Path | None = None) -> str:
    """The name of a model: SHA-256 of its model.json. The shipped one's by default.

    Raises ModelError where there is none.
    """
    path = (folder or SHIPPED) / MODEL
    try:
        return sha256(path)
    except OSError as error:
        raise ModelError(f"no model in {path.parent}: model.json cannot be read") from error


def describe(folder: Path | None = None) -> ModelFile:
    """Read model.json of a folder (the shipped one by default). Raises ModelError."""
    path = (folder or SHIPPED) / MODEL
    try:
        text = path.read_text(encoding="utf-8")
        version = _Version.model_validate_json(text).format
        if version != checkpoint.FORMAT:
            raise ModelError(f"{path} has format {version}, this build reads {checkpoint.FORMAT}")
        return ModelFile.model_validate_json(text)
    except FileNotFoundError as error:
        raise ModelError.of("cli-model-none-there", folder=str(path.parent)) from error
    except ValidationError as error:
        if added := _unknown(error):
            raise ModelError(
                f"{path} is of a later build, this one does not know: {', '.join(added)}"
            ) from error
        raise ModelError(f"{path} is damaged: {error}") from error
    except (UnicodeDecodeError, OSError) as error:
        raise ModelError(f"{path} is damaged: {error}") from error


def _unknown(error: ValidationError) -> list[str]:
    """The fields that this build has not, such as "stage2.hue"."""
    return [
        ".".join(map(str, found["loc"]))
        for found in error.errors()
        if found["type"] == "extra_forbidden"
    ]


def open_model(folder: Path | None = None) -> tuple[ModelFile, Stage1Generator, Stage2Generator]:
    """Rebuild both generators from a folder, on the CPU, ready to paint. Raises ModelError."""
    folder = folder or SHIPPED
    model = describe(folder)
    if model.words != sha256(vectors.TABLE):
        raise ModelError(f"{folder.name} was trained on other word vectors than this build has")
    first = _filled(Stage1Generator(model.stage1), folder / "stage1.safetensors", model)
    second = _filled(Stage2Generator(model.stage2), folder / "stage2.safetensors", model)
    return model, first, second


def _filled(network: Network, path: Path, model: ModelFile) -> Network:
    _refuse_other(path, model)
    tensors, _ = checkpoint.load(path)
    checkpoint.fill(network, {name: widened(t) for name, t in tensors.items()}, path.name)
    return network.eval().requires_grad_(False)


def open_sketcher(run: Path) -> Stage1Generator:
    """The averaged Stage-I of a run, snapshot or model, ready to paint. Raises ModelError."""
    generator = open_generator(run)
    if not isinstance(generator, Stage1Generator):
        raise ModelError(f"{run} is no run of Stage-I")
    return generator


def open_generator(run: Path) -> Generators:
    """The averaged generator of a run or snapshot, or a model's Stage-I, ready to paint.

    It is rebuilt from what the checkpoint says of its network. Raises ModelError.
    """
    tensors, about = averaged(run, STAGES[0])
    try:
        network = generator_of(about["config"]["kind"], about["network"])
    except (KeyError, ValidationError) as error:
        raise ModelError(f"{run} holds no generator that this build knows: {error}") from error
    checkpoint.fill(network, checkpoint.part("ema", tensors), run.name)
    return network.eval().requires_grad_(False)


def export(name: str, runs: dict[str, Path], folder: Path) -> ModelFile:
    """Make a model of two runs' averaged generators, in half precision.

    name: shown to members; runs: "stage1" and "stage2" to run folders, to snapshots of runs, or to
    models whose stage it is to have.
    Raises ModelError before anything in `folder` is touched; a full disk leaves it whole, too.
    """
    loaded = {stage: averaged(runs[stage], stage) for stage in STAGES}
    model = _described(name, {stage: about for stage, (_, about) in loaded.items()})
    stages = {stage: checkpoint.part("ema", tensors) for stage, (tensors, _) in loaded.items()}
    return save(model, stages, folder)


def _refuse_other(path: Path, model: ModelFile) -> None:
    if not path.is_file():
        raise ModelError(f"{path.name} is missing in {path.parent}")
    if model.hashes.get(path.name) != sha256(path):
        raise ModelError(f"{path.name} is not the file that model.json describes")


def between(before: Path, after: Path, share: float, folder: Path) -> ModelFile:
    """Make a model whose weights lie between those of a model and of one that was taught on it.

    share: 0 is before, 1 is after. Wortsman et al. 2022, arXiv:2109.01903: what was learned last
    and what it cost do not grow alike on the way. Raises ModelError where one is not the other's
    beginning.
    """
    (then, *early), (now, *late) = open_model(before), open_model(after)
    if (then.stage1, then.stage2) != (now.stage1, now.stage2):
        raise ModelError(
            "the two models have other networks: a polish changes blur and hue, `model light` light"
        )
    training = {}
    for stage, taught in now.training.items():
        begun = then.training[stage]
        if taught.told[: len(begun.runs)] != begun.told:
            raise ModelError(f"{after} did not begin from {before}: their {stage} differ")
        changed = {"config": {**taught.config, SHARE: share}} if taught != begun else {}
        training[stage] = taught.model_copy(update=changed)
    stages = {
        stage: _between(old.state_dict(), new.state_dict(), share)
        for stage, old, new in zip(STAGES, early, late, strict=True)
    }
    return save(now.model_copy(update={"training": training}), stages, folder)


def _between(
    old: Mapping[str, Tensor], new: Mapping[str, Tensor], share: float
) -> dict[str, Tensor]:
    return {
        name: torch.lerp(old[name], new[name], share) if t.is_floating_point() else t
        for name, t in new.items()
    }


def save(model: ModelFile, stages: Mapping[str, Mapping[str, Tensor]], folder: Path) -> ModelFile:
    """Write a model's folder, in half precision; it vouches for both stages and for nothing else.

    stages: the tensors of each. A full disk leaves what is in `folder` whole.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".export-", dir=folder) as kept:  # what is there stays whole
        made = Path(kept)
        for stage, tensors in stages.items():
            halves = {name: halved(tensor) for name, tensor in tensors.items()}
            checkpoint.save(made / f"{stage}.safetensors", halves, {"stage": stage})
        hashes = {f"{s}.safetensors": sha256(made / f"{s}.safetensors") for s in STAGES}
        model = model.model_copy(update={"hashes": hashes})
        _write(model, made)
        for name in (*hashes, MODEL):
            (made / name).replace(folder / name)
    return model


def _described(name: str, abouts: dict[str, dict[str, Any]]) -> ModelFile:
    """model.json by what checkpoints say of themselves, without hashes. Raises ModelError."""
    fields = {
        "name": name,
        "hashes": {},
        "words": sha256(vectors.TABLE),
        "training": {stage: _training(about) for stage, about in abouts.items()},
        **{stage: about.get("network") for stage, about in abouts.items()},
    }
    try:
        return ModelFile.model_validate(fields)
    except ValidationError as error:
        raise ModelError(f"the runs are not one of each stage: {error}") from error


def vouch(folder: Path, path: Path) -> ModelFile:
    """Let the model of a folder vouch for one more file there. Raises ModelError."""
    model = describe(folder)
    model = model.model_copy(update={"hashes": {**model.hashes, path.name: sha256(path)}})
    _write(model, folder)
    return model


def _write(model: ModelFile, folder: Path) -> None:
    described = json.dumps(model.model_dump(mode="json"), ensure_ascii=False, indent=1)
    write_text(folder / MODEL, described + "\n")


def halved(tensor: Tensor) -> Tensor:
    """Half precision for numbers; counts stay as they are."""
    return tensor.to(torch.float16) if tensor.is_floating_point() else tensor


def widened(tensor: Tensor) -> Tensor:
    """Back to single precision."""
    return tensor.float() if tensor.is_floating_point() else tensor
