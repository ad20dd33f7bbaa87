"""A service goes on whatever its runs end with, and ends with 0 where it is asked to."""

import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
import typer

from millrace.runtime.repeated import duration

SERVICE = """
import sys
from datetime import timedelta
from millrace.runtime.repeated import repeated
repeated([sys.executable, "-c", *sys.argv[1:]], timedelta(milliseconds=1))
"""
RUN = """
import os, sys, time
with open(sys.argv[1], "a") as told:
    told.write(f"{os.getpid()}\\n")
time.sleep(float(sys.argv[2]))
sys.exit(1)
"""
PATIENCE_S = 60


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize(("takes_s", "runs"), [(0, 3), (600, 1)], ids=["between runs", "in a run"])
def test_it_goes_on_until_it_is_asked_to_stop(
    number: signal.Signals, takes_s: int, runs: int, tmp_path: Path
) -> None:
    """Runs that fail end nothing; one that is on its way ends with the service."""
    told = tmp_path / "told"
    told.touch()
    command = [sys.executable, "-c", SERVICE, RUN, str(told), str(takes_s)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as service:
        ends_at = time.monotonic() + PATIENCE_S
        while len(told.read_text().splitlines()) < runs:
            assert time.monotonic() < ends_at
            assert service.poll() is None
            time.sleep(0.01)
        service.send_signal(number)
        assert service.wait(PATIENCE_S) == 0
        assert service.stderr
        assert "Traceback" not in service.stderr.read()
    last = int(told.read_text().splitlines()[-1])
    assert not Path(f"/proc/{last}").exists()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90s", timedelta(seconds=90)),
        ("10m", timedelta(minutes=10)),
        ("1h", timedelta(hours=1)),
        ("1d", timedelta(days=1)),
    ],
)
def test_durations(text: str, expected: timedelta) -> None:
    assert duration(text) == expected


@pytest.mark.parametrize(
    "text", ["", "0m", "1", "1w", "1.5h", "-1h", "1h30m", "9999999999d", "\u0661h"]
)
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="not a duration"):
        duration(text)
