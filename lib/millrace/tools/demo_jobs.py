"""How the demo runs jobs: by the script that everybody runs them by, with a log of its own."""

import os
import sys
from pathlib import Path

from millrace.config import Config

SCRIPT = "spark-submit.sh"


def command(name: str, conf_file: Path, *options: str) -> list[str]:
    """The command of a job, in the folder that has the script."""
    return [f"./{SCRIPT}", name, "--conf", str(conf_file), *options]


def environment() -> dict[str, str]:
    """The environment of a job: the interpreter is this one, where the script finds no .venv."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return os.environ | {"PATH": path}


def log(conf: Config, name: str) -> Path:
    """The file that has what a job prints; its folder is there."""
    file = conf.stack.directory / "logs" / f"demo-{name}.log"
    file.parent.mkdir(parents=True, exist_ok=True)
    return file
