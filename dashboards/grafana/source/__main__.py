"""Writes the dashboards' JSON into a folder: ``python -m dashboards.grafana.source FOLDER``."""

import json
import sys
from pathlib import Path

from dashboards.grafana.source import (
    changes,
    countries,
    dead_letters,
    errors,
    health,
    model,
    servers,
    shop,
    traffic,
)

DASHBOARDS = (
    health.DASHBOARD,
    traffic.DASHBOARD,
    errors.DASHBOARD,
    countries.DASHBOARD,
    shop.DASHBOARD,
    dead_letters.DASHBOARD,
    changes.DASHBOARD,
    servers.DASHBOARD,
)


def write(folder: Path) -> None:
    """Writes each dashboard into a file of its own."""
    for dashboard in DASHBOARDS:
        text = json.dumps(model.dashboard(dashboard), indent=2, ensure_ascii=False)
        (folder / f"{dashboard.name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
