"""The client library on the wire, for the judge's own tests."""

from collections.abc import AsyncIterator

import pytest

from tests.judge.judge import Judge
from tests.judge.wire import Wire, open_wire


@pytest.fixture
async def wire(judge: Judge) -> AsyncIterator[Wire]:
    """A logged-in client; the judge hears all of it when the test is over."""
    async with open_wire() as wire:
        yield wire
    judge.observe(*wire.requests)
