"""What all tests share: the judge over every request that bot and worker make."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.judge import schema
from tests.judge.judge import Judge


@dataclass
class Docket:
    """How many requests this run judged, and how many of them with Discord's description."""

    judged: int = 0
    with_schema: int = 0


_DOCKET = pytest.StashKey[Docket]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_DOCKET] = Docket()


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


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    docket = config.stash[_DOCKET]
    if docket.judged:
        line = f"judge: {docket.judged} requests judged, {docket.with_schema} with Discord's schema"
        terminalreporter.write_line(line)
    if docket.judged > docket.with_schema:
        terminalreporter.write_line(f"judge: schema part skipped: {schema.ABSENT}", yellow=True)
