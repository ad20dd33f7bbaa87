"""What is made once is made once, however many ask for it at the same time."""

import subprocess
import sys
from pathlib import Path

import pytest

from millrace.setup.downloads import once

MAKE = """
import sys, time
from pathlib import Path
from millrace.setup.downloads import once
def fill(folder):
    with open(sys.argv[2], "a") as told:
        told.write("made\\n")
    time.sleep(0.5)
    (folder / "content").touch()
once(Path(sys.argv[1]), fill)
assert (Path(sys.argv[1]) / "content").exists()
"""


def test_processes_that_ask_at_once_get_one_folder(tmp_path: Path) -> None:
    folder, told = tmp_path / "made", tmp_path / "told"
    command = [sys.executable, "-c", MAKE, str(folder), str(told)]
    running = [subprocess.Popen(command) for _ in range(4)]
    assert [process.wait(60) for process in running] == [0] * 4
    assert told.read_text() == "made\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["made", "told"]


def test_what_fails_leaves_nothing(tmp_path: Path) -> None:
    def fail(folder: Path) -> None:
        (folder / "half").touch()
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        once(tmp_path / "made", fail)
    assert list(tmp_path.iterdir()) == []
    once(tmp_path / "made", lambda folder: (folder / "content").touch())
    assert (tmp_path / "made" / "content").exists()
