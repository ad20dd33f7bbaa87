"""What Spark's applications on Kubernetes have from the configuration, and where they depart.

The rest of a manifest (pods, policies, schedules) is written by hand in spark-k8s.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import pyspark

from millrace.config import Config, Spark
from millrace.runtime.session import spark_properties

STREAMS = ("ingest", "aggregate", "archive", "changes")
SCHEDULED = ("reconcile", "compact", "warehouse", "reconcile-warehouse")
_API = "sparkoperator.k8s.io/v1beta2"


def settings(conf: Config) -> list[dict[str, Any]]:
    """A patch for each application: Spark's version, and the sizes of driver and executors."""
    spec = _spec(conf.spark)
    return [
        *(_patch("SparkApplication", name, spec) for name in STREAMS),
        *(_patch("ScheduledSparkApplication", name, {"template": spec}) for name in SCHEDULED),
    ]


def _patch(kind: str, name: str, spec: dict[str, Any]) -> dict[str, Any]:
    return {"apiVersion": _API, "kind": kind, "metadata": {"name": name}, "spec": spec}


def _spec(spark: Spark) -> dict[str, Any]:
    return {
        "sparkVersion": pyspark.__version__,
        "driver": {
            "cores": spark.driver_cores,
            "coreLimit": str(spark.driver_cores * 2),
            "memory": spark.driver_memory,
            "memoryOverhead": spark.memory_overhead,
        },
        "executor": {
            "instances": spark.executors,
            "cores": spark.executor_cores,
            "coreLimit": str(spark.executor_cores),
            "memory": spark.executor_memory,
            "memoryOverhead": spark.memory_overhead,
        },
    }


def departures(conf: Config, manifests: list[dict[str, Any]]) -> Iterator[str]:
    """Each key in which an application of ``manifests`` is not what the configuration says.

    Among them Spark properties that the driver sets by itself: in a manifest they do nothing.
    Objects that are not Spark's applications are passed over.
    """
    expected = {
        (document["kind"], document["metadata"]["name"]): document["spec"]
        for document in settings(conf)
    }
    properties = spark_properties(conf)
    for manifest in manifests:
        kind, name = manifest.get("kind"), manifest.get("metadata", {}).get("name")
        if (kind, name) not in expected:
            continue
        found = manifest.get("spec", {})
        for path, value in _leaves(expected[kind, name]):
            there = _at(found, path)
            if there != value:
                yield f"{name}: spec.{'.'.join(path)} is {there}, the configuration says {value}"
        spec = found.get("template", {}) if kind == "ScheduledSparkApplication" else found
        for key, there in spec.get("sparkConf", {}).items():
            if key in properties and properties[key] != there:
                yield (
                    f"{name}: sparkConf.{key} is {there} and does nothing: the driver takes "
                    f"{properties[key]} from the configuration"
                )


def _leaves(tree: Mapping[str, Any], *above: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, *above, key)
        else:
            yield (*above, key), value


def _at(tree: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        tree = tree.get(key) if isinstance(tree, Mapping) else None
    return tree
