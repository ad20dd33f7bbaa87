"""Folders and ports of a test run's own, so that it never touches a running stack or its data."""

import os
import socket
from io import StringIO
from pathlib import Path

import yaml
from rich.console import Console

from millrace import config
from millrace.config import Config

SILENT = Console(file=StringIO())
SHARED_DOWNLOADS = Path(__file__).parents[2] / ".millrace" / "downloads"
LOWEST_PORT = 20_000  # and below the ports that the system gives to outgoing connections
FEEDS = (
    {"name": "access", "topic": "access", "format": "combined", "service_name": "web"},
    {"name": "app", "topic": "app", "format": "app", "service_name": "app"},
)


def settings_file(
    folder: Path,
    *,
    servers: tuple[str, ...] = ("kafka", "mongo", "mysql"),
    feeds: tuple[dict[str, object], ...] = FEEDS,
    **sections: object,
) -> Path:
    """A configuration file in ``folder``, with free ports and everything else inside the folder."""
    kafka, _, mongo, mysql = free_ports(4)
    content: dict[str, object] = {
        "kafka": {"bootstrap_servers": f"127.0.0.1:{kafka}", "partitions": 2},
        "mongo": {"uri": f"mongodb://127.0.0.1:{mongo}/?replicaSet=rs0"},
        "mysql": {"host": "127.0.0.1", "port": mysql},
        "storage": {
            "checkpoints": str(folder / "checkpoints"),
            "archive": str(folder / "archive"),
        },
        "enrichment": {"country_database": str(folder / "geo" / "countries.mmdb")},
        "stack": {"directory": str(folder / "stack"), "servers": list(servers)},
        "stream": {"aggregate_interval_s": 1, "archive_interval_s": 1},
        "spark": {"shuffle_partitions": 2, "driver_memory": "2g"},
        "feeds": list(feeds),
    }
    file = folder / "conf.yaml"
    file.write_text(yaml.safe_dump(content | sections))
    return file


def settings(folder: Path, **keywords: object) -> Config:
    """The configuration of ``settings_file``, loaded."""
    return config.load(settings_file(folder, **keywords))  # type: ignore[arg-type]


def free_ports(count: int) -> list[int]:
    """That many free ports in a row: the broker's controller takes the port after its own."""
    for first in range(LOWEST_PORT + os.getpid() % 1000 * 10, 32_000, count):
        ports = list(range(first, first + count))
        if all(_is_free(port) for port in ports):
            return ports
    raise AssertionError("no free ports")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0
