"""What a person does on the pages: by keyboard and pointer, over lines that are hard to show."""

import re
from typing import Any

import pytest
from console import hostile
from console.browser import Watched, watched
from console.ready import ready
from playwright.sync_api import Browser, expect

from millrace.config import Config

pytestmark = pytest.mark.slow


def test_the_keyboard_alone_finds_and_reads_a_line(signed: Watched) -> None:
    page = signed.page
    signed.go("overview")
    page.keyboard.press("/")
    expect(page.get_by_label("Query", exact=True)).to_be_focused()
    page.keyboard.type("lev")
    expect(page.get_by_role("option", name="level", exact=True)).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("option", name="ERROR")).to_be_visible()
    page.keyboard.type("ERR")
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".grid-row.error").first).to_be_visible()
    page.get_by_label("Query", exact=True).press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_role("tab", name="fields")).to_be_visible()
    signed.screenshot("drawer-1440-light")
    assert signed.violations() == []
    page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)
    assert "q=level:ERROR" in page.url
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("next and previous line")


def test_hostile_lines_are_text(signed: Watched) -> None:
    page = signed.page
    signed.go("logs?q=hostile&feed=console_app")
    expect(page.locator(".grid-row")).to_have_count(len(hostile.TEXTS))
    signed.screenshot("hostile-1440-light")
    shown = page.locator(".grid-body").inner_text()
    for text in (hostile.IMAGE, hostile.SCRIPT, "\\x1b[31mred\\x1b[0m\\x07", "\\u202etxt.exe"):
        assert text in shown
    assert not re.search("[\x1b\x00\x07\u202e]", shown)
    for number in range(len(hostile.TEXTS)):
        page.locator(".grid-row").nth(number).click()
        drawer = page.get_by_role("dialog")
        for tab in ("fields", "raw", "json", "context"):
            drawer.get_by_role("tab", name=tab).click()
            expect(drawer.get_by_role("tabpanel")).not_to_be_empty()
        page.keyboard.press("Escape")
        expect(drawer).to_have_count(0)
    assert page.title() == "Logs · millrace"
    assert page.locator("main img, main script, main iframe").count() == 0
    # The facets have their names as well, and put them into a query that means them alone.
    page.get_by_role("button", name=hostile.IMAGE[:20]).first.click()
    expect(page.locator(".grid-row")).to_have_count(1)


def test_long_lines_come_in_pieces(signed: Watched) -> None:
    page = signed.page
    signed.go("logs?q=hostile xxxxxxxx&feed=console_app")
    page.locator(".grid-row").first.click()
    drawer = page.get_by_role("dialog")
    drawer.get_by_role("tab", name="raw").click()
    more = drawer.get_by_role("button", name="more of 2")
    assert len(drawer.get_by_role("tabpanel").inner_text()) < 10_000
    more.click()
    expect(more).to_be_visible()
    assert len(drawer.get_by_role("tabpanel").inner_text()) > 30_000


def test_a_pasted_address_is_the_same_view_elsewhere(browser: Browser, small: Config) -> None:
    with watched(browser, small) as own:
        own.sign_in()
        own.go("logs?q=level:WARN&tz=Asia/Kolkata&cols=timestamp,level,summary&feed=console_app")
        ready(own.page, "logs")
        own.page.get_by_role("button", name=re.compile("^from")).click()
        own.page.get_by_role("button", name="Apply").click()
        first = own.page.locator(".grid-row").first.inner_text()
        place = own.page.url.partition("/console/")[2]
    with watched(browser, small, timezone_id="America/St_Johns", locale="de-DE") as other:
        other.sign_in()
        other.go(place)
        ready(other.page, "logs")
        assert other.page.locator(".grid-row").first.inner_text() == first


def test_back_leads_to_what_was(signed: Watched) -> None:
    page = signed.page
    signed.go("logs?q=level:WARN")
    ready(page, "logs")
    page.get_by_role("button", name=re.compile("^mail ")).click()
    expect(page).not_to_have_url(re.compile(r"q=level:WARN$"))
    page.locator(".grid-row").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.go_back()
    expect(page).to_have_url(re.compile(r"q=level:WARN$"))
    expect(page.get_by_label("Query", exact=True)).to_have_value("level:WARN")


def test_a_span_that_is_drawn_over_is_shown(signed: Watched) -> None:
    page = signed.page
    signed.go("logs")
    ready(page, "logs")
    expect(page.locator(".chart .legend").first).to_be_visible()
    over = page.locator(".u-over")
    over.hover()
    box: Any = over.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + 20, steps=5)
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"from=20.*&to=20"))
    ready(page, "logs")


def test_a_wrong_query_is_told_with_its_place_and_what_was_meant(signed: Watched) -> None:
    signed.expected = {422}
    page = signed.page
    signed.go("logs?q=level:ERROR servce_name:web")
    problem = page.get_by_role("alert")
    expect(problem.get_by_label("at character 13")).to_be_visible()
    signed.screenshot("wrong-1440-light")
    problem.get_by_role("button", name="service_name").click()
    expect(page.get_by_label("Query", exact=True)).to_have_value("level:ERROR service_name:web")


def test_a_saved_view_is_kept(signed: Watched) -> None:
    page = signed.page
    signed.go("logs?q=level:FATAL")
    page.get_by_text("views", exact=True).click()
    page.get_by_label("Name of this view").fill("the worst")
    page.get_by_role("button", name="Save").click()
    signed.go("logs")
    page.get_by_text("views", exact=True).click()
    page.get_by_role("link", name="the worst").click()
    expect(page.get_by_label("Query", exact=True)).to_have_value("level:FATAL")


def test_a_session_that_ends_leads_to_the_form(signed: Watched) -> None:
    signed.expected = {401}
    page = signed.page
    signed.go("overview")
    ready(page, "overview")
    page.context.clear_cookies()
    page.get_by_role("link", name="Logs").click()
    expect(page.get_by_label("Token")).to_be_visible()
