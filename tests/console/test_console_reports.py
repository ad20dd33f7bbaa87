"""The page Reports, and files of what pages show: each has what the API says."""

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from console import hostile
from console.browser import Watched
from console.operating import asked, signed
from console.shop_world import DEAD, NAME
from playwright.sync_api import Browser, Locator, expect

from millrace.config import Config

pytestmark = pytest.mark.slow

PLACE = f"reports?feed={NAME}"
EVERY = "status=new&status=requeued&status=resolved&status=discarded"


def shown(own: Watched, place: str = PLACE) -> None:
    """Shows the page, once the report is in its frame."""
    own.go(place)
    expect(own.page.frame_locator("iframe").locator("h1")).to_have_text("Report")
    expect(own.page.get_by_role("region", name="Files as a table")).to_contain_text("searches")


@pytest.fixture
def own(browser: Browser, shop: Config) -> Iterator[Watched]:
    """The page, wide and light, of who may operate."""
    with signed(browser, shop) as made:
        shown(made)
        yield made


def saved(own: Watched, opener: Locator, path: Path) -> Path:
    """The file that a click brings."""
    with own.page.expect_download() as coming:
        opener.click()
    path /= coming.value.suggested_filename
    coming.value.save_as(path)
    return path


def rows_of(file: Path) -> list[dict[str, Any]]:
    """The rows of a file, as its format has them."""
    if file.suffix == ".parquet":
        return pq.read_table(io.BytesIO(file.read_bytes())).to_pylist()
    text = file.read_bytes().decode()
    if file.suffix == ".csv":
        return [*csv.DictReader(io.StringIO(text, newline=""))]
    *lines, last = text.splitlines()
    assert json.loads(last) == {"complete": True, "lines": len(lines)}
    return [json.loads(line) for line in lines]


def test_what_is_shown_is_what_is_kept_and_printed(own: Watched, tmp_path: Path) -> None:
    frame = own.page.frame_locator("iframe")
    # Its style is let in, as that of no other page is.
    assert frame.locator(".tiles").evaluate("own => getComputedStyle(own).display") == "grid"
    file = saved(own, own.page.get_by_role("link", name="Download HTML"), tmp_path)
    assert re.fullmatch(r"millrace-report-\d{8}T\d{6}Z-\d{8}T\d{6}Z\.html", file.name)
    text = file.read_text(encoding="utf-8")
    assert "<script" not in text
    tiles = frame.locator(".tiles li").all_inner_texts()
    assert tiles
    kept = re.findall(r"<li>([^<]*)<b>([^<]*)</b>", text)
    assert [tuple(one.split("\n")[:2]) for one in tiles] == kept
    assert hostile.IMAGE not in text
    frame_of = "document.querySelector('iframe').contentWindow"
    own.page.evaluate(f"{frame_of}.print = () => {{ window.printed = true; }}")
    own.page.get_by_role("button", name="Print").click()
    assert own.page.evaluate("window.printed") is True


def test_a_report_that_is_refused_says_why(browser: Browser, shop: Config) -> None:
    with signed(browser, shop) as own:
        own.expected = {422}
        own.go("reports?from=now&to=now-1h")
        expect(own.page.get_by_role("alert")).to_contain_text("expected a beginning before the end")
        expect(own.page.locator("iframe")).to_have_count(0)


def test_a_report_is_kept_as_a_view(own: Watched) -> None:
    page = own.page
    views = page.locator(".bar .menu")
    views.get_by_text("views", exact=True).click()
    views.get_by_label("Name of this view").fill("the shop's hour")
    views.get_by_role("button", name="Save").click()
    row = page.get_by_role("region", name="Saved views as a table").get_by_role("row").nth(1)
    for text in ("Reports", "now-1h", NAME):
        expect(row).to_contain_text(text)
    own.go("overview")
    shown(own, "reports?feed=")
    row.get_by_role("link", name="the shop's hour").click()
    expect(page).to_have_url(re.compile(f"reports.feed={NAME}$"))
    row.get_by_role("button", name="Remove the shop's hour").click()
    expect(page.get_by_text("No view is kept yet")).to_be_visible()


@pytest.mark.parametrize("format", ["csv", "ndjson", "parquet"])
def test_files_of_the_time_have_all_of_it(own: Watched, tmp_path: Path, format: str) -> None:
    letters = own.page.get_by_role("link", name=f"dead letters as {format}")
    items = asked(own, f"/v1/dead-letters?feed={NAME}&from=now-1h&{EVERY}")["items"]
    assert len(items) >= len(DEAD)
    found = rows_of(saved(own, letters, tmp_path))
    assert sorted(one["_id"] for one in found) == sorted(one["_id"] for one in items)
    searches = own.page.get_by_role("link", name=f"searches_by_minute as {format}")
    figures = asked(own, "/v1/figures/searches_by_minute?from=now-2h&step=1h&by=query")["rows"]
    named = {one["query"] for one in rows_of(saved(own, searches, tmp_path))}
    assert {one.removeprefix("'") for one in named} == {one["query"] for one in figures}


@pytest.mark.parametrize("format", ["csv", "ndjson", "parquet"])
def test_a_page_writes_files_of_what_only_it_has(
    browser: Browser, shop: Config, tmp_path: Path, format: str
) -> None:
    with signed(browser, shop) as own:
        own.go(f"logs?feed={NAME}&refresh=off")
        own.settled()
        until = f"{datetime.now(UTC) + timedelta(minutes=5):%Y-%m-%dT%H:%MZ}"
        chart = own.page.get_by_role("region", name="Lines by time", exact=True)
        chart.get_by_text("download", exact=True).click()
        opener = chart.get_by_role("button", name=f"Lines by time as {format}")
        file = saved(own, opener, tmp_path)
        assert file.name == f"millrace-lines-by-time.{format}"
        rows = rows_of(file)
        histogram = asked(own, f"/v1/logs/histogram?feed={NAME}&from=now-1h&to={until}")
        total = sum(step["lines"] for step in histogram["steps"])
        assert sum(int(n) for row in rows for key, n in row.items() if key != "step") == total
        assert {type(row["step"]) for row in rows} == {datetime if format == "parquet" else str}


def test_what_a_spreadsheet_would_compute_is_text(
    browser: Browser, shop: Config, tmp_path: Path
) -> None:
    rule = {"name": "=cmd|' /C calc'!A0", "metric": "volume", "threshold": 1}
    with signed(browser, shop) as own:
        made = asked(own, "/v1/alerts", rule)
        own.go("alerts")
        expect(own.page.locator(".rules tbody tr").first).to_be_visible()
        file = saved(own, own.page.get_by_role("button", name="rules as csv"), tmp_path)
        names = [row["rule"] for row in rows_of(file)]
        assert f"'{rule['name']}" in names
        assert rule["name"] not in names
        asked(own, f"/v1/alerts/{made['id']}", method="DELETE", **{"If-Match": "*"})
