"""A job over the archive: one batch a feed."""

import logging
import time
from collections.abc import Sequence
from functools import partial

from pyspark.sql import DataFrame

from millrace.config import Feed
from millrace.errors import one_line
from millrace.io import delta
from millrace.io.delta import log as delta_log
from millrace.io.sink import MicroBatch, Sink
from millrace.records.ledger import FROM_ARCHIVE, Batch
from millrace.runtime.context import DONE, FAILED, JobContext
from millrace.runtime.flow import ArchiveSource, Run
from millrace.runtime.quality import Quality
from millrace.runtime.retry import Retry, StoppingError
from millrace.telemetry.logs import END

_log = logging.getLogger(__name__)


def run(context: JobContext) -> int:
    """One batch a feed, named after the archive's version that it read; the exit code.

    Archives are read as they are when the run begins, whatever `archive` appends meanwhile. Once a
    stop is asked for no batch begins; a line names the feeds that were not read.
    """
    name, conf, spark = context.name, context.conf, context.spark
    archive = conf.storage.archive
    newest = {feed.name: delta_log.newest(spark, archive, feed) for feed in conf.feeds}
    for position, feed in enumerate(conf.feeds):
        if context.stopping.is_set():
            return _stopped_before(name, conf.feeds[position:])
        query, newest_version = f"{name}-{feed.name}", newest[feed.name]
        held = delta.spans(spark, archive, feed, newest_version[1]) if newest_version else []
        if not newest_version or not held:
            _log.warning("%s: the archive has no lines of feed %s", name, feed.name)
            continue
        table_id, version = newest_version
        source = ArchiveSource(spark, archive, feed, version)
        flow = context.job(Run(spark, conf, feed, query, source))
        batch = Batch(query, f"{FROM_ARCHIVE}{table_id}", version, tuple(held))
        try:
            if context.stopping.is_set():
                raise StoppingError
            flow.sink.prepare()
            rows = flow.rows(conf.stream.max_lines_per_batch)
            quality = Quality(feed, conf.detection.max_unmatched_ratio)
            retry = Retry(query, conf.stream.max_outage_s, context.stopping)
            retry.run(partial(_write, flow.sink, batch, rows, quality))
        except StoppingError:
            return _stopped_before(name, conf.feeds[position:])
        except Exception as error:
            END.error("%s failed: %s", query, one_line(error), exc_info=error)
            return FAILED
        _log.info("%s: %d lines from the archive", query, batch.lines)
    return DONE


def _write(sink: Sink, batch: Batch, rows: DataFrame, quality: Quality) -> None:
    began = time.monotonic()
    result = sink.write(MicroBatch.of(batch, rows))
    quality.report(batch, result, sink=sink.name, took_s=time.monotonic() - began)


def _stopped_before(name: str, feeds: Sequence[Feed]) -> int:
    names = ", ".join(feed.name for feed in feeds)
    _log.info("%s: stopped before the archive of these feeds was read: %s", name, names)
    return DONE
