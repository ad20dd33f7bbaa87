"""The console's pictures: each page is shown, once, and what is shown is there and small."""

import re

import pytest
from console.pictures import IMAGES, MOST_BYTES, OTHERS, PAGES, ROOT, sources

from millrace.console import PAGE

DOC = (ROOT / "docs" / "console.md").read_text(encoding="utf-8")
_NAMED = re.compile(r"images/(console-[a-z-]+)\.webp")


def test_each_page_of_the_console_has_its_pictures() -> None:
    registry = (PAGE / "src" / "pages.ts").read_text(encoding="utf-8")
    names = re.findall(r'\{ name: "([a-z-]+)"', registry)
    assert [name for name in names if name not in OTHERS] == [*PAGES]
    assert sorted({*names}) == sorted({*PAGES, *OTHERS})
    assert sorted(file.stem for file in IMAGES.glob("console-*.webp")) == sorted(sources())


def test_the_documentation_shows_each_of_them_once() -> None:
    assert sorted(_NAMED.findall(DOC)) == sorted(sources())


def test_the_readme_shows_two_pages() -> None:
    shown = _NAMED.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    assert len({name.removesuffix("-dark") for name in shown}) == 2
    assert {*shown} <= {*sources()}


@pytest.mark.parametrize("name", sources())
def test_a_picture_is_small(name: str) -> None:
    assert 1_000 < (IMAGES / f"{name}.webp").stat().st_size <= MOST_BYTES
