"""dbt, in an environment of its own: its packages want other versions than the suite's."""

import shutil
from pathlib import Path

from millrace.config import CONF_DIRECTORY
from millrace.errors import SetupError
from millrace.setup.environments import installed

_ROOT = CONF_DIRECTORY.parent
PROJECT = _ROOT / "warehouse" / "dbt"
_ENVIRONMENT = _ROOT / ".venv-dbt"
_LOCK = _ROOT / "requirements-warehouse.lock"


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
        return installed(_ENVIRONMENT, _LOCK) / "dbt"
    if found := shutil.which("dbt"):
        return Path(found)
    raise SetupError("dbt is not installed: warehouse.dbt names it where it is not on PATH")
