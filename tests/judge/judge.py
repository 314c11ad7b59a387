"""The judge: every HTTP request of bot and worker, held against Discord's published rules.

Two halves: Discord's own OpenAPI description (`schema.py`, rests where the file is not at hand) and
rules by hand (`rules.py`). What a clean verdict proves: the requests that were observed, made by
the real client library and the real worker, conform to the published schema and the rules written
down here. It is not a run against Discord itself: what Discord does beyond its documentation, its
permissions, its rate limits and its rendering stay unproven.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from tests.judge import rules
from tests.judge.request import Request, Upload, Violation
from tests.judge.schema import Schema


class Judge:
    """Collects requests, then says what is wrong with them.

    schema: Discord's description, None where it is not at hand.
    """

    def __init__(self, schema: Schema | None = None) -> None:
        self.schema = schema
        self.requests: list[Request] = []
        self.interaction_types: dict[str, int] = {}

    def observe(self, *requests: Request) -> None:
        """Take requests in, in the order in which they were made or with their numbers."""
        for request in requests:
            headers = {name.lower(): value for name, value in request.headers.items()}
            self.requests.append(replace(request, method=request.method.upper(), headers=headers))

    def expect(self, interaction_id: str, interaction_type: int) -> None:
        """Say what an interaction is (2 command, 3 component, 4 autocomplete, 5 modal)."""
        self.interaction_types[interaction_id] = interaction_type

    def verdicts(self) -> list[Violation]:
        """Every violation: first request by request, then of the whole sequence."""
        found: list[Violation] = []
        for request in self.requests:
            if self.schema is not None:
                found += self.schema.violations(request)
            found += rules.violations(request)
        in_order = sorted(self.requests, key=lambda request: request.number)
        found += rules.violations_over_time(in_order, self.interaction_types)
        return found

    def assert_clean(self) -> None:
        """Fail with a line for each violation."""
        found = self.verdicts()
        assert not found, _report(found, len(self.requests))


def from_sandbox(record: Mapping[str, Any]) -> Request:
    """A request as the sandbox recorded it: `Recorded.to_json()` of `bot/sandbox/record.py`.

    An answer is recorded after its request, so `number` keeps the order of arrival.
    """
    return Request(
        method=record["method"],
        path=record["path"],
        query=record["query"],
        headers=record["headers"],
        body=record["payload"],
        files=tuple(
            Upload(part["field"], part["filename"], part["size"]) for part in record["files"]
        ),
        status=record["status"],
        number=record["number"],
        page=record["page"],
    )


def _report(found: Iterable[Violation], judged: int) -> str:
    lines = [f"  {violation}" for violation in found]
    return "\n".join([f"{len(lines)} violations in {judged} requests:", *lines])
