"""Kafka: topics, their facts and records, without Spark: ``stream`` and ``batch`` read by it."""

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

__all__ = [
    "TIMEOUT_S",
    "Record",
    "Silent",
    "Topic",
    "available",
    "client_properties",
    "create_topics",
    "follow",
    "newest",
    "offsets",
    "timestamp_type",
    "topic",
    "topic_settings",
]
