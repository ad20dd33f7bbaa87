"""Builds the console's page: ``python -m millrace.tools.console_build [check | types]``.

Nothing is done where the sources are those of the last build. ``check`` checks the types and runs
the page's own tests, ``types`` writes the types of the API's answers anew.
"""

import gzip
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from millrace import config
from millrace.console import PAGE, STATIC
from millrace.errors import SetupError
from millrace.setup.downloads import downloads_folder
from millrace.setup.node import node, npm, with_node
from millrace.tools import console_types

_STAMP = ".sources"
_PACKAGES = PAGE / "node_modules"
_COMPRESSED = {".js", ".css", ".html", ".svg", ".json"}
_NOT_SOURCES = {"node_modules", "README.md"}


def build() -> bool:
    """Builds the page into ``static``, unless that is of the same sources; whether it did.

    Raises SetupError where a program fails; what it says is on standard error.
    """
    stamp, digest = STATIC / _STAMP, sources_digest()
    if stamp.exists() and stamp.read_text(encoding="ascii") == digest:
        return False
    stamp.unlink(missing_ok=True)
    _install()
    _run([str(_own("vite")), "build", "--logLevel", "warn"], "the build of the page")
    for file in _files(STATIC):
        if file.suffix in _COMPRESSED:
            content = gzip.compress(file.read_bytes(), 9, mtime=0)
            file.with_name(f"{file.name}.gz").write_bytes(content)
    stamp.write_text(digest, encoding="ascii")
    return True


def check() -> None:
    """Checks the page's types and runs its tests; raises SetupError where one fails."""
    _install()
    _run([str(_own("typescript", "tsc")), "--noEmit"], "the check of the page's types")
    tests = [str(file) for file in sorted(PAGE.glob("src/**/*.test.ts"))]
    _run(["--test", "--test-reporter=dot", *tests], "the page's tests")


def types() -> None:
    """Writes the types of the API's answers, as the API describes itself."""
    _install()
    with tempfile.TemporaryDirectory() as scratch:
        description, made = Path(scratch) / "openapi.json", Path(scratch) / "schema.ts"
        description.write_text(json.dumps(console_types.description()), encoding="utf-8")
        command = [_own("openapi-typescript", "openapi-typescript"), description, "-o", made]
        _run([str(part) for part in command], "the types of the API's answers")
        console_types.FILE.write_text(
            console_types.heading() + made.read_text(encoding="utf-8"), encoding="utf-8"
        )


def sources_digest() -> str:
    """A digest of all that the page is built from."""
    digest = sha256()
    for file in _files(PAGE):
        digest.update(f"{file.relative_to(PAGE)}\0{file.stat().st_size}\0".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    for entry in sorted(folder.iterdir()):
        if entry.name in _NOT_SOURCES:
            continue
        if entry.is_dir():
            yield from _files(entry)
        else:
            yield entry


def _install() -> None:
    """Installs the packages of the lock file, unless they are there."""
    lock = (PAGE / "package-lock.json").read_bytes()
    stamp, digest = _PACKAGES / ".lock", sha256(lock).hexdigest()
    if stamp.exists() and stamp.read_text(encoding="ascii") == digest:
        return
    print("installing what the console is built with (half a minute)", file=sys.stderr)
    _call([*npm(_downloads()), "ci", "--ignore-scripts", "--loglevel=error"], "npm ci")
    stamp.write_text(digest, encoding="ascii")


def _own(package: str, program: str | None = None) -> Path:
    """The script of an installed package's program."""
    folder = _PACKAGES / package
    named = json.loads((folder / "package.json").read_text(encoding="utf-8"))["bin"]
    return folder / (named if isinstance(named, str) else named[program or package])


def _run(arguments: list[str], purpose: str) -> None:
    _call([str(node(_downloads())), *arguments], purpose)


def _call(command: list[str], purpose: str) -> None:
    done = subprocess.run(command, cwd=PAGE, env=with_node(_downloads()), check=False)
    if done.returncode:
        raise SetupError(f"{purpose} failed, with exit code {done.returncode}")


def _downloads() -> Path:
    return downloads_folder(config.load(config.DEFAULT_FILE).stack)


def main(asked: list[str]) -> int:
    """Does what is asked; the exit code."""
    try:
        if asked == ["check"]:
            check()
        elif asked == ["types"]:
            types()
        elif not asked:
            print(f"console: {'built' if build() else 'built already'}")
        else:
            print(__doc__, file=sys.stderr)
            return 2
    except SetupError as error:
        print(f"console: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
