"""The socket that the API listens at."""

import socket

import pytest
import uvicorn
from support.places import free_port

from millrace.api.server import bound_socket
from millrace.config import ConfigurationError


async def _application(*_: object) -> None:
    """Is never called."""


def test_connections_send_each_part_of_an_answer_at_once() -> None:
    with bound_socket(uvicorn.Config(_application, host="127.0.0.1", port=0)) as listening:
        listening.listen()
        with socket.create_connection(listening.getsockname()):
            accepted, _ = listening.accept()
            with accepted:
                assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_an_address_in_use_is_told_in_one_line() -> None:
    port = free_port()
    with (
        socket.create_server(("127.0.0.1", port)),
        pytest.raises(ConfigurationError, match=f"api.port: 127.0.0.1:{port} cannot be used"),
    ):
        bound_socket(uvicorn.Config(_application, host="127.0.0.1", port=port))
