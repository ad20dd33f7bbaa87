"""The first page of a report: what it is of, the main numbers, how far feeds are counted."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from millrace.records.tables import ANOMALIES, LATENCY, LEVELS, SHOP, TRAFFIC
from millrace.report import steps
from millrace.report.markup import Child, element
from millrace.report.parts import Column, span_trust, table
from millrace.report.texts import (
    NOTHING,
    Clock,
    counted,
    iso,
    length,
    milliseconds,
    money,
    ratio,
    whole,
)
from millrace.report.values import FeedStanding, Part, Report

IS_ERROR = "5xx"
_SERIOUS = ("ERROR", "FATAL")


def heading(report: Report, clock: Clock) -> Element:
    """Of which feeds and which time it is, and when it was made."""
    since, until = clock.full(report.since), clock.full(report.until)
    times: list[Child] = [
        element("time", since, datetime=iso(report.since)),
        " to ",
        element("time", until, datetime=iso(report.until)),
    ]
    feeds = ", ".join(feed.name for feed in report.feeds)
    made: list[Child] = [
        "Read at ",
        element("time", clock.full(report.as_of), datetime=iso(report.as_of)),
        f" by millrace {report.version}. {clock.sentence} Figures are of whole steps of ",
        f"{length(report.step)}, all of one moment of the database.",
    ]
    return element(
        "header",
        element("h1", "Report"),
        element("p", times),
        element("p", f"Feeds: {feeds}"),
        element("p", made, class_="soft"),
    )


def summary(report: Report, clock: Clock) -> Iterator[Element]:
    """The main numbers, each with how far to trust it, and where feeds stand."""
    yield element("ul", list(_tiles(report)), class_="tiles")
    yield element(
        "p",
        "A number is closed once nothing is counted into it any more, revised if it was computed"
        " again since, and open while it may grow. Reconcile holds the figures of each minute"
        " against the stored lines: they are equal, they differ, or they lack lines that came too"
        " late to be counted. Minutes that no reconcile has looked at as they are now are not"
        " compared.",
        class_="soft",
    )
    yield element("h3", "How far the feeds are counted and proven")
    yield table(
        "All lines received before the time in the second column are counted",
        [
            Column("Feed", "name"),
            Column("Counted until", "t"),
            Column("Lines in Kafka", "n"),
            Column("Last reconcile", "told"),
        ],
        [_feed_row(feed, clock) for feed in report.feeds],
    )


def _tiles(report: Report) -> Iterator[Element]:
    lines = steps.total(report, "lines", "events")
    serious = steps.total(report, "levels", "events", lambda row: row["level"] in _SERIOUS)
    yield from _tile(report, LEVELS.name, "lines", "Lines", whole(lines))
    share = f"{whole(serious)} ({ratio(serious, lines)})"
    yield from _tile(report, LEVELS.name, "levels", "ERROR and FATAL", share)
    requests = steps.total(report, "traffic", "requests")
    errors = steps.total(
        report, "traffic", "requests", lambda row: row.get("status_class") == IS_ERROR
    )
    yield from _tile(report, TRAFFIC.name, "traffic", "Requests", whole(requests))
    yield from _tile(
        report,
        TRAFFIC.name,
        "traffic",
        "Answered 5xx",
        f"{whole(errors)} ({ratio(errors, requests)})",
    )
    times = next(iter(report.parts.get("latency_all", Part()).rows), {})
    for percent in (50, 95, 99):
        shown = milliseconds(times.get(f"p{percent}_ms"))
        yield from _tile(report, LATENCY.name, "latency_all", f"p{percent} response time", shown)
    anomalies = steps.total(report, "severities", "events")
    yield from _tile(report, ANOMALIES.name, "severities", "Anomalous lines", whole(anomalies))
    letters = steps.total(report, "letters", "n")
    yield from _tile(report, None, "letters", "Dead letters", whole(letters))
    shop = next(iter(report.parts.get("shop_all", Part()).rows), {})
    yield from _tile(report, SHOP.name, "shop_all", "Revenue", money(shop.get("revenue")))


def _tile(report: Report, table: str | None, part: str, name: str, shown: str) -> Iterator[Element]:
    if part not in report.parts:
        return
    if report.parts[part].problem:
        shown, trust = NOTHING, element("span", "could not be read", class_="trust bad")
    elif table is None:
        trust = element("span", "as stored now", class_="trust soft")
    else:
        trust = span_trust(report.trust.get(table))
    yield element("li", name, element("b", shown), trust)


def _feed_row(feed: FeedStanding, clock: Clock) -> tuple[str, str, str, Element]:
    until = clock.second(feed.counted_until) if feed.counted_until else NOTHING
    lag = "Kafka did not answer" if feed.lag_lines is None else whole(feed.lag_lines)
    if feed.ended_at is None or feed.since is None:
        return feed.name, until, lag, element("span", "never", class_="warn")
    ended = clock.second(feed.ended_at)
    since = (
        f", of lines received from {clock.minute(feed.since)} on" if feed.since.year > 1970 else ""
    )
    if feed.holds:
        told = f"held at {ended}{since}"
        return feed.name, until, lag, element("span", told, class_="good")
    faults = ", ".join(f"{count:,} {fault}" for fault, count in feed.faults.items() if count)
    told = f"failed at {ended}{since}: {faults or counted(0, 'fault')}"
    return feed.name, until, lag, element("span", told, class_="bad")
