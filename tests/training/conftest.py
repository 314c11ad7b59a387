"""What lessons in new names share: a model that knows two dishes, and few steps."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from foodgan.training import hearing
from tests.metrics.clubs import index_model


@pytest.fixture(scope="module")
def quick_hearing() -> Iterator[None]:
    """Tiny encoders learn fast."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hearing, "STEPS", 60)
        patch.setattr(hearing, "OTHERS", 200)
        patch.setattr(hearing, "UNDER", 60)
        yield


@pytest.fixture(scope="session")
def model(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model whose index knows photos of カレー and 鮭丼."""
    return index_model(tiny_model, tmp_path_factory.mktemp("indexed"))
