"""The page docs/metrics.md, made from the definitions: ``python -m millrace.tools.metric_docs``."""

from collections.abc import Iterator

from prometheus_client import Counter, Info
from prometheus_client.metrics import MetricWrapperBase

from millrace.telemetry import metrics

_HEAD = """# Metrics

Made by `make docs` from `lib/millrace/telemetry/metrics.py`; a test holds it to them.

A job answers at the port that `metrics.port` gives it: `/metrics` in Prometheus' format, `/healthz`
(200 while the process answers) and `/readyz` (200 while each of its queries has made progress
within `metrics.max_silence_s`, else 503 and a line for each that has not). `query` is
`<job>-<feed>`. Counters begin at 0 with each start of a job. Beside these there are the Python
process' own (`process_*`, `python_*`). `millrace api` answers at its own port in the same way, with
the metrics named `millrace_api_*` and `millrace_alert_*`; `route` is one of its endpoints as
docs/api.md writes it, or `-` where a request was refused before it had one.

| metric | type | labels | what it says |
|---|---|---|---|
"""


def defined() -> dict[str, MetricWrapperBase]:
    """Every metric, by the name that a query asks for it by, in the order of their definitions."""
    by_name = {}
    for value in vars(metrics).values():
        if isinstance(value, MetricWrapperBase):
            suffix = "_total" * isinstance(value, Counter) or "_info" * isinstance(value, Info)
            by_name[value._name + suffix] = value
    return by_name


def page() -> str:
    """The whole page in Markdown."""
    return _HEAD + "".join(f"{row}\n" for row in _rows())


def _rows() -> Iterator[str]:
    for name, metric in defined().items():
        labels = ", ".join(metric._labelnames)
        yield f"| `{name}` | {metric._type} | {labels} | {metric._documentation} |"


if __name__ == "__main__":
    print(page(), end="")
