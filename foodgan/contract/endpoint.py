"""A small HTTP server for operators: figures and health, beside the process's own work."""

import json
import logging
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

_PORTS_TRIED = 16  # several processes of a kind on one machine take the next ones
_REQUEST_S = 10.0  # how long a client may take to ask

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Answer:
    """What a route answers."""

    body: bytes
    media_type: str = "application/json"
    status: HTTPStatus = HTTPStatus.OK


Route = Callable[[], Answer]


def health(wrong: Callable[[], list[str]]) -> Route:
    """A route that answers 200 while nothing is wrong, else 503 with what is."""

    def answer() -> Answer:
        found = wrong()
        status = HTTPStatus.SERVICE_UNAVAILABLE if found else HTTPStatus.OK
        return Answer(json.dumps({"ok": not found, "wrong": found}).encode(), status=status)

    return answer


class Endpoint:
    """Answers GET requests on a thread of its own, while entered.

    port: 0 takes any that is free; one that is taken is passed over for the next. Without a port
    the process works on, and says so in the log.
    """

    def __init__(self, host: str, port: int, routes: Mapping[str, Route]) -> None:
        self._wanted = (host, port)
        self._routes = routes
        self._server: ThreadingHTTPServer | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        host, port = self._wanted
        self._server = _open(host, port, _handler(self._routes))
        if self._server is None:
            _log.warning("no port from %d on is free on %s: no figures, no health", port, host)
            return self
        self._thread = threading.Thread(
            target=self._server.serve_forever,
            kwargs={"poll_interval": 0.1},
            name="endpoint",
            daemon=True,
        )
        self._thread.start()
        _log.info("figures at http://%s/metrics", self.address)
        return self

    def __exit__(self, *_: object) -> None:
        if self._server and self._thread:
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()

    @property
    def address(self) -> str:
        """HOST:PORT, empty where there was no port."""
        if self._server is None:
            return ""
        host = self._wanted[0]
        return f"{f'[{host}]' if ':' in host else host}:{self._server.server_port}"


def _open(
    host: str, port: int, handler: type[BaseHTTPRequestHandler]
) -> ThreadingHTTPServer | None:
    ports = [*range(port, min(port + _PORTS_TRIED, 65536)), 0] if port else [0]
    kind = _ServerV6 if ":" in host else _Server
    for each in ports:
        try:
            return kind((host, each), handler)
        except OSError as error:
            _log.debug("port %d of %s: %s", each, host, error)
    return None


class _Server(ThreadingHTTPServer):
    daemon_threads = True


class _ServerV6(_Server):
    address_family = socket.AF_INET6


def _handler(routes: Mapping[str, Route]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = _REQUEST_S
        server_version = "foodgan"
        sys_version = ""

        def do_GET(self) -> None:
            self._answer(with_body=True)

        def do_HEAD(self) -> None:
            self._answer(with_body=False)

        def _answer(self, with_body: bool) -> None:
            route = routes.get(self.path.partition("?")[0])
            answer = _answered(route) if route else Answer(b"", "text/plain", HTTPStatus.NOT_FOUND)
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.media_type)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if with_body:
                self.wfile.write(answer.body)

        def log_message(self, format: str, *args: object) -> None:
            _log.debug(format, *args)

    return Handler


def _answered(route: Route) -> Answer:
    try:
        return route()
    except Exception:
        _log.exception("a route of the endpoint failed")
        return Answer(b"", "text/plain", HTTPStatus.INTERNAL_SERVER_ERROR)
