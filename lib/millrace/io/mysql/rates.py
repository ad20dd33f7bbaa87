"""The table ``rate_anomalies``, kept right in the transaction that writes the figures.

After each batch it holds what the rules say of the figures as they stand, however they came there:
all at once, in many batches, or written again. So a batch judges every minute whose verdict it may
have changed, and no other.
"""

from collections.abc import Collection, Iterator
from dataclasses import astuple
from datetime import datetime, timedelta
from typing import Any

from pymysql.cursors import DictCursor

from millrace.detect.rates import RateRules, anomalies
from millrace.records import tables
from millrace.records.rates import RateAnomaly, ServiceMinute

_MINUTE = timedelta(seconds=tables.WINDOW_S)
_LONGEST_SPAN = timedelta(days=1)  # so much is in memory at once
_MINUTES_A_QUERY = 60
_BUSY_MINUTES_A_QUERY = 10
_FIRST, _LAST = datetime(1000, 1, 1), datetime(9999, 12, 31)  # of what DATETIME holds

_ERRORS = ("ERROR", "FATAL")
_SUM = f"""SELECT window_start, service_name, events, errors, COALESCE(timed, 0) AS timed, p95_ms
FROM (
  SELECT window_start, service_name, SUM(events) AS events,
    SUM(CASE WHEN level IN {_ERRORS} THEN events ELSE 0 END) AS errors
  FROM {tables.LEVELS.name}
  WHERE feed = %(feed)s AND window_start IN %(minutes)s GROUP BY window_start, service_name
) AS counted
LEFT JOIN (
  SELECT window_start, service_name, MAX(total) AS timed,
    MIN(CASE WHEN 100 * below >= 95 * total THEN le_ms END) AS p95_ms
  FROM (
    SELECT window_start, service_name, le_ms,
      SUM(SUM(requests)) OVER (PARTITION BY window_start, service_name ORDER BY le_ms) AS below,
      SUM(SUM(requests)) OVER (PARTITION BY window_start, service_name) AS total
    FROM {tables.LATENCY.name}
    WHERE feed = %(feed)s AND window_start IN %(minutes)s
    GROUP BY window_start, service_name, le_ms
  ) AS cumulated
  GROUP BY window_start, service_name
) AS measured USING (window_start, service_name)"""

Span = tuple[datetime, datetime]  # from the first minute to the last, both included


def changed_minutes(cursor: DictCursor, staging: str) -> set[datetime]:
    """The minutes of which a batch in the table ``staging`` has figures that rates are made of."""
    cursor.execute(
        f"SELECT DISTINCT window_start FROM {staging} WHERE figure IN (%s, %s)",
        (tables.LEVELS.name, tables.LATENCY.name),
    )
    return {row["window_start"] for row in cursor.fetchall()}


