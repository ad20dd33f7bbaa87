"""A feed of its own for a test: its topic, its configuration, its jobs as users run them."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from shutil import rmtree
from typing import Any

import yaml
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient
from pyspark.sql import SparkSession

from millrace import config
from millrace.config import Config
from millrace.io import kafka, mongo, mysql
from millrace.observe.observer import Observer
from millrace.runtime import backfill, loading, streams
from millrace.runtime.context import DONE, JobContext
from millrace.runtime.flow import Job
from millrace.simulate.send import send

ROOT = Path(__file__).parents[2]
JOB_TIMEOUT_S = 900
# Jobs of a test live for seconds: the second compiler would cost more than it brings.
QUICK = {"spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1", "spark.ui.enabled": "false"}


@dataclass(frozen=True)
class Pipeline:
    """Feeds of a test's own, on the servers that all tests share."""

    file: Path
    conf: Config

    def only(self, *feeds: str) -> "Pipeline":
        """Some of the feeds: what runs on these leaves the others alone."""
        content = yaml.safe_load(self.file.read_text())
        content["feeds"] = [feed for feed in content["feeds"] if feed["name"] in feeds]
        file = self.file.with_name(f"{'-'.join(feeds)}.yaml")
        file.write_text(yaml.safe_dump(content))
        return Pipeline(file, config.load(file))

    def send(self, feed: str, lines: list[bytes]) -> None:
        send(self.conf.kafka, self.conf.feed(feed).topic, lines)

    def run(self, job: str, *options: str, code: int = 0) -> str:
        """Runs a job to its end; its standard error."""
        done = subprocess.run(
            self._command(job, "--until-caught-up", *options),
            capture_output=True,
            text=True,
            timeout=JOB_TIMEOUT_S,
            check=False,
        )
        telling = [
            line for line in done.stderr.splitlines() if "failed" in line or "Caused" in line
        ]
        assert done.returncode == code, "\n".join([*telling, done.stderr[-2000:]])
        return done.stderr

    def run_within(
        self,
        spark: SparkSession,
        name: str,
        source: str = "kafka",
        *,
        code: int = DONE,
        accept_loss: bool = False,
        job: Job | None = None,
    ) -> None:
        """Runs a job to its end on a session that is there: a process takes long to start.

        That of ``jobs/``, or ``job`` under the same name.
        """
        function: Job = job or getattr(import_module(name), name)
        conf = self.conf
        if source == "unloaded":
            conf = conf.model_copy(update={"feeds": loading.feeds(conf)})
        stopping = threading.Event()
        observer = Observer(name, conf)
        context = JobContext(name, function, spark, conf, stopping, observer)
        if source == "archive":
            ended = backfill.run(context)
        elif source == "unloaded":
            ended = loading.run(context, accept_loss=accept_loss)
        else:
            topics = streams.topics_of(self.conf)
            ended = streams.run(context, topics, until_caught_up=True, accept_loss=accept_loss)
        assert ended == code

    @contextmanager
    def running(self, job: str) -> Iterator[subprocess.Popen[str]]:
        """A job that goes on; whatever is left of it is killed at the end."""
        process = subprocess.Popen(
            self._command(job),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                kill(process)

    def forget(self, job: str) -> None:
        """Deletes the checkpoints of a job's queries."""
        for feed in self.conf.feeds:
            rmtree(Path(self.conf.storage.checkpoints) / f"{job}-{feed.name}", ignore_errors=True)

    def expire_half(self, feed: str) -> dict[int, int]:
        """Has Kafka delete the older half of each partition; the first offset left, by it."""
        topic = kafka.topic(self.conf.kafka, self.conf.feed(feed).topic)
        found = kafka.offsets(self.conf.kafka, topic)
        halves = {one.partition: (one.from_offset + one.until_offset) // 2 for one in found}
        admin = AdminClient(kafka.client_properties(self.conf.kafka))
        until = [TopicPartition(topic.name, *half) for half in halves.items()]
        for future in admin.delete_records(until).values():
            future.result()
        return halves

    def documents(self, feed: str) -> Any:
        return mongo.database(self.conf.mongo)[feed]

    def letters(self, feed: str) -> int:
        letters = mongo.database(self.conf.mongo).dead_letters
        return int(letters.count_documents({"feed": feed}))

    def ledger(self, query: str) -> list[dict[str, Any]]:
        return list(mongo.database(self.conf.mongo).batches.find({"query": query}))

    def select(self, statement: str) -> list[dict[str, Any]]:
        with mysql.connection(self.conf.mysql) as opened, opened.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall())

    def _command(self, job: str, *options: str) -> list[str]:
        return [str(ROOT / "spark-submit.sh"), job, "--conf", str(self.file), *options]


def pipeline(folder: Path, servers_file: Path, *feeds: dict[str, Any], **stream: Any) -> Pipeline:
    """A pipeline of these feeds with a folder of its own and empty topics."""
    content = yaml.safe_load(servers_file.read_text())
    content["feeds"] = list(feeds)
    if "max_lines_per_batch" in stream:
        stream["archive_max_lines_per_batch"] = stream["max_lines_per_batch"]
    content["stream"] |= stream
    content["spark"]["conf"] = QUICK
    content["storage"] = {
        "checkpoints": str(folder / "checkpoints"),
        "archive": str(folder / "archive"),
    }
    file = folder / "pipeline.yaml"
    file.write_text(yaml.safe_dump(content))
    conf = config.load(file)
    kafka.create_topics(conf.kafka, [feed.topic for feed in conf.feeds])
    return Pipeline(file, conf)


def kill(process: subprocess.Popen[str]) -> None:
    """SIGKILL for the driver: Python and the JVM that is its child."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(30)


def wait_until(
    condition: Callable[[], bool], what: str, *, timeout_s: float, poll_s: float = 0.005
) -> float:
    """Waits for it; the seconds it took. Fails where it has not come true in time."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < timeout_s, f"not within {timeout_s} s: {what}"
        time.sleep(poll_s)
    return time.monotonic() - began
