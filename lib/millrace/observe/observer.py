"""Everything by which a job is seen from outside, put together: begun and ended with it."""

import os
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from pyspark.sql import SparkSession

from millrace.config import Config
from millrace.observe import capture, server, watch
from millrace.observe.lag import Lag
from millrace.observe.progress import ProgressListener
from millrace.records.ledger import Batch
from millrace.telemetry import metrics
from millrace.telemetry.health import Health
from millrace.telemetry.spans import Span

if TYPE_CHECKING:
    from millrace.observe.batch_traces import BatchTraces

# OpenTelemetry's variables for where traces go: without either there are none.
_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_DRAIN_S = 10.0


class Observer:
    """A job's metrics, health and traces, of those that are asked for; costs nothing without."""

    def __init__(self, job: str, conf: Config) -> None:
        """Begins to answer at the job's port; ConfigurationError where that cannot be had."""
        self._conf = conf
        self._job = job
        self._port = conf.metrics.port.of(job)
        self._health = Health(conf.metrics.max_silence_s)
        self._traces = _traces(job, conf) if any(map(os.environ.get, _ENDPOINTS)) else None
        self._listener: ProgressListener | None = None
        self._ends: list[Callable[[], None]] = []
        self.lag = Lag(conf.kafka)
        if self._port:
            metrics.describe_build()
            server.serve(conf.metrics.listen, self._port, self._health)

    def listen(self, spark: SparkSession, queries: Sequence[str]) -> None:
        """Listens to these queries' progress; to be called before they start."""
        self._health.expect(queries)
        if self._port or self._traces:
            on_batch = self._traces.committed if self._traces else lambda progress: None
            self._listener = ProgressListener(self._health, self.lag.committed, on_batch)
            spark.streams.addListener(self._listener)

    def written(self, batch: Batch, spans: list[Span]) -> None:
        """Takes in what a batch did when, for its trace."""
        if self._traces:
            self._traces.written(batch, spans)

    def watch(self) -> None:
        """Begins to look at lag, storage and the like; once the job's queries are followed."""
        if self._port:
            checks: dict[str, Callable[[], None]] = {
                "lag": self.lag.look,
                "storage": partial(watch.storage, self._conf.storage),
            }
            if self._job == watch.RECONCILE_TOLD_BY:
                checks["reconcile"] = partial(watch.reconciliations, self._conf)
            loaded = self._conf.warehouse
            # Without a password it is none that was ever started here.
            if (
                self._job == watch.WAREHOUSE_TOLD_BY
                and loaded
                and loaded.password.get_secret_value()
            ):
                checks["warehouse"] = partial(watch.warehouse_loads, loaded)
            interval_s = self._conf.metrics.interval_s
            self._ends.append(watch.every(interval_s, checks))
            if self._job == capture.TOLD_BY:
                # Apart: a source that is away is waited for, and lag is to be told meanwhile.
                own = capture.checks(self._conf)
                self._ends.append(watch.every(capture.EVERY * interval_s, own))

    def end(self) -> None:
        """Takes in what Spark has yet to report, and sends what is held back."""
        for end in self._ends:
            end()
        if self._listener:
            self._listener.drain(_DRAIN_S)
        if self._traces:
            self._traces.end()


def _traces(job: str, conf: Config) -> "BatchTraces":
    # Imported only where it is wanted: gRPC and OpenTelemetry take a while.
    from millrace.observe.batch_traces import BatchTraces

    return BatchTraces(conf.kafka, f"millrace-{job}")
