"""The command ``millrace``, run in the tests' own process, on the Spark session there is."""

import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest

from millrace import cli

_WIDTH = "200"  # columns, so that no table of rich's is cut off


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """All that it printed."""
        return self.out + self.err


def millrace(*arguments: str, conf: Path) -> Ended:
    """Runs ``millrace`` with these arguments and the configuration ``conf``."""
    out, err, code = StringIO(), StringIO(), 0
    with pytest.MonkeyPatch.context() as patched, redirect_stdout(out), redirect_stderr(err):
        patched.setattr(sys, "argv", ["millrace", *arguments, "--conf", str(conf)])
        patched.setenv("COLUMNS", _WIDTH)
        try:
            cli.main()
        except SystemExit as ended:
            code = int(ended.code or 0)
    return Ended(code, out.getvalue(), err.getvalue())
