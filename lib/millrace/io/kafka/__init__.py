"""Kafka: the source that every job reads, and the facts about topics that jobs check."""

from millrace.io.kafka.available import available, offsets
from millrace.io.kafka.client import (
    TIMEOUT_S,
    Silent,
    Topic,
    client_properties,
    create_topics,
    timestamp_type,
    topic,
    topic_settings,
)
from millrace.io.kafka.follow import Record, follow, newest
from millrace.io.kafka.stream import lines, spark_options

__all__ = [
    "TIMEOUT_S",
    "Record",
    "Silent",
    "Topic",
    "available",
    "client_properties",
    "create_topics",
    "follow",
    "lines",
    "newest",
    "offsets",
    "spark_options",
    "timestamp_type",
    "topic",
    "topic_settings",
]
