"""What becomes visible in MongoDB, told as it does."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from millrace.config import Config
from millrace.io import mongo


@contextmanager
def watched(
    conf: Config, stages: list[dict[str, Any]], on_change: Callable[[dict[str, Any]], None]
) -> Iterator[None]:
    """Tells each change of the database that the stages let through, as long as it lasts.

    ``on_change`` is called in a thread of its own. Changes are told from when the context begins.
    """
    with mongo.database(conf.mongo).watch(stages, max_await_time_ms=200) as changes:

        def take() -> None:
            change = changes.try_next()
            if change:
                on_change(dict(change))

        with repeated(take):
            yield


@contextmanager
def repeated(step: Callable[[], None], every_s: float = 0.0) -> Iterator[None]:
    """Does ``step`` again and again in a thread of its own, as long as the context lasts."""
    ended = threading.Event()

    def run() -> None:
        while not ended.wait(every_s):
            step()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
