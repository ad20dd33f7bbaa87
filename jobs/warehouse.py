"""Archive -> rows -> PostgreSQL: what the warehouse is built from, each line once."""

from functools import partial

from millrace.io import mysql, reference_data
from millrace.io.warehouse.sink import WarehouseSink
from millrace.records.warehouse import REQUESTS
from millrace.runtime import job, loading
from millrace.runtime.flow import Flow, Run
from millrace.tools import dbt
from millrace.transform.warehouse import to_rows


def warehouse(run: Run) -> Flow:
    """The way of a feed's archived lines to its table of the schema raw."""
    conf, feed, table = run.conf, run.feed, loading.table_of(run.conf, run.feed)
    spec = reference_data.spec(conf, feed)
    if table == REQUESTS:
        # Routes and services have the names that figures give them.
        mysql.prepare(conf.mysql)
        spec = reference_data.spec(conf, feed, *mysql.key_names(conf.mysql, feed))
    sink = WarehouseSink(loading.section(conf), feed, table)
    return Flow(run.source, [partial(to_rows, spec=spec, table=table)], sink)


if __name__ == "__main__":
    job.load("warehouse", warehouse, feeds=loading.feeds, then=dbt.build_loaded)
