"""Jars from Maven repositories, by the Ivy that Spark carries."""

import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from zipfile import ZipFile

from millrace.config import CONF_DIRECTORY, Stack
from millrace.errors import SetupError
from millrace.setup.commands import run
from millrace.setup.java import java


def downloads_folder(stack: Stack) -> Path:
    """The stack's folder for downloads, or MILLRACE_DOWNLOADS, which several stacks can share."""
    return Path(os.environ.get("MILLRACE_DOWNLOADS") or stack.directory / "downloads").resolve()


def once(folder: Path, fill: Callable[[Path], None]) -> None:
    """Makes ``folder`` by ``fill``, unless it is there: it appears complete or not at all.

    Whoever else wants it meanwhile, in another process too, waits for it.
    """
    if folder.exists():
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _locked(folder.with_name(f".{folder.name}.lock")):
        if folder.exists():
            return
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as scratch:
            unfinished = Path(scratch) / folder.name
            unfinished.mkdir()
            fill(unfinished)
            unfinished.rename(folder)


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    with file.open("w") as lock:
        flock(lock, LOCK_EX)
        try:
            yield
        finally:
            # Who waits for it has it open; who comes later finds the folder, or makes a new lock.
            file.unlink(missing_ok=True)


def spark_jars(coordinates: str, downloads: Path) -> list[Path]:
    """The jars of a comma-separated list of coordinates that Spark does not have by itself.

    Resolved by its Ivy when the list is new. Spark's own way, ``spark.jars.packages``, resolves
    at each start and prints a page about it. Raises SetupError where the download fails.
    """
    folder = downloads / f"spark-jars-{sha256(coordinates.encode()).hexdigest()[:12]}"
    if not folder.exists():
        print("downloading the jars of Spark's connectors, about a minute", file=sys.stderr)
    once(folder, lambda unfinished: _fill(unfinished, coordinates.split(",")))
    return sorted(folder.glob("*.jar"))


def _fill(folder: Path, coordinates: Sequence[str]) -> None:
    retrieve(coordinates, folder)
    drop_sparks_own(folder)


def drop_sparks_own(folder: Path) -> None:
    """Deletes those jars of ``folder`` that Spark has, in whatever version."""
    drop_those_of(folder, spark_folder() / "jars")


def drop_those_of(folder: Path, other: Path) -> None:
    """Deletes those jars of ``folder`` that ``other`` has, in whatever version."""
    artifacts = {_artifact(jar) for jar in other.glob("*.jar")}
    for jar in folder.glob("*.jar"):
        if _artifact(jar) in artifacts:
            jar.unlink()


def retrieve(coordinates: Sequence[str], folder: Path, *, with_dependencies: bool = True) -> None:
    """Puts the jars of ``coordinates`` (organisation:module:version) into ``folder``.

    With the jars they depend on, unless told otherwise. Raises SetupError where that fails.
    """
    transitive = str(with_dependencies).lower()
    wanted = "".join(
        f'<dependency org="{organisation}" name="{module}" rev="{version}" conf="*->default"'
        f' transitive="{transitive}"/>'
        for organisation, module, version in (coordinate.split(":") for coordinate in coordinates)
    )
    # A cache of its own: in the common one each jar would lie a second time.
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="ivy-") as scratch:
        description = Path(scratch) / "ivy.xml"
        description.write_text(
            '<ivy-module version="2.0"><info organisation="millrace" module="jars"/>'
            f"<dependencies>{wanted}</dependencies></ivy-module>"
        )
        command = [java(), "-jar", str(_ivy_jar()), "-warn", "-cache", scratch]
        command += ["-settings", str(CONF_DIRECTORY / "ivysettings.xml")]
        command += ["-ivy", str(description), "-types", "jar", "bundle"]
        command += ["-retrieve", f"{folder}/[artifact]-[revision](-[classifier]).[ext]"]
        run(command, f"the download of {', '.join(coordinates)}")
    if not any(folder.glob("*.jar")):
        raise SetupError(f"the download of {', '.join(coordinates)} contained no jar")


@contextmanager
def jar_of(coordinate: str, folder: Path) -> Iterator[ZipFile]:
    """The one jar of ``coordinate``, opened; it lies in ``folder`` only as long as that.

    Raises SetupError where the download fails.
    """
    with tempfile.TemporaryDirectory(dir=folder, prefix="jar-") as scratch:
        retrieve([coordinate], Path(scratch), with_dependencies=False)
        (jar,) = Path(scratch).glob("*.jar")
        with ZipFile(jar) as content:
            yield content


def _artifact(jar: Path) -> str:
    """A jar's name without its version."""
    return re.sub(r"-\d[^-]*(-.*)?$", "", jar.stem)


def _ivy_jar() -> Path:
    for jar in spark_folder().glob("jars/ivy-*.jar"):
        return jar
    raise SetupError("Spark's folder of jars has no Ivy, which downloads need")


def spark_folder() -> Path:
    """Where Spark is; SetupError where it is not installed."""
    home = os.environ.get("SPARK_HOME")
    spec = find_spec("pyspark")
    places = (spec.submodule_search_locations if spec else None) or []
    for candidate in (home, *places):
        if candidate and (Path(candidate) / "jars").is_dir():
            return Path(candidate)
    raise SetupError("pyspark is not installed, and its Ivy is needed for downloads")
