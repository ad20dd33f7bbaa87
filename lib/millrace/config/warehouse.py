"""The warehouse: the PostgreSQL server it is in, and who uses it."""

from pathlib import Path

from pydantic import Field, SecretStr

from millrace.config.models import Port, RemoteServer


class Warehouse(RemoteServer):
    """The server, the names and passwords of those who use it, and what is loaded and built.

    ``user`` loads the schema ``raw``. The role ``dbt`` builds the others from it, and ``bi`` reads:
    each has a password of its own. ``products`` is the feed of the products' changes, or the
    captured entity whose rows they are; ``dbt`` the program that builds, which is looked for where
    it is not given. The certificate and host name
    are checked where ``tls`` is set: by the authorities in the PEM file ``ca_file``, which
    executors read too, else by those of the system and the JVM.
    """

    host: str
    port: Port = 5432
    database: str = Field(default="warehouse", pattern=r"^[a-z_][a-z0-9_]{0,62}$")
    user: str = Field(default="load", pattern=r"^[a-z_][a-z0-9_]{0,62}$")
    password: SecretStr = SecretStr("")
    dbt_password: SecretStr = SecretStr("")
    bi_password: SecretStr = SecretStr("")
    tls: bool = False
    ca_file: Path | None = None
    products: str = "products"
    dbt: Path | None = None
