"""Models in a store, for tests of what becomes of them."""

import json
import os
from pathlib import Path

from foodgan import registry
from foodgan.chaos import shelf
from foodgan.contract.models import MODEL, MODELS
from foodgan.contract.photos import TOMBSTONES, Tombstone
from foodgan.contract.store import Store, lines_of
from foodgan.publishing import serving

OWN, OTHER = "0" * 64, "1" * 64  # digests of workers' own models


def renamed(model: Path, folder: Path, name: str) -> Path:
    """The same model under another name, and so with another digest."""
    return shelf.renamed(model, folder / name)


def served(store: Store, model: Path, base: str | None, by: str = "trainer") -> str:
    """Publish a model and promote it; its digest."""
    digest = serving.publish(store, model)
    model_id = registry.describe(model).model_id
    serving.promote(store, digest, base=base, model_id=model_id, by=by)  # type: ignore[arg-type]
    return digest


def published(store: Store) -> list[str]:
    """The whole models of a store."""
    return [one for one in store.folders(MODELS) if store.exists(f"{MODELS}/{one}/{MODEL}")]


def counted(store: Store, own: str) -> str | None:
    promotion = serving.serving(store).counts_for(own)
    return promotion.digest if promotion else None


def learned_from(model: Path, release: str | None) -> Path:
    """A model that says that it learned names from this release."""
    told = json.loads((model / MODEL).read_text("utf-8"))
    told["training"]["stage2"]["photos"]["release"] = release
    (model / MODEL).write_text(json.dumps(told), "utf-8")
    return model


def bury(store: Store, sha256: str) -> None:
    store.write(TOMBSTONES, lines_of([Tombstone(sha256=sha256, original_sha256="0" * 64)]))


def aged(store: Store) -> None:
    """Everything was published long ago."""
    for path in Path(store.full(MODELS)).rglob("*"):
        os.utime(path, (1_000, 1_000))
