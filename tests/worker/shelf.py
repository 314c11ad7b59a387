"""A file server on loopback in the place of Discord's CDN, with faults on demand."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Shelf:
    """Serves files by path. `faults` maps a path to what happens there instead of an answer.

    asked: how often each path was asked for.
    """

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.faults: dict[str, Callable[[BaseHTTPRequestHandler], None]] = {}
        self.asked: dict[str, int] = {}
        self.port = 0

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def put(self, path: str, data: bytes) -> str:
        """Lay a file out; returns its link, signed like one of Discord's."""
        self.files[path] = data
        return f"{self.origin}{path}?ex=66&is=65&hm=s3cr3t"

    @contextmanager
    def open(self) -> Iterator["Shelf"]:
        shelf = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = self.path.partition("?")[0]
                shelf.asked[path] = shelf.asked.get(path, 0) + 1
                if path in shelf.faults:
                    shelf.faults[path](self)
                elif path in shelf.files:
                    send(self, 200, shelf.files[path])
                else:
                    send(self, 404, b"gone")

            def log_message(self, *_: object) -> None:
                """Quiet."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        self.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield self
        server.shutdown()
        server.server_close()


def send(request: BaseHTTPRequestHandler, status: int, data: bytes, **headers: str) -> None:
    """A plain answer."""
    request.send_response(status)
    for name, value in headers.items():
        request.send_header(name.replace("_", "-"), value)
    request.send_header("Content-Length", str(len(data)))
    request.end_headers()
    request.wfile.write(data)


def endless(request: BaseHTTPRequestHandler) -> None:
    """A body without a length that never ends."""
    request.send_response(200)
    request.end_headers()
    try:
        while True:
            request.wfile.write(b"\xff\xd8\xff" + bytes(65536))
    except OSError:
        return


def trickle(request: BaseHTTPRequestHandler) -> None:
    """A body that comes a byte at a time."""
    request.send_response(200)
    request.end_headers()
    try:
        while True:
            request.wfile.write(b"\xff")
            time.sleep(0.2)
    except OSError:
        return


def cut(request: BaseHTTPRequestHandler) -> None:
    """A body that stops before its announced end."""
    request.send_response(200)
    request.send_header("Content-Length", "100000")
    request.end_headers()
    request.wfile.write(b"\xff\xd8\xff" + bytes(500))
