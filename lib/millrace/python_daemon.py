"""Starts Python workers that do not read Spark's archives anew in every task.

Spark puts its own jar and zips on the workers' path, and has each task forget what was read of the
path; Python then reads the archives' directories, some thousand entries, again at once. That was
76 % of the workers' time where batches are small. Spark starts this module in place of
``pyspark.daemon`` (``spark.python.daemon.module``).
"""

import sys
from importlib.util import find_spec
from pathlib import Path
from runpy import run_module


def forget_archives() -> None:
    """Takes archives off the path, unless pyspark itself is to be had only from one of them."""
    whole = list(sys.path)
    sys.path[:] = [place for place in whole if not Path(place).is_file()]
    if find_spec("pyspark.daemon") is None:
        sys.path[:] = whole
    for place in sys.path_importer_cache.keys() - sys.path:
        del sys.path_importer_cache[place]


if __name__ == "__main__":
    forget_archives()
    run_module("pyspark.daemon", run_name="__main__")
