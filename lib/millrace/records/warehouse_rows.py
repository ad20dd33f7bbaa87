"""The rows that lines of the archive come to on their way into the warehouse."""

from millrace.records.fields import PARSED
from millrace.records.formats import Layout
from millrace.records.warehouse import EVENTS, PRODUCTS, REQUESTS, Column, Table

_OF_EVERY_ROW = ("topic_id", "partition", "offset", "part", "received_at")
_OF_BATCHES = ("feed", "batch_id")
REASON = Column("reason", "string", "why the line is not loaded; null where it is")
# What a request counts as, of the figures.
_BYTES = Column("bytes_sent", "bigint", "")
RESPONSE_TIME = Column("response_time_us", "bigint", "")
RECEIVED_HOUR = Column("received_hour", "timestamp", "")
_COUNTED = (Column("lines", "bigint", ""), Column("records", "bigint", ""))

REQUEST_KEYS = tuple(
    c for c in REQUESTS.columns if c.name in REQUESTS.key and c.name not in _OF_BATCHES
)
REQUEST_FIGURES = tuple(c for c in REQUESTS.columns if c.name not in REQUESTS.key)


def table_of(layout: Layout, *, has_products: bool) -> Table | None:
    """The table that a feed's lines are loaded into; None where they are loaded into none."""
    if has_products:
        return PRODUCTS
    if layout == "shop":
        return EVENTS
    has_status = any(field.name == "status_code" for field in PARSED[layout])
    return REQUESTS if has_status else None


def own_columns(table: Table) -> tuple[Column, ...]:
    """Those that a line gives values for, beside where and when it came."""
    if table == REQUESTS:
        return tuple(column.staged for column in (*REQUEST_KEYS, _BYTES, RESPONSE_TIME))
    given = (*_OF_EVERY_ROW, *_OF_BATCHES)
    return tuple(column.staged for column in table.columns if column.name not in given)


def line_columns(table: Table) -> tuple[Column, ...]:
    """Those of the row of one line: where it came from, ``reason``, and what it says."""
    first = (column.staged for column in EVENTS.columns if column.name in _OF_EVERY_ROW)
    return (*first, REASON, *own_columns(table))


def staging_columns(table: Table) -> tuple[Column, ...]:
    """Those of the table that rows of a batch come to before they are put in place.

    Requests are counted by then.
    """
    if table != REQUESTS:
        return line_columns(table)
    keys, figures = ([c.staged for c in some] for some in (REQUEST_KEYS, REQUEST_FIGURES))
    return (RECEIVED_HOUR, REASON, *keys, *_COUNTED, *figures)
