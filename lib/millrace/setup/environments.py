"""Python environments beside the suite's own, for programs whose packages want other versions."""

import fcntl
import sys
from hashlib import sha256
from pathlib import Path

from millrace.errors import SetupError
from millrace.setup.commands import run

_STAMP = ".lock"
_PIP = "pip>=25"


def installed(environment: Path, lock: Path) -> Path:
    """The folder of ``environment``'s programs, with exactly what ``lock`` names.

    Installed where it is missing or of another lock file. Raises SetupError where that fails.
    """
    stamp, digest = environment / _STAMP, sha256(lock.read_bytes()).hexdigest()
    try:
        environment.mkdir(exist_ok=True)
        with (environment / ".installing").open("w", encoding="ascii") as alone:
            # Two that install into one environment would each break the other's.
            fcntl.flock(alone, fcntl.LOCK_EX)
            if not stamp.exists() or stamp.read_text(encoding="ascii") != digest:
                _install(environment, lock)
                stamp.write_text(digest, encoding="ascii")
    except OSError as error:
        raise SetupError(f"{environment}: {error.strerror}") from None
    return environment / "bin"


def _install(environment: Path, lock: Path) -> None:
    print(f"installing {lock.name} into {environment.name} (minutes)", file=sys.stderr)
    # Without what another lock file had.
    made = [sys.executable, "-m", "venv", "--clear", str(environment)]
    run(made, f"the creation of {environment}")
    command = [str(environment / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    command.append("--disable-pip-version-check")
    # An older one does not find the hashes of a package that is asked for with and without extras.
    run([*command, _PIP], f"the installation of {_PIP}")
    run([*command, "--require-hashes", "-r", str(lock)], f"the installation of {lock.name}")
