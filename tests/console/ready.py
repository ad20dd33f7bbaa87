"""When a page shows what it has."""

from playwright.sync_api import Page, expect


def ready(page: Page, name: str) -> None:
    """Waits until a page shows what it has."""
    if name == "overview":
        expect(page.locator(".badge")).to_have_count(4)
    else:
        expect(page.locator(".grid-row").nth(5)).to_be_visible()
    if name != "live":  # whose tail never ends
        page.wait_for_load_state("networkidle")
