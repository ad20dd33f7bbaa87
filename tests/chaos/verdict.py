"""What the product itself says of a feed: ``millrace reconcile``."""

import subprocess
from pathlib import Path

from support.pipeline import ROOT

_TIMEOUT_S = 900
_MILLRACE = str(ROOT / ".venv/bin/millrace")


def reconciled(file: Path, feed: str) -> bool:
    """Whether ``millrace reconcile`` finds each line of the feed where it belongs.

    What it said is kept beside the configuration.
    """
    done = _millrace("reconcile", "--conf", str(file), "--feed", feed, "--json")
    said = file.with_name("reconcile.log")
    said.write_text(done.stdout + done.stderr, encoding="utf-8")
    return done.returncode == 0


def _millrace(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [_MILLRACE, *arguments],
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_S,
        check=False,
        cwd=ROOT,
    )
