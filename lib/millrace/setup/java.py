"""The Java that runs the broker and the downloads."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from millrace.errors import SetupError

OLDEST_JAVA = 17
REMEDY = "install the package openjdk-17-jre-headless, or set JAVA_HOME"


def check_java() -> None:
    """Raises SetupError where there is no Java, or one that is too old."""
    command = java()
    try:
        answer = subprocess.run(
            [command, "-version"], capture_output=True, text=True, check=True, timeout=60
        )
    except (OSError, subprocess.SubprocessError):
        raise SetupError(f"{command} cannot be run: {REMEDY}") from None
    version = re.search(r'version "(?:1\.)?(\d+)', answer.stderr + answer.stdout)
    if version is None:
        raise SetupError(f"{command} does not report its version: {REMEDY}")
    if int(version[1]) < OLDEST_JAVA:
        raise SetupError(f"Java {OLDEST_JAVA} or newer is needed, not {version[1]}: {REMEDY}")


def java() -> str:
    """The path of the java command; raises SetupError where there is none."""
    home = os.environ.get("JAVA_HOME")
    command = shutil.which("java", path=str(Path(home, "bin")) if home else None)
    if command is None:
        source = f"JAVA_HOME ({home})" if home else "PATH"
        raise SetupError(f"Java {OLDEST_JAVA} is needed, and {source} has no java: {REMEDY}")
    return command
