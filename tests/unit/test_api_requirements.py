"""The API's image has each package that the API imports, and none that it does not."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parents[2]
LIB = ROOT / "lib"
OWN = "millrace"
# What runs: the command, of whose modules only what it imports at once, and the server.
COMMAND, SERVER = f"{OWN}.cli", f"{OWN}.api.server"
# Named in requirements-api.in though no module imports it.
UNIMPORTED = {"tzdata": "zoneinfo reads it where the system has no zones"}


def file(module: str) -> Path | None:
    """The file of a module of our own."""
    path = LIB.joinpath(*module.split("."))
    found = (path / "__init__.py", path.with_suffix(".py"))
    return next((file for file in found if file.is_file()), None)


def imported(module: str, tree: ast.Module, is_whole: bool) -> Iterator[str]:
    """The names of modules that a module imports; where it ``is_whole``, within functions too."""
    for node in ast.walk(tree) if is_whole else at_once(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id == "files" and isinstance(node.args[0], ast.Constant):
                yield str(node.args[0].value)
            elif node.func.id == "import_module":
                # By a name that only the configuration knows: any module of the package.
                folder = LIB.joinpath(*module.split("."))
                for found in folder.rglob("*.py"):
                    yield ".".join(found.relative_to(LIB).with_suffix("").parts)


def at_once(tree: ast.Module) -> Iterator[ast.AST]:
    """What runs when a module is imported."""
    waiting: list[ast.AST] = [*tree.body]
    while waiting:
        node = waiting.pop()
        is_of_types = isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        if not (is_of_types or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)):
            yield node
            waiting += ast.iter_child_nodes(node)


@cache
def third_party() -> dict[str, set[str]]:
    """The packages of others that the API may import, each with the modules that do."""
    found: dict[str, set[str]] = {}
    seen: set[str] = set()
    waiting = [COMMAND, f"{COMMAND}.api", SERVER]
    while waiting:
        module = waiting.pop().removesuffix(".__init__")
        path = file(module)
        if module in seen or path is None:
            continue
        seen.add(module)
        if "." in module:
            waiting.append(module.rpartition(".")[0])
        is_whole = not module.startswith(COMMAND) or module == f"{COMMAND}.api"
        for name in imported(module, ast.parse(path.read_text(encoding="utf-8")), is_whole):
            first = name.partition(".")[0]
            if first == OWN:
                waiting.append(name)
            elif first not in sys.stdlib_module_names:
                found.setdefault(first, set()).add(module)
    return found


@cache
def installed() -> Mapping[str, list[str]]:
    """The distributions that bring each package."""
    return packages_distributions()


def distribution(package: str) -> str:
    """The name under which a package is installed, as lock files write it."""
    (name,) = set(installed()[package])
    return re.sub(r"[-_.]+", "-", name).lower()


def named(file: str) -> set[str]:
    """The names of a file of requirements, without versions and extras."""
    text = (ROOT / file).read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z0-9-]+)(?=[=\[\n])", text, re.MULTILINE))


def test_the_lock_has_each_package_that_the_api_imports() -> None:
    locked = named("requirements-api.lock")
    missing = {p: m for p, m in third_party().items() if distribution(p) not in locked}
    assert not missing, "add them to requirements-api.in, and run `make lock`"


def test_what_is_asked_for_is_what_the_api_imports() -> None:
    wanted = {distribution(package) for package in third_party()}
    assert named("requirements-api.in") == wanted | UNIMPORTED.keys()


def test_both_locks_have_the_same_versions() -> None:
    pinned = re.compile(r"^\S+==\S+", re.MULTILINE)
    of_api, of_all = (
        set(pinned.findall((ROOT / name).read_text(encoding="utf-8")))
        for name in ("requirements-api.lock", "requirements-dev.lock")
    )
    assert of_api <= of_all


def test_the_api_imports_nothing_of_spark() -> None:
    heavy = third_party().keys() & {"pyspark", "py4j", "delta", "pandas", "numpy"}
    assert not {name: third_party()[name] for name in heavy}


def test_what_is_large_and_rarely_used_is_not_imported_at_the_start() -> None:
    late = ["pandas", "numpy", "psycopg", "pyarrow", "pyspark", f"{OWN}.parse", f"{OWN}.transform"]
    program = f"import sys, {SERVER}; print(*sorted({set(late)} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []
