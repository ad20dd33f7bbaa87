"""Spark Structured Streaming jobs from Kafka to MongoDB, MySQL and Delta Lake."""

__version__ = "0.1.0"
