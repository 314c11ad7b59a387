"""The judge is proven before it judges: planted faults must be caught, sound requests must pass.

This proves the judge against its own rules and against Discord's published description, not against
Discord itself.
"""

import pytest

from tests.judge import history, rules, schema
from tests.judge.fault import Fault
from tests.judge.judge import Judge
from tests.judge.planted import FAULTS
from tests.judge.request import Request
from tests.judge.shapes import SOUND


def _verdict(fault: Fault, description: schema.Schema | None) -> set[tuple[str, str]]:
    judge = Judge(description)
    judge.observe(*fault.requests)
    for interaction, kind in fault.types:
        judge.expect(interaction, kind)
    return {(violation.part, violation.rule) for violation in judge.verdicts()}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.sentence)
def test_a_planted_fault_is_caught(fault: Fault, description: schema.Schema | None) -> None:
    if fault.rule is None and description is None:
        pytest.skip(schema.ABSENT)

    found = _verdict(fault, description)

    assert found, "nobody noticed"
    if fault.rule is not None:
        assert ("rule", fault.rule) in found
    if description is not None:
        assert ("schema" in {part for part, _ in found}) == fault.schema


@pytest.mark.parametrize("request_", SOUND.values(), ids=SOUND.keys())
def test_what_the_faults_are_planted_into_is_sound(request_: Request, judge: Judge) -> None:
    judge.observe(request_)


def test_every_rule_has_bitten() -> None:
    bitten = {fault.rule for fault in FAULTS}

    unproven = {rule.__name__ for rule in (*rules.RULES, *history.RULES)} - bitten

    assert not unproven


def test_every_sentence_stands_once() -> None:
    sentences = [fault.sentence for fault in FAULTS]

    assert len(sentences) == len(set(sentences)) >= 40


def test_a_violation_is_readable() -> None:
    judge = Judge()
    judge.observe(FAULTS[0].requests[0])

    with pytest.raises(AssertionError, match="1 violations in 1 requests") as caught:
        judge.assert_clean()

    assert "[rule: version_in_the_path] PATCH /webhooks/" in str(caught.value)
