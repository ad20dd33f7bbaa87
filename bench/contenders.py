"""Who runs, and how: ours, what people use, and the floors that nothing can beat."""

import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bench.place import CONF, DOWNLOADS, FOLDER, QUIX_PYTHON, ROOT, documents
from millrace.config import CONF_DIRECTORY, Config
from millrace.runtime.session import spark_properties
from millrace.setup.downloads import spark_jars

PROGRAMS = ROOT / "bench" / "programs"
TOPIC = "access"


@dataclass(frozen=True)
class Contender:
    """One program that takes every line of the topic.

    ``into`` is where it leaves them: a collection of ours (clustered, with dead letters beside
    it), a plain collection with the same secondary indexes, or elsewhere, where its batches' log
    lines are what is measured. One that does not end by itself is ended when all is stored. Others
    than ours find MongoDB's address, its password in it, in the variable ``MONGO_URI``.
    """

    name: str
    title: str
    kind: Literal["ours", "rival", "floor"]
    command: list[str]
    into: Literal["documents", "plain", "elsewhere"] = "elsewhere"
    ends: bool = True


def contenders(conf: Config, lines: int) -> list[Contender]:
    """All of them, in the order they run in within a round."""
    brokers, database = conf.kafka.bootstrap_servers, conf.mongo.database
    python = sys.executable
    reading = [brokers, TOPIC, database]
    own = ["--conf", str(CONF), "--until-caught-up"]
    submit = str(ROOT / "spark-submit.sh")
    return [
        Contender("ingest", "millrace ingest", "ours", [submit, "ingest", *own], "documents"),
        Contender(
            "tutorial",
            "Spark, as in tutorials",
            "rival",
            [*_spark_submit(conf), str(PROGRAMS / "tutorial.py"), *reading, f"{FOLDER}/tutorial"],
            "plain",
        ),
        Contender(
            "connect",
            "Kafka Connect (unparsed)",
            "rival",
            [python, str(PROGRAMS / "connect.py"), str(FOLDER / "connect"), *reading],
            "plain",
            ends=False,
        ),
        Contender(
            "quix",
            "Quix Streams",
            "rival",
            [str(QUIX_PYTHON), str(PROGRAMS / "quix.py"), *reading],
            "plain",
            ends=False,
        ),
        Contender(
            "python",
            "plain Python",
            "rival",
            [python, str(PROGRAMS / "plain_python.py"), *reading, str(lines)],
            "plain",
        ),
        Contender(
            "bson_floor",
            "ready-made BSON -> mongod",
            "floor",
            [python, str(PROGRAMS / "bson_floor.py"), database, TOPIC, str(documents(lines))],
            "documents",
        ),
        Contender("aggregate", "millrace aggregate", "ours", [submit, "aggregate", *own]),
        Contender("archive", "millrace archive", "ours", [submit, "archive", *own]),
        Contender(
            "kafka_floor",
            "Kafka -> Spark -> nothing",
            "floor",
            [python, str(PROGRAMS / "kafka_to_nothing.py"), *own],
        ),
        Contender(
            "parser_floor",
            "Kafka -> our parser -> nothing",
            "floor",
            [python, str(PROGRAMS / "parser_to_nothing.py"), *own],
        ),
    ]


def _connectors() -> str:
    """The coordinates of Spark's connectors to Kafka and MongoDB."""
    text = (CONF_DIRECTORY / "spark-defaults.conf").read_text(encoding="utf-8")
    (listed,) = re.findall(r"^spark\.jars\.packages\s+(\S+)", text, re.MULTILINE)
    names = ("spark-sql-kafka", "mongo-spark-connector")
    return ",".join(item for item in listed.split(",") if any(name in item for name in names))


def _spark_submit(conf: Config) -> list[str]:
    """Spark's own spark-submit with the same cores and memory, and defaults otherwise.

    Its jars are the two connectors with what they ask for, an older MongoDB driver among it.
    """
    properties = spark_properties(conf)
    given = ("spark.master", "spark.driver.memory", "spark.sql.session.timeZone")
    options = [word for key in given for word in ("--conf", f"{key}={properties[key]}")]
    jars = spark_jars(_connectors(), DOWNLOADS)
    options += ["--conf", f"spark.jars={','.join(str(jar) for jar in jars)}"]
    quiet = f"-Dlog4j2.configurationFile={CONF_DIRECTORY / 'log4j2.properties'}"
    options += ["--conf", f"spark.driver.extraJavaOptions={quiet}"]
    programs = Path(sys.executable).parent
    # Its scripts look for pyspark by whatever `python3` the path has first.
    return ["env", f"PATH={programs}:{os.environ['PATH']}", "spark-submit", *options]
