"""Anomalies, Pipeline and Geography in a browser: they show what the API says, and its lines."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from api.serving import served
from api.worlds import empty
from console.browser import NARROW, WIDE, Watched, watched
from console.operating import PATIENT
from console.pages_world import HOSTILE, TEMPLATES, WAITING, World, filled
from playwright.sync_api import Browser, Locator, expect

from millrace.config import Config, Feed
from millrace.io import kafka

pytestmark = pytest.mark.slow

WEB = Feed(name="ops_web", topic="ops_web", format="combined", service_name="web")
APP = Feed(name="ops_app", topic="ops_app", format="app", service_name="app")
UNTIL = datetime(2026, 7, 1, 11, 40, tzinfo=UTC)
SPAN = "from=2026-07-01T10:40:00Z&to=2026-07-01T11:40:00Z"
LONG = "from=2026-07-01T08:00:00Z&to=2026-07-01T11:40:00Z"
LINKS: dict[str, Any] = {
    "spark": {"ingest": "http://localhost:4040"},
    "traces": "https://traces.example/search?a=b",
}
# What the gallery does not show: it has these pages as they are opened.
VIEWS = {
    "anomalies-minutes": f"anomalies?{SPAN}&show=minutes",
    "anomalies-templates": f"anomalies?{LONG}&show=templates&all=1",
    "geography-errors": "geography?from=2026-07-01T11:10:00Z&to=2026-07-01T11:40:00Z&of=4xx",
}


@pytest.fixture(scope="module")
def world(
    servers: Config, country_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[World, Config]]:
    """What there is, and the configuration of an API that answers for it."""
    folder = tmp_path_factory.mktemp("templates")
    detection = servers.detection.model_copy(update={"templates": folder})
    conf = servers.model_copy(update={"feeds": (WEB, APP), "detection": detection})
    # Of one partition: what waits in it is told by its end alone.
    kafka.create_topics(conf.kafka.model_copy(update={"partitions": 1}), [APP.topic])
    for feed in conf.feeds:
        empty(conf, feed)
    made = filled(conf, WEB, APP, UNTIL)
    with served(conf, links=LINKS, **PATIENT) as serving:
        yield made, serving


@pytest.fixture
def own(browser: Browser, world: tuple[World, Config]) -> Iterator[Watched]:
    """A wide, light page, signed in."""
    with watched(browser, world[1]) as made:
        made.sign_in()
        yield made


def told(own: Watched, path: str) -> Any:
    """What the API answers to the browser's session."""
    answer = own.page.request.get(own.address + path)
    assert answer.ok
    return answer.json()


def compared(own: Watched) -> str:
    """What the panel of lines says of figure and lines; it is closed then."""
    panel = own.page.get_by_role("dialog")
    expect(panel.get_by_role("status")).to_contain_text(re.compile(r"figure \d"))
    text = panel.get_by_role("status").inner_text()
    own.page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    return text


def requests_by_country(own: Watched) -> Counter[str]:
    """Requests of the hour by country, as the figures of its minutes have them."""
    made: Counter[str] = Counter()
    for row in told(own, f"/v1/figures/countries_by_minute?{SPAN}&by=country")["rows"]:
        made[row["country"]] += row["requests"]
    return made


def rows(own: Watched) -> Locator:
    """The rows of the table that are drawn."""
    return own.page.locator(".grid-row:not(.empty)")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("name", VIEWS)
def test_a_view_is_sound(
    browser: Browser, world: tuple[World, Config], name: str, width: int, theme: str
) -> None:
    with watched(browser, world[1], width, theme) as own:
        own.sign_in()
        own.go(VIEWS[name])
        expect(rows(own).nth(1)).to_be_visible()
        if name.startswith("geography"):
            expect(own.page.locator(".land").first).to_be_attached()
        own.screenshot(f"{name}-{width}-{theme}")
        assert own.violations() == []
        assert own.page.evaluate("document.documentElement.scrollWidth") <= width


