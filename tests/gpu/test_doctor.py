"""What the doctor says of a GPU."""

import pytest
import torch

from foodgan.contract.settings import Settings
from foodgan.doctor import examine

pytestmark = pytest.mark.gpu


def test_the_doctor_names_the_gpu_and_finds_that_it_paints_in_time() -> None:
    settings = Settings(_env_file=None, device="cuda")  # type: ignore[call-arg]
    device, _threads = examine("device", settings)
    (model,) = examine("model", settings)
    assert torch.cuda.get_device_name() in device.found
    assert "GiB free" in device.found
    assert (device.level, model.level) == ("ok", "ok")
