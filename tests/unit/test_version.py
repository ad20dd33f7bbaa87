"""``millrace --version`` says what is installed, and needs neither Spark nor a connection."""

import subprocess
import sys

from millrace import __version__

_PROGRAM = """
import sys
from millrace import cli

sys.argv = ["millrace", *sys.argv[1:]]
try:
    cli.main()
except SystemExit as ended:
    print(f"ended with {ended.code}")
unwanted = {"pyspark", "py4j", "pymongo", "pymysql", "confluent_kafka"}
print("imported", *sorted(unwanted & set(sys.modules)))
"""


def said(*arguments: str) -> list[str]:
    """What the command prints in a process of its own, how it ended, and what it imported."""
    command = [sys.executable, "-c", _PROGRAM, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def test_the_version_is_told_without_spark() -> None:
    assert said("--version") == [f"millrace {__version__}", "ended with 0", "imported"]


def test_a_command_that_is_named_after_it_does_not_run() -> None:
    assert said("--version", "up")[0] == f"millrace {__version__}"


def test_help_needs_no_spark_either() -> None:
    assert said("--help")[-2:] == ["ended with 0", "imported"]
