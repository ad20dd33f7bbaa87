"""Records -> counts by minute -> figures; the same functions serve a stream and a batch."""
