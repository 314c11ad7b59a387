"""What the sandbox records reaches the judge whole."""

from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from bot.sandbox.body import Body, Upload
from bot.sandbox.record import Record
from tests.judge import shapes
from tests.judge.judge import Judge, from_sandbox


def _recorded(record: Record, method: str, path: str, body: Body, status: int = 200) -> None:
    multipart = "multipart/form-data" if body.files else "application/json"
    headers = {"Content-Type": multipart, "User-Agent": "DiscordBot (https://example.org, 1.0)"}
    request: web.Request = make_mocked_request(method, path, headers=headers)
    recorded = record.add(request, path, body)
    recorded.status = status
    record.answered(recorded)


def _edit() -> tuple[str, Body]:
    payload = {
        "content": "カツ丼",
        "attachments": [shapes.attachment()],
        "allowed_mentions": shapes.QUIET,
    }
    upload = Upload("files[0]", 0, "dish-0.png", "image/png", b"png")
    return shapes.ORIGINAL.removeprefix("/api/v10"), Body(payload, [upload])


def test_a_recorded_dish_passes(judge: Judge) -> None:
    record = Record(kept=10)
    record.hooks.append(lambda recorded: judge.observe(from_sandbox(recorded.to_json())))

    _recorded(record, "POST", shapes.CALLBACK.removeprefix("/api/v10"), Body({"type": 5}))
    _recorded(record, "PATCH", *_edit())

    assert [len(request.files) for request in judge.requests] == [0, 1]


def test_a_recorded_fault_is_caught() -> None:
    record = Record(kept=10)
    path, body = _edit()
    _recorded(record, "PATCH", path, Body(body.payload))
    judge = Judge()

    judge.observe(*(from_sandbox(each.to_json()) for each in record.since()))

    assert {found.rule for found in judge.verdicts()} == {"attachment_without_file"}


def test_the_order_of_arrival_counts_not_that_of_the_answers() -> None:
    record = Record(kept=10)
    path, body = _edit()
    _recorded(record, "POST", shapes.CALLBACK.removeprefix("/api/v10"), Body({"type": 5}))
    _recorded(record, "PATCH", path, body)
    judge = Judge()

    judge.observe(*(from_sandbox(each.to_json()) for each in reversed(record.since())))

    assert judge.verdicts() == []
