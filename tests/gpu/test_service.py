"""A worker's painter on a GPU, as the worker makes it ready."""

from pathlib import Path

import pytest
import torch

from foodgan.contract.orders import COUNT_MAX
from foodgan.contract.settings import Settings
from foodgan.contract.store import Store
from foodgan.painting.cuda_graphs import MOST, Recorded
from foodgan.painting.painter import portions
from foodgan.publishing import serving
from tests.worker.test_succession import another, promote
from worker import passes, service
from worker.succession import Succession

pytestmark = pytest.mark.gpu


@pytest.mark.parametrize("limit", [0, 6])
def test_a_worker_has_recorded_what_its_first_orders_need(tmp_path: Path, limit: int) -> None:
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]
        var_dir=tmp_path,
        device="cuda",
        batch_limit=limit,
    )
    painter = service.load(settings, Succession(settings))
    found = service._limit(painter, settings)
    assert found == limit or found >= COUNT_MAX
    for stage in (painter.first_pass, painter.second_pass):
        assert isinstance(stage, Recorded)
        assert {shape[0] for shape in stage._known} == set(range(1, min(found, MOST) + 1))
    assert len(painter.paint(portions("鮭丼", 7, found))) == found


def test_the_next_model_takes_the_place_of_the_one_before_on_the_gpu_and_gives_it_back(
    tiny_model: Path, tmp_path: Path
) -> None:
    """Each time recorded as the first one is, and in no more memory."""
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]
        var_dir=tmp_path,
        model_dir=tiny_model,
        device="cuda",
        batch_limit=4,
    )
    store, models = Store(settings.photo_store), Succession(settings)
    painter = service.load(settings, models)
    service._limit(painter, settings)
    own, before = painter.model_id, painter.paint(portions("鮭丼", 7, 4))
    held = []
    for _ in range(3):
        promote(store, another(tiny_model, "second", tmp_path))
        models.look()
        painter = passes.settled(models.take().painter, painter.device, 4)
        passes.release(painter.device)
        assert painter.device.type == "cuda"
        assert isinstance(painter.second_pass, Recorded)
        assert painter.paint(portions("鮭丼", 7, 4)) != before
        serving.roll_back(store)
        models.look()
        painter = passes.settled(models.take().painter, painter.device, 4)
        passes.release(painter.device)
        assert (painter.model_id, len(painter.paint(portions("鮭丼", 7, 4)))) == (own, 4)
        held.append(torch.cuda.memory_reserved())
    assert held[2] <= held[0]
