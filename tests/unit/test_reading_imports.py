"""What only reads starts without Spark: no module of it brings pyspark, whatever it imports."""

import subprocess
import sys

READING = (
    "millrace.api.broker_lines",
    "millrace.cli",
    "millrace.config",
    "millrace.errors",
    "millrace.io.kafka.existing",
    "millrace.io.kafka.offset_probe",
    "millrace.io.kafka.timestamps",
    "millrace.io.mongo.letters",
    "millrace.io.mongo.orphans",
    "millrace.io.mongo.reconciliations",
    "millrace.io.mysql.reconciled",
    "millrace.io.mysql.snapshot",
    "millrace.io.mysql.templates",
    "millrace.io.route_names",
    "millrace.telemetry.health",
    "millrace.telemetry.logs",
    "millrace.telemetry.metrics",
)
_PROGRAM = """
import importlib
import sys

for name in sys.argv[1:]:
    importlib.import_module(name)
    print(name, *sorted({"pyspark", "py4j", "delta", "pandas"} & set(sys.modules)))
"""


def test_reading_brings_no_spark() -> None:
    command = [sys.executable, "-c", _PROGRAM, *READING]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == list(READING)
