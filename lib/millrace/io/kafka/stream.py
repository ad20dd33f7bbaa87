"""Spark's Kafka source: the stream that every job reads."""

import json
from collections.abc import Mapping
from typing import Literal

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from millrace.config import Kafka
from millrace.io.kafka.client import Topic

Isolation = Literal["read_uncommitted", "read_committed"]

_EARLIEST = -2  # Spark's number for it
_REQUEST_TIMEOUT_MS = 30_000  # of one request, which Kafka's client then sends again


def lines(
    spark: SparkSession,
    kafka: Kafka,
    topic: Topic,
    max_lines_per_batch: int,
    starts: Mapping[str, int] | None = None,
    *,
    isolation: Isolation = "read_uncommitted",
) -> DataFrame:
    """The stream of a topic's records: the Kafka source's columns, ``headers``, ``topic_id``.

    A new query starts at the earliest record, or at the offsets ``starts`` of partitions.
    Records of transactions that were aborted are among them unless ``isolation`` says otherwise.
    """
    return (
        spark.readStream.format("kafka")
        .options(**spark_options(kafka))
        .option("kafka.isolation.level", isolation)
        .option("subscribe", topic.name)
        .option("startingOffsets", _starting_offsets(topic, starts or {}))
        .option("includeHeaders", "true")
        .option("maxOffsetsPerTrigger", max_lines_per_batch)
        .load()
        .withColumn("topic_id", F.lit(topic.id))
    )


def _starting_offsets(topic: Topic, starts: Mapping[str, int]) -> str:
    """Spark wants an offset for each partition, or for none."""
    if not starts:
        return "earliest"
    numbers = map(str, range(topic.partitions))
    return json.dumps({topic.name: {n: starts.get(n, _EARLIEST) for n in numbers}})


def spark_options(kafka: Kafka) -> dict[str, str]:
    """The options of Spark's Kafka source that are the same for all that it reads."""
    timeout_ms = 1000 * kafka.request_timeout_s
    options = {
        "kafka.bootstrap.servers": kafka.bootstrap_servers,
        "kafka.security.protocol": kafka.security_protocol,
        "kafka.max.poll.records": str(kafka.max_poll_records),
        "kafkaConsumer.pollTimeoutMs": str(timeout_ms),
        # Between batches Spark asks three times before it gives up.
        "kafka.default.api.timeout.ms": str(timeout_ms),
        "kafka.request.timeout.ms": str(min(timeout_ms, _REQUEST_TIMEOUT_MS)),
    }
    if kafka.ca_file:
        options["kafka.ssl.truststore.type"] = "PEM"
        options["kafka.ssl.truststore.location"] = str(kafka.ca_file)
    if kafka.security_protocol.startswith("SASL") and kafka.password:
        module = (
            "scram.ScramLoginModule"
            if "SCRAM" in kafka.sasl_mechanism
            else "plain.PlainLoginModule"
        )
        password = kafka.password.get_secret_value().replace("\\", "\\\\").replace('"', '\\"')
        options["kafka.sasl.mechanism"] = kafka.sasl_mechanism
        options["kafka.sasl.jaas.config"] = (
            f"org.apache.kafka.common.security.{module} required "
            f'username="{kafka.username}" password="{password}";'
        )
    return options
