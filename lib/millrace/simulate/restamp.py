"""Moves the times of a file of log lines to now, so that an old file can be sent as if live."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from millrace.io.log_files import read
from millrace.simulate.stamps import Stamp, find

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def restamp(path: Path, until: datetime) -> Iterator[bytes]:
    """The lines of a file with their times moved so that the newest is ``until``.

    Distances between times are kept, to which end all move by a whole number of the coarsest
    unit in which the file's times are written: the newest of an access log is ``until`` rounded
    down to a second. Zones, lines without a time and all other bytes stay as they are. The file
    is read a few times and never held in memory.

    A time without a year (RFC 3164) is in the year that puts it nearest to the one before it that
    has none; the first, nearest to the first time in the file that has a year, or else to when the
    file was last changed.

    Raises ValueError where ``until`` has no zone, and OSError where the file cannot be read.
    """
    if until.tzinfo is None:
        raise ValueError("the time to restamp to must have a time zone")
    near_ms = _near_ms(path)
    newest_ms, unit_ms = _newest_and_unit_ms(path, near_ms)
    if newest_ms is None:
        return read(path)
    until_ms = (until - _EPOCH) // timedelta(milliseconds=1)
    by_ms = (until_ms - newest_ms) // unit_ms * unit_ms
    stamped = _stamped(path, near_ms)
    return (stamp.moved(by_ms) if stamp else line for line, stamp in stamped)


def _near_ms(path: Path) -> int:
    stated = (stamp.utc_ms for line in read(path) if (stamp := find(line)))
    return next(stated, int(path.stat().st_mtime * 1000))


def _stamped(path: Path, near_ms: int) -> Iterator[tuple[bytes, Stamp | None]]:
    for line in read(path):
        stamp = find(line, near_ms)
        yield line, stamp
        if stamp and not stamp.has_year:
            near_ms = stamp.utc_ms


def _newest_and_unit_ms(path: Path, near_ms: int) -> tuple[int | None, int]:
    newest_ms, unit_ms = None, 1
    for _, stamp in _stamped(path, near_ms):
        if stamp:
            unit_ms = max(unit_ms, stamp.unit_ms)
            if newest_ms is None or stamp.utc_ms > newest_ms:
                newest_ms = stamp.utc_ms
    return newest_ms, unit_ms
