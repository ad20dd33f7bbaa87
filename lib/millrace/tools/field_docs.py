"""The page docs/fields.md, made from the definitions: ``python -m millrace.tools.field_docs``."""

import re

from millrace.records import (
    FORGOTTEN_ROUTES,
    ROUTES_COLLECTION,
    alerts,
    dead_letters,
    ledger,
    reconciled,
    reconciliations,
    staging,
)
from millrace.records.fields import ANOMALY, COMMON, ENRICHED, IDENTITY, PARSED, STORAGE, Field
from millrace.records.formats import LAYOUTS
from millrace.records.rates import ANOMALIES_DDL, SERVICE_MINUTES_DDL
from millrace.records.tables import (
    BATCHES_DDL,
    FORGOTTEN_DDL,
    LOST_LINES_DDL,
    NAMES_DDL,
    ROUTES_DDL,
    TABLES,
)

_HEAD = "| field | type | OpenTelemetry | Elastic Common Schema |\n|---|---|---|---|"


_VIEWS = {
    "latency_percentiles_by_minute": "p50, p95 and p99 in ms, read from the buckets",
    "api_latency": "least, greatest and mean time of each route, over all time",
    "country_share": "requests of each country and their share in percent",
    "error_rate_by_minute": "requests, those with 5xx, and their ratio, of each service",
    "templates_by_hour": "messages of each template",
    "template_changes_by_hour": "templates that are `new` or have `vanished`",
}
_RECONCILED = """`millrace reconcile` writes a row for each closed window that it compares, for each
table that the feed has; `millrace revise` for each window that it replaces. `state` is

- `equal`: the stored rows are those of all lines that `aggregate` had counted by `reconciled_at`.
  A table without a row of the window is `equal` too where there is nothing to count.
- `late`: they lack `late_lines` lines that came after the window was closed.
- `differs`: they are other rows, and late lines are not the reason.

A window without a row is not known: it is open, its lines are not all there any more, nobody has
compared it, or a later batch of `aggregate` had a line of it, which deletes the row.
`figures_version` is the earliest that may have counted the window; of windows before the newest
version, the sums over services, methods, routes and codes are compared."""
_COLLECTIONS = {
    dead_letters.COLLECTION: ", ".join((*dead_letters.COLUMNS, "and what a person noted")),
    ledger.COLLECTION: "the ledger: what each batch of `ingest` read and wrote; rows with"
    " `state: lost` name offsets whose loss a person accepted",
    reconciliations.COLLECTION: "what the last `millrace reconcile` of each feed came to",
    ROUTES_COLLECTION: "the routes a feed has had, up to its `max_routes`",
    FORGOTTEN_ROUTES: "the routes that there were when a person freed some places",
    alerts.RULES: "the rules of users over figures: [alerts](alerts.md)",
    alerts.STATES: "how each rule stands, by its id, and what the Alertmanager has of it",
    alerts.HISTORY: "when a rule began to fire and when it ended: `rule`, `kind`, `at`, `value`",
    alerts.LEASES: "which process does what one alone is to do, and until when",
}


def page() -> str:
    """The whole page in Markdown."""
    parts = [
        "# Fields and tables",
        "Made by `make docs` from `lib/millrace/records/`; a test holds it to them. A field that"
        " has no value is not stored.",
        "## Every document",
        _fields((*IDENTITY, *COMMON, ANOMALY, *STORAGE)),
    ]
    for each in LAYOUTS:
        title = "All other formats" if each == "general" else f"Format `{each}`"
        parts += [f"## {title}", _fields((*PARSED[each], *ENRICHED[each]))]
    parts += [
        "## Tables by minute",
        "Each has `revised_at` as well: when `millrace revise` computed the row again, else null.",
        _tables(),
        "## Tables beside them",
        _others(),
        f"### `{reconciled.TABLE}`",
        _RECONCILED,
        "## Views",
        "\n".join(f"- `{name}`: {text}" for name, text in _VIEWS.items()),
        "## Collections beside the feeds' own",
        "\n".join(f"- `{name}`: {text}" for name, text in _COLLECTIONS.items()),
    ]
    return "\n\n".join(parts) + "\n"


def _fields(fields: tuple[Field, ...]) -> str:
    rows = (f"| `{f.name}` | {f.type} | {f.opentelemetry} | {f.ecs} |" for f in fields)
    return "\n".join([_HEAD, *rows])


def _tables() -> str:
    rows = [
        f"| `{t.name}` | {', '.join(['window_start', 'feed', *(k.name for k in t.keys)])}"
        f" | {', '.join(t.figures)} | {', '.join(t.layouts)} |"
        for t in TABLES
    ]
    return "\n".join(["| table | key | figures | formats |", "|---|---|---|---|", *rows])


def _others() -> str:
    described = {
        "rate_anomalies": "a service's minute whose metric left its usual band (`conf/rules.yaml`)",
        "service_minutes": "the figures summed to services: what rate anomalies are judged from",
        "http_routes": "the routes a feed has had, up to its `max_routes`",
        "key_names": "the services and error codes a feed's figures name, up to `max_services` and"
        " `max_error_codes`",
        "forgotten_routes": "the routes there were when a person freed some places, and the offsets"
        " that were counted by then",
        reconciled.TABLE: "which figures are those of their lines, by window and table: see below",
        "batches": "the ledger: what each batch of `aggregate` read and wrote, and in which windows"
        " it `touched` something",
        "lost_lines": "the ledger's rest: offsets whose loss a person accepted",
        "staging_tables": "the tables that running batches put figures into first, and when each"
        " was last known to be in use",
    }
    statements = (
        ANOMALIES_DDL,
        SERVICE_MINUTES_DDL,
        ROUTES_DDL,
        NAMES_DDL,
        FORGOTTEN_DDL,
        reconciled.DDL,
        BATCHES_DDL,
        LOST_LINES_DDL,
        staging.TABLES_DDL,
    )
    rows = []
    for statement in statements:
        name, *columns = re.findall(r"(?:EXISTS |^  )`?([a-z]\w*)", statement, re.M)
        rows.append(f"| `{name}` | {', '.join(columns)} | {described[name]} |")
    return "\n".join(["| table | columns | what it holds |", "|---|---|---|", *rows])


if __name__ == "__main__":
    print(page(), end="")
