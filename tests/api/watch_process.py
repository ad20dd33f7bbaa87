"""A watcher as a process of its own, that may be killed: CONF FEED QUERY FILE.

It appends what it is told to the file, each event as a line, and begins where the file ends.
"""

import json
import math
import os
import sys
import time
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

import httpx
from api.watching import Event, Watcher

from millrace import config

_PAUSE_S = 0.2


def recorded(file: Path) -> list[Event]:
    """The events of a file, but one that was not written to its end."""
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    return [Event(**json.loads(line)) for line in text.split("\n")[:-1]]


class Recorder(Watcher):
    """Writes down each event as it comes."""

    deadline_s = math.inf

    def __init__(self, feed: str, query: str, file: Path) -> None:
        super().__init__({"feed": feed, "q": query})
        self.events = recorded(file)
        self.cursor = self.events[-1].id if self.events else None
        self._file = os.open(file, os.O_APPEND | os.O_CREAT | os.O_WRONLY)

    def _frame(self, frame: bytes) -> None:
        before = len(self.events)
        super()._frame(frame)
        for event in self.events[before:]:
            os.write(self._file, f"{json.dumps(asdict(event))}\n".encode())


def main() -> None:
    """Watches for good, whoever comes and goes."""
    conf, feed, query, file = sys.argv[1:]
    recorder = Recorder(feed, query, Path(file))
    while True:
        with suppress(httpx.HTTPError, StopIteration):
            recorder.watch(config.load(Path(conf)))
        time.sleep(_PAUSE_S)


if __name__ == "__main__":
    main()
