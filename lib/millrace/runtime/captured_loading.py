"""Loads what the history of a captured entity has beyond the warehouse's ledger."""

import logging
import time
from datetime import UTC, datetime, timedelta
from functools import partial

from millrace.config import Config, Warehouse, entities
from millrace.errors import JobError
from millrace.io import mongo
from millrace.io.mongo import captured_versions
from millrace.io.warehouse import captured
from millrace.io.warehouse.ledger import WarehouseLedger
from millrace.records.entities import Entity
from millrace.records.ledger import Batch, OffsetRange
from millrace.records.ranges import pieces, without
from millrace.runtime.context import JobContext
from millrace.runtime.quality import Quality
from millrace.runtime.retry import Retry, StoppingError

_log = logging.getLogger(__name__)


def load(
    context: JobContext, own: Warehouse, entity: Entity, retry: Retry, *, accept_loss: bool
) -> None:
    """Loads the entity's changes that batches of ``changes`` have committed, each once.

    Raises JobError where the history may have deleted some of them by its age, unless their loss is
    accepted, and else what reading and writing raise.
    """
    conf, query = context.conf, f"{context.name}-{entity.name}"
    feed = entities.feed(entity)
    taken = WarehouseLedger(own, feed).taken()
    committed = captured_versions.committed(mongo.database(conf.mongo), entity.name)
    unread = without(committed, taken)
    _require_whole(conf, entity, query, unread, accept_loss=accept_loss)
    quality = Quality(feed, conf.detection.max_unmatched_ratio)
    # Without new offsets too: there may be late versions, and who reads can tell that it was run.
    for ranges in pieces(unread, conf.stream.max_lines_per_batch) or [[]]:
        if context.stopping.is_set():
            raise StoppingError
        batch = captured.batch_of(query, entity.name, ranges)
        retry.run(partial(_write, own, conf, entity, batch, quality))


def _write(own: Warehouse, conf: Config, entity: Entity, batch: Batch, quality: Quality) -> None:
    began = time.monotonic()
    result = captured.load(own, conf.mongo, entity.name, batch)
    took_s = time.monotonic() - began
    quality.report(batch, result, sink="warehouse", took_s=took_s)
    _log.info("%s: %d versions from the history in %.1f s", batch.query, result.rows_in, took_s)


def _require_whole(
    conf: Config, entity: Entity, query: str, unread: list[OffsetRange], *, accept_loss: bool
) -> None:
    """Raises JobError where versions may be gone that were not loaded, unless that is accepted."""
    days = conf.changes.history_days if conf.changes else None
    if not days or not unread:
        return
    db, kept_since = mongo.database(conf.mongo), datetime.now(UTC) - timedelta(days=days)
    spans = (captured_versions.span(db, entity.name, offsets) for offsets in unread)
    first = min((span.since for span in spans if span and span.since), default=kept_since)
    if first >= kept_since:
        return
    told = (
        f"changes since {first:%Y-%m-%d %H:%M} are not loaded, and of those the history may have"
        f" deleted some, as it keeps them for {days} days (changes.history_days)"
    )
    if not accept_loss:
        raise JobError(
            f"{query}: {told}. To go on without these, run the job once with --accept-loss"
        )
    _log.warning("%s: accepted: %s", query, told)
