"""The tables that a batch's figures come to before they are put in place."""

from millrace.records.tables import MAX_KEYS, MEASURES, TABLES, Key

TABLES_DDL = """CREATE TABLE IF NOT EXISTS staging_tables (
  name VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  renewed_at DATETIME NOT NULL,
  PRIMARY KEY (name)
)"""


def ddl(name: str) -> str:
    """The statement that creates a batch's staging table.

    Its key counts rows, and is there as servers may refuse a table that has none.
    """
    longest = max(key.characters for table in TABLES for key in table.keys)
    keys = "".join(f"  k{n} {Key('', longest).type} NULL,\n" for n in range(1, MAX_KEYS + 1))
    measures = ",\n".join(f"  {name} {type} NULL" for name, type in MEASURES.items())
    return (
        f"CREATE TABLE {name} (\n  id BIGINT NOT NULL AUTO_INCREMENT,\n"
        f"  window_start DATETIME NOT NULL,\n  figure VARCHAR(64) NOT NULL,\n"
        f"{keys}{measures},\n  PRIMARY KEY (id)\n)"
    )
