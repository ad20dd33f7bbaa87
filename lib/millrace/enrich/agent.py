"""User agent -> browser, operating system, kind of device, by the rules of ua-parser."""

from functools import lru_cache

import pandas as pd
import ua_parser
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.pandas.functions import pandas_udf

from millrace.enrich.lookup import distinct, encoded, spread_all

_DESKTOP = {"Windows", "Mac OS X", "Linux", "Ubuntu", "Fedora", "Debian", "Chrome OS", "FreeBSD"}
_MOBILE = {"iOS", "Android", "Windows Phone", "BlackBerry OS", "KaiOS", "Symbian OS"}
_FIELDS = ("browser", "os", "device")


def user_agent(records: DataFrame) -> DataFrame:
    """Adds ``browser``, ``os`` (families, null where unknown) and ``device``.

    ``device`` is desktop, mobile, tablet, bot or other; all three are null where ``user_agent`` is.
    """

    def lookup(agents: pd.Series) -> pd.DataFrame:
        values = encoded(agents)
        return spread_all(_FIELDS, [_classify(agent) for agent in distinct(values)], values)

    schema = ", ".join(f"{name} string" for name in _FIELDS)
    column = pandas_udf(lookup, schema)("user_agent")  # type: ignore[call-overload]
    return (
        records.withColumn("_agent", column)
        .withColumns({name: F.col("_agent")[name] for name in _FIELDS})
        .drop("_agent")
    )


@lru_cache(maxsize=50_000)
def _classify(agent: str) -> tuple[str | None, str | None, str]:
    result = ua_parser.parse(agent)
    browser = result.user_agent.family if result.user_agent else None
    os = result.os.family if result.os else None
    family = result.device.family if result.device else None
    return browser, os, _device(agent, os, family)


def _device(agent: str, os: str | None, family: str | None) -> str:
    if family == "Spider":
        return "bot"
    # Android's own convention: phones say Mobile, tablets do not.
    if family and ("iPad" in family or "Tablet" in family or "Kindle" in family):
        return "tablet"
    if os == "Android" and "Mobile" not in agent:
        return "tablet"
    if os in _MOBILE:
        return "mobile"
    if os in _DESKTOP:
        return "desktop"
    return "other"
