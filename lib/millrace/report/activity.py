"""Sections of a report on what went through: lines, requests, response times, routes, countries."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from xml.etree.ElementTree import Element

from millrace.records.levels import LEVELS as NAMES_OF_LEVELS
from millrace.records.tables import COUNTRIES, LATENCY, LATENESS, LEVELS, TRAFFIC
from millrace.report import steps
from millrace.report.charts import bar
from millrace.report.markup import Child, element
from millrace.report.parts import Column, listed, remarks, step_trust, table, table_trust
from millrace.report.summary import IS_ERROR
from millrace.report.texts import (
    NOTHING,
    Clock,
    bytes_of,
    milliseconds,
    ratio,
    said,
    whole,
)
from millrace.report.values import Part, Report, Row

_PERCENTILES = ("p50_ms", "p95_ms", "p99_ms")


def traffic(report: Report, clock: Clock) -> Iterator[Element]:
    """Charts over time, and the numbers of each step."""
    lines = steps.zeros(steps.column(report, "lines", "events"))
    if "traffic" in report.parts:
        requests = steps.column(report, "traffic", "requests")
        errors = steps.column(
            report, "traffic", "requests", lambda row: row["status_class"] == IS_ERROR
        )
        yield from remarks(report.parts["traffic"])
        counts = [("Lines", lines), ("Requests", steps.zeros(requests))]
        yield steps.chart(report, clock, TRAFFIC.name, "Lines and requests", counts)
        shares = [
            100 * (bad or 0) / of if of else None for bad, of in zip(errors, requests, strict=True)
        ]
        yield steps.chart(
            report, clock, TRAFFIC.name, "Share of 5xx", [("5xx of all requests", shares)], " %"
        )
    else:
        yield steps.chart(report, clock, LEVELS.name, "Lines", [("Lines", lines)])
    if "latency" in report.parts:
        yield from remarks(report.parts["latency"])
        series = [(name[:-3], steps.column(report, "latency", name)) for name in _PERCENTILES]
        yield steps.chart(report, clock, LATENCY.name, "Response times", series, " ms")
    yield element("h3", "Each step in numbers")
    yield _each_step(report, clock)
    tables = (LEVELS.name, TRAFFIC.name, LATENCY.name, LATENESS.name)
    yield from table_trust(report, *tables)


def _each_step(report: Report, clock: Clock) -> Element:
    columns = [Column("Step", "t"), Column("Lines", "n")]
    cells: list[Sequence[Child]] = [
        [clock.minute(start) for start in report.starts],
        [whole(n) for n in steps.zeros(steps.column(report, "lines", "events"))],
    ]
    if "traffic" in report.parts:
        requests = steps.zeros(steps.column(report, "traffic", "requests"))
        errors = steps.zeros(
            steps.column(report, "traffic", "requests", lambda row: row["status_class"] == IS_ERROR)
        )
        columns += [Column("Requests", "n"), Column("5xx", "n"), Column("5xx share", "n")]
        cells += [[whole(n) for n in requests], [whole(n) for n in errors]]
        cells.append([ratio(int(e), int(r)) for e, r in zip(errors, requests, strict=True)])
    if "latency" in report.parts:
        for name in _PERCENTILES:
            columns.append(Column(name[:-3], "n"))
            cells.append([milliseconds(v) for v in steps.column(report, "latency", name)])
    if "lateness" in report.parts:
        columns.append(Column("Came late", "n"))
        cells.append(
            [whole(n) for n in steps.zeros(steps.column(report, "lateness", "late_lines"))]
        )
    trust = steps.worst_of(report, (LEVELS.name, TRAFFIC.name, LATENCY.name))
    columns.append(Column("Trust", "told"))
    cells.append([step_trust(one) for one in trust] or [NOTHING] * len(report.starts))
    told = "Trust is the worst of the tables that a row is of; late lines stand where they came"
    return table(told, columns, zip(*cells, strict=True))


def levels(report: Report, clock: Clock) -> Iterator[Element]:
    """How many lines have which level, in all and by service."""
    part = report.parts["levels"]
    yield from remarks(part)
    counts = Counter({str(row["level"]): int(row["events"]) for row in part.rows})
    every = counts.total()
    rows = [
        (name, whole(counts[name]), ratio(counts[name], every), bar(counts[name] / every))
        for name in NAMES_OF_LEVELS
        if counts[name]
    ]
    if rows:
        columns = [Column("Level"), Column("Lines", "n"), Column("Share", "n"), Column("")]
        yield table("Lines by level", columns, rows)
    if "services" in report.parts:
        yield from _services(report.parts["services"])
    yield from table_trust(report, LEVELS.name)


def _services(part: Part) -> Iterator[Element]:
    by_service: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for row in part.rows:
        by_service[row["feed"], row["service_name"]][row["level"]] += int(row["events"])
    ordered = sorted(by_service.items(), key=lambda one: (-one[1].total(), one[0]))
    rows = [
        (
            said(service),
            said(feed),
            whole(counts.total()),
            *(whole(counts[level]) for level in ("WARN", "ERROR", "FATAL")),
            ratio(counts["ERROR"] + counts["FATAL"], counts.total()),
        )
        for (feed, service), counts in ordered
    ]
    heads = ("Lines", "WARN", "ERROR", "FATAL", "Serious")
    columns = [Column("Service", "name"), Column("Feed", "name"), *(Column(h, "n") for h in heads)]
    yield from remarks(part)
    if rows:
        yield table("Lines by service, the most first", columns, rows)


def routes(report: Report, clock: Clock) -> Iterator[Element]:
    """The routes with the most errors, and those that took the most time."""
    yield element("h3", "With the most answers 5xx")
    yield from listed(
        report.parts["routes_by_errors"],
        "Routes by answers 5xx",
        [*_ROUTE, Column("5xx", "n"), Column("Requests", "n"), Column("Share", "n")],
        lambda row: (
            *_route(row),
            whole(row["errors"]),
            whole(row["requests"]),
            ratio(int(row["errors"]), int(row["requests"] or 0)),
        ),
    )
    yield element("h3", "With the most time in all")
    heads = ("Requests", "Time in all", "Mean", "p95", "Longest")
    yield from listed(
        report.parts["routes_by_time"],
        "Routes by the sum of their response times",
        [*_ROUTE, *(Column(head, "n") for head in heads)],
        lambda row: (*_route(row), *_times(row)),
    )
    yield from table_trust(report, TRAFFIC.name, LATENCY.name)


_ROUTE = (Column("Route", "name"), Column("Method", "name"), Column("Service", "name"))


def _route(row: Row) -> tuple[str, str, str]:
    return said(row["http_route"]), said(row["method"]), said(row["service_name"])


def _times(row: Row) -> tuple[str, ...]:
    timed, total_us = int(row["timed_requests"] or 0), int(row["sum_response_us"] or 0)
    mean = milliseconds(total_us / timed / 1000) if timed else NOTHING
    longest = row["max_response_us"]
    return (
        whole(row["requests"]),
        f"{total_us / 1_000_000:,.1f} s",
        mean,
        milliseconds(row.get("p95_ms")),
        milliseconds(int(longest) / 1000) if longest is not None else NOTHING,
    )


def countries(report: Report, clock: Clock) -> Iterator[Element]:
    """Where requests come from."""
    part = report.parts["countries"]
    yield from remarks(part)
    every = max(1, sum(int(row["all_requests"]) for row in part.rows[:1]))
    rows = [
        (
            said(row["country"]),
            whole(row["requests"]),
            ratio(int(row["requests"]), every),
            bytes_of(row["bytes"]),
            bar(int(row["requests"]) / every),
        )
        for row in part.rows
    ]
    if rows:
        heads = (Column("Requests", "n"), Column("Share", "n"), Column("Sent", "n"), Column(""))
        yield table("Requests by country of the client", [Column("Country", "name"), *heads], rows)
    yield from table_trust(report, COUNTRIES.name)
