"""The warehouse's schemas and roles, and the tables of the schema ``raw``, each defined once.

What is loaded from the archive comes to ``raw`` as it is; dbt builds ``staging`` and ``warehouse``
from it. Types are those of Spark SQL where ``records.types`` knows them, else PostgreSQL's.
"""

from dataclasses import dataclass

from millrace.records.fields import COMMON, DETAILS, SHOP

RAW, STAGING, WAREHOUSE = "raw", "staging", "warehouse"
DBT, BI = "dbt", "bi"
"""The roles that build the warehouse, and that read it."""

# PostgreSQL's types, where they are called otherwise.
_SQL = {"string": "text", "int": "integer", "timestamp": "timestamptz"}
_JSON = ("array<", "map<")
_KNOWN = {field.name: field.type for field in (*COMMON, *SHOP, *DETAILS)}


@dataclass(frozen=True)
class Column:
    """A column, its type, and what it means."""

    name: str
    type: str
    comment: str
    is_required: bool = False

    @property
    def is_json(self) -> bool:
        """Whether its values are JSON, which come as texts."""
        return self.type.startswith(_JSON)

    @property
    def sql(self) -> str:
        """Its definition in PostgreSQL."""
        name = "jsonb" if self.is_json else self.type.replace("decimal", "numeric")
        return f'"{self.name}" {_SQL.get(name, name)}{" NOT NULL" if self.is_required else ""}'

    @property
    def staged(self) -> "Column":
        """The column that its values come by, which may lack them."""
        return Column(self.name, "string" if self.is_json else self.type, "")


@dataclass(frozen=True)
class Table:
    """A table of ``raw``: its columns, those of its primary key, and its further indexes.

    A text that comes from a line is in no B-tree, which refuses what is longer than 2.7 KB, but
    where it is bounded.
    """

    name: str
    comment: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    indexes: tuple[str, ...] = ()

    @property
    def full_name(self) -> str:
        """Its name with the schema's."""
        return f"{RAW}.{self.name}"

    @property
    def statements(self) -> tuple[str, ...]:
        """What creates it where it is missing, with its comments and indexes."""
        lines = [*(column.sql for column in self.columns), f"PRIMARY KEY ({_quoted(self.key)})"]
        table = f"CREATE TABLE IF NOT EXISTS {self.full_name} (\n  " + ",\n  ".join(lines) + "\n)"
        comments = [f"COMMENT ON TABLE {self.full_name} IS {_literal(self.comment)}"]
        for column in self.columns:
            place = f'{self.full_name}."{column.name}"'
            comments.append(f"COMMENT ON COLUMN {place} IS {_literal(column.comment)}")
        indexes = (f"CREATE INDEX ON {self.full_name} {index}" for index in self.indexes)
        return (table, *comments, *indexes)


