"""The jars of Hadoop's file system ``s3a``, for checkpoints and archive in an object store."""

from hashlib import sha256
from pathlib import Path

from millrace.errors import SetupError
from millrace.setup.downloads import drop_sparks_own, once, retrieve, spark_folder

# As hadoop-aws 3.5.0 is built with. Of AWS's SDK only what s3a calls: the bundle that it asks for
# is all of AWS, 540 MB. Checksums that not every store knows are left out by s3a itself.
READER = "software.amazon.s3.analyticsaccelerator:analyticsaccelerator-s3:1.3.1"
SDK = ("software.amazon.awssdk:s3-transfer-manager:2.35.4", "software.amazon.awssdk:sts:2.35.4")

# Of Spark 4.2.0 there is none to be had; the classes that checkpoints need are the same.
CLOUD = "org.apache.spark:spark-hadoop-cloud_2.13:4.1.1"


def s3_jars(downloads: Path) -> list[Path]:
    """Those that Spark does not have by itself; SetupError where the download fails."""
    own = (
        f"org.apache.hadoop:hadoop-aws:{_hadoop_version()}",
        # Checkpoints whose files appear whole or not at all, in a store that cannot rename.
        CLOUD,
        READER,
    )
    folder = downloads / f"s3-jars-{sha256(','.join(own + SDK).encode()).hexdigest()[:12]}"

    def fill(unfinished: Path) -> None:
        retrieve(own, unfinished, with_dependencies=False)
        retrieve(SDK, unfinished)
        drop_sparks_own(unfinished)

    once(folder, fill)
    return sorted(folder.glob("*.jar"))


def _hadoop_version() -> str:
    for jar in spark_folder().glob("jars/hadoop-client-api-*.jar"):
        return jar.stem.removeprefix("hadoop-client-api-")
    raise SetupError("Spark's folder of jars has no Hadoop client")
