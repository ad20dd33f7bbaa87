"""Client address -> country, by a MaxMind database file."""

import ipaddress
import os
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import maxminddb
import pandas as pd
from pyspark import SparkFiles
from pyspark.sql import DataFrame
from pyspark.sql.pandas.functions import pandas_udf

from millrace.enrich.lookup import distinct, encoded, spread


def country(*, database: str) -> Callable[[DataFrame], DataFrame]:
    """A transform that adds ``country``: ISO 3166-1 alpha-2, null where the address has none.

    Addresses that are private, reserved or multicast, and host names, have none. ``database`` is
    the path of an MMDB file on every machine that runs tasks, or was added to
    the Spark application by its name.
    """

    def lookup(addresses: pd.Series) -> pd.Series:
        values = encoded(addresses)
        return spread([_country(database, address) for address in distinct(values)], values)

    def transform(records: DataFrame) -> DataFrame:
        column = pandas_udf(lookup, "string")("client_ip")  # type: ignore[call-overload]
        return records.withColumn("country", column)

    return transform


@lru_cache(maxsize=200_000)
def _country(database: str, address: str) -> str | None:
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return None
    # Dual-stack servers write IPv4 clients so.
    ip = getattr(ip, "ipv4_mapped", None) or ip
    if not ip.is_global or ip.is_multicast:
        return None
    record = _reader(database).get(ip)
    if not isinstance(record, dict):
        return None
    # The flat layout of the database that set-up installs, then MaxMind's own.
    nested = record.get("country")
    code = record.get("country_code") or (isinstance(nested, dict) and nested.get("iso_code"))
    return code if isinstance(code, str) and len(code) == 2 else None


@lru_cache(maxsize=1)
def _reader(database: str) -> maxminddb.Reader:
    """One open database a Python worker, mapped into memory; it may have been shipped."""
    # A folder of the driver's may be there on an executor's machine and be closed to it.
    is_here = os.access(database, os.R_OK)
    path = database if is_here else SparkFiles.get(Path(database).name)
    return maxminddb.open_database(path)
