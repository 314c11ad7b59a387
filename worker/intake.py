"""Intake workers: they take in contributed photos, and do what may take long about them.

Two processes make one worker: this one serves the queue `photo`, one beside it the queue `chores`,
so that no photo waits for a release.
"""

from foodgan.contract import pulse
from foodgan.contract.photos import CHORE_QUEUE, PHOTO_QUEUE
from foodgan.contract.settings import Settings
from foodgan.photos import words
from worker.beside import Beside
from worker.forking import hired
from worker.photos import TASKS

_CHORES_NICE = 10  # photos go first


def serve(settings: Settings, label: str, *, burst: bool = False) -> None:
    """One intake worker's life. label: its name on this machine."""
    words.warm()
    if burst:
        for queue in (PHOTO_QUEUE, CHORE_QUEUE):
            hired(settings, queue, label, TASKS).serve(burst=True)
        return
    chores = Beside(lambda: hired(settings, CHORE_QUEUE, label, TASKS).serve(), _CHORES_NICE)
    chores.keep()
    pulse_file = pulse.of_worker(settings.var_dir, "intake", label)
    hired(settings, PHOTO_QUEUE, label, TASKS, pulse_file=pulse_file, beside=chores).serve()
