"""Fills a folder of an image: downloads.py jars FOLDER, geo FOLDER, or connect FOLDER.

What Spark needs, the country database, or Kafka Connect with its connectors.
"""

import shutil
import sys
from pathlib import Path

from millrace.config import Stack
from millrace.runtime.session import spark_defaults
from millrace.setup.downloads import downloads_folder, spark_jars
from millrace.setup.object_store import s3_jars


def jars(folder: Path) -> None:
    """What Spark needs beside what it comes with."""
    downloads = downloads_folder(Stack())
    wanted = spark_jars(spark_defaults()["spark.jars.packages"], downloads)
    for jar in [*wanted, *s3_jars(downloads)]:
        shutil.copy(jar, folder)


def geo(folder: Path) -> None:
    """The country database."""
    # Not where images are built by an engine: there it is a stage of its own.
    from millrace.stack.country import DATABASE, install_country_database

    install_country_database(folder / DATABASE, downloads_folder(Stack()))


def connect(folder: Path) -> None:
    """Kafka Connect's worker, its connectors, MySQL's among them, and its JMX exporter."""
    # Not in the jobs' image, which has no servers.
    from millrace.stack.connect import fill

    fill(folder)


if __name__ == "__main__":
    kind, folder = sys.argv[1:]
    {"jars": jars, "geo": geo, "connect": connect}[kind](Path(folder))
