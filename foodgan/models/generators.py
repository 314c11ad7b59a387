"""Every generator by its kind, as a checkpoint describes it."""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel

from foodgan.models.dcgan import DcganConfig, DcganGenerator
from foodgan.models.published import PublishedConfig, PublishedGenerator
from foodgan.models.stackgan import Stage1Config, Stage1Generator, Stage2Config, Stage2Generator

Generators = Stage1Generator | Stage2Generator | DcganGenerator | PublishedGenerator

_BY_KIND: dict[str, tuple[type[BaseModel], Callable[[Any], Generators]]] = {
    "stage1": (Stage1Config, Stage1Generator),
    "stage2": (Stage2Config, Stage2Generator),
    "dcgan": (DcganConfig, DcganGenerator),
    "published": (PublishedConfig, PublishedGenerator),
}


def generator_of(kind: str, network: Mapping[str, Any]) -> Generators:
    """Freshly initialised. network: its configuration, as `model_dump` gave it.

    Raises ValidationError.
    """
    config, generator = _BY_KIND[kind]
    return generator(config.model_validate(network))
