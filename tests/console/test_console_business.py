"""The page Business: what it shows are the facts of the warehouse, to the last cent."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from console.browser import NARROW, WIDE, Watched
from console.operating import guarded, signed
from console.shop_world import money
from playwright.sync_api import Browser, Locator, expect
from support import warehouse_figures as figures
from support.warehouse_tables import filled
from support.warehouse_world import HOSTILE, HOSTILE_CODE, World, drawn

from millrace.api.server import prepare
from millrace.config import Config

WEEK = timedelta(weeks=1)
TILES = 5


@dataclass(frozen=True)
class Business:
    """An API over the facts of a world, and the whole time of it as the address has it."""

    conf: Config
    world: World

    @property
    def place(self) -> str:
        """The page over whole days, so that steps begin where the time does."""
        return f"business?from={self.since.isoformat()[:19]}Z&to={self.until.isoformat()[:19]}Z"

    @property
    def since(self) -> datetime:
        """A midnight before all facts."""
        return self.world.since.replace(hour=0, minute=0) - timedelta(days=1)

    @property
    def until(self) -> datetime:
        """A midnight after all facts."""
        return self.world.until.replace(hour=0, minute=0) + timedelta(days=1)


@pytest.fixture(scope="module")
def business(warehouse: Config) -> Iterator[Business]:
    """The console over facts of the last weeks, up to now."""
    world = drawn(datetime.now(UTC).replace(second=0, microsecond=0))
    assert warehouse.warehouse
    filled(warehouse.warehouse, world)
    prepare(warehouse)
    with guarded(warehouse) as conf:
        yield Business(conf, world)


def shown(own: Watched, place: str) -> None:
    """Shows the page, once it has all that it asks for."""
    own.go(place)
    expect(own.page.locator(".tile")).to_have_count(TILES)
    expect(own.page.locator(".business-table tbody tr").first).to_be_visible()
    own.settled()


def section(own: Watched, name: str) -> Locator:
    """A part of the page by its name."""
    return own.page.get_by_role("region", name=name, exact=True)


def number(text: str) -> int:
    """A whole number as it is shown."""
    return int(text.replace(",", ""))


def test_the_business_is_shown_and_adds_up(browser: Browser, business: Business) -> None:
    with signed(browser, business.conf) as own:
        own.page.get_by_role("link", name="Business").click()
        expect(own.page.locator("main h1")).to_have_text("Business")
        shown(own, business.place)
        days = list(figures.revenue(business.world, business.since, business.until, WEEK / 7))
        revenue = sum((day["revenue"] for day in days), Decimal(0))
        expect(section(own, "Revenue").locator(".figure")).to_have_text(money(revenue))
        failed = sum((day["failed_amount"] for day in days), Decimal(0))
        expect(section(own, "Failed").locator(".figure")).to_have_text(money(failed))
        assert own.page.locator("main img, main script").count() == 0


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_the_page_is_sound(browser: Browser, business: Business, width: int, theme: str) -> None:
    with signed(browser, business.conf, width, theme) as own:
        shown(own, business.place)
        own.screenshot(f"business-{width}-{theme}")
        assert own.violations() == []
        assert own.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.slow
def test_the_funnel_and_the_sessions_are_those_of_the_facts(
    browser: Browser, business: Business
) -> None:
    world, since, until = business.world, business.since, business.until
    with signed(browser, business.conf) as own:
        shown(own, business.place)
        (whole,) = figures.conversion(world, since, until, until - since)
        stages = section(own, "From search to order").locator(".funnel-stage span")
        told = [number(text.split(", ")[0]) for text in stages.all_inner_texts()]
        assert told == [whole[name] for name in ("sessions", "searched", "purchased", "ordered")]
        sessions = section(own, "Sessions by")
        for by in ("device", "country"):
            sessions.get_by_role("button", name=by).click()
            rows = [row for row in figures.sessions(world, since, until) if row["by"] == by]
            expect(sessions.locator("tbody tr")).to_have_count(len(rows))
            cells = sessions.locator("tbody td:nth-of-type(1)").all_inner_texts()
            assert sorted(map(number, cells)) == sorted(row["sessions"] for row in rows)
        assert "sessions=country" in own.page.url


@pytest.mark.slow
def test_failures_are_told_by_reason_and_by_payment_method(
    browser: Browser, business: Business
) -> None:
    with signed(browser, business.conf) as own:
        shown(own, business.place)
        rows = figures.failures(business.world, business.since, business.until)
        failures = section(own, "Failed orders")
        for by, key in (("reason", "error_code"), ("payment", "payment_method")):
            failures.get_by_role("button", name=by).click()
            expect(failures.locator("thead")).to_contain_text(by)
            groups = {row[key]: 0 for row in rows}
            for row in rows:
                groups[row[key]] += row["failed"]
            cells = failures.locator("tbody td:nth-of-type(1)").all_inner_texts()
            assert sorted(map(number, cells)) == sorted(groups.values())
        failures.get_by_role("button", name="reason").click()
        expect(failures).to_contain_text(HOSTILE_CODE.replace("\u202e", "\\u202e"))


@pytest.mark.slow
def test_cohorts_and_prices_are_those_of_the_facts(browser: Browser, business: Business) -> None:
    world = business.world
    with signed(browser, business.conf) as own:
        shown(own, business.place)
        cohorts = section(own, "Users by the week they were first seen")
        users = cohorts.locator("tbody td:nth-of-type(1)").all_inner_texts()
        assert sum(map(number, users)) == len(world.seen()) - 1  # but for who is unknown
        cohorts.get_by_role("button", name="ordered", exact=True).click()
        assert "cohorts=any" in own.page.url
        prices = section(own, "Price changes and sales")
        rows = list(figures.prices(world, business.since, business.until))
        expect(prices.locator("tbody tr")).to_have_count(len(rows))
        sold = prices.locator("tbody td:last-of-type").all_inner_texts()
        assert sorted(sold) == sorted(money(row["revenue"]) for row in rows)
        expect(prices).to_contain_text(HOSTILE)


@pytest.mark.slow
def test_a_step_opens_its_lines_by_the_keyboard(browser: Browser, business: Business) -> None:
    with signed(browser, business.conf) as own:
        shown(own, business.place)
        own.page.get_by_role("application", name="Amount of orders").focus()
        own.page.keyboard.press("End")
        own.page.keyboard.press("Enter")
        expect(own.page).to_have_url(re.compile(r"/console/logs\?from=.*event_type:order_complete"))
        own.page.go_back()
        expect(own.page.locator(".tile")).to_have_count(TILES)
        table = own.page.get_by_role("region", name="Failed orders as a table")
        table.focus()
        expect(table).to_be_focused()


@pytest.mark.slow
def test_each_badge_says_how_far_the_facts_are(browser: Browser, business: Business) -> None:
    with signed(browser, business.conf) as own:
        shown(own, business.place)
        expect(own.page.get_by_text("7 rows loaded since wait to be built")).to_be_visible()
        section(own, "Revenue").get_by_role("button").focus()
        tip = own.page.get_by_role("tooltip")
        expect(tip).to_contain_text("the warehouse's facts")
        expect(tip).to_contain_text("built from loads up to 2026-11-02 10:00:00, 7 rows wait")
        expect(tip).to_contain_text("never ran")


@pytest.mark.slow
def test_each_figure_downloads(browser: Browser, business: Business) -> None:
    with signed(browser, business.conf) as own:
        shown(own, business.place)
        failures = section(own, "Failed orders")
        with own.page.expect_download() as download:
            failures.get_by_role("link", name="Failed orders as csv").click()
        content = download.value.path().read_text(encoding="utf-8")
        assert content.startswith("error_code,payment_method,failed,ended,failed_amount")
        assert len(content.splitlines()) > 5


@pytest.mark.slow
def test_without_a_warehouse_the_menu_has_no_such_page(signed: Watched) -> None:
    expect(signed.page.get_by_role("link", name="Shop")).to_be_visible()
    expect(signed.page.get_by_role("link", name="Business")).to_have_count(0)
