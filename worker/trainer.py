"""Trainers: they make models of releases. Needs the store and a model, no GPU and no database."""

from foodgan.contract.models import TRAIN_QUEUE
from foodgan.contract.settings import Settings
from worker.forking import hired
from worker.health import trainer_pulse_file
from worker.training import TASKS

PATIENCE_S = 20.0  # that learning in hand has to end; given back, it begins anew elsewhere


def serve(settings: Settings, label: str, *, burst: bool = False) -> None:
    """One trainer's life. label: its name on this machine."""
    pulse_file = None if burst else trainer_pulse_file(settings, label)
    more = {"pulse_file": pulse_file, "patience_s": PATIENCE_S}
    hired(settings, TRAIN_QUEUE, label, TASKS, **more).serve(burst=burst)