def test_anomalous_lines_have_their_reasons_and_are_text(own: Watched) -> None:
    page = own.page
    own.go(f"anomalies?{SPAN}&severity=CRITICAL&feed={APP.name}")
    found = told(own, f"/v1/logs?q=anomaly.severity:CRITICAL&{SPAN}&feed={APP.name}")["items"]
    assert len(found) == 16
    expect(rows(own)).to_have_count(len(found))
    shown = page.locator(".grid-body").inner_text()
    for line in found:
        for reason in line["anomaly"]["reasons"]:
            assert reason["rule"] in shown
    assert HOSTILE.replace("\u202e", "\\u202e").replace("\x1b", "\\x1b") in shown
    rows(own).first.click()
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_text("Anomaly: CRITICAL")).to_be_visible()
    assert f"line={APP.name}/" in page.url
    assert page.title() == "Anomalies · millrace"
    assert page.locator("main img, main script, main b b").count() == 0


def test_bars_of_anomalies_open_their_lines(own: Watched) -> None:
    own.go(f"anomalies?{SPAN}&feed={APP.name}")
    chart = own.page.get_by_role("application", name="Anomalous lines")
    own.settled()
    chart.press("End")
    for _ in range(9):  # to the minute that is unusual
        chart.press("ArrowLeft")
    chart.press("Enter")
    hot = "from=2026-07-01T11:30:00Z&to=2026-07-01T11:31:00Z"
    (row,) = told(own, f"/v1/figures/anomalies_by_minute?{hot}&feed={APP.name}")["rows"]
    assert row["events"] > 15
    assert compared(own) == f"figure {row['events']} = lines {row['events']}"


def test_unusual_minutes_have_their_band_and_their_lines(
    own: Watched, world: tuple[World, Config]
) -> None:
    own.go(f"anomalies?{SPAN}&show=minutes")
    found = told(own, f"/v1/anomalies/minutes?{SPAN}")["items"]
    assert {one["metric"] for one in found} >= {"error_ratio", "p95_ms"}
    expect(rows(own)).to_have_count(len(found))
    lines = {"error_ratio": 15, "p95_ms": 30, "volume": 30}
    for number, one in enumerate(found):
        assert one["window_start"] == world[0].hot.strftime("%Y-%m-%dT%H:%M:%S.000Z")
        row = rows(own).nth(number)
        expect(row).to_contain_text(one["reason"])
        expect(row.locator("svg .observed")).to_have_count(1)
        row.click()
        count = lines[one["metric"]]
        assert compared(own) == f"figure {count} = lines {count}"
    expect(rows(own).first).to_contain_text("50 %")  # half of that minute's lines are errors


def test_templates_that_came_and_went_open_their_messages(own: Watched) -> None:
    own.go(f"anomalies?{LONG}&show=templates")
    expect(rows(own)).to_have_count(2)
    for change, name, lines in (("new", "cache", 5), ("vanished", "disk", 1)):
        row = rows(own).filter(has_text=TEMPLATES[name].text)
        expect(row).to_contain_text(change)
        row.click()
        assert compared(own) == f"figure {lines} = lines {lines}"
    own.page.get_by_label("all templates").check()
    expect(rows(own)).to_have_count(3)
    own.page.get_by_role("button", name="messages match none").click()
    assert compared(own) == "figure 1 = lines 1"


def test_the_pipeline_shows_what_waits_and_what_reconcile_found(own: Watched) -> None:
    page = own.page
    own.go("pipeline")
    (stage,) = told(own, f"/v1/pipeline?feed={APP.name}")
    assert stage["freshness"]["lag_lines"] == stage["aggregate"]["lag_lines"] == WAITING
    card = page.get_by_role("region", name=f"Feed {APP.name}")
    expect(card.locator(".behind")).to_have_count(2)
    expect(card.locator(".behind").first).to_contain_text(f"lag {WAITING} lines")
    expect(card.get_by_role("link", name=f"{stage['documents']:,} documents")).to_be_visible()
    expect(card.get_by_role("button", name=f"lines of {APP.name}: differs")).to_be_visible()
    row = page.get_by_role("region", name="Verdicts").get_by_role("row", name=APP.name)
    expect(row).to_contain_text("fails")
    expect(row.locator("b.wrong")).to_have_text("2")
    tops = [cell.bounding_box() for cell in row.get_by_role("cell").all()]
    assert len({box["y"] for box in tops if box}) == 1
    expect(page.locator(".mend")).to_have_count(1)
    expect(page.locator(".mend")).to_contain_text(f"millrace reconcile --feed {APP.name}")


