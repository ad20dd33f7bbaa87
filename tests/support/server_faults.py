"""The servers of this suite alone, and what is done to them."""

import os
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

from rich.console import Console

from millrace import config, stack
from millrace.config import Addition, Server

_SILENT = Console(file=StringIO())
_END_TIMEOUT_S = 10


class Servers:
    """A broker, a mongod and a MariaDB that may be killed and paused: no other test has them.

    So may be those of ``additions``, such as change capture.
    """

    def __init__(self, file: Path, *, additions: Sequence[Addition] = ()) -> None:
        self.file = file
        self.conf = config.load(file)
        self._additions = additions

    def up(self) -> None:
        """Starts those that do not run, on the data that they had."""
        self.conf = stack.up(self.conf, _SILENT, self._additions)

    def down(self) -> None:
        """Ends all of them."""
        stack.down(self.conf, _SILENT)

    def kill(self, kind: Server) -> None:
        """Ends one by SIGKILL."""
        pid = self._pid(kind)
        assert pid, f"{kind} does not run"
        os.kill(pid, signal.SIGKILL)
        deadline = time.monotonic() + _END_TIMEOUT_S
        while self._pid(kind):
            assert time.monotonic() < deadline, f"{kind} survives SIGKILL"
            time.sleep(0.05)

    @contextmanager
    def paused(self, kind: Server) -> Iterator[None]:
        """One that answers nothing for a while, its connections left open."""
        pid = self._pid(kind)
        assert pid, f"{kind} does not run"
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    def _pid(self, kind: Server) -> int | None:
        return next(server.pid for server in stack.status(self.conf) if server.kind == kind)
