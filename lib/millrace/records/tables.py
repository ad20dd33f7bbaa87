"""The tables and views in MySQL, each defined once: the job makes them, the sink fills them.

A minute's figures are absolute values of its window. Key strings are trimmed, bounded and never
null, and their collation compares bytes; so no two keys that differ fall together.
"""

from dataclasses import dataclass

from millrace.records.formats import LAYOUTS, Layout
from millrace.records.views import VIEWS

WINDOW_S = 60
FIGURES_VERSION = 2
"""Raised when lines come to other rows than before: by 2 fewer routes and methods have a name."""
NO_VALUE = "-"

# The columns that every row of figures has before it is sorted into its table. Lines are counted;
# a `total` is summed; a `value` is counted, summed, and has a least and a greatest.
MAX_KEYS = 4
MEASURES = {
    "line_count": "BIGINT",
    "total": "BIGINT",
    "valued": "BIGINT",
    "value_sum": "BIGINT",
    "value_min": "BIGINT",
    "value_max": "BIGINT",
    "revenue": "DECIMAL(28,4)",
    "failed_amount": "DECIMAL(28,4)",
}


@dataclass(frozen=True)
class Key:
    """A key column after (window_start, feed); ``characters`` bounds a string, 0 is a decimal."""

    name: str
    characters: int

    @property
    def type(self) -> str:
        """The column's SQL type."""
        if not self.characters:
            return "DECIMAL(14,4)"
        return f"VARCHAR({self.characters}) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"


@dataclass(frozen=True)
class Table:
    """A table of figures by minute: its keys, and for each figure the measure it holds."""

    name: str
    keys: tuple[Key, ...]
    figures: dict[str, str]
    layouts: tuple[Layout, ...]

    @property
    def lines(self) -> str:
        """The figure that counts lines."""
        return next(name for name, measure in self.figures.items() if measure == "line_count")

    @property
    def ddl(self) -> str:
        """The statement that creates the table where it is missing."""
        keys = "".join(f"  {key.name} {key.type} NOT NULL,\n" for key in self.keys)
        figures = "".join(f"  {name} {MEASURES[m]},\n" for name, m in self.figures.items())
        primary = ", ".join(["window_start", "feed", *(key.name for key in self.keys)])
        return (
            f"CREATE TABLE IF NOT EXISTS {self.name} (\n"
            f"  window_start DATETIME NOT NULL,\n  feed {FEED.type} NOT NULL,\n"
            f"{keys}{figures}  revised_at DATETIME NULL,\n  PRIMARY KEY ({primary})\n)"
        )

    def upsert(self, staging: str) -> str:
        """The statement that puts ``staging``'s rows for this table in place; it takes the feed.

        VALUES() is deprecated in MySQL 8.0.20 and later, but the one form that MariaDB knows too.
        """
        columns = ["window_start", "feed", *(key.name for key in self.keys), *self.figures]
        sources = [f"k{n}" for n in range(1, len(self.keys) + 1)] + list(self.figures.values())
        updates = ", ".join(f"{name} = VALUES({name})" for name in self.figures)
        return (
            f"INSERT INTO {self.name} ({', '.join(columns)})\n"
            f"SELECT window_start, %(feed)s, {', '.join(sources)}\n"
            f"FROM {staging} WHERE figure = '{self.name}'\n"
            f"ON DUPLICATE KEY UPDATE {updates}"
        )


FEED = Key("feed", 32)
SERVICE = Key("service_name", 64)
METHOD = Key("method", 16)
ROUTE = Key("http_route", 128)
STATUS_CLASS = Key("status_class", 5)
LE_MS = Key("le_ms", 0)
COUNTRY = Key("country", 2)
LEVEL = Key("level", 5)
ERROR_CODE = Key("error_code", 64)
SEVERITY = Key("severity", 8)
EVENT_TYPE = Key("event_type", 16)
COUNTRY_SENT = Key("country", 64)  # whatever the shop calls it
DEVICE_TYPE = Key("device_type", 32)
PAYMENT_METHOD = Key("payment_method", 32)
QUERY = Key("query", 128)
TEMPLATE = Key("template_id", 12)