def test_dead_letters_of_a_feed_are_shown(own: Watched) -> None:
    page = own.page
    own.go("pipeline")
    page.get_by_role("button", name="1 open dead letter", exact=True).click()
    expect(page).to_have_title("Dead letters · millrace")
    assert f"feed={WEB.name}" in page.url
    letters = page.get_by_label("Dead letters", exact=True)
    expect(letters).to_contain_text("no access log")
    page.go_back()
    expect(page).to_have_title("Pipeline · millrace")


def test_other_tools_are_opened_apart_and_not_told_from_where(own: Watched) -> None:
    own.go("pipeline")
    links = own.page.get_by_role("navigation", name="Other tools").get_by_role("link")
    expect(links).to_have_count(2)
    for link in links.all():
        assert link.get_attribute("href") in (*LINKS["spark"].values(), LINKS["traces"])
        assert link.get_attribute("rel") == "noreferrer noopener"


def test_no_country_is_left_out(own: Watched) -> None:
    own.go(f"geography?{SPAN}")
    requests = requests_by_country(own)
    page = own.page
    expect(page.locator(".land").first).to_be_attached()
    expect(page.get_by_role("status").first).to_contain_text(f"{sum(requests.values()):,} requests")
    mapped: list[str] = page.evaluate(
        "[...document.querySelectorAll('.land:not(.level-0)')].map((one) => one.dataset.country)"
    )
    absent = page.locator(".absent button")
    assert len(set(mapped)) + absent.count() == len(requests)
    assert set(mapped) < set(requests)
    expect(absent.filter(has_text="no country")).to_contain_text(f"{requests['-']}")
    table = page.get_by_role("grid", name="Requests by country")
    assert table.get_attribute("aria-rowcount") == str(len(requests) + 1)


def test_a_country_opens_its_lines_by_the_map_the_table_and_the_keyboard(own: Watched) -> None:
    page = own.page
    own.go(f"geography?{SPAN}")
    expect(page.locator(".land").first).to_be_attached()
    (code, requests), *_ = requests_by_country(own).most_common(1)
    wanted = f"figure {requests} = lines {requests}"
    page.locator(f"path.land[data-country={code}]").first.click()
    assert f"country={code}" in page.url
    assert compared(own) == wanted
    assert "country=" not in page.url
    rows(own).first.click()
    assert compared(own) == wanted
    world_map = page.get_by_role("application", name="World map")
    world_map.press("Home")
    expect(page.locator(".world .reading")).to_contain_text(f"{requests} requests")
    world_map.press("Enter")
    assert compared(own) == wanted


def test_errors_that_grew_come_first_and_lead_to_their_lines(own: Watched) -> None:
    page = own.page
    own.go(VIEWS["geography-errors"])
    query = "q=status_code:[400%20TO%20499]&size=1000&feed=" + WEB.name
    spans = (
        "from=2026-07-01T11:10Z&to=2026-07-01T11:40Z",
        "from=2026-07-01T10:40Z&to=2026-07-01T11:10Z",
    )
    now, before = (
        {
            one["value"]: one["hits"]
            for one in told(own, f"/v1/fields/country/values?{query}&{span}")["values"]
        }
        for span in spans
    )
    expect(page.locator(".land").first).to_be_attached()
    cells = rows(own).first.get_by_role("gridcell").all_inner_texts()
    code, errors, earlier = cells[1], int(cells[2]), int(cells[3])
    assert (errors, earlier) == (now[code], before.get(code, 0))
    assert errors - earlier == max(now[one] - before.get(one, 0) for one in now)
    rows(own).first.click()
    expect(page).to_have_url(re.compile(f"/console/logs.*country:{code}"))
    expect(page.get_by_role("grid", name="Lines").get_by_role("row")).to_have_count(errors + 1)


def test_the_map_is_loaded_where_it_is_shown(own: Watched) -> None:
    asked: list[str] = []
    own.page.on("request", lambda request: asked.append(request.url))
    own.go("pipeline")
    own.settled()
    assert not [url for url in asked if "countries" in url]
    own.go(f"geography?{SPAN}")
    expect(own.page.locator(".land").first).to_be_attached()
    assert [url for url in asked if re.search(r"/assets/countries-50m-.*\.json$", url)]
