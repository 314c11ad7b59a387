"""A line between a worker and what it talks to, on the loopback, that can be cut and mended."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

HOST = "127.0.0.1"


class Cut:
    """Passes bytes on from a port of its own to another port of the loopback.

    `silence`: nothing is passed on and nobody is told; what was on its way arrives after `mend`.
    `close`: every connection breaks, and new ones too. Where the target is away, so does the line.
    """

    def __init__(self, target: int) -> None:
        self._target = target
        self._mended = threading.Event()
        self._mended.set()
        self._closed = False
        self._ends: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._server = socket.create_server((HOST, 0))
        self.port = int(self._server.getsockname()[1])

    @contextmanager
    def serving(self) -> Iterator["Cut"]:
        """Pass on, on threads of its own, till the block ends."""
        threading.Thread(target=self._accept, daemon=True).start()
        try:
            yield self
        finally:
            with suppress(OSError):
                self._server.shutdown(socket.SHUT_RDWR)
            self._server.close()
            self.close()
            self._mended.set()

    @property
    def whole(self) -> bool:
        """Whether it is neither closed nor silent."""
        return self._mended.is_set() and not self._closed

    def close(self) -> None:
        """Break every connection, and each new one at once."""
        self._closed = True
        with self._lock:
            ends = tuple(self._ends)
        for end in ends:
            _hang_up(end)

    def silence(self) -> None:
        """Pass nothing on; both ends think that the other one is slow."""
        self._mended.clear()

    def mend(self) -> None:
        """Be a good line again."""
        self._closed = False
        self._mended.set()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._connect, args=(near,), daemon=True).start()

    def _connect(self, near: socket.socket) -> None:
        """Hold a connection for as long as both of its ends do."""
        with near:
            if self._closed:
                return
            try:
                far = socket.create_connection((HOST, self._target))
            except OSError:
                return
            with far:
                with self._lock:
                    self._ends |= {near, far}
                back = threading.Thread(target=self._pass_on, args=(far, near), daemon=True)
                back.start()
                self._pass_on(near, far)
                back.join()
                with self._lock:
                    self._ends -= {near, far}

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        try:
            while part := source.recv(65536):
                self._mended.wait()
                sink.sendall(part)
            self._mended.wait()
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            _hang_up(source)
            _hang_up(sink)


def _hang_up(end: socket.socket) -> None:
    """Wake whoever reads from it or writes to it; that thread closes it."""
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
