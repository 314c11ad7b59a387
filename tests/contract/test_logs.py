"""Log lines for machines: one JSON object each, the order's id in a field, no secret."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from foodgan.contract.logs import brief, redact

ROOT = Path(__file__).parents[2]
TOKEN = "aW50ZXJhY3Rpb246MTIzNDU2Nzg5MDEy-test-token"
SIGNATURE = "0f1e2d3c4b5a6978" * 4
HEAD = """
import logging, threading, warnings
from foodgan.contract import logs
logs.set_up("DEBUG", "json")
log = logging.getLogger("test")
"""


def lines(code: str) -> list[dict[str, Any]]:
    """What a process that runs `code` logs."""
    command = [sys.executable, "-c", HEAD + code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.stdout == ""
    return [json.loads(line) for line in done.stderr.splitlines()]


def test_an_order_has_a_field_of_its_own() -> None:
    one, many, none = lines(
        'log.info("order %s: served in %.2f s", "0123abcd", 1)\n'
        'log.info("painting orders %s", "0123abcd, 4567cdef")\n'
        'log.info("order disorder: nothing in this order")\n'
    )
    assert one["order"] == "0123abcd"
    assert many["orders"] == ["0123abcd", "4567cdef"]
    assert not {"order", "orders"} & set(none)
    assert set(one) == {"time", "level", "logger", "event", "order"}


@pytest.mark.parametrize(
    "code",
    [
        f'raise ValueError("/webhooks/112233/{TOKEN}/messages")',
        f"""
def work():
    raise ValueError("/webhooks/112233/{TOKEN}/messages")
thread = threading.Thread(target=work, name="poster")
thread.start()
thread.join()""",
        f'warnings.warn("/webhooks/112233/{TOKEN}/messages")',
        f"""
try:
    raise ValueError("/webhooks/112233/{TOKEN}/messages")
except ValueError:
    log.exception("order 0123abcd: two\\nlines")""",
    ],
)
def test_what_goes_wrong_is_one_line_too_and_shows_no_token(code: str) -> None:
    [line] = lines(code)
    assert TOKEN not in json.dumps(line)
    assert "webhooks/112233" in json.dumps(line)


def test_a_link_to_a_photo_is_logged_without_its_signature() -> None:
    """Whoever has it can read the photo; libraries log whole payloads at DEBUG."""
    link = "https://cdn.discordapp.com/ephemeral-attachments/1/2/a.jpg?ex=66a0&is=669f&hm="
    [line] = lines(f'log.debug("executing %s", ("INSERT", "{link}{SIGNATURE}&"))')
    assert SIGNATURE not in json.dumps(line)
    assert link in json.dumps(line)


@pytest.mark.parametrize(
    "secret",
    [TOKEN, "Bot abcdefghijk", f"hm={SIGNATURE}", f"{'MTEyMjMz' * 3}.abcdef.{'x' * 27}"],
)
@pytest.mark.parametrize("before", ["", " ", "は", "、", "「"])
def test_a_secret_is_blotted_out_whatever_letter_stands_before_it(secret: str, before: str) -> None:
    assert secret not in redact(f"応答{before}{secret}")


def test_what_a_record_tells_of_forges_no_line_and_moves_no_cursor() -> None:
    code = HEAD.replace('"json"', '"text"') + (
        "try:\n"
        "    raise ValueError('\\x1b[2J')\n"
        "except ValueError:\n"
        "    log.exception('order %s: dropped', 'x\\n2026-01-01 ERROR bot: \\x1b]0;mine\\x07')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    head, *rest = done.stderr.splitlines()
    assert head.endswith("ERROR test: order x")
    assert rest[0] == "    2026-01-01 ERROR bot: \\x1b]0;mine\\x07: dropped"
    assert rest[-1] == "ValueError: \\x1b[2J"


def test_a_text_that_is_cut_shows_no_half_of_a_secret() -> None:
    fault = "it fails at redis://club:hunter2@nas/0"
    for most in range(len(fault)):
        assert "hun" not in brief(fault, most)
        assert len(brief(fault, most)) <= most


def test_ctrl_c_is_no_failure_to_report() -> None:
    command = [sys.executable, "-c", HEAD + "raise KeyboardInterrupt"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert "nobody caught" not in done.stderr
