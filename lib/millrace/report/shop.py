"""The section of a report on the shop: revenue to the cent, events, searches without a result."""

from collections.abc import Iterator, Sequence
from xml.etree.ElementTree import Element

from millrace.records.tables import SEARCHES, SHOP
from millrace.report import steps
from millrace.report.markup import Child, element
from millrace.report.parts import Column, listed, remarks, step_trust, table, table_trust
from millrace.report.texts import NOTHING, Clock, money, ratio, said, whole
from millrace.report.values import Part, Report, Row

_MONEY = (Column("Events", "n"), Column("Revenue", "n"), Column("Failed amount", "n"))


def shop(report: Report, clock: Clock) -> Iterator[Element]:
    """Revenue over time and by what it is told apart by, and searches."""
    part = report.parts["shop"]
    yield from remarks(part)
    for row in report.parts["shop_all"].rows:
        told = f"Revenue {money(row['revenue'])}, failed payments {money(row['failed_amount'])}."
        yield element("p", element("strong", told))
    if part.rows:
        revenue = steps.zeros(steps.column(report, "shop", "revenue"))
        yield steps.chart(report, clock, SHOP.name, "Revenue", [("Revenue", revenue)])
        yield _each_step(report, clock)
    for name, head, key in (
        ("shop_events", "Event", "event_type"),
        ("shop_countries", "Country, as the shop says", "country"),
        ("shop_payments", "Payment method", "payment_method"),
    ):
        if name in report.parts:
            yield from _by(report.parts[name], head, key)
    yield from table_trust(report, SHOP.name)
    if "searches" in report.parts:
        yield from _searches(report)


def _each_step(report: Report, clock: Clock) -> Element:
    columns = [Column("Step", "t"), *_MONEY, Column("Trust", "told")]
    trust = steps.worst_of(report, (SHOP.name,))
    cells: list[Sequence[Child]] = [
        [clock.minute(start) for start in report.starts],
        [whole(n) for n in steps.zeros(steps.column(report, "shop", "events"))],
        *(
            [money(n) for n in steps.column(report, "shop", name)]
            for name in ("revenue", "failed_amount")
        ),
        [step_trust(one) for one in trust] or [NOTHING] * len(report.starts),
    ]
    return table("Revenue of each step", columns, zip(*cells, strict=True))


def _by(part: Part, head: str, key: str) -> Iterator[Element]:
    yield element("h3", f"By {head[0].lower()}{head[1:]}")
    columns = [Column(head, "name"), *_MONEY]
    yield from listed(
        part, f"Events and amounts by {key}", columns, lambda row: (said(row[key]), *_amounts(row))
    )


def _amounts(row: Row) -> tuple[str, str, str]:
    return whole(row["events"]), money(row["revenue"]), money(row["failed_amount"])


def _searches(report: Report) -> Iterator[Element]:
    yield element("h3", "Searches without a result")
    heads = ("Without result", "Searches", "Share")
    yield from listed(
        report.parts["searches"],
        "What was searched for without a result, the most often first",
        [Column("Searched for", "said"), *(Column(head, "n") for head in heads)],
        lambda row: (
            said(row["query"]),
            whole(row["empty_searches"]),
            whole(row["searches"]),
            ratio(int(row["empty_searches"]), int(row["searches"])),
        ),
    )
    yield from table_trust(report, SEARCHES.name)
