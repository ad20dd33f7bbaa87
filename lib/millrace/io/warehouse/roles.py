"""The roles, the database and the schemas of the warehouse, as a superuser makes them.

``millrace up`` does that for the server that it starts. Elsewhere whoever runs the server does, by
the statements in docs/warehouse.md.
"""

from psycopg import sql

from millrace.config import Warehouse
from millrace.records.warehouse import BI, DBT, RAW, STAGING, WAREHOUSE


def of_server(warehouse: Warehouse) -> list[str]:
    """What is made in the server, once: a role that is there already is an error of no matter.

    The roles have no passwords yet.
    """
    return [
        *_statements("CREATE ROLE {} LOGIN", *_roles(warehouse)),
        # It has no right to write; this tells a tool so before it tries.
        *_statements("ALTER ROLE {} SET default_transaction_read_only = on", BI),
        *_statements("CREATE DATABASE {}", warehouse.database),
    ]


def with_passwords(warehouse: Warehouse) -> list[str]:
    """What gives the roles the passwords of the configuration."""
    secrets = (warehouse.password, warehouse.dbt_password, warehouse.bi_password)
    return [
        sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}")
        .format(sql.Identifier(role), sql.Literal(secret.get_secret_value()))
        .as_string()
        for role, secret in zip(_roles(warehouse), secrets, strict=True)
    ]


def of_database(warehouse: Warehouse) -> list[str]:
    """What is made in the database: schemas and rights. A second time it changes nothing."""
    load, name = warehouse.user, warehouse.database
    return [
        *_statements("REVOKE ALL ON DATABASE {} FROM PUBLIC", name),
        *_statements("GRANT CONNECT ON DATABASE {} TO {}, {}, {}", name, *_roles(warehouse)),
        # It makes its schemas anew where they were dropped, and temporary tables.
        *_statements("GRANT CREATE, TEMPORARY ON DATABASE {} TO {}", name, DBT),
        *_statements("CREATE SCHEMA IF NOT EXISTS {} AUTHORIZATION {}", RAW, load),
        *_statements("CREATE SCHEMA IF NOT EXISTS {} AUTHORIZATION {}", STAGING, DBT),
        *_statements("CREATE SCHEMA IF NOT EXISTS {} AUTHORIZATION {}", WAREHOUSE, DBT),
        *_statements("GRANT USAGE ON SCHEMA {} TO {}", RAW, DBT),
        *_statements("GRANT USAGE ON SCHEMA {} TO {}", WAREHOUSE, BI),
        *_statements("GRANT SELECT ON ALL TABLES IN SCHEMA {} TO {}", RAW, DBT),
        *_statements("GRANT SELECT ON ALL TABLES IN SCHEMA {} TO {}", WAREHOUSE, BI),
        *_statements(
            "ALTER DEFAULT PRIVILEGES FOR ROLE {} GRANT SELECT ON TABLES TO {}", load, DBT
        ),
        *_statements("ALTER DEFAULT PRIVILEGES FOR ROLE {} GRANT SELECT ON TABLES TO {}", DBT, BI),
    ]


def _roles(warehouse: Warehouse) -> tuple[str, str, str]:
    return warehouse.user, DBT, BI


def _statements(pattern: str, *names: str) -> list[str]:
    """The statement with the names in place; where it has one place, one for each name."""
    places = pattern.count("{}")
    groups = [names] if places == len(names) else [(name,) for name in names]
    return [sql.SQL(pattern).format(*map(sql.Identifier, group)).as_string() for group in groups]
