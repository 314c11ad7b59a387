"""A link is followed only where it may be, and never further than the limit."""

from collections.abc import Iterator

import pytest

from foodgan.contract.errors import UserError
from foodgan.contract.settings import Settings
from tests.worker import shelf as shelves
from tests.worker.shelf import Shelf, send
from worker import fetch as fetching
from worker.fetch import FetchFailed, fetch, origins


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    with Shelf().open() as shelf:
        yield shelf


def refusal(url: str, shelf: Shelf, mb_max: int = 1) -> str:
    """The phrase with which a link is refused."""
    with pytest.raises(UserError) as refused:
        fetch(url, (shelf.origin,), mb_max)
    return refused.value.phrase


def test_a_file_comes_whole(shelf: Shelf) -> None:
    data = bytes(range(256)) * 3000
    assert fetch(shelf.put("/a.jpg", data), (shelf.origin,), 1) == data


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/a.jpg",
        "http://cdn.discordapp.com/a.jpg",
        "https://cdn.discordapp.com.example.com/a.jpg",
        "https://cdn.discordapp.com:8443/a.jpg",
        "https://user@cdn.discordapp.com/a.jpg",
        "https://cdn.discordapp.com@example.com/a.jpg",
        "https://cdn.discordapp.com\\@example.com/a.jpg",
        "file:///etc/passwd",
        "ftp://cdn.discordapp.com/a.jpg",
        "//cdn.discordapp.com/a.jpg",
        "https://[::1/a.jpg",
        "https://127.0.0.1/a.jpg",
        "https://cdn.discordapp.com/a b.jpg",
        "https://cdn.discordapp.com/a\r\nHost: example.com",
        "https://cdn.dıscordapp.com/a.jpg",
        "",
    ],
)
def test_a_link_to_elsewhere_is_not_followed(url: str) -> None:
    with pytest.raises(UserError) as refused:
        fetch(url, origins(Settings(_env_file=None)), 1)
    assert refused.value.phrase == "intake-link-foreign"


def test_discords_hosts_are_allowed_and_a_stand_in_is_added() -> None:
    hosts = ("https://cdn.discordapp.com", "https://media.discordapp.net")
    assert origins(Settings(_env_file=None)) == hosts
    settings = Settings(_env_file=None, discord_api_base="http://127.0.0.1:8700/api/v10")
    assert origins(settings) == (*hosts, "http://127.0.0.1:8700")


def test_a_redirect_is_not_followed(shelf: Shelf) -> None:
    target = shelf.put("/target.jpg", b"x")
    shelf.faults["/a.jpg"] = lambda request: send(request, 302, b"", Location=target)
    assert refusal(shelf.put("/a.jpg", b""), shelf) == "intake-link-foreign"
    assert "/target.jpg" not in shelf.asked


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_link_that_has_run_out_is_said_to_be_gone(status: int, shelf: Shelf) -> None:
    shelf.faults["/a.jpg"] = lambda request: send(request, status, b"")
    assert refusal(shelf.put("/a.jpg", b""), shelf) == "intake-link-gone"


def test_a_file_over_the_limit_is_refused_by_its_length_or_while_it_comes(shelf: Shelf) -> None:
    assert refusal(shelf.put("/big.jpg", bytes(1024 * 1024 + 1)), shelf) == "intake-too-big"
    shelf.faults["/endless.jpg"] = shelves.endless
    assert refusal(shelf.put("/endless.jpg", b""), shelf) == "intake-too-big"


def test_a_file_of_just_the_limit_comes(shelf: Shelf) -> None:
    assert len(fetch(shelf.put("/a.jpg", bytes(1024 * 1024)), (shelf.origin,), 1)) == 1024 * 1024


@pytest.mark.parametrize("status", [429, 500, 503, 206])
def test_a_host_in_trouble_is_asked_again_later(status: int, shelf: Shelf) -> None:
    shelf.faults["/a.jpg"] = lambda request: send(request, status, b"")
    with pytest.raises(FetchFailed, match=str(status)):
        fetch(shelf.put("/a.jpg", b""), (shelf.origin,), 1)


def test_a_body_cut_short_is_no_file(shelf: Shelf) -> None:
    shelf.faults["/a.jpg"] = shelves.cut
    with pytest.raises(FetchFailed):
        fetch(shelf.put("/a.jpg", b""), (shelf.origin,), 1)


def test_no_error_holds_the_link(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "TIMEOUT_S", 0.2)
    url = shelf.put("/a.jpg", b"")
    shelf.faults["/a.jpg"] = shelves.cut
    errors = []
    for origin in (shelf.origin, "http://127.0.0.1:9"):
        with pytest.raises(FetchFailed) as failed:
            fetch(url.replace(shelf.origin, origin), (origin,), 1)
        errors.append(failed.value)
    assert not any("s3cr3t" in f"{error!r}{error.__cause__!r}" for error in errors)
