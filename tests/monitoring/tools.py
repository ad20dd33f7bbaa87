"""Prometheus and its Alertmanager: of this machine, else out of Debian's packages, without root."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

from millrace.config import Stack
from millrace.setup.downloads import downloads_folder, once

_TIMEOUT_S = 300
_ALERTMANAGER = "prometheus-alertmanager"
_TEMPLATES = b"/usr/share/prometheus/alertmanager"
_START = """#!/bin/sh
cd "$(dirname "$0")/../.." && exec usr/lib/prometheus-alertmanager "$@"
"""


@cache
def prometheus() -> str:
    """The server that scrapes and evaluates."""
    return _program("prometheus", "prometheus")


@cache
def promtool() -> str:
    """What checks rules and runs their tests."""
    return _program("promtool", "prometheus")


@cache
def alertmanager() -> str:
    """The server that routes alerts; to be given absolute paths."""
    return _program(_ALERTMANAGER, _ALERTMANAGER, also="alertmanager")


@cache
def amtool() -> str:
    """What checks the Alertmanager's configuration."""
    return _program("amtool", _ALERTMANAGER)


def _program(name: str, package: str, *, also: str | None = None) -> str:
    """A program's path; Debian calls some by another name than their makers, ``also``."""
    if found := shutil.which(name) or (shutil.which(also) if also else None):
        return found
    folder = _unpacked(package)
    if isinstance(folder, str):
        pytest.skip(f"NOT CHECKED: {name} is not installed, and {folder}")
    return str(folder / "usr" / "bin" / name)


@cache
def _unpacked(package: str) -> Path | str:
    """The package's files, or why there are none: what failed once is not tried by each test."""
    folder = downloads_folder(Stack()) / f"debian-{package}"
    try:
        once(folder, lambda unfinished: _fetch(package, unfinished))
    except (OSError, subprocess.SubprocessError) as error:
        words = str(getattr(error, "stderr", "") or error).strip().splitlines()
        return f"apt-get does not bring {package}: {' '.join(words[-1:])}"
    return folder


def _fetch(package: str, folder: Path) -> None:
    """Downloads the package with lists of its own: the system's may be empty, and are root's."""
    own = folder.with_name(f"{folder.name}-apt")
    for place in ("state/lists/partial", "cache/archives/partial"):
        (own / place).mkdir(parents=True)
    settings = (f"Dir::State={own}/state", f"Dir::Cache={own}/cache", "APT::Sandbox::User=")
    apt = ["apt-get", "--quiet", *(word for setting in settings for word in ("-o", setting))]
    # A source of somebody else's that does not answer is no matter: the download is what counts.
    _run([*apt, "update"], own, check=False)
    _run([*apt, "download", package], own, check=True)
    (file,) = own.glob("*.deb")
    _run(["dpkg-deb", "-x", str(file), str(folder)], own, check=True)
    if package == _ALERTMANAGER:
        _make_movable(folder)


def _make_movable(folder: Path) -> None:
    """Debian's Alertmanager reads its templates in /usr/share, where only root could put them.

    So its path is made relative, in as many bytes, and it starts in the package's folder.
    """
    program = folder / "usr" / "bin" / _ALERTMANAGER
    moved = folder / "usr" / "lib" / _ALERTMANAGER
    moved.parent.mkdir(exist_ok=True)
    moved.write_bytes(program.read_bytes().replace(_TEMPLATES, _TEMPLATES[1:] + b"/"))
    moved.chmod(0o755)
    program.write_text(_START)


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