def _quoted(names: tuple[str, ...]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _required(name: str, type: str, comment: str) -> Column:
    return Column(name, type, comment, is_required=True)


def _shop(name: str, comment: str) -> Column:
    return Column(name, _KNOWN[name], comment)


_KEY = (
    _required("topic_id", "string", "Kafka's id of the topic"),
    _required("partition", "int", "Kafka's partition"),
    _required("offset", "bigint", "Kafka's offset"),
    _required("part", "int", "which of the lines of one Kafka record, from 0"),
)
_IDENTITY = tuple(column.name for column in _KEY)
_RECEIVED_AT = _required("received_at", "timestamp", "when Kafka received the line")
_BATCH_ID = _required("batch_id", "bigint", "the batch that loaded the row")
_FEED = _required("feed", "string", "the feed of the configuration")

BATCHES = Table(
    "batches",
    "The ledger: which lines of the archive are loaded, one row a batch",
    (
        _required("batch_id", "bigint GENERATED ALWAYS AS IDENTITY", "in the order of loading"),
        _FEED,
        _required("table_id", "string", "the archive's id"),
        _required("version", "bigint", "the archive's version that was read"),
        _required("committed_at", "timestamp", "when the batch was loaded"),
        _required("ranges", "jsonb", "the offsets that the batch took"),
        _required("rows_in", "bigint", "lines that were read"),
        _required("rows_written", "bigint", "lines that were loaded"),
        _required("rows_dead", "bigint", "lines that could not be parsed"),
    ),
    ("batch_id",),
)

EVENTS = Table(
    "events",
    "Events of shops, one row a line. The line itself and shipping addresses are not loaded",
    (
        *_KEY,
        _FEED,
        _RECEIVED_AT,
        _required("event_at", "timestamp", "when it happened, as the line says"),
        _required("event_type", "string", "purchase, search, order_complete, order_failed, error"),
        _required("service_name", "string", "the service that sent it"),
        _required("level", "string", "DEBUG, INFO, WARN, ERROR or FATAL"),
        _shop("user_id", "the user, as the shop names them"),
        _shop("session_id", "the visit"),
        _shop("session_duration_s", "seconds since the visit began"),
        _shop("product_id", "the product"),
        _shop("device_type", "desktop, mobile, tablet, or what was sent"),
        _shop("country", "as it was sent"),
        _shop("city", "as it was sent"),
        _shop("error_code", "why it failed"),
        _shop("message", "in words"),
        _shop("amount", "money of a purchase or order"),
        _shop("attempted_amount", "money of an order that failed"),
        _shop("payment_method", "how it was to be paid"),
        _shop("order_id", "the order"),
        _shop("query", "what was searched for"),
        _shop("results_count", "how much was found"),
        _shop("filters", "what the search was narrowed by"),
        _shop("shipping_method", "how it is sent"),
        _shop("items", "the order's products: [{product_id, quantity}]"),
        _shop("delivery_estimate", "when it is to arrive"),
        _shop("completed_at", "when the order was completed"),
        _shop("failed_at", "when the order failed"),
        _shop("searched_at", "when it was searched"),
        _BATCH_ID,
    ),
    _IDENTITY,
    ("USING brin (batch_id)", "USING hash (order_id) WHERE order_id IS NOT NULL"),
)

PRODUCTS = Table(
    "products",
    "Changes of products. Those of one product are in the order of changed_at, position, topic_id,"
    " partition, offset, part. Of a captured row topic_id is the id of its version in the history",
    (
        *_KEY,
        _FEED,
        _RECEIVED_AT,
        _required("changed_at", "timestamp", "when it changed, as the line says"),
        _required("product_id", "string", "the product"),
        Column("price", "decimal(18,4)", "what it costs from then on"),
        Column("stock", "int", "how many there are"),
        Column("category", "string", "its category"),
        Column("name", "string", "its name"),
        _required("is_deleted", "boolean", "whether it is no longer sold"),
        Column("position", "string", "of a captured row: its place among changes, as a text"),
        _BATCH_ID,
    ),
    _IDENTITY,
    ("(batch_id)", "USING hash (product_id)"),
)

REQUESTS = Table(
    "requests",
    "Requests of access and application logs, counted by hour. The sums over all batches are the"
    " figures. A key without a value is '-'",
    (
        _BATCH_ID,
        _FEED,
        _required("hour_at", "timestamp", "the hour of the lines' own time"),
        _required("service_name", "string", "the service"),
        _required("http_route", "string", "the path without its variable parts"),
        _required("method", "string", "of HTTP; others are _OTHER"),
        _required("status_code", "int", "of the answer"),
        _required("country", "string", "of the client, ISO 3166 alpha-2"),
        _required("requests", "bigint", "how many"),
        _required("bytes_sent", "numeric(38,0)", "bytes of the answers"),
        _required("timed_requests", "bigint", "how many have a response time"),
        _required("response_time_sum_us", "numeric(38,0)", "sum of response times, microseconds"),
    ),
    (
        *("batch_id", "feed", "hour_at", "service_name", "http_route", "method", "status_code"),
        "country",
    ),
    ("(hour_at)",),
)

_RECEIVED_HOUR = _required("hour_at", "timestamp", "the hour in which the lines were received")
_RECORDS = _required("records", "bigint", "Kafka records whose first line is among them")

LOADED = Table(
    "loaded",
    "How many lines each batch loaded; with those of dead, all that it read",
    (
        _BATCH_ID,
        _FEED,
        _RECEIVED_HOUR,
        _required("lines", "bigint", "lines that were loaded"),
        _RECORDS,
    ),
    ("batch_id", "feed", "hour_at"),
)

DEAD = Table(
    "dead",
    "How many lines of each batch could not be parsed, and why",
    (
        _BATCH_ID,
        _FEED,
        _RECEIVED_HOUR,
        _required("reason", "string", "as of a dead letter"),
        _required("lines", "bigint", "lines that were not loaded"),
        _RECORDS,
    ),
    ("batch_id", "feed", "hour_at", "reason"),
)

TABLES = (BATCHES, EVENTS, PRODUCTS, REQUESTS, LOADED, DEAD)
