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
    ended = threading.Event()
    with mongo.database(conf.mongo).watch(stages, max_await_time_ms=200) as changes:

        def watch() -> None:
            while not ended.is_set():
                change = changes.try_next()
                if change:
                    on_change(dict(change))

        thread = threading.Thread(target=watch, daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()
