"""What the console makes a browser load."""

import pytest
from console.browser import built

from millrace.console import STATIC

LARGEST_BYTES = 150_000


@pytest.mark.slow
def test_all_script_together_is_small() -> None:
    built()
    packed = {file.name: file.stat().st_size for file in STATIC.rglob("*.js.gz")}
    assert 0 < sum(packed.values()) <= LARGEST_BYTES, packed


@pytest.mark.slow
def test_nothing_is_inline_and_nothing_comes_from_elsewhere() -> None:
    built()
    page = (STATIC / "index.html").read_text(encoding="utf-8")
    assert "<style" not in page
    assert " style=" not in page
    assert page.count("<script") == page.count(' src="/console/assets/')
    assert "http" not in page
