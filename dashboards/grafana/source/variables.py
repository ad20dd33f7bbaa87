"""What dashboards can be narrowed to, how queries say so, and limits that several panels show."""

from dashboards.grafana.source.panel import Variable

# The limits of the alerts MillraceNoProgress and MillraceLagSeconds.
SILENT_S, BEHIND_S = 600, 1800
SLOW_S = 2.5  # that of MillraceApiSlow
# Those of MillraceConnectorSilent and MillraceChangesSlow.
SILENT_CONNECTOR_S, SLOW_CHANGES_S = 300, 60

QUERY_FEED = Variable("feed", "Feed", "prometheus", "label_values(millrace_query_active, feed)")
QUERY = Variable(
    "query", "Query", "prometheus", 'label_values(millrace_query_active{feed=~"$feed"}, query)'
)
OWN = '{feed=~"$feed", query=~"$query"}'


def grown(counter: str, selector: str, span: str) -> str:
    """How much a counter grew within ``span``, what it was born with included.

    A counter appears with what its first batch counted, and ``increase`` sees only what follows.
    """
    of = f"{counter}{selector}"
    increase, least = f"increase({of}[{span}])", f"min_over_time({of}[{span}])"
    return f"({increase} + ({least} unless {of} offset {span}) or {increase} or {least})"


SPAN = "$__timeFilter(window_start)"
OF_FEED = f"{SPAN} AND feed IN (${{feed:sqlstring}})"
# Services are named by whoever logs, and Grafana writes the chosen names into its queries: by their
# hexadecimal digits none can end a string, be taken for a macro, or have a query refused.
CHOSEN_SERVICES = "HEX(service_name) IN (${service:sqlstring})"
OF_SERVICE = f"{OF_FEED} AND {CHOSEN_SERVICES}"
TIME = "$__timeGroupAlias(window_start, $__interval)"
A_SECOND = "/ ($__interval_ms / 1000)"

SERVICE = Variable(
    "service",
    "Service",
    "mysql",
    "SELECT DISTINCT service_name AS __text, HEX(service_name) AS __value FROM service_minutes"
    f" WHERE {OF_FEED} ORDER BY service_name",
)


def feed_of(table: str) -> Variable:
    """The feeds that have figures in that table in the time shown."""
    query = f"SELECT DISTINCT feed FROM {table} WHERE {SPAN} ORDER BY feed"
    return Variable("feed", "Feed", "mysql", query)


def by_time(figure: str, table: str, metric: str = "", where: str = OF_SERVICE) -> str:
    """The statement of a line of ``figure``, or of one for each value of ``metric``."""
    named, grouped = (f", {metric} AS metric", ", metric") if metric else ("", "")
    return (
        f"SELECT {TIME}{named}, {figure}\nFROM {table}\nWHERE {where}\n"
        f"GROUP BY time{grouped}\nORDER BY time{grouped}"
    )
