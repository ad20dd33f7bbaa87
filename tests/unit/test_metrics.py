"""Metrics keep Prometheus' conventions, and their page says what there is."""

import re
from pathlib import Path

import pytest
from prometheus_client import Counter, Gauge, Histogram, Summary
from prometheus_client.metrics import MetricWrapperBase

from millrace.telemetry import metrics
from millrace.tools import metric_docs

ROOT = Path(__file__).parents[2]
DEFINED = metric_docs.defined()
# What may be a label: all come from configuration, from closed lists, from Kafka's partitions or
# the API's endpoints.
LABELS = {"query", "feed", "topic", "partition", "outcome", "reason", "severity", "phase", "sink"}
LABELS |= {"storage", "fault", "route", "status", "source"}


@pytest.mark.parametrize("name", DEFINED)
def test_a_metric_is_named_by_the_conventions(name: str) -> None:
    metric = DEFINED[name]
    assert re.fullmatch(r"millrace_[a-z_]+", name)
    assert not re.search(r"_(ms|millis\w*|minutes|kb|mb|percent)(_|$)", name), "no base unit"
    assert name.endswith("_total") == isinstance(metric, Counter)
    if isinstance(metric, Histogram | Summary):
        assert name.endswith("_seconds")
    if isinstance(metric, Gauge) and "timestamp" in name:
        assert name.endswith("_timestamp_seconds")


@pytest.mark.parametrize("metric", DEFINED.values(), ids=DEFINED)
def test_no_label_is_made_of_what_a_line_says(metric: MetricWrapperBase) -> None:
    assert set(metric._labelnames) <= LABELS


def test_the_page_of_metrics_is_up_to_date() -> None:
    assert (ROOT / "docs" / "metrics.md").read_text() == metric_docs.page(), "run `make docs`"


def test_a_query_is_labelled_with_its_feed() -> None:
    assert metrics.of("ingest-access_log") == ("ingest-access_log", "access_log")
