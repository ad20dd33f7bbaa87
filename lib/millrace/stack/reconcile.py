"""`millrace reconcile`, again and again, beside the servers whose content it compares."""

import sys
from functools import partial
from pathlib import Path

from millrace import __version__
from millrace.config import Config
from millrace.config.addresses import Address
from millrace.stack.servers import Folders, Server

# Each hour those of the last six, as on Kubernetes: one that is left out is made up for.
EVERY, SINCE = "1h", "6h"


def server(conf: Config, folders: Folders) -> Server:
    """The service, which reads the file of ``conf`` anew for each run."""
    return Server(
        kind="reconcile",
        title="Reconcile",
        address=Address("reconcile", "stack.servers", f"every {EVERY}, of the last {SINCE}", ()),
        ports=(),
        start_timeout_s=60,
        is_plain={},
        install=lambda: None,
        command=partial(_command, conf.file.resolve()),
        is_ready=lambda: True,
        version=lambda: __version__,
        # Relative paths of the configuration mean the same there as here.
        folder=Path.cwd(),
        is_kept=False,
    )


def _command(conf_file: Path) -> list[str]:
    # -P: no module of the folder that it runs in is taken for one of its own.
    command = [sys.executable, "-P", "-m", "millrace", "reconcile"]
    return [*command, "--since", SINCE, "--every", EVERY, "--conf", str(conf_file)]
