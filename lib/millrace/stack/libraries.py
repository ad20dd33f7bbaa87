"""Shared libraries of the system that a server's binary needs."""

import re
import subprocess
from pathlib import Path

from millrace.errors import StackError

DEBIAN_PACKAGES = {
    "libcurl": "libcurl4",
    "libssl": "libssl3",
    "libcrypto": "libssl3",
    "liblzma": "liblzma5",
    "libaio": "libaio1",
    "libcrypt": "libcrypt1",
    "libstdc++": "libstdc++6",
}


def refuse_missing(binary: Path) -> None:
    """Raises StackError, with the Debian packages to install, where ``binary`` lacks libraries."""
    try:
        answer = subprocess.run(
            ["ldd", str(binary)], capture_output=True, text=True, timeout=60, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return  # without ldd the server's own log has to say it
    missing = re.findall(r"(\S+) => not found", answer.stdout)
    if missing:
        packages = {DEBIAN_PACKAGES.get(name.split(".so")[0], name) for name in missing}
        raise StackError(
            f"{binary.name} lacks {', '.join(missing)}: "
            f"install the Debian packages {' '.join(sorted(packages))}"
        )
