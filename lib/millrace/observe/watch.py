"""Periodic background checks of a job: lag, storage, the last reconcile."""

import logging
import shutil
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from millrace.config import Config, Storage, Warehouse
from millrace.errors import one_line
from millrace.io import mongo
from millrace.io.mongo import reconciliations as stored_reconciliations
from millrace.io.warehouse.ledger import last_loads
from millrace.records.reconciliations import WAREHOUSE
from millrace.telemetry import metrics

_log = logging.getLogger(__name__)

RECONCILE_TOLD_BY = "ingest"  # the job that has MongoDB, where verdicts are kept
WAREHOUSE_TOLD_BY = "archive"  # the job whose lines are loaded


def every(interval_s: float, checks: Mapping[str, Callable[[], None]]) -> Callable[[], None]:
    """Runs the checks every ``interval_s`` in a thread of its own; returns a function to stop it.

    A failing check is logged once until it recovers; it never stops the job.
    """
    ended = threading.Event()
    thread = threading.Thread(
        target=_watch, args=(interval_s, checks, ended), name="watch", daemon=True
    )
    thread.start()
    return ended.set


def _watch(
    interval_s: float, checks: Mapping[str, Callable[[], None]], ended: threading.Event
) -> None:
    failing: set[str] = set()
    while not ended.is_set():
        for name, check in checks.items():
            try:
                check()
                failing.discard(name)
            except Exception as error:
                if name not in failing:
                    _log.warning("background check %r failed: %s", name, one_line(error))
                failing.add(name)
        ended.wait(interval_s)


def reconciliations(conf: Config) -> None:
    """Sets the metrics of each feed's last reconcile: a program that ends cannot be scraped.

    A feed that is no longer configured is left out: nobody could reconcile it, and its last
    verdict would alert for ever.
    """
    feeds = [feed.name for feed in conf.feeds] + ([WAREHOUSE] if conf.warehouse else [])
    for outcome in stored_reconciliations.latest(mongo.database(conf.mongo), feeds).values():
        metrics.RECONCILE_HOLDS.labels(outcome.feed).set(outcome.holds)
        if outcome.feed != WAREHOUSE:  # which nobody has to reconcile each hour
            metrics.RECONCILE_TIME.labels(outcome.feed).set(outcome.ended_at.timestamp())
        for fault, count in outcome.faults.items():
            metrics.RECONCILE_FAULTS.labels(outcome.feed, fault).set(count)


def warehouse_loads(own: Warehouse) -> None:
    """Sets when each feed was last loaded into the warehouse, by a program that has ended."""
    for feed, loaded_at in last_loads(own).items():
        metrics.WAREHOUSE_TIME.labels(feed).set(loaded_at.timestamp())


def storage(places: Storage) -> None:
    """Sets the space that is free where checkpoints and archive lie, of those on a disk here."""
    for name, location in (("checkpoints", places.checkpoints), ("archive", places.archive)):
        folder = _nearest(location)
        if folder is None:
            continue
        usage = shutil.disk_usage(folder)
        metrics.STORAGE_SIZE.labels(name).set(usage.total)
        metrics.STORAGE_FREE.labels(name).set(usage.free)


def _nearest(location: str) -> Path | None:
    """The folder itself, or the nearest above it that is there; none of an object store."""
    if "://" in location:
        return None
    folder = Path(location).resolve()
    return next(path for path in (folder, *folder.parents) if path.exists())
