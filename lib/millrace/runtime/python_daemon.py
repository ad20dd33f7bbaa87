"""Starts Python workers that do not read Spark's archives anew in every task.

Spark puts its own jar and zips on the workers' path, and has each task forget what was read of the
path; Python then reads the archives' directories, some thousand entries, again at once. That was
76 % of the workers' time where batches are small. Spark starts this module in place of
``pyspark.daemon`` (``spark.python.daemon.module``).
"""

import sys
from importlib.machinery import PathFinder
from pathlib import Path
from runpy import run_module

_NEEDED = ("py4j", "pyspark")


def forget_archives() -> None:
    """Takes archives off the path, but for those that alone have a package that workers need."""
    archives = [entry for entry in sys.path if Path(entry).is_file()]
    sys.path[:] = [entry for entry in sys.path if entry not in archives]
    for package in _NEEDED:
        if PathFinder.find_spec(package) is None:
            holders = (a for a in archives if PathFinder.find_spec(package, [a]))
            sys.path.extend(holder for holder in list(holders)[:1])
    for entry in sys.path_importer_cache.keys() - sys.path:
        del sys.path_importer_cache[entry]


if __name__ == "__main__":
    forget_archives()
    run_module("pyspark.daemon", run_name="__main__")
