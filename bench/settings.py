"""The configuration of the measurements, and variants of it with other feeds."""

from pathlib import Path
from typing import Any

import yaml

from bench.place import CONF, FOLDER


def variant(name: str, names: list[str], **sections: Any) -> Path:
    """A configuration file with one feed of ``combined`` for each of the names, and ``sections``.

    Its checkpoints are its own.
    """
    content = yaml.safe_load(CONF.read_text(encoding="utf-8"))
    content["storage"]["checkpoints"] = f"{FOLDER}/checkpoints-{name}"
    content["feeds"] = [
        {"name": feed, "topic": feed, "format": "combined", "service_name": "web"} for feed in names
    ]
    file = FOLDER / f"{name}.yaml"
    file.write_text(yaml.safe_dump(content | sections), encoding="utf-8")
    return file
