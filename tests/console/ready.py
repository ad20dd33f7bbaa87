"""When a page shows what it has."""

from playwright.sync_api import Page, expect


def ready(page: Page, name: str) -> None:
    """Waits until a page shows what it has."""
    if name == "overview":
        expect(page.locator(".badge")).to_have_count(4)
    else:
        expect(page.get_by_role("row").nth(5)).to_be_visible()
