"""Who is held against the photos: a model, its sketches alone, and training runs beside it.

N dishes, S pixels a side, M names, C numbers of a condition; pictures are (N, 3, S, S) in [-1, 1].
"""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from foodgan import registry
from foodgan.models.published import PublishedGenerator, mean_vector
from foodgan.models.stackgan import PICTURE_SIZE, SKETCH_SIZE, Stage1Generator
from foodgan.painting.painter import Dish, Painter
from foodgan.painting.trained import averaged
from foodgan.registry import Training
from foodgan.text.encode import encode

CPU = torch.device("cpu")
Paint = Callable[[Sequence[Dish]], Tensor]
Conditions = Callable[[Sequence[str]], tuple[Tensor, Tensor]]


@dataclass(frozen=True)
class Entrant:
    """title: for people; about: pixels a side, parameters, and pictures seen in training.

    paint: dishes to pictures on the CPU, the same from the same seeds. conditions: names to mu and
    log sigma², each (M, C); None where a name changes nothing. left_out: the styles of photos that
    it was not trained on.
    """

    title: str
    paint: Paint
    conditions: Conditions | None
    about: dict[str, Any]
    left_out: frozenset[str]


def of_model(painter: Painter) -> Entrant:
    """Both stages of a model: pictures of 256×256."""
    return Entrant(
        painter.model_id,
        lambda dishes: painter.paint_tensor(dishes).cpu().clone(),
        _heard(painter.first, painter.device),
        _about(PICTURE_SIZE, True, [painter.first, painter.second], painter.model.training),
        registry.left_out(painter.model.training.values()),
    )


def sketches_of(painter: Painter) -> Entrant:
    """What Stage-I of a model makes alone: pictures of 64×64."""
    training = {"stage1": painter.model.training["stage1"]}
    return Entrant(
        f"{painter.model_id}, its sketches",
        lambda dishes: painter.sketch_tensor(dishes).cpu().clone(),
        _heard(painter.first, painter.device),
        _about(SKETCH_SIZE, True, [painter.first], training),
        registry.left_out(training.values()),
    )


def of_run(run: Path, title: str, device: torch.device = CPU) -> Entrant:
    """The averaged generator of a run of 64×64 pictures, or of its snapshot. Raises ModelError."""
    trained = averaged(run, device=device)
    network = trained.generator
    training = registry.training_of(run)
    heard: Conditions | None = None
    if isinstance(network, PublishedGenerator):
        heard = _heard_as_published(network, device)
    elif isinstance(network, Stage1Generator):
        heard = _heard(network, device)

    def paint(dishes: Sequence[Dish]) -> Tensor:
        names, seeds = zip(*((dish.name, dish.seed) for dish in dishes), strict=True)
        return trained(names, seeds).float().clamp(-1, 1)

    heard = heard if trained.named else None
    stages = {training.config["kind"]: training}
    about = _about(SKETCH_SIZE, heard is not None, [network], stages)
    return Entrant(title, paint, heard, about, registry.left_out([training]))


def of_stages(first: Path, second: Path, title: str, device: torch.device = CPU) -> Entrant:
    """Two runs or snapshots, one of each stage, as the model that they would be exported as.

    Raises ModelError.
    """
    with tempfile.TemporaryDirectory() as folder:
        registry.export(title, {"stage1": first, "stage2": second}, Path(folder))
        return replace(of_model(Painter.load(Path(folder), device=str(device))), title=title)


def titled(said: str) -> tuple[str, list[Path]]:
    """NAME=RUN, or NAME=STAGE1,STAGE2 for runs of both stages; without NAME= the last folder's."""
    title, _, runs = said.rpartition("=")
    paths = [Path(part) for part in runs.split(",")]
    return title or paths[-1].name, paths


def named(said: str, device: torch.device = CPU) -> Entrant:
    """What `titled` reads, ready to be measured. Raises ModelError."""
    title, paths = titled(said)
    if len(paths) == 2:
        return of_stages(paths[0], paths[1], title, device)
    return of_run(paths[0], title, device)


def told_apart(entrants: Sequence[Entrant]) -> list[Entrant]:
    """The same, each with a title of its own: where another has it, with a number."""
    told: dict[str, Entrant] = {}
    for entrant in entrants:
        title, number = entrant.title, 1
        while title in told:
            number += 1
            title = f"{entrant.title} ({number})"
        told[title] = replace(entrant, title=title)
    return list(told.values())


def _about(
    pixels: int, hears: bool, networks: Sequence[nn.Module], training: dict[str, Training]
) -> dict[str, Any]:
    return {
        "pixels": pixels,
        "hears_names": hears,
        "parameters": sum(p.numel() for net in networks for p in net.parameters()),
        "seen": {stage: each.seen_in_all for stage, each in training.items()},
        "seconds": {stage: round(each.seconds_in_all) for stage, each in training.items()},
    }


def _heard(network: Stage1Generator, device: torch.device) -> Conditions:
    @torch.inference_mode()
    def conditions(names: Sequence[str]) -> tuple[Tensor, Tensor]:
        pooled = network.names(encode(list(names)).to(device)).pooled
        mu, log_var = network.augment.to_mu(pooled), network.augment.to_log_var(pooled)
        return mu.float().cpu(), log_var.float().cpu()

    return conditions


def _heard_as_published(network: PublishedGenerator, device: torch.device) -> Conditions:
    @torch.inference_mode()
    def conditions(names: Sequence[str]) -> tuple[Tensor, Tensor]:
        mu, log_var = network.augment(mean_vector(encode(list(names)).to(device)))
        return mu.float().cpu(), log_var.float().cpu()

    return conditions
