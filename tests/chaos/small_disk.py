"""A disk so small that a test can fill it: a tmpfs in a mount namespace of its own."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

SIZE = "32m"
_BLOCK = bytes(4096)
_MOUNT = 'mount -t tmpfs -o size="$1" tmpfs "$2" && echo mounted && exec sleep 600'
_AS_ROOT: tuple[str, ...] = ("--mount",)
_AS_USER: tuple[str, ...] = ("--mount", "--user")
_END_TIMEOUT_S = 10


class NoSmallDiskError(Exception):
    """No tmpfs can be mounted here; the message says why."""


@dataclass(frozen=True)
class SmallDisk:
    """What is run by the command ``within`` sees the disk at its place; nothing else does."""

    within: tuple[str, ...]
    root: Path

    def fill(self) -> None:
        """Takes every block that is left."""
        with suppress(OSError), self._filler.open("ab", buffering=0) as file:
            while True:
                file.write(_BLOCK)

    def free(self) -> None:
        """Gives back what ``fill`` took."""
        self._filler.unlink()

    @property
    def _filler(self) -> Path:
        return self.root / "filler"


@contextmanager
def small_disk(place: Path) -> Iterator[SmallDisk]:
    """A disk at the folder ``place``; it is gone at the end. Raises NoSmallDiskError."""
    place.mkdir(parents=True, exist_ok=True)
    is_root = os.geteuid() == 0
    unshared = ["--mount"] if is_root else ["--map-root-user", "--mount"]
    keeper = subprocess.Popen(
        ["unshare", *unshared, "sh", "-c", _MOUNT, "sh", SIZE, str(place)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert keeper.stdout
    assert keeper.stderr
    try:
        if keeper.stdout.readline().strip() != "mounted":
            raise NoSmallDiskError(keeper.stderr.read().strip())
        namespaces = _AS_ROOT if is_root else (*_AS_USER, "--preserve-credentials")
        within = ("nsenter", *namespaces, "--target", str(keeper.pid))
        yield SmallDisk(within, Path(f"/proc/{keeper.pid}/root{place}"))
    finally:
        keeper.kill()
        keeper.wait(_END_TIMEOUT_S)
