"""Models that follow each other in a worker: another one, promoted in the store."""

from pathlib import Path

import pytest

from foodgan import checkpoint, registry
from foodgan.contract.settings import Settings
from foodgan.contract.store import Store
from foodgan.publishing import serving


def another(model: Path, name: str, folder: Path) -> Path:
    """A model like this one that paints other pictures."""
    stages = {s: checkpoint.load(model / f"{s}.safetensors")[0] for s in registry.STAGES}
    stages["stage1"]["to_rgb.bias"] += len(name)
    about = registry.describe(model).model_copy(update={"name": name})
    registry.save(about, stages, folder / name)
    return folder / name


def promote(store: Store, model: Path, base: str | None = None) -> str:
    """Publish a model and promote it, as operators do; with a base, as a trainer does."""
    digest, name = serving.publish(store, model), registry.describe(model).model_id
    by = "trainer" if base else "operator"
    serving.promote(store, digest, base=base, model_id=name, by=by)
    return digest


@pytest.fixture
def second(tiny_model: Path, tmp_path: Path) -> Path:
    return another(tiny_model, "second", tmp_path)


def model_id(folder: Path) -> str:
    return registry.describe(folder).model_id


@pytest.fixture
def own(tiny_model: Path, tmp_path: Path) -> Settings:
    """Settings of a worker whose own model is the tiny one."""
    return Settings(_env_file=None, var_dir=tmp_path, model_dir=tiny_model, device="cpu", threads=1)


@pytest.fixture
def store(own: Settings) -> Store:
    return Store(own.photo_store)
