"""The only rooms with doors to the outside: Kafka, MongoDB, MySQL, Delta Lake, checkpoints."""
