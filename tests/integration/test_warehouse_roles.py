"""Who may do what in the warehouse."""

import psycopg
import pytest

from millrace.config import Config
from millrace.io.warehouse import connection, prepare
from millrace.records.warehouse import BI, DBT


def test_the_roles_can_do_what_they_are_for_and_no_more(warehouse_alone: Config) -> None:
    own = warehouse_alone.warehouse
    assert own
    prepare(own)
    prepare(own)
    with connection(own, DBT) as opened:
        opened.execute("SELECT count(*) FROM raw.events")
        opened.execute("CREATE TABLE IF NOT EXISTS warehouse.probe (a int)")
        opened.execute("CREATE TEMPORARY TABLE probe_too (a int)")
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege),
        connection(own, DBT) as opened,
    ):
        opened.execute("DELETE FROM raw.events")
    with connection(own, BI) as opened:
        opened.execute("SELECT * FROM warehouse.probe")
        assert opened.execute("SHOW transaction_read_only").fetchone() == ("on",)
    for statement in (
        "SELECT * FROM raw.events",
        "CREATE TABLE raw.other (a int)",
        "INSERT INTO warehouse.probe VALUES (1)",
        "CREATE TABLE warehouse.other (a int)",
        "CREATE TABLE public.other (a int)",
        "CREATE TEMPORARY TABLE other (a int)",
    ):
        with connection(own, BI) as opened:
            # What a session may set by itself is no protection.
            opened.execute("SET TRANSACTION READ WRITE")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                opened.execute(statement)
    with connection(own, DBT) as opened:
        opened.execute("DROP TABLE warehouse.probe")
