"""Spark Structured Streaming jobs from Kafka to MongoDB, MySQL and Delta Lake."""
