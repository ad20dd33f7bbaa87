"""The metrics of a job, in Prometheus' format, each defined once."""

from prometheus_client import Counter, Gauge, start_http_server

from millrace.config import ConfigurationError

LINES = Counter("millrace_lines", "Lines that were written, by outcome.", ["query", "outcome"])
DEAD_LETTERS = Counter(
    "millrace_dead_letters", "Dead letters that were written, by reason.", ["query", "reason"]
)
DEAD_RATIO = Gauge(
    "millrace_dead_letter_ratio", "Share of dead letters in the last batch.", ["query"]
)
DEAD_RATIO_EXCEEDED = Counter(
    "millrace_max_dead_ratio_exceeded", "Batches with more than max_dead_ratio.", ["query"]
)
UNMATCHED_RATIO = Gauge(
    "millrace_unmatched_message_ratio",
    "Share of the last batch's messages that match no template.",
    ["query"],
)
LATE_LINES = Counter(
    "millrace_late_lines", "Lines received more than max_lateness_s after their time.", ["query"]
)
WRITE_RETRIES = Counter(
    "millrace_write_retries", "Batches tried again since a server was away.", ["query"]
)


def serve(port: int) -> None:
    """Answers ``GET /metrics`` on that port, in a thread of its own.

    Raises ConfigurationError where the port is taken.
    """
    try:
        start_http_server(port)
    except OSError as error:
        raise ConfigurationError(f"metrics.port {port}: {error.strerror}") from None
