"""What the warehouse's tables hold by hour and minute, and how facts join their products."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from millrace.io.warehouse.client import Connection, fetched
from millrace.records.ledger import OffsetRange
from millrace.records.shop_minute import ShopMinute
from millrace.records.warehouse import EVENTS, PRODUCTS, REQUESTS, Table

_NO_MONEY = Decimal(0)
_FACTS = {"fact_event": "event_at", "fact_order_item": "ordered_at"}


@dataclass(frozen=True)
class Hour:
    """An hour of receipt: the Kafka records that were read, and the lines that should be rows."""

    records: int
    lines: int


def hours(opened: Connection, feed: str, since: datetime) -> dict[datetime, Hour]:
    """What batches say that they read, by hour of receipt."""
    rows = opened.execute(
        "SELECT hour_at, sum(records)::bigint, sum(loaded)::bigint FROM ("
        " SELECT hour_at, records, lines AS loaded FROM raw.loaded"
        " WHERE feed = %(feed)s AND hour_at >= %(since)s UNION ALL"
        " SELECT hour_at, records, 0 FROM raw.dead WHERE feed = %(feed)s AND hour_at >= %(since)s"
        ") counted GROUP BY 1",
        {"feed": feed, "since": since},
    ).fetchall()
    return {hour: Hour(records, lines) for hour, records, lines in rows}


def rows_by_hour(
    opened: Connection, table: Table, feed: str, since: datetime
) -> dict[datetime, int] | None:
    """How many rows the table has, by hour of receipt; None of requests, which are sums."""
    if table == REQUESTS:
        return None
    rows = opened.execute(
        f"SELECT date_trunc('hour', received_at), count(*) FROM {table.full_name}"
        " WHERE feed = %s AND received_at >= %s GROUP BY 1",
        (feed, since),
    ).fetchall()
    return dict(rows)


def versions(opened: Connection, feed: str, ids: Sequence[str]) -> set[str]:
    """Those of these versions of captured products that have a row."""
    rows = opened.execute(
        f"SELECT topic_id FROM {PRODUCTS.full_name} WHERE feed = %s AND topic_id = ANY(%s)",
        (feed, list(ids)),
    ).fetchall()
    return {id for (id,) in rows}


def minutes(
    opened: Connection, feed: str, counted: Sequence[OffsetRange], since: datetime
) -> dict[datetime, ShopMinute]:
    """What the events of each minute come to, of those at offsets that were ``counted``."""
    places, values = _among(counted)
    rows = opened.execute(
        "SELECT date_trunc('minute', event_at) AT TIME ZONE 'UTC', count(*),"
        " sum(amount) FILTER (WHERE event_type IN ('purchase', 'order_complete')),"
        " sum(attempted_amount) FILTER (WHERE event_type = 'order_failed')"
        f" FROM {EVENTS.full_name}"
        f" WHERE feed = %s AND event_at >= %s AND ({places}) GROUP BY 1",
        (feed, since, *values),
    ).fetchall()
    return {
        start: ShopMinute(events, revenue or _NO_MONEY, failed or _NO_MONEY)
        for start, events, revenue, failed in rows
    }


def loaded_until(opened: Connection, missing: Sequence[OffsetRange]) -> datetime | None:
    """When the last event was received before the ``missing`` ones, of the partition furthest back.

    None where a partition has none.
    """
    partitions = {(offsets.topic_id, offsets.partition) for offsets in missing}
    newest = [
        fetched(
            opened,
            'SELECT max(received_at) FROM raw.events WHERE topic_id = %s AND "partition" = %s',
            *place,
        )
        for place in partitions
    ]
    return None if None in newest else min(newest, default=None)


def has_facts(opened: Connection) -> bool:
    """Whether the facts and the products that they join are built, and can be read."""
    query = "SELECT to_regclass(%s)"
    names = [f"warehouse.{name}" for name in (*_FACTS, "dim_product")]
    return all(fetched(opened, query, name) is not None for name in names)


def misjoined(opened: Connection) -> dict[str, int]:
    """How many facts of each kind do not join the one version that their product had then.

    Where it had none yet, that is ``unknown``; there may never be more than one.
    """
    return {fact: int(_misjoined(opened, fact, at)) for fact, at in _FACTS.items()}


def _misjoined(opened: Connection, fact: str, at: str) -> Any:
    query = f"""
        SELECT count(*) FROM warehouse.{fact} fact CROSS JOIN LATERAL (
            SELECT count(*) AS versions, min(product_version_key) AS version
            FROM warehouse.dim_product
            WHERE dim_product.product_id = fact.product_id AND valid_from <= fact.{at}
              AND (valid_to IS NULL OR fact.{at} < valid_to)) own
        WHERE fact.product_id IS NOT NULL AND (versions > 1
           OR fact.product_version_key IS DISTINCT FROM coalesce(version, 'unknown'))"""
    return fetched(opened, query)


def _among(ranges: Sequence[OffsetRange]) -> tuple[str, list[Any]]:
    """A condition on the place of an event in Kafka, and its values."""
    one = '(topic_id = %s AND "partition" = %s AND "offset" >= %s AND "offset" < %s)'
    values = [
        value
        for each in ranges
        for value in (each.topic_id, each.partition, each.from_offset, each.until_offset)
    ]
    return " OR ".join([one] * len(ranges)) or "false", values
