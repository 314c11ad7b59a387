"""A worker's painter on a GPU, as the worker makes it ready."""

from pathlib import Path

import pytest

from foodgan.contract.orders import COUNT_MAX
from foodgan.contract.settings import Settings
from foodgan.painter import portions
from foodgan.recorded_pass import MOST, Recorded
from worker import service
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
