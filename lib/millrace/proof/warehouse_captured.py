"""The warehouse's captured products held against the history that they come from."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import psycopg

from millrace.config import Config, Warehouse, entities
from millrace.io import mongo, warehouse
from millrace.io.mongo import captured_versions
from millrace.io.warehouse import counts, ledger
from millrace.proof.warehouse import FeedVerdict, differing_hours
from millrace.records.entities import Entity
from millrace.records.warehouse import PRODUCTS

_HOUR = timedelta(hours=1)


def reconcile(conf: Config, own: Warehouse, entity: Entity, since: datetime) -> FeedVerdict:
    """Compares what was loaded of the entity, received from the hour of ``since`` on.

    What the history may have deleted by its age is left out. The job may run meanwhile.
    """
    start = _comparable(conf, since).replace(minute=0, second=0, microsecond=0)
    feed, db = entities.feed(entity), mongo.database(conf.mongo)
    with warehouse.connection(own) as opened:
        opened.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        taken = ledger.taken_in(opened, feed.name)
        read = counts.hours(opened, feed.name, start)
        rows = counts.rows_by_hour(opened, PRODUCTS, feed.name, start)
        late = {version["_id"] for version in captured_versions.late(db, entity.name)}
        loaded = late & counts.versions(opened, feed.name, sorted(late))
    archived: Counter[datetime] = Counter()
    for version in captured_versions.changes_since(db, entity.name, start):
        id = version["_id"]
        if id in loaded or (id not in late and captured_versions.is_among(version, taken)):
            archived[version["received_at"].replace(minute=0, second=0, microsecond=0)] += 1
        else:
            archived[_WAITING] += 1
    lag = archived.pop(_WAITING, 0)
    return FeedVerdict(
        feed.name, archived.total(), differing_hours(archived, read, rows), None, [], lag
    )


_WAITING = datetime.max.replace(tzinfo=UTC)


def _comparable(conf: Config, since: datetime) -> datetime:
    days = conf.changes.history_days if conf.changes else None
    if not days:
        return since
    # MongoDB deletes about each minute; an hour that it has begun with is not whole.
    return max(since, datetime.now(UTC) - timedelta(days=days) + _HOUR)
