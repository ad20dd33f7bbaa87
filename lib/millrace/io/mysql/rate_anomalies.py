"""The minutes whose rates are unusual, read for whoever shows them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from pymysql.cursors import DictCursor


def latest(
    cursor: DictCursor, feeds: Sequence[str], since: datetime, until: datetime, limit: int
) -> list[dict[str, Any]]:
    """Rows of ``rate_anomalies`` between two times, the latest first, at most ``limit``."""
    cursor.execute(
        "SELECT * FROM rate_anomalies WHERE window_start >= %s AND window_start < %s"
        " AND feed IN %s ORDER BY window_start DESC, feed, service_name, metric LIMIT %s",
        [since.replace(tzinfo=None), until.replace(tzinfo=None), list(feeds), limit],
    )
    return [row | {"window_start": row["window_start"].replace(tzinfo=UTC)} for row in cursor]
