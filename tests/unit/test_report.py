"""Reports: what is said, in what zone, and that nothing in a line can do anything."""

import re
from base64 import b64encode
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.reported import HOSTILE, START, STEP, STEPS, report

from millrace.report import texts
from millrace.report.charts import Chart, Series, drawn
from millrace.report.markup import document, element
from millrace.report.page import page
from millrace.report.style import POLICY
from millrace.report.values import Part, StepTrust, TableTrust, worst

UNSAFE = re.compile(
    r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]"
)
VOID = {"meta"}


class Read(HTMLParser):
    """A page as a browser would read it: its elements, their attributes, and all text."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str, str | None]] = []
        self.cells: list[str] = []
        self.style = ""
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(tag, *one) for one in attrs]
        if tag not in VOID:
            self._open.append(tag)
        if tag in ("td", "th"):
            self.cells.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] == "style":
            self.style += data
        elif "td" in self._open or "th" in self._open:
            self.cells[-1] += data


def test_what_lines_say_is_text_and_no_more() -> None:
    html = page(report())
    found = Read(html)
    assert not UNSAFE.search(html.replace("\n", ""))
    html.encode()
    assert not {"script", "img", "b", "iframe", "object", "form", "link", "base"} & (
        found.tags.keys() - {"b"}
    )
    # The bold numbers of the summary are the only ones.
    assert found.tags["b"] == 10
    for text in HOSTILE[:2]:
        assert text in found.cells
    assert r"\u202egnp.exe\u202c" in found.cells
    assert r"\x1b]0;owned\x07 \x00 \x9b31m" in found.cells
    assert f"{'x' * 200}… (4,800 more characters)" in found.cells


def test_nothing_is_loaded_and_nothing_runs() -> None:
    found = Read(page(report()))
    for tag, name, value in found.attributes:
        assert not name.startswith("on"), (tag, name)
        assert name not in ("src", "style", "action", "srcset"), (tag, name)
        if name == "href":
            assert str(value).startswith("#")
    own = b64encode(sha256(found.style.encode()).digest()).decode()
    policies = [value for _, name, value in found.attributes if name == "content"]
    assert POLICY in policies
    assert f"'sha256-{own}'" in POLICY
    assert "url(" not in found.style
    assert "@import" not in found.style


def test_what_lines_say_has_its_own_direction() -> None:
    """So a name from right to left turns nothing around it."""
    html = page(report())
    name = texts.said(HOSTILE[-1])
    assert html.count(name) > html.count(f"<bdi>{name}</bdi>") > 3


def test_every_chart_has_a_title_a_description_and_a_table() -> None:
    html = page(report())
    found = Read(html)
    charts = found.tags["figure"]
    assert charts == 4
    ids = {value for _, name, value in found.attributes if name == "id"}
    named = [
        value for tag, name, value in found.attributes if (tag, name) == ("svg", "aria-labelledby")
    ]
    assert len(named) == charts
    assert all(set(str(value).split()) <= ids for value in named)
    assert found.tags["title"] == found.tags["desc"] + 1 == charts + 1
    described = re.findall(r"<desc[^>]*>([^<]*)</desc>", html)
    assert described[0].startswith("Lines: from 1,")
    assert found.tags["caption"] == found.tags["table"]
    steps = [cell for cell in found.cells if re.fullmatch(r"03-01 1\d:\d\d", cell)]
    assert len(set(steps)) == STEPS


def test_ids_are_unique() -> None:
    found = Read(page(report()))
    ids = Counter(value for _, name, value in found.attributes if name == "id")
    assert set(ids.values()) == {1}


def test_numbers_stand_with_their_trust() -> None:
    html = page(report())
    found = Read(html)
    rows = [cell for cell in found.cells if cell.startswith(("closed", "revised", "open"))]
    each = Counter(rows)
    assert each["closed, lacking 7 late lines"] == 2
    assert each["closed, not equal to the lines"] == 2
    assert each["revised, equal to the lines"] == 2
    assert each["open, not compared"] == 4
    assert "of 24 steps 2 open, 1 not equal to the lines" in html
    assert "The figures lack 7 lines that came too late." in html
    assert "12,345,678,901,234,567,890.125" in html


def test_trust_is_the_worst_of_the_tables_of_a_row() -> None:
    made = report()
    good = TableTrust([StepTrust("closed", "equal", 0)] * STEPS)
    bad = TableTrust([StepTrust("closed", "equal", 0)] * 5 + [StepTrust("open", "late", 3)] * 19)
    trust = dict.fromkeys(made.trust, good) | {"latency_by_minute": bad}
    found = Read(page(replace(made, trust=trust)))
    rows = Counter(cell for cell in found.cells if cell.startswith(("closed", "open")))
    assert rows["open, lacking 3 late lines"] == 19
    assert rows["closed, equal to the lines"] == 5 + STEPS  # of traffic, and of the shop


@pytest.mark.parametrize(
    ("states", "proofs", "expected"),
    [
        (("closed", "open"), ("equal", "equal"), StepTrust("open", "equal", 2)),
        (("closed", "revised"), ("late", "unknown"), StepTrust("revised", "unknown", 2)),
        (("closed", "closed"), ("differs", "unknown"), StepTrust("closed", "differs", 2)),
    ],
)
def test_the_worst_of_two_steps(
    states: tuple[str, str], proofs: tuple[str, str], expected: StepTrust
) -> None:
    assert worst([StepTrust(*one, 1) for one in zip(states, proofs, strict=True)]) == expected


def test_a_part_that_could_not_be_read_says_so() -> None:
    made = report()
    parts = {**made.parts, "countries": Part(problem="the server needs longer")}
    parts |= {"lines": Part(problem="away"), "shop_all": Part(problem="away")}
    html = page(replace(made, parts=parts, trust={}))
    assert "This could not be read: the server needs longer." in html
    assert "could not be read</span>" in html
    assert "trust unknown" in html


def test_a_time_without_anything_is_a_report() -> None:
    made = report()
    parts = dict.fromkeys(made.parts, Part())
    html = page(replace(made, parts=parts))
    assert html.count("None in this time.") > 10
    Read(html)


def test_what_is_not_there_has_no_section() -> None:
    made = report()
    parts = {"lines": made.parts["lines"], "letters": Part(), "newest_letters": Part()}
    html = page(replace(made, parts=parts))
    assert re.findall(r"<h2[^>]*>([^<]*)<", html) == ["Summary", "Traffic", "Dead letters"]


@pytest.mark.parametrize(
    ("zone", "sentence", "first"),
    [
        ("UTC", "Times are UTC.", "03-01 12:00"),
        ("Europe/Berlin", "Times are those of Europe/Berlin, UTC+01:00.", "03-01 13:00"),
        ("Asia/Kathmandu", "Times are those of Asia/Kathmandu, UTC+05:45.", "03-01 17:45"),
        ("America/New_York", "Times are those of America/New_York, UTC-05:00.", "03-01 07:00"),
    ],
)
def test_times_are_those_of_the_zone(zone: str, sentence: str, first: str) -> None:
    html = page(report(zone=zone))
    assert sentence in html
    assert f">{first}</th>" in html


def test_an_hour_that_comes_twice_is_told_apart() -> None:
    night = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    made = report(since=night, until=night + STEPS * STEP, as_of=night + STEPS * STEP)
    cells = Read(page(made)).cells
    assert "10-25 02:30 UTC+02:00" in cells
    assert "10-25 02:30 UTC+01:00" in cells


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (Decimal("0"), "0.00"),
        (Decimal("0.0000"), "0.00"),
        (Decimal("1234.5600"), "1,234.56"),
        (Decimal("-1234.5"), "-1,234.50"),
        (Decimal("0.0001"), "0.0001"),
        (Decimal("1E+3"), "1,000.00"),
        (
            Decimal("123456789012345678901234567890.1230"),
            "123,456,789,012,345,678,901,234,567,890.123",
        ),
        (None, texts.NOTHING),
    ],
)
def test_money_is_exact(amount: Decimal | None, shown: str) -> None:
    assert texts.money(amount) == shown


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**20)))
def test_money_can_be_read_back(amount: Decimal) -> None:
    shown = texts.money(amount)
    assert Decimal(shown.replace(",", "")) == amount
    assert len(shown.partition(".")[2]) >= 2


@given(st.text(st.characters(codec=None), max_size=300))
def test_any_text_is_one_line_of_a_bounded_length(text: str) -> None:
    shown = texts.said(text, 50)
    assert not UNSAFE.search(shown)
    assert "\n" not in shown
    html = document(element("p", shown, title=shown))
    assert Read(html).attributes == [("p", "title", shown)]
    assert (len(text) > 50) == ("more characters" in shown.replace(text, "", 1))


@given(
    st.lists(
        st.none() | st.floats(-1e15, 1e15, allow_nan=False) | st.integers(0, 10**12),
        min_size=1,
        max_size=80,
    )
)
def test_lines_of_a_chart_stay_within_it(values: list[float | None]) -> None:
    labels = [str(number) for number in range(len(values))]
    svg = drawn(Chart("c", "Title", "Words", labels, [Series("a", values)], "", []))
    points = [
        tuple(map(float, point.split(",")))
        for line in svg.iter("polyline")
        for point in line.attrib["points"].split()
    ]
    points += [(float(c.attrib["cx"]), float(c.attrib["cy"])) for c in svg.iter("circle")]
    assert len(points) == sum(value is not None for value in values)
    assert all(120 <= x <= 704 and 15.9 <= y <= 210 for x, y in points)
    assert [x for x, _ in points] == sorted(x for x, _ in points) or None in values


@pytest.mark.parametrize(
    ("length", "shown"),
    [
        (timedelta(minutes=1), "1 minute"),
        (timedelta(minutes=90), "90 minutes"),
        (timedelta(hours=3), "3 hours"),
        (timedelta(days=1), "1 day"),
        (timedelta(weeks=2), "2 weeks"),
    ],
)
def test_a_step_is_told_in_its_own_unit(length: timedelta, shown: str) -> None:
    assert texts.length(length) == shown
    assert START + STEP > START
