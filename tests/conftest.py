"""What all tests share: the judge over every request, and a tiny model from drawn photos."""

import logging
import os
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest

from foodgan.contract import terminal
from foodgan.machine import process
from tests.judge import schema
from tests.judge.judge import Judge

SLOW_S = 600  # in place of the limit for all tests
SLOW_IS = 25  # tests that are not slow


@dataclass
class Docket:
    """How many requests this run judged, and how many of them with Discord's description."""

    judged: int = 0
    with_schema: int = 0


_DOCKET = pytest.StashKey[Docket]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_DOCKET] = Docket()
    os.environ[terminal.CHOSEN] = "en"  # whatever this terminal speaks; a test may choose
    process.keep_memory()  # or a fifth of what networks take is the kernel's, who clears pages
    if os.environ.get("PYTEST_XDIST_WORKER"):  # one of several, a core each
        os.environ["OMP_NUM_THREADS"] = "1"
        if "torch" in sys.modules:  # by a conftest of a folder that was named: it has read it
            sys.modules["torch"].set_num_threads(1)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Half as many again as there are cores: half of the time is waiting for other processes."""
    return (os.cpu_count() or 1) * 3 // 2 or 1


def pytest_sessionfinish(session: pytest.Session) -> None:
    told = getattr(session.config, "workeroutput", None)
    if told is not None:
        told["docket"] = asdict(session.config.stash[_DOCKET])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Add what one of several processes judged."""
    docket = node.config.stash[_DOCKET]
    told = Docket(**getattr(node, "workeroutput", {}).get("docket", {}))
    docket.judged += told.judged
    docket.with_schema += told.with_schema


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes ten seconds on a quiet machine may take minutes on one that is busy.

    Of several processes each takes a file at a time: none is to begin a long one last, and have the
    others wait.
    """
    for item in items:
        if item.get_closest_marker("slow") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(SLOW_S))
    if os.environ.get("PYTEST_XDIST_WORKER"):
        cost: Counter[Path] = Counter()
        for item in items:
            cost[item.path] += SLOW_IS if item.get_closest_marker("slow") else 1
        items.sort(key=lambda item: -cost[item.path])


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("gpu"):
        import torch  # takes seconds, which few runs of tests need

        if not torch.cuda.is_available():
            pytest.skip("needs a CUDA device")


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    """A command that a test runs in this process logs to an output that ends with the test."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    hooks = sys.excepthook, threading.excepthook
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(False)
    sys.excepthook, threading.excepthook = hooks


@pytest.fixture(scope="session")
def description() -> schema.Schema | None:
    """Discord's OpenAPI description, None where it is not at hand."""
    path = schema.description_path()
    return schema.load(path) if path else None


@pytest.fixture
def judge(description: schema.Schema | None, request: pytest.FixtureRequest) -> Iterator[Judge]:
    """A judge that fails the test when a request that it observed breaks a rule."""
    judge = Judge(description)
    yield judge
    docket = request.config.stash[_DOCKET]
    docket.judged += len(judge.requests)
    docket.with_schema += len(judge.requests) if description else 0
    judge.assert_clean()


@pytest.fixture(scope="session")
def drawn_photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of ten drawn dishes with metadata.jsonl."""
    from tests.generator_fixtures import draw_photos  # brings torch, which few tests want

    return draw_photos(tmp_path_factory.mktemp("photos"))


@pytest.fixture(scope="module")
def quick_teacher() -> Iterator[None]:
    """A teacher that hardly learns to read, and sees no more than there is: for whom it teaches."""
    from foodgan.training import energy, teacher

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(teacher, "READ_STEPS", 20)
        patch.setattr(teacher, "SEEN_SIZE", 64)
        patch.setattr(energy, "SEEN_SIZE", 64)
        yield


@pytest.fixture(scope="session")
def tiny_model(drawn_photos: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model's folder, exported from two tiny runs on the drawn photos."""
    from tests.generator_fixtures import build_model

    return build_model(drawn_photos, tmp_path_factory.mktemp("tiny"))


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    docket = config.stash[_DOCKET]
    if docket.judged:
        line = f"judge: {docket.judged} requests judged, {docket.with_schema} with Discord's schema"
        terminalreporter.write_line(line)
    if docket.judged > docket.with_schema:
        terminalreporter.write_line(f"judge: schema part skipped: {schema.ABSENT}", yellow=True)
