"""The page Shop: what it shows are the API's numbers, to the last cent, and each has its lines."""

import re

import pytest
from console import hostile
from console.browser import Watched
from console.operating import asked, signed
from console.shop_world import NAME, SALES, events, money, revenue
from playwright.sync_api import Browser, Locator, expect
from support.counted import CountedFeed

from millrace.config import Config

pytestmark = pytest.mark.slow

PLACE = f"shop?feed={NAME}&refresh=off"
_COMPARED = re.compile(r"figure ([\d,]+) ([=≠]) lines ([\d,]+)")


def shown(own: Watched) -> None:
    """Shows the page, once it has all that it asks for."""
    own.go(PLACE)
    expect(own.page.locator(".tile")).to_have_count(4)
    expect(own.page.locator(".ranking tbody tr").first).to_be_visible()
    own.settled()


def number(text: str) -> int:
    """A whole number as it is shown."""
    return int(text.replace(",", ""))


def figure(own: Watched, opener: Locator) -> int:
    """The figure of what is clicked; it has as many lines."""
    opener.click()
    panel = own.page.get_by_role("dialog")
    expect(panel.locator(".compared")).to_be_visible()
    told = _COMPARED.search(panel.locator(".compared").inner_text())
    assert told
    assert told[2] == "=", panel.locator(".why").inner_text()
    assert told[1] == told[3]
    own.page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    return number(told[1])


def test_money_is_exact_and_counts_are_those_of_the_lines(
    browser: Browser, shop: Config, shop_lines: CountedFeed
) -> None:
    with signed(browser, shop) as own:
        shown(own)
        tile = own.page.get_by_role("region", name="Revenue", exact=True).locator(".figure")
        assert tile.inner_text() == money(revenue(shop_lines, *SALES))
        orders = own.page.get_by_role("region", name="Of completed orders").locator(".figure")
        assert orders.inner_text() == money(revenue(shop_lines, "order_complete"))
        stages = own.page.locator(".funnel li button")
        for at, event in enumerate(("search", "purchase", "order_complete")):
            told = stages.nth(at).inner_text().split("\n")
            assert told[0] == event
            assert number(told[1].split(", ")[0]) == events(shop_lines, event)
            assert figure(own, stages.nth(at)) == events(shop_lines, event)


def test_each_row_is_of_the_api_and_opens_its_lines(browser: Browser, shop: Config) -> None:
    with signed(browser, shop) as own:
        shown(own)
        top = f"/v1/figures/{{}}/top?feed={NAME}&size=1000&by={{}}&figure={{}}"
        codes = asked(own, top.format("levels_by_minute", "error_code", "events"))["rows"]
        failures = own.page.get_by_role("region", name="Failures by error code", exact=True)
        rows = failures.locator("tbody tr")
        wanted = [one["events"] for one in codes if one["error_code"] != "-"]
        assert [
            number(one) for one in rows.locator("td:nth-of-type(1)").all_inner_texts()
        ] == wanted
        assert figure(own, rows.first.get_by_role("button")) == wanted[0]
        vain = own.page.get_by_role("region", name="Searched for in vain", exact=True)
        searched = asked(own, top.format("searches_by_minute", "query", "empty_searches"))["rows"]
        first = vain.locator("tbody tr").first
        assert number(first.locator("td").first.inner_text()) == searched[0]["empty_searches"]
        assert figure(own, first.get_by_role("button")) == searched[0]["searches"]
        orders = own.page.get_by_role("region", name="Orders by", exact=True)
        paid = orders.locator("tbody tr", has_text="paypal")
        assert figure(own, paid.get_by_role("button")) > 0
        orders.get_by_role("button", name="country").click()
        expect(own.page).to_have_url(re.compile("by=country"))
        expect(orders.locator("thead")).to_contain_text("country")


def test_a_point_opens_its_lines_by_the_keyboard(browser: Browser, shop: Config) -> None:
    with signed(browser, shop) as own:
        shown(own)
        own.page.get_by_role("application", name="Revenue and failed amounts").focus()
        own.page.keyboard.press("End")
        for _ in range(12):
            own.page.keyboard.press("ArrowLeft")
        own.page.keyboard.press("Enter")
        verdict = own.page.get_by_role("dialog").locator(".compared")
        expect(verdict).to_contain_text("=")


def test_a_click_on_a_curve_opens_the_lines_of_that_curve(browser: Browser, shop: Config) -> None:
    with signed(browser, shop) as own:
        shown(own)
        asks = f"/v1/figures/shop_by_minute?feed={NAME}&from=now-1h&step=1m&by=event_type"
        rows = asked(own, asks)["rows"]
        highest = max(rows, key=lambda row: int(row["events"]))
        chart = own.page.get_by_role("region", name="Events", exact=True)
        times = chart.get_by_role("application").get_attribute("aria-label")
        over = chart.locator(".u-over")
        box = over.bounding_box()
        assert box
        assert times
        steps = int(re.search(r"(\d+) steps", times)[1])  # type: ignore[index]
        starts = sorted(one["window_start"] for one in asked(own, asks)["buckets"])
        x = starts.index(highest["window_start"]) / (steps - 1) * box["width"]
        over.click(position={"x": x, "y": box["height"] * (1 - 1 / 1.08)})
        panel = own.page.get_by_role("dialog")
        expect(panel.locator(".compared")).to_contain_text(f"figure {highest['events']} = lines")
        expect(panel.locator(".row-name")).to_contain_text(f"event_type={highest['event_type']}")


def test_names_that_would_like_to_act_are_text(browser: Browser, shop: Config) -> None:
    with signed(browser, shop) as own:
        shown(own)
        text = own.page.locator("main").inner_text()
        for name in (hostile.IMAGE, hostile.SCRIPT, hostile.IMAGE[:30]):
            assert name in text
        row = own.page.get_by_role("button", name=hostile.SCRIPT)
        assert figure(own, row) == 1
        row.click()
        panel = own.page.get_by_role("dialog")
        expect(panel.locator(".grid-row").first).to_contain_text("\\u202etxt.exe")
        panel.get_by_role("link", name="Open in Logs").click()
        expect(own.page.locator(".grid-row")).to_have_count(1)
        assert own.page.locator("main img, main script").count() == 0
        assert own.page.title() == "Logs · millrace"


def test_a_feed_without_a_shop_says_so(browser: Browser, shop: Config) -> None:
    with signed(browser, shop) as own:
        own.go("shop?feed=nowhere")
        expect(own.page.get_by_text("No chosen feed has events of a shop.")).to_be_visible()
