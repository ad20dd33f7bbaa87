"""A dead letter: a line that is no record, with the reason."""

from typing import Literal, get_args

COLLECTION = "dead_letters"

Reason = Literal[
    "empty",
    "too_long",
    "not_utf8",
    "no_match",
    "bad_json",
    "bad_timestamp",
    "missing_field",
    "bad_value",
]
Status = Literal["new", "requeued", "resolved", "discarded"]

REASONS: tuple[Reason, ...] = get_args(Reason)
STATUSES: tuple[Status, ...] = get_args(Status)
FIRST_STATUS: Status = "new"
OPEN: tuple[Status, ...] = ("new", "requeued")
COLUMNS = (
    "_id",
    "feed",
    "kafka",
    "received_at",
    "raw",
    "raw_bytes",
    "raw_sha256",
    "reason",
    "detail",
    "status",
    "parser_version",
)
