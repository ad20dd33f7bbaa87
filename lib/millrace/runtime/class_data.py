"""Class data sharing: Spark's classes as one file that its JVM maps, in place of reading jars.

Reading and verifying them is most of what a start of Spark takes. The file is made once for each
Java and Spark, by a short program that does what jobs do:
https://docs.oracle.com/en/java/javase/17/vm/class-data-sharing.html
"""

import os
import shlex
import sys
import tempfile
from collections.abc import Iterator, Mapping
from functools import partial
from hashlib import sha256
from pathlib import Path

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession

from millrace.errors import SetupError
from millrace.setup.commands import run
from millrace.setup.downloads import once, spark_folder
from millrace.setup.java import java

JVM_OPTION = "spark.driver.defaultJavaOptions"
_ARCHIVE = "classes.jsa"
# A JVM says on its standard output why it does not take an archive, and starts all the same.
_SILENT = "-Xlog:cds=off -Xlog:cds+dynamic=off"


def jvm_option(properties: Mapping[str, str], downloads: Path) -> str:
    """The JVM's option by which it maps Spark's classes from a file below ``downloads``.

    The file is made where it is missing, by a program with these ``properties`` of Spark. Where
    that fails, standard error has the reason and the option is empty: Spark starts without it.
    """
    folder = downloads / f"spark-classes-{_key(properties)}"
    if not folder.exists():
        print("preparing Spark's classes for quicker starts, half a minute", file=sys.stderr)
    try:
        once(folder, partial(_make, properties))
    except (OSError, SetupError) as error:
        print(f"Spark's classes are not prepared, starts take longer: {error}", file=sys.stderr)
        return ""
    return f" {_SILENT} -XX:SharedArchiveFile={folder / _ARCHIVE}"


def _key(properties: Mapping[str, str]) -> str:
    """Of the Java and the jars that the file is of: a JVM takes no other's."""
    program = Path(java()).resolve()
    jars = sorted(jar.name for jar in (spark_folder() / "jars").glob("*.jar"))
    of = [program, program.stat().st_mtime_ns, spark_folder(), properties.get("spark.jars"), *jars]
    return sha256("\n".join(map(str, of)).encode()).hexdigest()[:12]


def _make(properties: Mapping[str, str], folder: Path) -> None:
    archive = folder / _ARCHIVE
    own = dict(properties) | {
        "spark.master": "local[1]",
        "spark.ui.enabled": "false",
        JVM_OPTION: f"{properties[JVM_OPTION]} -XX:ArchiveClassesAtExit={archive}",
    }
    options = [word for pair in own.items() for word in ("--conf", "=".join(pair))]
    command = [sys.executable, "-P", "-m", __name__, f"{shlex.join(options)} pyspark-shell"]
    run(command, "the run that Spark's classes are taken from")
    if not archive.exists():
        raise SetupError("the run that Spark's classes are taken from left no file")


def _run(options: str) -> None:
    """Loads what a job loads: a stream, Python workers, a batch that is grouped and written."""
    os.environ["PYSPARK_SUBMIT_ARGS"] = options
    spark = SparkSession.builder.appName("classes").getOrCreate()
    jvm = spark.sparkContext._gateway.proc  # type: ignore[union-attr]
    with tempfile.TemporaryDirectory(prefix="millrace-classes-") as scratch:
        rows = spark.readStream.format("rate").load().mapInArrow(_as_they_are, _SCHEMA)
        writing = rows.writeStream.foreachBatch(partial(_batch, scratch))
        query = writing.option("checkpointLocation", f"{scratch}/checkpoint").start()
        query.processAllAvailable()
        query.stop()
        spark.stop()
        jvm.stdin.close()
        jvm.wait()


_SCHEMA = "timestamp timestamp, value bigint"


def _as_they_are(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    yield from batches


def _batch(scratch: str, batch: DataFrame, number: int) -> None:
    kept = batch.persist()
    counts = kept.groupBy("timestamp").count()
    kept.join(counts, "timestamp").write.mode("append").json(f"{scratch}/rows")
    counts.collect()
    kept.unpersist()


if __name__ == "__main__":
    _run(sys.argv[1])
