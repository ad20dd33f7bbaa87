"""The page Alerts: rules are tried as they are written, and told what is wrong at their fields."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from console import hostile
from console.browser import Watched
from console.operating import asked, reading, signed
from console.shop_world import NAME, money
from playwright.sync_api import Browser, Locator, expect

from millrace.config import Config

pytestmark = pytest.mark.slow

RULE: dict[str, Any] = {
    "name": f"Sales {hostile.IMAGE}",
    "metric": "volume",
    "filter": {"feed": [NAME]},
    "threshold": 52,
}


@pytest.fixture
def own(browser: Browser, shop: Config) -> Iterator[Watched]:
    """The page of who may operate, without any rule."""
    with signed(browser, shop) as made:
        for one in asked(made, "/v1/alerts")["items"]:
            asked(made, f"/v1/alerts/{one['id']}", method="DELETE", **{"If-Match": "*"})
        made.go("alerts?refresh=off")
        yield made


def made(own: Watched) -> str:
    """The id of a rule that is stored beside the page, which is shown."""
    id: str = asked(own, "/v1/alerts", RULE)["id"]
    own.go(f"alerts?refresh=off&rule={id}")
    expect(own.page.get_by_role("dialog").locator(".plot")).to_be_visible()
    return id


def stored(own: Watched) -> list[Any]:
    """The rules as the API has them."""
    found: list[Any] = asked(own, "/v1/alerts")["items"]
    return found


def threshold(panel: Locator) -> Locator:
    """The field of the threshold."""
    return panel.get_by_role("spinbutton", name="Threshold")


def test_errors_stand_at_their_fields(own: Watched) -> None:
    own.expected = {422}
    own.page.get_by_role("button", name="New rule").click()
    panel = own.page.get_by_role("dialog")
    panel.get_by_role("button", name="Create").click()
    name = panel.get_by_role("textbox", name="Name")
    expect(name).to_have_attribute("aria-invalid", "true")
    expect(name).to_be_focused()
    expect(threshold(panel)).to_have_attribute("aria-invalid", "true")
    name.fill("x")
    threshold(panel).fill("1")
    panel.get_by_role("spinbutton", name="For, minutes").fill("0")
    panel.get_by_role("button", name="Create").click()
    wrong = panel.locator(".form-field", has_text="For, minutes").locator(".wrong")
    expect(wrong).to_contain_text("greater than or equal to 1")
    assert stored(own) == []


def test_what_a_rule_would_have_done_is_what_the_api_says(own: Watched) -> None:
    sales = {"name": "Sales", "metric": "revenue", "filter": {"feed": [NAME]}}
    asking = {"rule": sales | {"threshold": 1e300}, "from": "now-24h"}
    values = sorted(one for one in asked(own, "/v1/alerts/preview", asking)["values"] if one)
    limit = round(values[len(values) // 2], 2)
    own.page.get_by_role("button", name="New rule").click()
    panel = own.page.get_by_role("dialog")
    expect(panel).to_contain_text("Set a threshold to see when it would have fired.")
    panel.get_by_role("combobox", name="Metric").select_option("revenue")
    panel.get_by_role("combobox", name="feed").fill(NAME)
    panel.get_by_role("combobox", name="feed").press("Enter")
    threshold(panel).fill(str(limit))
    asking["rule"] = sales | {"threshold": limit}
    said = asked(own, "/v1/alerts/preview", asking)
    fired = said["firings"]
    assert len(fired) > 1
    expect(panel.locator(".preview strong")).to_contain_text(f"fired {len(fired)} times")
    expect(panel.locator(".firings li")).to_have_count(len(fired))
    shown = panel.locator(".firings button").all_inner_texts()
    wanted = [one["since"][:19].replace("T", " ") for one in reversed(fired)]
    assert shown == wanted
    panel.get_by_role("button", name="table").click()
    rows = panel.get_by_role("region", name=re.compile("as a table")).locator("tbody tr")
    told = dict(text.split("\t")[:2] for text in rows.all_inner_texts())
    for at, value in enumerate(said["values"]):
        start = datetime.fromisoformat(said["since"]) + timedelta(minutes=at)
        shown_value = "\u2013" if value is None else money(Decimal(repr(value)))
        assert told[f"{start:%Y-%m-%d %H:%M:%S}"] == shown_value
    own.screenshot("rule-table-1440-light")
    panel.locator(".firings button").first.click()
    lines = own.page.get_by_role("dialog").last
    expect(lines.locator(".compared")).to_contain_text("=")


def test_a_rule_is_made_changed_silenced_and_deleted(own: Watched) -> None:
    own.page.get_by_role("button", name="New rule").click()
    panel = own.page.get_by_role("dialog")
    panel.get_by_role("textbox", name="Name").fill(RULE["name"])
    panel.get_by_role("combobox", name="Metric").select_option("error_ratio")
    threshold(panel).fill("0.25")
    panel.get_by_role("spinbutton", name="For, minutes").fill("5")
    panel.get_by_role("button", name="Create").click()
    expect(own.page).to_have_url(re.compile(r"rule=[0-9a-f]{16}"))
    (one,) = stored(own)
    assert (one["rule"]["threshold"], one["rule"]["for_minutes"]) == (0.25, 5)
    row = own.page.locator(".rules tbody tr")
    expect(row).to_contain_text("error_ratio > 25 % for 5 min")
    expect(row).to_contain_text(hostile.IMAGE)
    threshold(panel).fill("0.5")
    panel.get_by_role("button", name="Save").click()
    expect(row).to_contain_text("error_ratio > 50 % for 5 min")
    panel.get_by_role("group", name="Silence").get_by_role("button", name="4 h", exact=True).click()
    expect(row).to_contain_text("silenced until")
    assert stored(own)[0]["silenced_until"]
    panel.get_by_role("button", name="End the silence").click()
    expect(row).not_to_contain_text("silenced")
    panel.get_by_role("button", name="Delete").click()
    assert len(stored(own)) == 1
    panel.get_by_role("button", name="Delete", exact=True).click()
    expect(panel).to_have_count(0)
    assert stored(own) == []
    assert own.page.locator("main img").count() == 0


def test_what_another_one_changed_meanwhile_is_not_overwritten(own: Watched) -> None:
    own.expected = {412}
    id = made(own)
    changed = RULE | {"threshold": 77}
    asked(own, f"/v1/alerts/{id}", changed, method="PUT", **{"If-Match": '"1"'})
    panel = own.page.get_by_role("dialog")
    threshold(panel).fill("1")
    panel.get_by_role("button", name="Save").click()
    expect(panel.get_by_role("alert")).to_contain_text("Changed meanwhile")
    panel.get_by_role("button", name="Read it again").click()
    expect(threshold(panel)).to_have_value("77")
    assert stored(own)[0]["rule"]["threshold"] == 77


def test_who_may_read_alone_tries_rules_and_changes_none(browser: Browser, shop: Config) -> None:
    with reading(browser, shop) as own:
        made(own)
        panel = own.page.get_by_role("dialog")
        expect(panel.get_by_role("button", name="Save")).to_have_count(0)
        expect(panel.get_by_role("textbox", name="Name")).to_be_disabled()
        expect(panel.locator(".preview strong")).to_contain_text("Would have fired")
        expect(own.page.get_by_role("button", name="New rule")).to_have_count(0)
        expect(panel.get_by_role("group", name="Silence")).to_have_count(0)
