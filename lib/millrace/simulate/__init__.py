"""Log lines for trying things out: generators of every format, and a sender to Kafka."""
