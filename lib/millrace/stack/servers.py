"""What differs between the servers, where each is found, and the folders they live in."""

import fcntl
import signal
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from millrace.config import Config
from millrace.config import Server as Kind
from millrace.config.addresses import Address
from millrace.errors import StackError
from millrace.setup.downloads import downloads_folder
from millrace.setup.private import private_files


@dataclass(frozen=True)
class Server:
    """One embedded server.

    ``install`` downloads what is missing, ``command`` prepares the data folder and returns what
    to run, ``is_ready`` finishes the setup of a server that answers (and raises StackError where
    that cannot be), and ``version`` asks the server for its version (None where it does not
    answer). ``ports`` has the ports it opens. ``is_plain`` says of keys that could ask for what
    it does not have (TLS, and Kafka a login) whether they do not. It runs in ``folder``, else in
    that of its log, as ``user``, else as the user who starts it, with ``secrets`` in its
    environment. ``stop_signal`` ends it in order. One that is not ``is_kept`` is started anew
    where it runs already.
    """

    kind: Kind
    title: str
    address: Address
    ports: tuple[int, ...]
    start_timeout_s: int
    is_plain: dict[str, bool]
    install: Callable[[], None]
    command: Callable[[], list[str]]
    is_ready: Callable[[], bool]
    version: Callable[[], str | None]
    folder: Path | None = None
    user: str | None = None
    secrets: Mapping[str, str] = field(default_factory=dict)
    stop_signal: int = signal.SIGTERM
    is_kept: bool = True

    @property
    def port(self) -> int:
        """Where it is found; 0 where it is not to be asked anything."""
        return self.ports[0] if self.ports else 0


@dataclass(frozen=True)
class Folders:
    """Everything the servers have on disk; all but the downloads is below ``root``."""

    root: Path
    downloads: Path
    data: Path
    logs: Path
    run: Path

    def log(self, kind: Kind) -> Path:
        """The log of that server's present or last run."""
        return self.logs / f"{kind}.log"

    def pid_file(self, kind: Kind) -> Path:
        """Where that server's process is written down."""
        return self.run / f"{kind}.pid"


def folders(conf: Config) -> Folders:
    """The folders under ``conf.stack.directory``."""
    root = conf.stack.directory.resolve()
    data, logs, run = root / "data", root / "logs", root / "run"
    return Folders(root, downloads_folder(conf.stack), data, logs, run)


@contextmanager
def exclusively(places: Folders) -> Iterator[None]:
    """One at a time changes what is there: a second one waits for the first.

    What is made meanwhile, and by the servers, is for their user alone; so is what is there.
    """
    with private_files():
        try:
            places.downloads.mkdir(parents=True, exist_ok=True)
            for folder in (places.root, places.data, places.logs, places.run):
                folder.mkdir(parents=True, exist_ok=True)
                folder.chmod(0o700)
        except OSError as error:
            reason = f"cannot be created as a private folder: {error.strerror}"
            raise StackError(f"{error.filename} {reason}") from None
        with (places.run / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def is_open(host: str, port: int, timeout_s: float = 1.0) -> bool:
    """Whether something accepts connections there."""
    try:
        with socket.create_connection((host, port), timeout=timeout_s):
            return True
    except OSError:
        return False


def refuse_taken_ports(server: Server, patience_s: float) -> None:
    """Raises StackError where a port of ``server`` is still taken after ``patience_s``."""
    deadline = time.monotonic() + patience_s
    for port in server.ports:
        while reason := _why_taken(server.address.host, port):
            if time.monotonic() >= deadline:
                raise StackError(
                    f"{server.title}: port {port} cannot be used ({reason}): "
                    f"stop the process that uses it, or change {server.address.key}"
                )
            time.sleep(0.1)


def _why_taken(host: str, port: int) -> str | None:
    with socket.socket() as probe:
        # Else connections of a server just ended would keep its port for a minute.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error.strerror or str(error)
    return None
