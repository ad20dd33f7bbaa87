"""Which offsets the figures in MySQL were counted from, as their ledger says."""

from dataclasses import replace
from uuid import uuid4

from support.lines import offsets

from millrace.config import Config
from millrace.io import mysql
from millrace.io.mysql.ledger import record
from millrace.records.ledger import Batch

TOPIC = "lines"


def test_a_partition_added_later_is_counted_from_its_start(servers: Config) -> None:
    query = f"q{uuid4().hex[:8]}"
    first, last = offsets(TOPIC, 100, 200), offsets(TOPIC, 200, 300)
    added = replace(first[0], partition=1, from_offset=500, until_offset=600)
    mysql.prepare(servers.mysql)
    with mysql.connection(servers.mysql) as opened, opened.cursor() as cursor:
        record(cursor, Batch(query, "a", 0, first), rows_written=0)
        record(cursor, Batch(query, "a", 7, (*last, added)), rows_written=0)
    counted = mysql.counted_offsets(servers.mysql, query, excluding=None)
    assert [(r.partition, r.from_offset, r.until_offset) for r in counted] == [
        (0, 100, 300),
        (1, 0, 600),
    ]
