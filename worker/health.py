"""The file by which others see that a worker lives. Imports nothing heavy: it is asked often."""

from pathlib import Path

from foodgan.contract.settings import Settings


def pulse_file(settings: Settings, label: str) -> Path:
    """The file that a living worker touches. label: its name on this machine."""
    return settings.var_dir / f"worker-{label}.pulse"


def intake_pulse_file(settings: Settings, label: str) -> Path:
    """The same of a living intake worker."""
    return settings.var_dir / f"intake-{label}.pulse"


def trainer_pulse_file(settings: Settings, label: str) -> Path:
    """The same of a living trainer."""
    return settings.var_dir / f"trainer-{label}.pulse"
