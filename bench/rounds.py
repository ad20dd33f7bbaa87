"""The contenders in turn, round by round, so that what else the machine does hits all alike."""

import subprocess
import venv
from collections.abc import Callable, Sequence
from pathlib import Path

from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument

from bench import measure
from bench.contenders import TOPIC, Contender
from bench.measure import Result
from bench.place import QUIX_PYTHON, ROOT, documents
from millrace.config import Config
from millrace.io import mongo


def run(
    conf: Config,
    chosen: Sequence[Contender],
    rounds: int,
    lines: int,
    *,
    on_start: Callable[[str], object],
    on_lines: Callable[[int], object],
    on_end: Callable[[Contender, Result], object],
) -> list[Result]:
    """Each contender's result of each round; ``ingest`` leaves its documents for the floor."""
    if any(contender.name == "quix" for contender in chosen):
        _install_quix()
    results = []
    for number in range(1, rounds + 1):
        for contender in chosen:
            on_start(f"round {number}: {contender.title}")
            result = measure.run(conf, contender, lines, on_lines)
            results.append(result)
            if contender.name == "ingest" and not documents(lines).exists():
                _dump(conf, documents(lines))
            on_end(contender, result)
    return results


def _dump(conf: Config, file: Path) -> None:
    """Our documents as they are stored, for the floor to store again."""
    as_stored: CodecOptions[RawBSONDocument] = CodecOptions(document_class=RawBSONDocument)
    collection = mongo.database(conf.mongo)[TOPIC].with_options(codec_options=as_stored)
    with file.open("wb") as output:
        for document in collection.find(batch_size=10_000):
            output.write(document.raw)


def _install_quix() -> None:
    """In an environment of its own: it asks for other versions of what the suite uses."""
    if QUIX_PYTHON.exists():
        return
    venv.create(QUIX_PYTHON.parents[1], with_pip=True)
    requirements = ROOT / "bench" / "requirements-quix.txt"
    command = [str(QUIX_PYTHON), "-m", "pip", "install", "--quiet", "-r", str(requirements)]
    subprocess.run(command, check=True)
