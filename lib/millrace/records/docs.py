"""The page docs/fields.md, made from the definitions: ``python -m millrace.records.docs``."""

import re

from millrace.records.fields import ANOMALY, COMMON, ENRICHED, IDENTITY, PARSED, STORAGE, Field
from millrace.records.formats import FORMATS
from millrace.records.rates import ANOMALIES_DDL, SERVICE_MINUTES_DDL
from millrace.records.tables import BATCHES_DDL, ROUTES_DDL, TABLES

_HEAD = "| field | type | OpenTelemetry | Elastic Common Schema |\n|---|---|---|---|"


def page() -> str:
    """The whole page in Markdown."""
    parts = [
        "# Fields and tables",
        "Made by `make docs` from `lib/millrace/records/`; a test holds it to them. A field that"
        " has no value is not stored.",
        "## Every document",
        _fields((*IDENTITY, *COMMON, ANOMALY, *STORAGE)),
    ]
    for format in FORMATS:
        parts += [f"## Format `{format}`", _fields((*PARSED[format], *ENRICHED[format]))]
    parts += ["## Tables by minute", _tables(), "## Tables beside them", _others()]
    return "\n\n".join(parts) + "\n"


def _fields(fields: tuple[Field, ...]) -> str:
    rows = (f"| `{f.name}` | {f.type} | {f.opentelemetry} | {f.ecs} |" for f in fields)
    return "\n".join([_HEAD, *rows])


def _tables() -> str:
    rows = [
        f"| `{t.name}` | {', '.join(['window_start', 'feed', *(k.name for k in t.keys)])}"
        f" | {', '.join(t.figures)} | {', '.join(t.formats)} |"
        for t in TABLES
    ]
    return "\n".join(["| table | key | figures | formats |", "|---|---|---|---|", *rows])


def _others() -> str:
    described = {
        "rate_anomalies": "a service's minute whose metric left its usual band (`conf/rules.yaml`)",
        "service_minutes": "the figures summed to services: what rate anomalies are judged from",
        "http_routes": "the routes a feed has had, up to its `max_routes`",
        "batches": "the ledger: what each batch of `aggregate` read and wrote",
    }
    rows = []
    for statement in (ANOMALIES_DDL, SERVICE_MINUTES_DDL, ROUTES_DDL, BATCHES_DDL):
        name, *columns = re.findall(r"(?:EXISTS |^  )`?([a-z]\w*)", statement, re.M)
        rows.append(f"| `{name}` | {', '.join(columns)} | {described[name]} |")
    return "\n".join(["| table | columns | what it holds |", "|---|---|---|", *rows])


if __name__ == "__main__":
    print(page(), end="")
