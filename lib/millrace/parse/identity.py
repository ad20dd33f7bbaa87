"""Who a record is: an identity that is a pure function of its Kafka record."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F


def record_id(timestamp: Column, partition: Column, offset: Column) -> Column:
    """The string ``TTTTTTTTTTTTT-PPPPP-OOOOOOOOOOOO`` of Kafka's timestamp (ms), partition, offset.

    Zero-padded, so that ids sort by time; 13 zeros where the record has no timestamp, which Kafka
    writes as -1 ms.
    """
    milliseconds = F.greatest(F.unix_millis(timestamp), F.lit(0))
    return F.concat_ws(
        "-",
        F.lpad(milliseconds.cast("string"), 13, "0"),
        F.lpad(partition.cast("string"), 5, "0"),
        F.lpad(offset.cast("string"), 12, "0"),
    )


def identify(lines: DataFrame) -> DataFrame:
    """Adds ``_id``, ``kafka`` and ``received_at`` in place of what they are made of."""
    return lines.select(
        record_id(F.col("timestamp"), F.col("partition"), F.col("offset")).alias("_id"),
        F.struct("topic", "partition", "offset").alias("kafka"),
        F.col("timestamp").alias("received_at"),
        "value",
        "raw_bytes",
        "raw_sha256",
    )
