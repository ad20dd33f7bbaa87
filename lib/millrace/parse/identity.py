"""Who a record is: an identity that is a pure function of its Kafka record."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from millrace.records import received


def record_id(timestamp: Column, partition: Column, offset: Column) -> Column:
    """The string ``TTTTTTTTTTTTT-PPPPP-OOOOOOOOOOOO`` of Kafka's timestamp (ms), partition, offset.

    Zero-padded, so that ids sort by time; 13 zeros where the timestamp counts as none, as
    ``records.received`` says.
    """
    milliseconds = F.unix_millis(received.stored(timestamp)).cast("string")
    return F.concat_ws(
        "-",
        F.lpad(milliseconds, received.ID_DIGITS, "0"),
        F.lpad(partition.cast("string"), 5, "0"),
        F.lpad(offset.cast("string"), 12, "0"),
    )


def identify(lines: DataFrame) -> DataFrame:
    """Adds ``_id``, ``kafka`` and ``received_at`` in place of what they are made of.

    Adds ``_misdated`` as well: what is wrong with Kafka's timestamp, null where nothing is.
    """
    return lines.select(
        record_id(F.col("timestamp"), F.col("partition"), F.col("offset")).alias("_id"),
        F.struct("topic", "partition", "offset").alias("kafka"),
        received.stored(F.col("timestamp")).alias("received_at"),
        received.implausible(F.col("timestamp")).alias("_misdated"),
        "value",
        "raw_bytes",
        "raw_sha256",
    )
