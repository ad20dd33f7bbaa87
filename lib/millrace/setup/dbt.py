"""dbt, in an environment of its own: its packages want other versions than the suite's."""

import fcntl
import shutil
import sys
from hashlib import sha256
from pathlib import Path

from millrace.config import CONF_DIRECTORY
from millrace.errors import SetupError
from millrace.setup.commands import run

_ROOT = CONF_DIRECTORY.parent
PROJECT = _ROOT / "warehouse" / "dbt"
_ENVIRONMENT = _ROOT / ".venv-dbt"
_LOCK = _ROOT / "requirements-warehouse.lock"
_STAMP = ".lock"


def dbt(configured: Path | None = None) -> Path:
    """The program dbt: the configured one, else that of the lock file, else that on PATH.

    That of the lock file is installed where it is missing or of another lock file, which takes a
    minute. Raises SetupError where there is none, or it cannot be installed.
    """
    if configured is not None:
        if not configured.is_file():
            raise SetupError(f"warehouse.dbt: {configured} does not exist")
        return configured.resolve()
    if _LOCK.is_file():
        return installed(_ENVIRONMENT, _LOCK)
    if found := shutil.which("dbt"):
        return Path(found)
    raise SetupError("dbt is not installed: warehouse.dbt names it where it is not on PATH")


def installed(environment: Path, lock: Path) -> Path:
    """dbt in ``environment``, with exactly what ``lock`` names; raises SetupError."""
    program, stamp = environment / "bin" / "dbt", environment / _STAMP
    digest = sha256(lock.read_bytes()).hexdigest()
    environment.mkdir(exist_ok=True)
    with (environment / ".installing").open("w", encoding="ascii") as alone:
        # Two that install into one environment would each break the other's.
        fcntl.flock(alone, fcntl.LOCK_EX)
        if not stamp.exists() or stamp.read_text(encoding="ascii") != digest:
            _install(environment, lock)
            stamp.write_text(digest, encoding="ascii")
    return program


def _install(environment: Path, lock: Path) -> None:
    print(f"installing dbt into {environment} (about a minute)", file=sys.stderr)
    python = str(environment / "bin" / "python")
    run([sys.executable, "-m", "venv", str(environment)], f"the creation of {environment}")
    command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    run([*command, "--require-hashes", "-r", str(lock)], "the installation of dbt")
