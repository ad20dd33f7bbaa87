"""The API as a process of its own would serve it: over HTTP, at a free port of this machine."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from support.places import free_port

from millrace.api.app import application
from millrace.api.server import Server
from millrace.api.service import Service
from millrace.config import Api, Config

_DEADLINE_S = 30


@contextmanager
def served(conf: Config, **api: object) -> Iterator[Config]:
    """The configuration of an API that answers while the context is open."""
    own = conf.model_copy(update={"api": Api.model_validate({"port": free_port()} | api)})
    settings = uvicorn.Config(
        application(Service.of(own)),
        host=own.api.listen,
        port=own.api.port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=5,
    )
    server = Server(settings)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        wait(lambda: server.started)
        yield own
    finally:
        server.should_exit = True
        thread.join(_DEADLINE_S)
    assert not thread.is_alive()


def wait(is_so: Callable[[], bool]) -> None:
    """Returns once it is so; fails where it is not in time."""
    ends_at = time.monotonic() + _DEADLINE_S
    while not is_so():
        assert time.monotonic() < ends_at, "it did not come about"
        time.sleep(0.02)
