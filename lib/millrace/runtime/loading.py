"""A job that loads what the archive has beyond the job's ledger, in batches of bounded size."""

import logging
import time
from collections.abc import Callable, Sequence
from functools import partial

from millrace.config import Config, ConfigurationError, Feed, Warehouse, captured_products
from millrace.errors import JobError, one_line
from millrace.io import warehouse
from millrace.io.delta import log as delta_log
from millrace.io.delta.unread import unread
from millrace.io.sink import MicroBatch
from millrace.io.warehouse.ledger import WarehouseLedger
from millrace.proof.archive_gaps import gaps
from millrace.records import warehouse_rows
from millrace.records.ledger import FROM_ARCHIVE, Batch, OffsetRange
from millrace.records.ranges import pieces, size
from millrace.records.warehouse import Table
from millrace.runtime import captured_loading
from millrace.runtime.context import DONE, FAILED, JobContext
from millrace.runtime.flow import ArchiveSource, Flow, Run
from millrace.runtime.quality import Quality
from millrace.runtime.retry import Retry, StoppingError
from millrace.telemetry import logs
from millrace.telemetry.logs import END

_log = logging.getLogger(__name__)

_Load = Callable[..., None]  # given how to retry, and whether a loss is accepted


def section(conf: Config) -> Warehouse:
    """The section ``warehouse``; raises ConfigurationError where there is none."""
    if conf.warehouse is None:
        raise ConfigurationError(
            f"{conf.file}: the section warehouse is missing: see docs/warehouse.md"
        )
    return conf.warehouse


def feeds(conf: Config) -> tuple[Feed, ...]:
    """The feeds that are loaded; raises ConfigurationError where there is no warehouse, or none.

    There may be none where products come from captured rows.
    """
    loaded = tuple(feed for feed in conf.feeds if _table_of(conf, feed))
    if not loaded and captured_products.of(conf) is None:
        raise ConfigurationError(
            f"{conf.file}: no feed can be loaded: expected one of the format shop, of products, or"
            " of a format with status codes"
        )
    return loaded


def table_of(conf: Config, feed: Feed) -> Table:
    """The table of ``raw`` that the feed is loaded into; ConfigurationError where there is none."""
    table = _table_of(conf, feed)
    if table is None:
        raise ConfigurationError(f"feed {feed.name} is none that the warehouse is loaded from")
    return table


def _table_of(conf: Config, feed: Feed) -> Table | None:
    has_products = feed.name == section(conf).products
    return warehouse_rows.table_of(feed.layout, has_products=has_products)


def run(context: JobContext, *, accept_loss: bool) -> int:
    """Loads each feed up to what its archive has when its turn comes; the exit code.

    What the ledger lacks is read, whenever and by whatever file it came. Lines that are gone from
    the archive before they were read are a failure, unless their loss is accepted. Last come
    captured products, where there are any.
    """
    own = section(context.conf)
    loads: list[tuple[str, _Load]] = [
        (feed.name, partial(_load, context, own, feed)) for feed in context.conf.feeds
    ]
    if entity := captured_products.of(context.conf):
        loads.append((entity.name, partial(captured_loading.load, context, own, entity)))
    for position, (name, load) in enumerate(loads):
        query = f"{context.name}-{name}"
        with logs.about(query):
            try:
                retry = Retry(query, context.conf.stream.max_outage_s, context.stopping)
                retry.run(partial(warehouse.prepare, own))
                load(retry, accept_loss=accept_loss)
            except StoppingError:
                names = ", ".join(name for name, _ in loads[position:])
                _log.info("%s: stopped before these feeds were loaded: %s", context.name, names)
                return DONE
            except ConfigurationError:
                raise
            except Exception as error:
                trace = None if isinstance(error, JobError) else error
                END.error("%s failed: %s", query, one_line(error), exc_info=trace)
                return FAILED
    return DONE


def _load(
    context: JobContext, own: Warehouse, feed: Feed, retry: Retry, *, accept_loss: bool
) -> None:
    """Loads a feed; raises what its sink and its ledger raise."""
    spark, conf, archive = context.spark, context.conf, context.conf.storage.archive
    query = f"{context.name}-{feed.name}"
    newest = delta_log.newest(spark, archive, feed)
    if newest is None:
        _log.warning("%s: the archive has no lines of feed %s", context.name, feed.name)
        return
    table_id, version = newest
    checkpoint_id, ledger = f"{FROM_ARCHIVE}{table_id}", WarehouseLedger(own, feed)
    left = unread(spark, archive, feed, version, ledger.taken())
    lost = gaps(spark, archive, feed, left)
    _require_whole(query, ledger.archives(), table_id, lost, accept_loss=accept_loss)
    if not left.ranges:
        # Who reads the tables can tell that there is nothing new from that nobody has looked.
        ledger.note(Batch(query, checkpoint_id, version, ()))
        _log.info("%s: no new lines", query)
        return
    quality = Quality(feed, conf.detection.max_unmatched_ratio)
    for ranges in pieces(left.ranges, conf.stream.max_lines_per_batch):
        if context.stopping.is_set():
            raise StoppingError
        source = ArchiveSource(spark, archive, feed, version, tuple(ranges))
        flow = context.job(Run(spark, conf, feed, query, source))
        batch = Batch(query, checkpoint_id, version, tuple(ranges))
        retry.run(partial(_write, flow, batch, quality))


def _write(flow: Flow, batch: Batch, quality: Quality) -> None:
    began = time.monotonic()
    flow.sink.prepare()
    result = flow.sink.write(MicroBatch.of(batch, flow.rows(batch.lines)))
    took_s = time.monotonic() - began
    quality.report(batch, result, sink=flow.sink.name, took_s=took_s)
    _log.info("%s: %d lines from the archive in %.1f s", batch.query, result.rows_in, took_s)


def _require_whole(
    query: str,
    archives: Sequence[str],
    table_id: str,
    lost: Sequence[OffsetRange],
    *,
    accept_loss: bool,
) -> None:
    """Raises JobError where lines are gone, or may be, and nobody has accepted that."""
    told = []
    if archives and archives[-1] != table_id:
        told.append(
            f"its archive was deleted and made again (its id was {archives[-1]}, now it is"
            f" {table_id}): what only the old one had is not loaded"
        )
    if lost:
        first = lost[0]
        told.append(
            f"{size(lost):,} lines are gone from the archive before they were loaded, the first at"
            f" offset {first.from_offset} of partition {first.partition}"
        )
    if told and not accept_loss:
        raise JobError(
            f"{query}: {'; '.join(told)}. To go on without these lines, run the job once with"
            " --accept-loss"
        )
    for sentence in told:
        _log.warning("%s: accepted: %s", query, sentence)
