"""Makes docs/images/console-*.webp anew: python tests/console/pictures.py [--from FOLDER]

runs the tests that look at each page, most of them over an hour of lines, in a real Chromium, and
keeps what the documentation shows of their pictures (minutes). With a folder it takes those of an
earlier run.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
IMAGES = ROOT / "docs" / "images"
TESTS = ("tests/console/test_console_gallery.py", "tests/console/test_console_business.py")
MOST_BYTES = 150_000
PAGES = (
    "overview",
    "logs",
    "live",
    "anomalies",
    "geography",
    "shop",
    "alerts",
    "pipeline",
    "dead-letters",
    "reports",
)
# Pages of what the gallery does not have, a warehouse and captured tables, with their pictures.
OTHERS = {"business": ("business-1440-light",), "entities": ()}
# Wide ones of all pages, and some as a phone has them.
WIDE = {"": "1440-light", "-dark": "1440-dark"}
NARROW = {"-narrow": "390-light", "-narrow-dark": "390-dark"}
NARROW_PAGES = ("overview", "logs", "alerts")
_COLOURS = 256


def sources() -> dict[str, str]:
    """Each picture of the documentation by its file's name, with the name of a test's."""
    wide = {f"console-{page}{own}": (page, kind) for page in PAGES for own, kind in WIDE.items()}
    narrow = {
        f"console-{page}{own}": (page, kind)
        for page in NARROW_PAGES
        for own, kind in NARROW.items()
    }
    own = {name: f"gallery-{page}-{kind}" for name, (page, kind) in (wide | narrow).items()}
    return own | {f"console-{page}": one for page, made in OTHERS.items() for one in made}


def keep(folder: Path) -> None:
    """Writes the pictures of ``folder`` into the documentation, none larger than may be."""
    for name, source in sources().items():
        with Image.open(folder / f"{source}.png") as picture:
            few = picture.convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE)
        file = IMAGES / f"{name}.webp"
        few.convert("RGB").save(file, lossless=True, quality=20, method=1)
        size = file.stat().st_size
        print(f"{file.relative_to(ROOT)}: {size:,} bytes")
        if size > MOST_BYTES:
            raise SystemExit(f"{file.name} has {size:,} bytes: expected {MOST_BYTES:,} at most")


def taken(folder: Path) -> None:
    """Has the tests take them."""
    command = [sys.executable, "-m", "pytest", "-m", "slow", "-k", "sound", *TESTS]
    environment = os.environ | {"MILLRACE_SCREENSHOTS": str(folder)}
    subprocess.run(command, cwd=ROOT, env=environment, check=True)


def main() -> None:
    """Takes them and keeps them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--from", dest="folder", type=Path)
    given: Path | None = parser.parse_args().folder
    if given:
        keep(given)
        return
    with tempfile.TemporaryDirectory() as folder:
        taken(Path(folder))
        keep(Path(folder))


if __name__ == "__main__":
    main()
