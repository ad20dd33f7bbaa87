"""A Java trust store made of a PEM file, so that Python and the JVM trust the same authorities."""

import atexit
import shutil
import tempfile
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import NoEncryption
from cryptography.hazmat.primitives.serialization.pkcs12 import (
    PKCS12Certificate,
    serialize_java_truststore,
)

from millrace.config import ConfigurationError, Mongo, Mysql


def trust_store(server: Mongo | Mysql) -> Path | None:
    """The Java trust store for a server; None where the JVM's own is to be used.

    It is the one that is named, else one made of ``ca_file``. Raises ConfigurationError where
    ``ca_file`` cannot be read.
    """
    if server.trust_store:
        return server.trust_store
    return _made_of(server.ca_file) if server.tls and server.ca_file else None


@lru_cache(maxsize=4)
def _made_of(ca_file: Path) -> Path:
    """A PKCS12 file with the certificates of ``ca_file``, of this process and its JVM alone.

    It has no password: certificates are public, and others cannot write to its folder.
    """
    try:
        certificates = x509.load_pem_x509_certificates(ca_file.read_bytes())
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"ca_file {ca_file}: expected PEM certificates: {error}") from None
    entries = [
        PKCS12Certificate(certificate, f"ca-{number}".encode())
        for number, certificate in enumerate(certificates)
    ]
    folder = Path(tempfile.mkdtemp(prefix="millrace-trust-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    store = folder / "truststore.p12"
    store.write_bytes(serialize_java_truststore(entries, NoEncryption()))
    return store
