"""Delta Lake: the archive, with the lines as they came."""

from millrace.io.delta.archive import (
    SCHEMA,
    among,
    available,
    beyond,
    compact,
    exists,
    is_prepared,
    lines,
    prepare,
    spans,
)
from millrace.io.delta.log import location
from millrace.io.delta.sink import DeltaSink

__all__ = [
    "SCHEMA",
    "DeltaSink",
    "among",
    "available",
    "beyond",
    "compact",
    "exists",
    "is_prepared",
    "lines",
    "location",
    "prepare",
    "spans",
]