def judge(cursor: DictCursor, feed: str, changed: Collection[datetime], rules: RateRules) -> None:
    """Puts the feed's rows right after the figures of the minutes ``changed`` were written.

    To be called in the transaction of the figures.
    """
    _sum_up(cursor, feed, changed)
    for start, end in _to_judge(cursor, feed, frozenset(changed), rules):
        minutes = _minutes(cursor, feed, start - rules.history_minutes * _MINUTE, end)
        starts = [start + n * _MINUTE for n in range((end - start) // _MINUTE + 1)]
        _store(cursor, feed, (start, end), anomalies(minutes, starts, rules))


def _to_judge(
    cursor: DictCursor, feed: str, changed: frozenset[datetime], rules: RateRules
) -> Iterator[Span]:
    """The complete minutes that a batch changed, itself or in their history, or made complete.

    A minute is complete once a later one is busy, that is, has ``min_events`` events of the feed:
    a few lines that are dated ahead make none complete. A batch makes those complete that follow
    the newest busy minute before it, and that one too. Nothing needs to remember it: where it is
    not among the changed, it is the latest busy one that is not.
    """
    newest = next(_busy_minutes(cursor, feed, rules, since=min(changed, default=_LAST)), None)
    if newest is None:
        return
    touched = set(changed)
    if newest in changed:
        earlier = _busy_minutes(cursor, feed, rules, until=newest - _MINUTE)
        before = next((minute for minute in earlier if minute not in changed), None)
        touched |= {before} if before else set()
    # Minutes that come after those by more than the history have none to be judged by.
    yield from _spans(touched, rules.history_minutes * _MINUTE, newest - _MINUTE)


def _busy_minutes(
    cursor: DictCursor,
    feed: str,
    rules: RateRules,
    *,
    since: datetime = _FIRST,
    until: datetime = _LAST,
) -> Iterator[datetime]:
    """The feed's minutes with ``min_events`` events or more, the latest first."""
    while True:
        cursor.execute(
            "SELECT window_start FROM service_minutes"
            " WHERE feed = %s AND window_start BETWEEN %s AND %s GROUP BY window_start"
            " HAVING SUM(events) >= %s ORDER BY window_start DESC LIMIT %s",
            (feed, since, until, rules.min_events, _BUSY_MINUTES_A_QUERY),
        )
        minutes = [row["window_start"] for row in cursor.fetchall()]
        yield from minutes
        if len(minutes) < _BUSY_MINUTES_A_QUERY:
            return
        until = minutes[-1] - _MINUTE


def _spans(touched: Collection[datetime], reach: timedelta, last: datetime) -> Iterator[Span]:
    """Each minute and what follows it within ``reach``, up to ``last``, none of it twice."""
    runs: list[Span] = []
    for minute in sorted(touched):
        end = min(minute + reach, last)
        if runs and minute <= runs[-1][1] + _MINUTE:
            runs[-1] = (runs[-1][0], end)
        elif minute <= last:
            runs.append((minute, end))
    for start, end in runs:
        while start <= end:
            part_end = min(end, start + _LONGEST_SPAN)
            yield start, part_end
            start = part_end + _MINUTE


def _minutes(cursor: DictCursor, feed: str, start: datetime, end: datetime) -> list[ServiceMinute]:
    """What is known of the minutes; those whose figures came or went otherwise are summed first."""
    sums = _summed(cursor, feed, "BETWEEN %s AND %s", start, end)
    cursor.execute(
        f"SELECT DISTINCT window_start FROM {tables.LEVELS.name}"
        " WHERE feed = %s AND window_start BETWEEN %s AND %s",
        (feed, start, end),
    )
    with_figures = {row["window_start"] for row in cursor.fetchall()}
    strange = with_figures ^ {minute.window_start for minute in sums}
    if not strange:
        return sums
    _sum_up(cursor, feed, strange)
    return _summed(cursor, feed, "BETWEEN %s AND %s", start, end)


def _summed(cursor: DictCursor, feed: str, condition: str, *values: object) -> list[ServiceMinute]:
    cursor.execute(
        "SELECT window_start, service_name, events, errors, timed, p95_ms FROM service_minutes"
        f" WHERE feed = %s AND window_start {condition}",
        (feed, *values),
    )
    return [_service_minute(row) for row in cursor.fetchall()]


def _sum_up(cursor: DictCursor, feed: str, minutes: Collection[datetime]) -> None:
    """Makes the rows of ``service_minutes`` what the figures are, writing where they differ."""
    ordered = sorted(minutes)
    for first in range(0, len(ordered), _MINUTES_A_QUERY):
        some = ordered[first : first + _MINUTES_A_QUERY]
        cursor.execute(_SUM, {"feed": feed, "minutes": some})
        fresh = {_service_minute(row) for row in cursor.fetchall()}
        stored = set(_summed(cursor, feed, "IN %s", some))
        gone = {_key(minute) for minute in stored} - {_key(minute) for minute in fresh}
        # By whole keys: a range would lock the gap that another feed's row may come into.
        cursor.executemany(
            "DELETE FROM service_minutes"
            " WHERE feed = %s AND window_start = %s AND service_name = %s",
            [(feed, *key) for key in sorted(gone)],
        )
        cursor.executemany(
            "INSERT INTO service_minutes"
            " (feed, window_start, service_name, events, errors, timed, p95_ms)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s) ON DUPLICATE KEY UPDATE events = VALUES(events),"
            " errors = VALUES(errors), timed = VALUES(timed), p95_ms = VALUES(p95_ms)",
            [(feed, *astuple(minute)) for minute in sorted(fresh - stored, key=_key)],
        )


def _key(minute: ServiceMinute) -> tuple[datetime, str]:
    return minute.window_start, minute.service_name


def _service_minute(row: dict[str, Any]) -> ServiceMinute:
    return ServiceMinute(
        row["window_start"],
        row["service_name"],
        int(row["events"]),
        int(row["errors"]),
        int(row["timed"]),
        None if row["p95_ms"] is None else float(row["p95_ms"]),
    )


def _store(cursor: DictCursor, feed: str, span: Span, anomalies: list[RateAnomaly]) -> None:
    """Makes the rows of ``span`` those of ``anomalies``, writing where they differ."""
    cursor.execute(
        "SELECT window_start, service_name, metric, observed, expected, `lower`, `upper`, reason"
        " FROM rate_anomalies WHERE feed = %s AND window_start BETWEEN %s AND %s",
        (feed, *span),
    )
    stored = {RateAnomaly(**row) for row in cursor.fetchall()}
    cursor.executemany(
        "DELETE FROM rate_anomalies"
        " WHERE window_start = %s AND feed = %s AND service_name = %s AND metric = %s",
        [(a.window_start, feed, a.service_name, a.metric) for a in stored.difference(anomalies)],
    )
    cursor.executemany(
        "INSERT INTO rate_anomalies (feed, window_start, service_name, metric,"
        " observed, expected, `lower`, `upper`, reason) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " ON DUPLICATE KEY UPDATE observed = VALUES(observed), expected = VALUES(expected),"
        " `lower` = VALUES(`lower`), `upper` = VALUES(`upper`), reason = VALUES(reason)",
        [(feed, *astuple(anomaly)) for anomaly in anomalies if anomaly not in stored],
    )
