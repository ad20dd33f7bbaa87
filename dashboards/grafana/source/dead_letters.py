"""What was dropped or came late, and whether each line is there once."""

from dashboards.grafana.source.panel import (
    GREEN,
    GREY,
    ORANGE,
    RED,
    Dashboard,
    Panel,
    Row,
    above,
    instant,
    promql,
    rows,
)
from dashboards.grafana.source.variables import QUERY_FEED, grown

_OWN = '{feed=~"$feed"}'
_REVISED = """SELECT feed, COUNT(DISTINCT window_start) AS minutes, MAX(revised_at) AS latest
FROM levels_by_minute
WHERE $__timeFilter(window_start) AND feed IN (${feed:sqlstring}) AND revised_at IS NOT NULL
GROUP BY feed
UNION ALL
SELECT 'all', COUNT(DISTINCT window_start), MAX(revised_at)
FROM levels_by_minute
WHERE $__timeFilter(window_start) AND feed IN (${feed:sqlstring}) AND revised_at IS NOT NULL"""
_LATE = """SELECT window_start AS minute, feed, late_lines
FROM lateness_by_minute
WHERE $__timeFilter(window_start) AND feed IN (${feed:sqlstring})
ORDER BY window_start DESC, feed
LIMIT 200"""


def _rate(metric: str) -> str:
    return f"rate({metric}{_OWN}[$__rate_interval])"


def _increase(metric: str, by: str) -> str:
    return f"sum by ({by}) {grown(metric, _OWN, '$__rate_interval')} or on () vector(0)"


_DEAD = Row(
    "Dead letters",
    (
        Panel(
            "Dead letters by reason",
            "Lines that are no records: `millrace dead-letters list --reason ...` shows them, and"
            " `requeue` parses them again once the cause is mended.",
            "timeseries",
            "cps",
            (promql(f"sum by (reason) ({_rate('millrace_dead_letters_total')})", "{{reason}}"),),
            stacked=True,
            alerts=("MillraceInternalErrors",),
        ),
        Panel(
            "Records and dead letters",
            "What became of the lines that `ingest` stored; each is one or the other.",
            "timeseries",
            "cps",
            (promql(f"sum by (outcome) ({_rate('millrace_lines_total')})", "{{outcome}}"),),
        ),
        Panel(
            "Share of dead letters, over ten minutes",
            "One feed that rises alone has a sender that changed its format; all at once are a"
            " parser or a release of ours.",
            "timeseries",
            "percentunit",
            (
                promql(
                    f"sum by (feed) (rate(millrace_dead_letters_total{_OWN}[10m]))"
                    f" / sum by (feed) (rate(millrace_lines_total{_OWN}[10m]) > 0)",
                    "{{feed}}",
                ),
            ),
            width=8,
            steps=above(0.1),
            alerts=("MillraceDeadLetterRatio",),
        ),
        Panel(
            "Share of dead letters, last batch",
            "The same of the last batch alone: small batches jump.",
            "timeseries",
            "percentunit",
            (promql(f"max by (feed) (millrace_dead_letter_ratio{_OWN})", "{{feed}}"),),
            width=8,
        ),
        Panel(
            "Batches above the feed's limit",
            "Batches with a larger share than `max_dead_ratio`; with `stop_above_max_dead_ratio`"
            " the job has ended.",
            "timeseries",
            "short",
            (promql(_increase("millrace_max_dead_ratio_exceeded_total", "feed"), "{{feed}}"),),
            width=8,
            steps=above(1, ORANGE),
        ),
    ),
)

_LATENESS = Row(
    "Lateness",
    (
        Panel(
            "Late lines",
            "Lines received more than `max_lateness_s` after their own time: a sender that was cut"
            " off, or a clock that is wrong.",
            "timeseries",
            "short",
            (promql(_increase("millrace_late_lines_total", "feed"), "{{feed}}"),),
            width=8,
            alerts=("MillraceLateLines",),
        ),
        Panel(
            "Partial rows dropped by the watermark",
            "Parts of figures, not lines, that came after their minute was closed; `millrace revise"
            " --from-reconcile` counts their lines in.",
            "timeseries",
            "short",
            (promql(_increase("millrace_watermark_dropped_rows_total", "feed"), "{{feed}}"),),
            width=8,
            alerts=("MillraceWatermarkDrops",),
        ),
        Panel(
            "How far the watermark is behind",
            "Minutes older than that are closed; it stands still where a feed has ended, and is"
            " near `max_lateness_s` else.",
            "timeseries",
            "s",
            (
                promql(
                    f"time() - (max by (feed) (millrace_watermark_timestamp_seconds{_OWN}) > 0)",
                    "{{feed}}",
                ),
            ),
            width=8,
        ),
        Panel(
            "Late lines by the minute they were received",
            "From MySQL, so that they are there long after the metrics are gone.",
            "table",
            "short",
            (rows(_LATE),),
            units={"minute": "dateTimeAsIso"},
        ),
        Panel(
            "Minutes computed again",
            "How many of the minutes shown `millrace revise` has computed again, and when it last"
            " did.",
            "table",
            "short",
            (rows(_REVISED),),
            units={"latest": "dateTimeAsIso"},
        ),
    ),
)

_PROOF = Row(
    "Is each line there, once?",
    (
        Panel(
            "Last proof of each feed",
            "Whether the last `millrace reconcile` held; where not, it names the lines and what"
            " mends them.",
            "stat",
            "none",
            (
                instant(
                    f"min by (feed) (millrace_reconcile_holds{_OWN}) or on () vector(-1)",
                    "{{feed}}",
                ),
            ),
            width=8,
            steps=((None, GREY), (0, RED), (1, GREEN)),
            words={-1: "Not looked at", 0: "Does not hold", 1: "Holds"},
            alerts=("MillraceReconcileFailed",),
        ),
        Panel(
            "What it found wrong",
            "Lines that are missing, doubled, in both places, never committed or forgotten, and"
            " minutes that differ; all should be 0.",
            "bargauge",
            "short",
            (
                instant(
                    f"max by (feed, fault) (millrace_reconcile_faults{_OWN})",
                    "{{feed}} {{fault}}",
                ),
            ),
            width=8,
            steps=above(1),
            alerts=("MillraceReconcileFailed",),
        ),
        Panel(
            "Time since the last proof",
            "Where nobody looks, nobody knows: run `millrace reconcile` every hour.",
            "stat",
            "s",
            (
                instant(
                    f"time() - (max by (feed) (millrace_reconcile_timestamp_seconds{_OWN}) > 0)",
                    "{{feed}}",
                ),
            ),
            width=8,
            steps=above(3 * 3600, ORANGE),
            alerts=("MillraceReconcileMissing",),
        ),
        Panel(
            "Time since the warehouse was loaded",
            "What business tools show ends there: run `./spark-submit.sh warehouse --every 10m`.",
            "stat",
            "s",
            (
                instant(
                    f"time() - max by (feed) (millrace_warehouse_load_timestamp_seconds{_OWN})",
                    "{{feed}}",
                ),
            ),
            width=24,
            steps=above(1800, ORANGE),
            alerts=("MillraceWarehouseOld",),
        ),
    ),
)

DASHBOARD = Dashboard(
    "dead-letters",
    "millrace: dead letters and lateness",
    "What was dropped or came late, and whether each line is there once.",
    (QUERY_FEED,),
    (_DEAD, _LATENESS, _PROOF),
)
