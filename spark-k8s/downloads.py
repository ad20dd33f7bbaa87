"""Fills a folder with an image's jars: downloads.py JARS [GEO], GEO for the country database."""

import shutil
import sys
from pathlib import Path

from millrace.config import Stack
from millrace.runtime.session import spark_defaults
from millrace.setup.downloads import downloads_folder, spark_jars
from millrace.setup.object_store import s3_jars

if __name__ == "__main__":
    folder, *geo = (Path(argument) for argument in sys.argv[1:])
    downloads = downloads_folder(Stack())
    wanted = spark_jars(spark_defaults()["spark.jars.packages"], downloads)
    for jar in [*wanted, *s3_jars(downloads)]:
        shutil.copy(jar, folder)
    for place in geo:
        # Not where images are built by an engine: there it is a stage of its own.
        from millrace.stack.country import DATABASE, install_country_database

        install_country_database(place / DATABASE, downloads)
