"""Jars from Maven repositories, by the Ivy that pyspark carries."""

import importlib.util
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from millrace.stack.errors import StackError
from millrace.stack.java import java
from millrace.stack.processes import run

CONF_DIRECTORY = Path(os.environ.get("MILLRACE_CONF_DIR", Path(__file__).parents[3] / "conf"))


def once(folder: Path, fill: Callable[[Path], None]) -> None:
    """Makes ``folder`` by ``fill``, unless it is there: it appears complete or not at all."""
    if folder.exists():
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as place:
        unfinished = Path(place) / folder.name
        unfinished.mkdir()
        fill(unfinished)
        try:
            unfinished.rename(folder)
        except OSError:
            # Another stack that shares the downloads was faster.
            if not folder.exists():
                raise


def retrieve(coordinate: str, folder: Path, with_dependencies: bool = True) -> None:
    """Puts the jar of ``coordinate`` (organisation:module:version) into ``folder``.

    With the jars it depends on, unless told otherwise. Raises StackError where that fails.
    """
    organisation, module, version = coordinate.split(":")
    # A cache of its own: in the common one each jar would lie a second time.
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="ivy-") as cache:
        command = [java(), "-jar", str(_ivy_jar()), "-warn", "-cache", cache]
        command += ["-settings", str(CONF_DIRECTORY / "ivysettings.xml")]
        command += ["-dependency", organisation, module, version]
        command += [] if with_dependencies else ["-notransitive"]
        command += ["-types", "jar", "bundle"]
        command += ["-retrieve", f"{folder}/[artifact]-[revision](-[classifier]).[ext]"]
        run(command, f"the download of {coordinate}")
    if not any(folder.glob("*.jar")):
        raise StackError(f"the download of {coordinate} brought no jar")


def _ivy_jar() -> Path:
    spec = importlib.util.find_spec("pyspark")
    places = (spec.submodule_search_locations if spec else None) or []
    for place in places:
        for jar in Path(place).glob("jars/ivy-*.jar"):
            return jar
    raise StackError("pyspark is not installed, and its Ivy is needed for downloads")
