"""The parts of one run of a job that its feeds share."""

import threading
from dataclasses import dataclass

from pyspark.sql import SparkSession

from millrace.config import Config
from millrace.observe.observer import Observer
from millrace.runtime.flow import Job

DONE, FAILED, MISUSED = 0, 1, 2  # exit codes


@dataclass(frozen=True)
class JobContext:
    """A job's name and function, its session and configuration, and who stops and watches it."""

    name: str
    job: Job
    spark: SparkSession
    conf: Config
    stopping: threading.Event
    observer: Observer
