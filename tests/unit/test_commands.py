"""What is told of a program that failed: its cause and its outcome, of all that it said."""

import sys
from pathlib import Path

import pytest

from millrace.errors import SetupError
from millrace.setup import commands


def _told(output: str) -> str:
    program = f"import sys; print({output!r}); sys.exit(3)"
    with pytest.raises(SetupError) as failed:
        commands.run([sys.executable, "-c", program], "the installation")
    return str(failed.value)


def test_the_cause_and_the_outcome_are_told() -> None:
    output = (
        "Installing ...\nERROR: no space left on device\n2026 [Note] bye\nInstallation failed!\n\n"
    )
    assert _told(output) == (
        "the installation failed: ERROR: no space left on device: Installation failed!"
    )


def test_one_failure_is_told_once() -> None:
    assert _told("begin\nerror 7\nend") == "the installation failed: error 7"


def test_the_last_words_are_told_where_none_names_a_failure() -> None:
    assert _told("begin\nbye\n---\n") == "the installation failed: bye"


def test_a_silent_program_is_told() -> None:
    assert _told("") == "the installation failed: no output"


def test_a_program_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"the installation failed: .*No such file"):
        commands.run([str(tmp_path / "missing")], "the installation")
