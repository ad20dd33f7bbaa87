"""The last batch of ``aggregate``, read for whoever shows it."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from pymysql.cursors import DictCursor

from millrace.io.mysql import standing

# The last batch of each checkpoint, by the primary key alone: the table grows by a row a batch.
_NEWEST = """SELECT own.* FROM batches own JOIN (
  SELECT checkpoint_id, MAX(batch_id) AS last_id FROM batches WHERE query = %s
  GROUP BY checkpoint_id
) ends ON own.checkpoint_id = ends.checkpoint_id AND own.batch_id = ends.last_id
WHERE own.query = %s ORDER BY own.committed_at DESC LIMIT 1"""


@dataclass(frozen=True)
class Counting:
    """The last batch that was committed, and what all of them came to.

    ``newest_window`` begins the newest minute that has figures, None where none has. Times are in
    UTC.
    """

    key: str
    committed_at: datetime
    lines: int
    newest_window: datetime | None


def counting(cursor: DictCursor, feed: str) -> Counting | None:
    """That of a feed; None where nothing of it was counted."""
    query = f"aggregate-{feed}"
    cursor.execute(_NEWEST, (query, query))
    row = cursor.fetchone()
    if row is None:
        return None
    ranges = json.loads(row["ranges"])
    newest = standing.newest(cursor, [feed]).get(feed)
    return Counting(
        key=f"{query}/{row['checkpoint_id']}/{row['batch_id']}",
        committed_at=row["committed_at"].replace(tzinfo=UTC),
        lines=sum(own["until_offset"] - own["from_offset"] for own in ranges),
        newest_window=newest.replace(tzinfo=UTC) if newest else None,
    )
