"""The country database, from the npm package that publishes it (CC0-1.0)."""

import shutil
import tarfile
import tempfile
from pathlib import Path

from millrace.errors import StackError
from millrace.setup.commands import run
from millrace.setup.downloads import once
from millrace.setup.node import npm

PACKAGE = "@ip-location-db/geo-whois-asn-country-mmdb"
VERSION = "2.3.2026061719"
DATABASE = "geo-whois-asn-country.mmdb"
LICENSE = "NRO_LICENSE"


def install_country_database(path: Path, downloads: Path) -> None:
    """Puts the database at ``path``, its licence beside it, unless ``path`` exists.

    The download is kept in ``downloads``. Raises StackError where it fails.
    """
    if path.exists():
        return
    folder = downloads / f"country-{VERSION}"
    once(folder, lambda unfinished: _download(unfinished, downloads))
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(folder / LICENSE, path.with_name(LICENSE))
    unfinished = path.with_name(f".{path.name}.new")
    shutil.copyfile(folder / DATABASE, unfinished)
    unfinished.replace(path)


def _download(folder: Path, downloads: Path) -> None:
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="npm-") as scratch:
        # An npm that is there spares the download of one.
        own = shutil.which("npm")
        program = [own] if own else npm(downloads)
        command = [*program, "pack", f"{PACKAGE}@{VERSION}", "--ignore-scripts"]
        run(command, f"the download of {PACKAGE}", cwd=Path(scratch))
        for archive in Path(scratch).glob("*.tgz"):
            with tarfile.open(archive) as content:
                for name in (DATABASE, LICENSE):
                    _extract(content, name, folder)
    if not (folder / DATABASE).exists():
        raise StackError(f"the download of {PACKAGE} contained no {DATABASE}")


def _extract(content: tarfile.TarFile, name: str, folder: Path) -> None:
    source = content.extractfile(f"package/{name}")
    if source is not None:
        with source, (folder / name).open("wb") as target:
            shutil.copyfileobj(source, target)
