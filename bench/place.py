"""Where the measurements have their folder, and what lies in it."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CONF = ROOT / "bench" / "conf.yaml"
FOLDER = ROOT / ".millrace" / "bench"
DOWNLOADS = ROOT / ".millrace" / "downloads"
DOCUMENTS = FOLDER / "documents.bson"
QUIX_PYTHON = FOLDER / "quix" / "bin" / "python"
RESULTS = ROOT / "bench" / "results"
IMAGES = ROOT / "docs" / "images"
PAGE = ROOT / "docs" / "performance.md"
