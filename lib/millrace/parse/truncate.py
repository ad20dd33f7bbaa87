"""Kafka's rows -> what is kept of them: a value that is cut to a length and masked.

It comes before anything else looks at the value: one record may be as large as a Python worker's or
the driver's whole memory, since the broker's limit is on the compressed batch.
"""

from collections.abc import Callable, Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from millrace.parse.mask import masked
from millrace.parse.methods import computed_once
from millrace.records.masks import Mask

# Masks do not know the beginning of a secret that a cut parts from its end. The longest is a mail
# address: 64 and 255 bytes (RFC 5321, 4.5.3.1), more where it is percent-encoded.
_LONGEST_SECRET = 512


def truncated(max_record_bytes: int, masks: Sequence[Mask]) -> Callable[[DataFrame], DataFrame]:
    """A transform from a Kafka source's rows to ``topic``, ``partition``, ``offset``,
    ``timestamp``, ``value``, ``raw_bytes`` and ``raw_sha256``, one for one.

    ``value`` (binary) has at most ``max_record_bytes`` bytes, masked. Where that is not the whole
    value, ``raw_bytes`` (bigint) is the length of the whole and ``raw_sha256`` (string, lower-case
    hex) its SHA-256, both of the bytes as they came; else they are null. With ``masks`` there is no
    ``raw_sha256``: by a digest of what was masked a guess of it can be confirmed.
    """

    def transform(lines: DataFrame) -> DataFrame:
        kept = lines.transform(_cut(max_record_bytes, has_digest=not masks))
        return kept.transform(_masked(max_record_bytes, masks)) if masks else kept

    return transform


def _cut(max_record_bytes: int, *, has_digest: bool) -> Callable[[DataFrame], DataFrame]:
    def transform(lines: DataFrame) -> DataFrame:
        value, size = F.col("value"), F.octet_length("value")
        # Else Spark may compute the digest later, and carry the whole value until then.
        is_cut = computed_once(size > max_record_bytes)
        digest = F.when(is_cut, F.sha2(value, 256)) if has_digest else F.lit(None).cast("string")
        return lines.select(
            "topic",
            "partition",
            "offset",
            "timestamp",
            F.when(is_cut, F.substring(value, 1, max_record_bytes)).otherwise(value).alias("value"),
            F.when(is_cut, size.cast("bigint")).alias("raw_bytes"),
            digest.alias("raw_sha256"),
        )

    return transform


def _masked(max_record_bytes: int, masks: Sequence[Mask]) -> Callable[[DataFrame], DataFrame]:
    """Masks ``value``, and cuts it again: without what the first cut left of a secret, and where
    what stands for secrets is longer than they were.
    """

    def transform(cut: DataFrame) -> DataFrame:
        value, size = F.col("_masked"), F.octet_length("_masked")
        was_cut, is_longer = F.col("raw_bytes").isNotNull(), size > max_record_bytes
        whole = F.when(was_cut, size - _LONGEST_SECRET).otherwise(size)
        kept = F.substring(value, F.lit(1), F.least(whole, F.lit(max_record_bytes)))
        came = F.coalesce("raw_bytes", F.octet_length("value").cast("bigint"))
        return (
            cut.withColumn("_masked", masked(F.col("value"), masks))
            .withColumns(
                {
                    "value": F.when(was_cut | is_longer, kept).otherwise(value),
                    "raw_bytes": F.when(was_cut | is_longer, came),
                }
            )
            .drop("_masked")
        )

    return transform
