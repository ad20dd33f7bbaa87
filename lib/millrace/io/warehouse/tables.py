"""The tables of the schema ``raw``, made where they are missing."""

from millrace.config import ConfigurationError, Warehouse
from millrace.io.warehouse.client import Connection, connection, fetched, named
from millrace.records.warehouse import DBT, RAW, TABLES

_LOCK = "millrace raw"


def prepare(warehouse: Warehouse) -> None:
    """Creates the tables that are missing, with their comments.

    Raises ConfigurationError where the database lacks what only its owner can make, and else what
    ``connection`` raises.
    """
    with connection(warehouse) as opened:
        _refuse_unprepared(opened, warehouse)
        # Two that create the same table at once would fail by its name.
        opened.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", (_LOCK,))
        for table in TABLES:
            if fetched(opened, "SELECT to_regclass(%s)", table.full_name) is None:
                for statement in table.statements:
                    opened.execute(statement)


def _refuse_unprepared(opened: Connection, warehouse: Warehouse) -> None:
    may_create = fetched(
        opened,
        "SELECT has_schema_privilege(oid, 'CREATE') FROM pg_namespace WHERE nspname = %s",
        RAW,
    )
    has_dbt = fetched(opened, "SELECT count(*) FROM pg_roles WHERE rolname = %s", DBT)
    if may_create and has_dbt:
        return
    lacking = f"{warehouse.user} cannot create tables in it" if has_dbt else f"no role {DBT}"
    if may_create is None:
        lacking = f"no schema {RAW}"
    raise ConfigurationError(
        f"{named(warehouse)}: database {warehouse.database} is not prepared ({lacking}): have its"
        " owner run the statements in docs/warehouse.md"
    )
