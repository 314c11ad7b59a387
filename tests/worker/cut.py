"""A line between a worker and what it talks to, that a test may cut and mend."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Cut:
    """Passes bytes on from a port of its own to another port of the loopback.

    cut: "no" for a good line; "silent": nothing is passed on and nobody is told; "closed": every
    connection breaks, and new ones too.
    """

    def __init__(self, target: int) -> None:
        self._target = target
        self._mended = threading.Event()
        self._mended.set()
        self._closed = False
        self._pairs: list[socket.socket] = []
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._server.getsockname()[1])

    @contextmanager
    def serving(self) -> Iterator["Cut"]:
        threading.Thread(target=self._accept, daemon=True).start()
        try:
            yield self
        finally:
            with suppress(OSError):
                self._server.shutdown(socket.SHUT_RDWR)
            self._server.close()
            self._break()
            self._mended.set()

    def close(self) -> None:
        """Break every connection, and each new one at once."""
        self._closed = True
        self._break()

    def silence(self) -> None:
        """Pass nothing on; both ends think that the other one is slow."""
        self._mended.clear()

    def mend(self) -> None:
        self._closed = False
        self._mended.set()

    def _break(self) -> None:
        while self._pairs:
            end = self._pairs.pop()
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._server.accept()
            except OSError:
                return
            if self._closed:
                near.close()
                continue
            far = socket.create_connection(("127.0.0.1", self._target))
            self._pairs += [near, far]
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=self._pass_on, args=(source, sink), daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while part := source.recv(65536):
                self._mended.wait()
                sink.sendall(part)
            sink.shutdown(socket.SHUT_WR)
