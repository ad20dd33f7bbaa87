"""The query API, as a process of its own beside the servers that it reads."""

import sys
from functools import partial
from pathlib import Path

from millrace import __version__
from millrace.config import Config, addresses
from millrace.stack.health import health
from millrace.stack.servers import Folders, Server


def server(conf: Config, folders: Folders) -> Server:
    """The API at ``api.listen`` and ``api.port``, which reads the file of ``conf``."""
    address = addresses.of_api(conf.api)
    node = (address.host, address.port)
    return Server(
        kind="api",
        title="API",
        address=address,
        ports=(address.port,),
        start_timeout_s=60,
        is_plain={},
        install=lambda: None,
        command=partial(_command, conf.file.resolve()),
        is_ready=lambda: health(node) == 200,
        version=lambda: __version__ if health(node) else None,
        # Relative paths of the configuration mean the same there as here.
        folder=Path.cwd(),
        is_kept=False,
    )


def _command(conf_file: Path) -> list[str]:
    # -P: no module of the folder that it runs in is taken for one of its own.
    return [sys.executable, "-P", "-m", "millrace", "api", "--conf", str(conf_file)]
