"""The whole report as one HTML document: no script, nothing from another place."""

from collections.abc import Callable, Iterator
from datetime import datetime
from xml.etree.ElementTree import Element

from millrace.report import activity, findings, shop, summary
from millrace.report.markup import document, element
from millrace.report.style import CSS, POLICY
from millrace.report.texts import Clock
from millrace.report.values import Report

_FOOTER = "What lines say is shown as text: control characters as \\x1b, long texts cut."
_Section = Callable[[Report, Clock], Iterator[Element]]
# Title, the part that it needs, and what makes it.
_SECTIONS: tuple[tuple[str, str | None, _Section], ...] = (
    ("Summary", None, summary.summary),
    ("Traffic", "lines", activity.traffic),
    ("Levels", "levels", activity.levels),
    ("Routes", "routes_by_errors", activity.routes),
    ("Countries", "countries", activity.countries),
    ("Anomalies", "severities", findings.anomalies),
    ("Templates", "changes", findings.templates),
    ("Dead letters", "letters", findings.letters),
    ("Shop", "shop", shop.shop),
)


def page(report: Report) -> str:
    """The report as HTML, to be encoded as UTF-8."""
    clock = Clock(report.zone, _times(report))
    sections = [one for one in _SECTIONS if one[1] is None or one[1] in report.parts]
    links = [element("li", element("a", name, href=f"#{_id(name)}")) for name, _, _ in sections]
    body = element(
        "body",
        summary.heading(report, clock),
        element(
            "main",
            element("nav", element("ul", links), aria_label="Sections"),
            [
                element(
                    "section",
                    element("h2", name, id=_id(name)),
                    list(made(report, clock)),
                    aria_labelledby=_id(name),
                )
                for name, _, made in sections
            ],
        ),
        element("footer", _FOOTER),
    )
    return document(element("html", _head(report, clock), body, lang="en"))


def _head(report: Report, clock: Clock) -> Element:
    title = f"Report {clock.full(report.since)} to {clock.full(report.until)}"
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", title),
        element("style", CSS),
    )


def _id(name: str) -> str:
    return name.lower().replace(" ", "-")


def _times(report: Report) -> Iterator[datetime]:
    """The times that are shown without a year or an offset of their own."""
    yield from (report.since, report.until, report.as_of)
    yield from report.starts
