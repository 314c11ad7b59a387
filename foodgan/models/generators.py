"""Every generator by its kind, as a checkpoint describes it."""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel

from foodgan.models.dcgan import DcganConfig, DcganGenerator
from foodgan.models.published import PublishedConfig, PublishedGenerator
from foodgan.models.stackgan import Stage1Config, Stage1Generator, Stage2Config, Stage2Generator
from foodgan.text.ngrams import BUCKETS
from foodgan.text.vectors import DIMENSIONS

Generators = Stage1Generator | Stage2Generator | DcganGenerator | PublishedGenerator

TEXT = {"vector_size": DIMENSIONS, "buckets": BUCKETS}  # of every name
_BY_KIND: dict[str, tuple[type[BaseModel], Callable[[Any], Generators]]] = {
    "stage1": (Stage1Config, Stage1Generator),
    "stage2": (Stage2Config, Stage2Generator),
    "dcgan": (DcganConfig, DcganGenerator),
    "published": (PublishedConfig, PublishedGenerator),
}


def described(
    kind: str, model: Mapping[str, Any], text: Mapping[str, int] = TEXT
) -> dict[str, Any]:
    """A network by its [model] table, and as much of the names' sizes as it reads of them."""
    config, _ = _BY_KIND[kind]
    return {**model, **{key: size for key, size in text.items() if key in config.model_fields}}


def generator_of(kind: str, network: Mapping[str, Any]) -> Generators:
    """Freshly initialised. network: its whole configuration. Raises ValidationError."""
    config, generator = _BY_KIND[kind]
    return generator(config.model_validate(network))
