"""What is done to Stage-I's weights after its training: how a model says so."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import Tensor

from foodgan.models.stackgan import Stage1Config, Stage2Generator
from foodgan.photos.folder import Photo, read_folder, trained_on
from foodgan.registry import STAGES, ModelFile, left_out, save


def learned_from(model: ModelFile, photos: Path) -> list[Photo]:
    """Those of a folder's photos that a model of its kind is trained on. Raises PhotosError."""
    return trained_on(read_folder(photos), left_out(model.training.values()))


def save_reworked(
    model: ModelFile,
    stage1: Mapping[str, Tensor],
    second: Stage2Generator,
    noted: Mapping[str, Any],
    folder: Path,
    name: str,
    network: Stage1Config | None = None,
) -> ModelFile:
    """Write a model like another one, but for the tensors of Stage-I.

    noted: what was done, for the configuration of its last run; name: of the new model, "": the
    same; network: its Stage-I, if not the same.
    """
    stage, other = STAGES
    last = model.training[stage]
    told = last.model_copy(update={"config": {**last.config, **noted}})
    changed = {
        "name": name or model.name,
        "training": {**model.training, stage: told},
        stage: network or model.stage1,
    }
    return save(
        model.model_copy(update=changed), {stage: stage1, other: second.state_dict()}, folder
    )
