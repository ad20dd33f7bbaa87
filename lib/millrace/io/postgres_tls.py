"""TLS to PostgreSQL: what its own library and the JVM's driver are given.

With ``tls`` certificate and host name are always checked ("SSL Support", PostgreSQL's manual).
"""

from pathlib import Path
from typing import Protocol


class Secured(Protocol):
    """A section with ``tls``, and the PEM file of the authorities to trust, if not the usual."""

    @property
    def tls(self) -> bool:
        """Whether to speak TLS."""

    @property
    def ca_file(self) -> Path | None:
        """The authorities to trust; None for those that the system and the JVM know."""


def libpq(server: Secured) -> dict[str, str]:
    """The parameters of a connection by libpq, as psycopg and dbt take them."""
    if not server.tls:
        return {}
    return {"sslmode": "verify-full", "sslrootcert": str(server.ca_file or "system")}


def jdbc(server: Secured) -> dict[str, str]:
    """The parameters of a connection by JDBC where ``tls`` is set; none where it is not."""
    if not server.tls:
        return {}
    if server.ca_file:
        return {"sslmode": "verify-full", "sslrootcert": str(server.ca_file)}
    factory = "org.postgresql.ssl.DefaultJavaSSLFactory"  # which trusts whom the JVM does
    return {"sslmode": "verify-full", "sslfactory": factory}