TRAFFIC = Table(
    "traffic_by_minute",
    (SERVICE, METHOD, ROUTE, STATUS_CLASS),
    {
        "requests": "line_count",
        "bytes": "total",
        "timed_requests": "valued",
        "sum_response_us": "value_sum",
        "min_response_us": "value_min",
        "max_response_us": "value_max",
    },
    ("combined", "app", "general"),
)
LATENCY = Table(
    "latency_by_minute",
    (SERVICE, METHOD, ROUTE, LE_MS),
    {"requests": "line_count"},
    ("combined", "app", "general"),
)
COUNTRIES = Table(
    "countries_by_minute",
    (SERVICE, COUNTRY),
    {"requests": "line_count", "bytes": "total"},
    ("combined", "general"),
)
LEVELS = Table("levels_by_minute", (SERVICE, LEVEL, ERROR_CODE), {"events": "line_count"}, LAYOUTS)
ANOMALIES = Table(
    "anomalies_by_minute",
    (SERVICE, SEVERITY),
    {"events": "line_count", "max_score": "value_max"},
    LAYOUTS,
)
SHOP = Table(
    "shop_by_minute",
    (EVENT_TYPE, COUNTRY_SENT, DEVICE_TYPE, PAYMENT_METHOD),
    {
        "events": "line_count",
        "revenue": "revenue",
        "failed_amount": "failed_amount",
        "sum_session_s": "value_sum",
        "sessions_timed": "valued",
    },
    ("shop",),
)
SEARCHES = Table(
    "searches_by_minute",
    (QUERY,),
    {"searches": "line_count", "results": "total", "empty_searches": "valued"},
    ("shop",),
)
TEMPLATES = Table(
    "templates_by_minute",
    (SERVICE, TEMPLATE),
    {"events": "line_count"},
    ("app", "syslog", "general"),
)
LATENESS = Table("lateness_by_minute", (), {"late_lines": "line_count"}, LAYOUTS)

TABLES = (
    TRAFFIC,
    LATENCY,
    COUNTRIES,
    LEVELS,
    ANOMALIES,
    SHOP,
    SEARCHES,
    TEMPLATES,
    LATENESS,
)


def fed_by(layout: Layout) -> list[Table]:
    """The tables that lines of a layout are counted in."""
    return [table for table in TABLES if layout in table.layouts]


BATCHES_DDL = """CREATE TABLE IF NOT EXISTS batches (
  query VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  checkpoint_id VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  batch_id BIGINT NOT NULL,
  committed_at DATETIME(3) NOT NULL,
  ranges JSON NOT NULL,
  rows_in BIGINT NOT NULL,
  rows_written BIGINT NOT NULL,
  figures_version INT NOT NULL DEFAULT 1,
  touched JSON NULL,
  PRIMARY KEY (query, checkpoint_id, batch_id)
)"""

# What tables have by now that were made by an earlier version: table, column, type.
ADDED_COLUMNS = (
    ("batches", "figures_version", "INT NOT NULL DEFAULT 1"),
    ("batches", "touched", "JSON NULL"),
)

LOST_LINES_DDL = """CREATE TABLE IF NOT EXISTS lost_lines (
  query VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  topic_id VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  kafka_partition INT NOT NULL,
  from_offset BIGINT NOT NULL,
  until_offset BIGINT NOT NULL,
  topic VARCHAR(249) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  accepted_at DATETIME(3) NOT NULL,
  PRIMARY KEY (query, topic_id, kafka_partition, from_offset)
)"""

# Names that figures have in their keys, beside those of routes.
NAMES_DDL = f"""CREATE TABLE IF NOT EXISTS key_names (
  feed {FEED.type} NOT NULL,
  name_of VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  place INT NOT NULL,
  name {SERVICE.type} NOT NULL,
  PRIMARY KEY (feed, name_of, place),
  UNIQUE KEY (feed, name_of, name)
)"""

ROUTES_DDL = f"""CREATE TABLE IF NOT EXISTS http_routes (
  feed {FEED.type} NOT NULL,
  place INT NOT NULL,
  http_route {ROUTE.type} NOT NULL,
  PRIMARY KEY (feed, place),
  UNIQUE KEY (feed, http_route)
)"""

# The routes that there were when some were forgotten, and the offsets that were counted by then.
FORGOTTEN_DDL = f"""CREATE TABLE IF NOT EXISTS forgotten_routes (
  feed {FEED.type} NOT NULL,
  forgotten_at DATETIME(6) NOT NULL,
  forgotten JSON NOT NULL,
  routes JSON NOT NULL,
  taken JSON NOT NULL,
  PRIMARY KEY (feed, forgotten_at)
)"""

STATEMENTS = (
    *(table.ddl for table in TABLES),
    BATCHES_DDL,
    LOST_LINES_DDL,
    ROUTES_DDL,
    NAMES_DDL,
    FORGOTTEN_DDL,
    *VIEWS,
)
