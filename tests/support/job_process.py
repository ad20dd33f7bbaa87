"""A job as users start it, in a session of its own so that all it started can be found again."""

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

END_TIMEOUT_S = 300


class JobProcess:
    """A running job; what it says on standard error goes to ``log``."""

    def __init__(self, command: Sequence[str], log: Path, environment: Mapping[str, str]) -> None:
        self._log = log
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                command,
                stdout=subprocess.DEVNULL,
                stderr=output,
                start_new_session=True,
                env={**os.environ, **environment},
            )

    @property
    def has_ended(self) -> bool:
        """Whether the job itself has ended."""
        return self._process.poll() is not None

    def exit_code(self, timeout_s: float = END_TIMEOUT_S) -> int:
        """Waits for the job's end; its exit code, negative where a signal ended it."""
        try:
            return self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"still running after {timeout_s:g} s\n{self.told()}") from None

    def ask_to_stop(self) -> None:
        """Sends SIGTERM to the job."""
        self._process.terminate()

    def stderr(self) -> str:
        """What the job has said."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def told(self) -> str:
        """What of it tells why it ended, or else its last words."""
        lines = self.stderr().splitlines()
        telling = [line for line in lines if " failed: " in line or "Caused by" in line]
        return "\n".join([*telling[:5], *lines[-25:]])

    def end(self) -> None:
        """Kills whatever is left of the session: job, JVM and Python workers, each by its pid."""
        for pid in self._members():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait(END_TIMEOUT_S)

    def _members(self) -> Iterator[int]:
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                # The name, second field, may hold spaces and brackets.
                fields = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()
                if int(fields[3]) == self._process.pid:
                    yield int(folder.name)
