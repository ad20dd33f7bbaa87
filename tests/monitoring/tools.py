"""Prometheus and its Alertmanager: of this machine, or fetched and built here without root."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest
from manifests.tools import built

from millrace.config import Stack
from millrace.setup.downloads import downloads_folder, once

_TIMEOUT_S = 300
_PACKAGE = "prometheus"
# Debian's Alertmanager reads its templates in a folder of root's.
_ALERTMANAGER = "github.com/prometheus/alertmanager/cmd/{name}@v0.28.1"


@cache
def prometheus() -> str:
    """The server that scrapes and evaluates."""
    return _program("prometheus")


@cache
def promtool() -> str:
    """What checks rules and runs their tests."""
    return _program("promtool")


@cache
def alertmanager() -> str:
    """The server that routes alerts."""
    return _of_alertmanager("alertmanager")


@cache
def amtool() -> str:
    """What checks the Alertmanager's configuration."""
    return _of_alertmanager("amtool")


def _of_alertmanager(name: str) -> str:
    return shutil.which(name) or built(_ALERTMANAGER.format(name=name))


def _program(name: str) -> str:
    if found := shutil.which(name):
        return found
    folder = _unpacked()
    if isinstance(folder, str):
        pytest.skip(f"NOT CHECKED: {name} is not installed, and {folder}")
    return str(folder / "usr" / "bin" / name)


@cache
def _unpacked() -> Path | str:
    """The package's files, or why there are none: what failed once is not tried by each test."""
    folder = downloads_folder(Stack()) / f"debian-{_PACKAGE}"
    try:
        once(folder, _fetch)
    except (OSError, subprocess.SubprocessError) as error:
        words = str(getattr(error, "stderr", "") or error).strip().splitlines()
        return f"apt-get does not bring {_PACKAGE}: {' '.join(words[-1:])}"
    return folder


def _fetch(folder: Path) -> None:
    """Downloads the package with lists of its own: the system's may be empty, and are root's."""
    own = folder.with_name(f"{folder.name}-apt")
    for place in ("state/lists/partial", "cache/archives/partial"):
        (own / place).mkdir(parents=True)
    settings = (f"Dir::State={own}/state", f"Dir::Cache={own}/cache", "APT::Sandbox::User=")
    apt = ["apt-get", "--quiet", *(word for setting in settings for word in ("-o", setting))]
    # A source of somebody else's that does not answer is no matter: the download is what counts.
    _run([*apt, "update"], own, check=False)
    _run([*apt, "download", _PACKAGE], own, check=True)
    (file,) = own.glob("*.deb")
    _run(["dpkg-deb", "-x", str(file), str(folder)], own, check=True)


def _run(command: Sequence[str], folder: Path, *, check: bool) -> None:
    subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "LC_ALL": "C"},
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_S,
        check=check,
    )
