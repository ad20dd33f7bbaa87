"""An Alertmanager that runs while a test does."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from monitoring.tools import alertmanager
from support.pipeline import wait_until
from support.places import free_port

_TIMEOUT_S = 30


@contextmanager
def running(folder: Path, file: Path, port: int | None = None) -> Iterator[str]:
    """An Alertmanager alone, without a cluster; its address."""
    port = port or free_port()
    log = folder / "alertmanager.log"
    command = [alertmanager(), f"--config.file={file}", f"--storage.path={folder / 'data'}"]
    command += [f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="]
    with log.open("w") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: _is_ready(address), f"ready, see {log}", timeout_s=_TIMEOUT_S)
        yield address
    finally:
        process.terminate()
        process.wait(_TIMEOUT_S)


def _is_ready(address: str) -> bool:
    try:
        with urlopen(f"{address}/-/ready", timeout=_TIMEOUT_S):
            return True
    except (URLError, ConnectionError):
        return False
