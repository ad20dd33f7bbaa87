"""The Spark session: the same settings for jobs, the command line and tests."""

import atexit
import os
import shlex
import shutil
import sys
import tempfile
import time
from contextlib import nullcontext
from pathlib import Path

from pyspark.sql import SparkSession

from millrace.config import CONF_DIRECTORY, Config, ConfigurationError, Mongo
from millrace.runtime import class_data
from millrace.setup.downloads import downloads_folder, spark_jars
from millrace.setup.java import check_java
from millrace.setup.private import private_files
from millrace.setup.trust_store import trust_store

_STANDALONE = "spark://"
_KUBERNETES = "k8s://"
_IN_A_POD = "SPARK_DRIVER_BIND_ADDRESS"  # set by Spark in the pod of a driver
# Spark puts them before the options that users give in extraJavaOptions.
JVM_OPTIONS = (class_data.JVM_OPTION, "spark.executor.defaultJavaOptions")


def spark_session(name: str, conf: Config) -> SparkSession:
    """A session named ``name``, with the suite's settings, those of ``conf.spark``, and the
    options that spark-submit.sh was given, each ruling over the one before.
    """
    check_java()
    if conf.spark.is_local:
        # Else the Spark UI answers on every network that the machine is on.
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    # Whatever Python workers and libraries make of local time, they make of UTC.
    os.environ["TZ"] = "UTC"
    time.tzset()
    os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    is_in_image = _ships(conf.spark.master) and conf.spark.master.startswith(_KUBERNETES)
    # The image has its own Python, first on its path.
    os.environ["PYSPARK_PYTHON"] = "python3" if is_in_image else sys.executable
    properties = spark_properties(conf)
    coordinates = properties.pop("spark.jars.packages", None)
    if coordinates:
        downloads = downloads_folder(conf.stack)
        jars = spark_jars(coordinates, downloads)
        properties["spark.jars"] = ",".join(str(jar) for jar in jars)
        own = spark_defaults() | {"spark.jars": properties["spark.jars"]}
        del own["spark.jars.packages"]
        properties[JVM_OPTIONS[0]] += class_data.jvm_option(own, downloads)
    properties[JVM_OPTIONS[0]] += f" {shlex.join(_logging(name, conf))}"
    # As arguments of the JVM's start: a session's own settings would rule over the user's.
    options = [
        word for key_and_value in properties.items() for word in ("--conf", "=".join(key_and_value))
    ]
    given = os.environ.get("MILLRACE_SPARK_OPTIONS", "")
    os.environ["PYSPARK_SUBMIT_ARGS"] = f"{shlex.join(options)} {given} pyspark-shell"
    # What the JVM and its Python workers write themselves: see _permissions.
    with private_files() if conf.spark.is_local else nullcontext():
        session = SparkSession.builder.appName(name).getOrCreate()
    if _ships(conf.spark.master):
        _ship(session, conf)
    return session


def _logging(name: str, conf: Config) -> tuple[str, ...]:
    """The JVM's options by which its log goes where Python's does, in the same format."""
    return (
        f"-Dlog4j2.configurationFile={CONF_DIRECTORY / 'log4j2.properties'}",
        f"-Dmillrace.log.format={conf.logs.format}",
        f"-Dmillrace.service={name}",
    )


def _ships(master: str) -> bool:
    """Whether the package must be shipped to executors: on a cluster, unless it is in the image."""
    return master.startswith((_STANDALONE, _KUBERNETES)) and _IN_A_POD not in os.environ


def _ship(session: SparkSession, conf: Config) -> None:
    """Executors get the package and the country database from here."""
    context = session.sparkContext
    folder = tempfile.mkdtemp(prefix="millrace-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)  # workers fetch it while we run
    package = Path(__file__).parents[1]
    context.addPyFile(
        shutil.make_archive(f"{folder}/millrace", "zip", package.parent, package.name)
    )
    if conf.enrichment.country_database.is_file():
        context.addFile(str(conf.enrichment.country_database))


def spark_properties(conf: Config) -> dict[str, str]:
    """Every Spark property of this configuration, by name.

    Those of conf/spark-defaults.conf, then those of the ``spark`` section of ``conf``.
    """
    properties = spark_defaults()
    properties |= {
        "spark.master": conf.spark.master,
        "spark.driver.memory": conf.spark.driver_memory,
        "spark.sql.shuffle.partitions": str(conf.spark.shuffle_partitions),
    }
    properties |= _executors(conf) | _object_store(conf) | _event_logs(conf) | _permissions(conf)
    properties |= conf.spark.conf
    for key in JVM_OPTIONS:
        properties[key] += _trust_store(conf.mongo)
    return properties


def _executors(conf: Config) -> dict[str, str]:
    """Executors in processes of their own, their number fixed; none where the master is local."""
    spark = conf.spark
    if spark.is_local:
        return {}
    properties = {
        "spark.executor.instances": str(spark.executors),
        "spark.executor.cores": str(spark.executor_cores),
        "spark.executor.memory": spark.executor_memory,
        "spark.cores.max": str(spark.executors * spark.executor_cores),
        "spark.driver.memoryOverhead": spark.memory_overhead,
        "spark.executor.memoryOverhead": spark.memory_overhead,
    }
    if _ships(spark.master):
        # The package comes with the tasks, after the daemon has started.
        properties["spark.python.daemon.module"] = "pyspark.daemon"
    return properties


def _object_store(conf: Config) -> dict[str, str]:
    """How checkpoints are written where there is no rename: each file by one upload, or none."""
    if not conf.storage.checkpoints.startswith("s3a:"):
        return {}
    manager = "org.apache.spark.internal.io.cloud.AbortableStreamBasedCheckpointFileManager"
    return {"spark.sql.streaming.checkpointFileManagerClass": manager}


def _event_logs(conf: Config) -> dict[str, str]:
    """What Spark's history server needs to show an application that has ended."""
    location = conf.storage.event_logs
    if location is None:
        return {}
    if "://" not in location:
        folder = Path(location).resolve()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        location = folder.as_uri()
    # In pieces, so that the history server can leave out the old ones of a stream of months.
    return {
        "spark.eventLog.enabled": "true",
        "spark.eventLog.dir": location,
        "spark.eventLog.rolling.enabled": "true",
    }


def _permissions(conf: Config) -> dict[str, str]:
    """On one machine, what Hadoop writes to a disk is for its user alone.

    It sets permissions itself, by this umask (``fs.permissions.umask-mode``, 022 by default).
    """
    if not conf.spark.is_local:
        return {}
    return {"spark.hadoop.fs.permissions.umask-mode": "077"}


def _trust_store(mongo: Mongo) -> str:
    """The JVM's trust store: MongoDB's Java driver has no option of its own for one."""
    store = trust_store(mongo)
    return f" -Djavax.net.ssl.trustStore={store}" if store else ""


def spark_defaults() -> dict[str, str]:
    """The properties of conf/spark-defaults.conf; ConfigurationError where it cannot be read."""
    path = CONF_DIRECTORY / "spark-defaults.conf"
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror}") from None
    pairs = (line.split(None, 1) for line in lines if line.strip() and not line.startswith("#"))
    return {key: value.strip() for key, value in pairs}
