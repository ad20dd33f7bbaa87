"""The console is built where its sources changed, and not otherwise."""

import gzip
from pathlib import Path

import pytest

from millrace.errors import SetupError
from millrace.tools import console_build


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The sources of a page, whose build writes what they are."""
    sources, static = tmp_path / "page", tmp_path / "static"
    (sources / "src").mkdir(parents=True)
    (sources / "src" / "main.ts").write_text("let a")
    (sources / "node_modules").mkdir()
    static.mkdir()
    monkeypatch.setattr(console_build, "PAGE", sources)
    monkeypatch.setattr(console_build, "STATIC", static)
    monkeypatch.setattr(console_build, "_install", lambda: None)
    monkeypatch.setattr(console_build, "_own", lambda *_: Path("vite"))

    def run(arguments: list[str], purpose: str) -> None:
        text = (sources / "src" / "main.ts").read_text()
        if "wrong" in text:
            raise SetupError(purpose)
        (static / "index.js").write_text(text)

    monkeypatch.setattr(console_build, "_run", run)
    return sources


def test_nothing_is_done_twice(page: Path) -> None:
    assert console_build.build()
    assert not console_build.build()
    (page / "README.md").write_text("for people")
    (page / "node_modules" / "a.js").write_text("let b")
    assert not console_build.build()


@pytest.mark.parametrize("file", ["src/main.ts", "src/new.ts", "package-lock.json"])
def test_a_source_that_changed_is_built_anew(page: Path, file: str) -> None:
    console_build.build()
    (page / file).write_text("let c")
    assert console_build.build()


def test_what_a_browser_loads_is_compressed_beside_it(page: Path) -> None:
    console_build.build()
    packed = console_build.STATIC / "index.js.gz"
    assert gzip.decompress(packed.read_bytes()) == b"let a"


def test_a_build_that_failed_is_tried_again(page: Path) -> None:
    console_build.build()
    (page / "src" / "main.ts").write_text("wrong")
    with pytest.raises(SetupError):
        console_build.build()
    (page / "src" / "main.ts").write_text("let a")
    assert console_build.build()
