"""The page Entities: where each stands, rows now and at a time, and what a row was."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from api.captured_world import PARTS, PEOPLE, capturing, made, store, time_of
from api.serving import served
from console import hostile
from console.browser import NARROW, WIDE, Watched, watched
from console.operating import PATIENT
from playwright.sync_api import Browser, Locator, expect

from millrace.api.server import prepare
from millrace.config import Config
from millrace.io import mongo
from millrace.io.mongo import reconciliations
from millrace.records.reconciliations import ALL, Advice, Fault, Reconciliation

pytestmark = pytest.mark.slow

PLACE = "entities?refresh=off"
ROWS = 450  # more than two pages of the table


@pytest.fixture(scope="module")
def world(servers: Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Config]:
    """Two entities: one with rows that changed, were deleted and are hostile, one with a few."""
    conf = capturing(servers, tmp_path_factory.mktemp("entities"))
    prepare(conf)
    changes = [made("r", n, 0, id=n, name=f"name {n}", is_ok=n % 2 == 0) for n in range(ROWS)]
    changes = [
        made(one.change.op, one.change.key, number, **one.change.values)
        for number, one in enumerate(changes)
    ]
    at = 100_000
    changes += [
        made("u", 7, at, id=7, name="seven", is_ok=True, tags=["a"]),
        made("u", 7, at + 1_000, id=7, name=hostile.IMAGE, is_ok=None),
        made("d", 8, at + 2_000),
        made("u", 9, at + 3_000, id=9, name=f"{hostile.BIDI}{hostile.SCRIPT}", more={"a": "<b>"}),
    ]
    store(conf, PEOPLE, changes)
    part = {"maker": "a/b,c", "number": 2**40}
    store(conf, PARTS, [made("c", part, 0, **part, label="a part", weight=1.5)])
    db, ended_at = mongo.database(conf.mongo), datetime(2026, 7, 1, 11, tzinfo=UTC)
    nothing: dict[Fault, int] = {"missing": 0, "differing": 0, "undeleted": 0}
    reconciliations.save(db, Reconciliation(PEOPLE, ALL, ended_at, True, nothing))
    advice = Advice.to_run(("missing",), f"millrace reconcile --changes --feed {PARTS} --mend")
    some: dict[Fault, int] = nothing | {"missing": 3}
    reconciliations.save(db, Reconciliation(PARTS, ALL, ended_at, False, some, (advice,)))
    with served(conf, **PATIENT) as serving:
        yield serving


@pytest.fixture
def own(browser: Browser, world: Config) -> Iterator[Watched]:
    """A wide, light page, signed in."""
    with watched(browser, world) as page:
        page.sign_in()
        page.go(PLACE)
        expect(page.page.locator(".grid-row").first).to_be_visible()
        yield page


def opened(own: Watched, text: str) -> Locator:
    """The panel of the row that has that text."""
    own.page.locator(".grid-row", has_text=text).first.click()
    panel = own.page.get_by_role("dialog")
    expect(panel.get_by_role("region", name="History").locator("li").first).to_be_visible()
    return panel


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_entities_are_sound(browser: Browser, world: Config, width: int, theme: str) -> None:
    with watched(browser, world, width, theme) as own:
        own.sign_in()
        own.go(PLACE)
        expect(own.page.locator(".grid-row").first).to_be_visible()
        own.settled()
        own.screenshot(f"entities-{width}-{theme}")
        assert own.violations() == []
        opened(own, "img src")
        own.settled()
        own.screenshot(f"entity-{width}-{theme}")
        assert own.violations() == []
        assert own.page.evaluate("document.documentElement.scrollWidth") <= width


def test_where_each_entity_stands_is_shown(own: Watched) -> None:
    rows = own.page.get_by_role("region", name="Entities").locator("tbody tr")
    expect(rows).to_have_count(2)
    people, parts = rows.all_inner_texts()
    assert f"{ROWS - 1}" in people
    assert "✓ equal as of 2026-07-01 11:00:00" in people
    assert "≠ 3 keys missing as of 2026-07-01 11:00:00" in parts
    command = f"millrace reconcile --changes --feed {PARTS} --mend"
    expect(own.page.locator(".mend code")).to_have_text(command)
    # No Kafka Connect is there: that is told, and nothing else lacks for it.
    expect(rows.first).to_contain_text("changes.connect http://127.0.0.1:9")


def test_rows_come_page_by_page_and_are_searched(own: Watched) -> None:
    status = own.page.get_by_role("region", name=f"Rows of {PEOPLE}").get_by_role("status").first
    expect(status).to_have_text(f"200 rows shown of {ROWS - 1}")
    grid = own.page.get_by_role("grid")
    grid.focus()
    own.page.keyboard.press("End")
    expect(status).to_have_text(f"400 rows shown of {ROWS - 1}")
    own.page.get_by_label("where").fill("name:name 44* & is_ok:true")
    own.page.get_by_role("button", name="Search").click()
    expect(status).to_have_text("6 rows shown of 6")
    expect(own.page).to_have_url(re.compile("where=name"))
    own.page.get_by_label("where").fill("nome:x")
    own.expected.add(422)
    own.page.get_by_role("button", name="Search").click()
    expect(own.page.get_by_role("alert")).to_contain_text("no field is named 'nome'")
    own.page.get_by_role("alert").get_by_role("button", name="name").click()
    expect(own.page.get_by_label("where")).to_have_value("name:")


def test_a_row_has_its_history_and_is_shown_as_of_each_change(own: Watched) -> None:
    panel = opened(own, "img src")
    entries = panel.get_by_role("region", name="History").locator("li")
    expect(entries).to_have_count(3)
    first, second, third = entries.all_inner_texts()
    assert hostile.IMAGE in first
    assert "updated" in second
    assert "seven" in second
    assert "read by a snapshot" in third
    assert own.page.locator("main img, main script").count() == 0
    entries.nth(1).get_by_role("button", name="as of then").click()
    expect(panel.get_by_role("region", name="The row")).to_contain_text("seven")
    expect(panel.get_by_role("region", name="The row")).to_contain_text("2023-11-14 22:15:00.000")
    expect(own.page).to_have_url(re.compile("as_of=2023-11-14T22:15:00.000Z"))
    own.page.reload()
    expect(own.page.get_by_role("region", name="The row")).to_contain_text("seven")


def test_rows_as_of_a_time_are_those_of_then(own: Watched) -> None:
    own.page.get_by_label("as of").fill("2023-11-14 22:15:01")
    own.page.get_by_role("button", name="Show").click()
    expect(own.page.locator(".told")).to_contain_text("As of 2023-11-14 22:15:01.000, by commits")
    panel = opened(own, "name 8")
    expect(panel.get_by_role("region", name="The row")).to_contain_text("name 8")
    own.page.keyboard.press("Escape")
    own.page.get_by_role("button", name="now", exact=True).click()
    own.page.get_by_label("where").fill("id:8")
    own.page.get_by_role("button", name="Search").click()
    expect(own.page.get_by_role("grid")).to_contain_text("No row.")
    own.expected.add(422)
    own.page.get_by_label("as of").fill("2001-01-01 00:00")
    own.page.get_by_role("button", name="Show").click()
    expect(own.page.get_by_role("alert")).to_contain_text("the history begins at 2023-11-14")


def test_another_entity_is_shown_with_its_key_of_several_fields(own: Watched) -> None:
    own.page.get_by_role("button", name=PARTS).click()
    expect(own.page).to_have_url(re.compile(f"entity={PARTS}"))
    panel = opened(own, "a part")
    expect(panel.get_by_role("region", name="The row")).to_contain_text("a/b,c")
    expect(panel.get_by_role("region", name="The row")).to_contain_text("1099511627776")


def test_an_address_shows_what_it_names(own: Watched) -> None:
    own.go(f"{PLACE}&entity={PEOPLE}&row=8&as_of={time_of(100_000)}")
    expect(own.page.get_by_role("region", name="The row")).to_contain_text("name 8")
    own.expected.add(404)
    own.go(f"{PLACE}&entity={PEOPLE}&row=8")
    expect(own.page.get_by_role("dialog")).to_contain_text("it was deleted at 2023-11-14T22:15:02")
