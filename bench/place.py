"""Where the measurements have their folder, and what lies in it."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CONF = ROOT / "bench" / "conf.yaml"
FOLDER = ROOT / ".millrace" / "bench"
DOWNLOADS = Path(os.environ.get("MILLRACE_DOWNLOADS") or ROOT / ".millrace" / "downloads")
QUIX_PYTHON = FOLDER / "quix" / "bin" / "python"
RESULTS = ROOT / "bench" / "results"
IMAGES = ROOT / "docs" / "images"
PAGE = ROOT / "docs" / "performance.md"


def documents(lines: int) -> Path:
    """The file of the documents that so many lines became."""
    return FOLDER / f"documents-{lines}.bson"
