"""The command ``manifest``: sizes for Kubernetes that follow from the configuration."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer
import yaml

from millrace import config
from millrace.cli.options import FAILED, ConfFile, end
from millrace.config import Config
from millrace.config.yaml_file import ENV_PREFIX

_CLUSTER_FILE = Path("conf/k8s.yaml")
_OVERLAYS = Path("spark-k8s/overlays")
_HEAD = "# Written by `{command}`: change the configuration, not this file.\n"


def manifest(
    conf: ConfFile = _CLUSTER_FILE,
    env: Annotated[
        str | None,
        typer.Option(help="Overlay whose settings.env overrides the configuration file."),
    ] = None,
    diff: Annotated[
        Path | None,
        typer.Option(
            help="List where these manifests differ from the configuration; - reads standard input."
        ),
    ] = None,
) -> None:
    """Print the applications' sizes from the configuration, or list where manifests differ."""
    from millrace.tools import manifest as manifests

    loaded = _load(conf, env)
    if diff is None:
        command = f"millrace manifest --conf {conf}" + (f" --env {env}" if env else "")
        print(_HEAD.format(command=command), end="")
        print(yaml.safe_dump_all(manifests.settings(loaded), sort_keys=False), end="")
        return
    text = sys.stdin.read() if str(diff) == "-" else diff.read_text(encoding="utf-8")
    objects = [document for document in yaml.safe_load_all(text) if document]
    departures = list(manifests.departures(loaded, objects))
    for departure in departures:
        print(departure)
    if departures:
        sys.exit(FAILED)


def _load(conf: Path, env: str | None) -> Config:
    """The configuration as pods will read it; secrets, which no manifest holds, are made up."""
    if env:
        file = _OVERLAYS / env / "settings.env"
        if not file.is_file():
            end(f"--env {env}: {file} does not exist", 2)
        for line in file.read_text(encoding="utf-8").splitlines():
            if line.strip() and not line.startswith("#"):
                key, _, value = line.partition("=")
                os.environ[key.strip()] = value.strip()
    for section in ("KAFKA", "MONGO", "MYSQL"):
        os.environ.setdefault(f"{ENV_PREFIX}{section}__PASSWORD", "from a Secret")
    return config.load(conf)
