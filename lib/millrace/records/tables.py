"""The tables and views in MySQL, each defined once: the job makes them, the sink fills them.

A minute's figures are absolute values of its window. Key strings are trimmed, bounded and never
null, and their collation compares bytes; so no two keys that differ fall together.
"""

from dataclasses import dataclass

from millrace.records.formats import Format

WINDOW_S = 60
NO_VALUE = "-"

# The columns that every row of figures has before it is sorted into its table.
MAX_KEYS = 4
MEASURES = ("line_count", "bytes", "timed", "sum_us", "min_us", "max_us")


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
    formats: tuple[Format, ...]

    @property
    def ddl(self) -> str:
        """The statement that creates the table where it is missing."""
        keys = "".join(f"  {key.name} {key.type} NOT NULL,\n" for key in self.keys)
        figures = "".join(f"  {name} BIGINT,\n" for name in self.figures)
        primary = ", ".join(["window_start", "feed", *(key.name for key in self.keys)])
        return (
            f"CREATE TABLE IF NOT EXISTS {self.name} (\n"
            f"  window_start DATETIME NOT NULL,\n  feed {_FEED.type} NOT NULL,\n"
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


_FEED = Key("feed", 32)
SERVICE = Key("service_name", 64)
METHOD = Key("method", 16)
ROUTE = Key("http_route", 128)
STATUS_CLASS = Key("status_class", 5)
LE_MS = Key("le_ms", 0)
COUNTRY = Key("country", 2)
LEVEL = Key("level", 5)
ERROR_CODE = Key("error_code", 64)

TRAFFIC = Table(
    "traffic_by_minute",
    (SERVICE, METHOD, ROUTE, STATUS_CLASS),
    {
        "requests": "line_count",
        "bytes": "bytes",
        "timed_requests": "timed",
        "sum_response_us": "sum_us",
        "min_response_us": "min_us",
        "max_response_us": "max_us",
    },
    ("combined", "app"),
)
LATENCY = Table(
    "latency_by_minute",
    (SERVICE, METHOD, ROUTE, LE_MS),
    {"requests": "line_count"},
    ("combined", "app"),
)
COUNTRIES = Table(
    "countries_by_minute",
    (SERVICE, COUNTRY),
    {"requests": "line_count", "bytes": "bytes"},
    ("combined",),
)
LEVELS = Table(
    "levels_by_minute", (SERVICE, LEVEL, ERROR_CODE), {"events": "line_count"}, ("combined", "app")
)
LATENESS = Table("lateness_by_minute", (), {"late_lines": "line_count"}, ("combined", "app"))

TABLES = (TRAFFIC, LATENCY, COUNTRIES, LEVELS, LATENESS)

BATCHES_DDL = """CREATE TABLE IF NOT EXISTS batches (
  query VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  checkpoint_id VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  batch_id BIGINT NOT NULL,
  committed_at DATETIME(3) NOT NULL,
  ranges JSON NOT NULL,
  rows_in BIGINT NOT NULL,
  rows_written BIGINT NOT NULL,
  PRIMARY KEY (query, checkpoint_id, batch_id)
)"""

ROUTES_DDL = f"""CREATE TABLE IF NOT EXISTS http_routes (
  feed {_FEED.type} NOT NULL,
  place INT NOT NULL,
  http_route {ROUTE.type} NOT NULL,
  PRIMARY KEY (feed, place),
  UNIQUE KEY (feed, http_route)
)"""

_PERCENTILES = ", ".join(
    f"MIN(CASE WHEN below >= {share} * total THEN le_ms END) AS p{round(share * 100)}"
    for share in (0.50, 0.95, 0.99)
)
VIEWS = (
    f"""CREATE OR REPLACE VIEW latency_percentiles_by_minute AS
SELECT window_start, feed, service_name, method, http_route, MAX(total) AS requests, {_PERCENTILES}
FROM (
  SELECT window_start, feed, service_name, method, http_route, le_ms,
    SUM(requests) OVER (PARTITION BY window_start, feed, service_name, method, http_route
      ORDER BY le_ms) AS below,
    SUM(requests) OVER (PARTITION BY window_start, feed, service_name, method, http_route) AS total
  FROM latency_by_minute
) AS cumulated
GROUP BY window_start, feed, service_name, method, http_route""",
    """CREATE OR REPLACE VIEW api_latency AS
SELECT feed, http_route, SUM(timed_requests) AS timed_requests,
  MIN(min_response_us) / 1000 AS min_ms, MAX(max_response_us) / 1000 AS max_ms,
  SUM(sum_response_us) / SUM(timed_requests) / 1000 AS avg_ms
FROM traffic_by_minute WHERE timed_requests > 0 GROUP BY feed, http_route""",
    """CREATE OR REPLACE VIEW country_share AS
SELECT feed, country, SUM(requests) AS requests,
  100 * SUM(requests) / SUM(SUM(requests)) OVER (PARTITION BY feed) AS percent
FROM countries_by_minute GROUP BY feed, country""",
    """CREATE OR REPLACE VIEW error_rate_by_minute AS
SELECT window_start, feed, service_name, SUM(requests) AS requests,
  SUM(CASE WHEN status_class = '5xx' THEN requests ELSE 0 END) AS errors,
  SUM(CASE WHEN status_class = '5xx' THEN requests ELSE 0 END) / SUM(requests) AS error_rate
FROM traffic_by_minute GROUP BY window_start, feed, service_name""",
)

STATEMENTS = (*(table.ddl for table in TABLES), BATCHES_DDL, ROUTES_DDL, *VIEWS)


def staging_ddl(name: str) -> str:
    """The statement that creates a run's staging table."""
    longest = max(key.characters for table in TABLES for key in table.keys)
    keys = "".join(f"  k{n} {Key('', longest).type} NULL,\n" for n in range(1, MAX_KEYS + 1))
    measures = ",\n".join(f"  {name} BIGINT NULL" for name in MEASURES)
    return (
        f"CREATE TABLE {name} (\n  window_start DATETIME NOT NULL,\n"
        f"  figure VARCHAR(64) NOT NULL,\n{keys}{measures}\n)"
    )
