"""TLS in front of a real server, for servers that were built without: it ends here, as a proxy."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

CHUNK = 65536


@contextmanager
def terminated(port: int, certificate: Path, key: Path, host: str = "127.0.0.1") -> Iterator[int]:
    """Take TLS connections at a free port of the loopback and pass them on to `port` in the clear.

    Yields that port.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with socket.create_server((host, 0)) as server:

        def accept() -> None:
            while True:
                try:
                    guest = server.accept()[0]
                except OSError:
                    return
                threading.Thread(target=_serve, args=(guest, context, port), daemon=True).start()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def _serve(guest: socket.socket, context: ssl.SSLContext, port: int) -> None:
    with guest, suppress(OSError):
        wrapped = context.wrap_socket(guest, server_side=True)  # OSError: a client that refuses us
        with wrapped, socket.create_connection(("127.0.0.1", port)) as inner:
            back = threading.Thread(target=_pass_on, args=(inner, wrapped), daemon=True)
            back.start()
            _pass_on(wrapped, inner)
            back.join(5)


def _pass_on(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(CHUNK):
            sink.sendall(data)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_RDWR)
