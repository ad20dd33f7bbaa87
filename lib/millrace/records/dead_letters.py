"""A dead letter: a line that is no record, with the reason."""

from typing import Literal, get_args

from millrace.records.fields import IDENTITY

COLLECTION = "dead_letters"

Reason = Literal[
    "empty",
    "too_long",
    "not_utf8",
    "bad_envelope",
    "no_match",
    "bad_json",
    "bad_timestamp",
    "missing_field",
    "bad_value",
    "internal_error",
]
Status = Literal["new", "requeued", "resolved", "discarded"]

REASONS: tuple[Reason, ...] = get_args(Reason)
STATUSES: tuple[Status, ...] = get_args(Status)
FIRST_STATUS: Status = "new"
OPEN: tuple[Status, ...] = ("new", "requeued")
# The columns and their types, as Spark writes them, in their stored order.
TYPES = {
    "_id": "string",
    "feed": "string",
    "kafka": next(field.type for field in IDENTITY if field.name == "kafka"),
    "received_at": "timestamp",
    "raw": "binary",
    "raw_bytes": "bigint",
    "raw_sha256": "string",
    "reason": "string",
    "detail": "string",
    "status": "string",
    "parser_version": "int",
}
COLUMNS = tuple(TYPES)
