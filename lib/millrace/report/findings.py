"""Sections of a report on what stands out: anomalies, templates that come and go, dead letters."""

from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree.ElementTree import Element

from millrace.records.tables import ANOMALIES, TEMPLATES
from millrace.report.markup import element
from millrace.report.parts import Column, listed, table_trust
from millrace.report.texts import NOTHING, Clock, ratio, said, whole
from millrace.report.values import Part, Report, Row

_NAME = 64  # characters of a name


def anomalies(report: Report, clock: Clock) -> Iterator[Element]:
    """Lines by severity, the newest of them with their reasons, and minutes that are unusual."""
    yield element("h3", "Lines by severity")
    yield from listed(
        report.parts["severities"],
        "Lines that rules gave points",
        [
            Column("Severity", "name"),
            Column("Service", "name"),
            Column("Lines", "n"),
            Column("Highest score", "n"),
        ],
        lambda row: (
            said(row["severity"]),
            said(row["service_name"]),
            whole(row["events"]),
            whole(row["max_score"]),
        ),
    )
    yield from table_trust(report, ANOMALIES.name)
    if "records" in report.parts:
        yield element("h3", "The newest of these lines")
        yield from _records(report.parts["records"], clock)
    yield element("h3", "Unusual minutes")
    yield from _minutes(report.parts["minutes"], clock)


def _records(part: Part, clock: Clock) -> Iterator[Element]:
    return listed(
        part,
        "Lines, and the reasons of their scores",
        [
            Column("Time", "t"),
            Column("Feed and service", "name"),
            Column("Score", "n"),
            Column("Reasons", "said"),
            Column("Line", "said"),
        ],
        lambda row: (
            clock.second(row["timestamp"]),
            _service(row),
            whole(row["score"]),
            "; ".join(_reason(one) for one in row["reasons"]) or NOTHING,
            said(row["text"]),
        ),
    )


def _service(row: Row) -> str:
    return f"{said(row['feed'], _NAME)} {said(row['service_name'], _NAME)}"


def _reason(reason: Mapping[str, Any]) -> str:
    observed, threshold = reason.get("observed", ""), reason.get("threshold")
    limit = "" if threshold in (None, observed) else f" (limit {said(threshold, _NAME)})"
    return f"{said(reason.get('rule', NOTHING), _NAME)}: {said(observed, _NAME)}{limit}"


def _minutes(part: Part, clock: Clock) -> Iterator[Element]:
    return listed(
        part,
        "Minutes whose rates lie outside of what the hour before was like, the latest first",
        [
            Column("Minute", "t"),
            Column("Feed and service", "name"),
            Column("Rate"),
            Column("Observed", "n"),
            Column("Usual", "n"),
            Column("Reason", "said"),
        ],
        lambda row: (
            clock.minute(row["window_start"]),
            _service(row),
            said(row["metric"], _NAME),
            f"{row['observed']:,.4g}",
            f"{row['lower']:,.4g} to {row['upper']:,.4g}",
            said(row["reason"]),
        ),
    )


def templates(report: Report, clock: Clock) -> Iterator[Element]:
    """Templates of messages that are new or have vanished, and the most frequent ones."""
    yield element("h3", "New and vanished")
    yield from listed(
        report.parts["changes"],
        "Templates by the hour of their first message, or the first hour without one",
        [Column("Hour", "t"), Column("What"), Column("Feed", "name"), Column("Template", "said")],
        lambda row: (
            clock.minute(row["window_start"]),
            said(row["change"]),
            said(row["feed"]),
            said(row["text"] or row["template_id"]),
        ),
    )
    yield element("h3", "Most frequent")
    yield from listed(
        report.parts["templates"],
        "Messages by template",
        [
            Column("Template", "said"),
            Column("Feed", "name"),
            Column("Messages", "n"),
            Column("Share of feed", "n"),
        ],
        lambda row: (
            said(row["text"] or row["template_id"]),
            said(row["feed"]),
            whole(row["events"]),
            ratio(int(row["events"]), int(row["of"])),
        ),
    )
    yield from table_trust(report, TEMPLATES.name)


def letters(report: Report, clock: Clock) -> Iterator[Element]:
    """Lines that are no record, by reason, and the newest of them."""
    told = "Lines that could not be parsed, received in this time, as they are stored now."
    yield element("p", told, class_="soft")
    yield from listed(
        report.parts["letters"],
        "Dead letters by reason",
        [Column("Reason"), Column("Feed", "name"), Column("Status"), Column("Lines", "n")],
        lambda row: (said(row["reason"]), said(row["feed"]), said(row["status"]), whole(row["n"])),
    )
    newest = report.parts["newest_letters"]
    if newest.problem or newest.rows:
        yield element("h3", "The newest that are open")
        yield from _newest(newest, clock)


def _newest(part: Part, clock: Clock) -> Iterator[Element]:
    return listed(
        part,
        "Dead letters that nobody has settled",
        [
            Column("Received", "t"),
            Column("Feed", "name"),
            Column("Reason"),
            Column("What was found", "said"),
            Column("Line", "said"),
        ],
        lambda row: (
            clock.second(row["received_at"]),
            said(row["feed"]),
            said(row["reason"]),
            said(row["detail"]),
            said(row["raw"]),
        ),
    )
