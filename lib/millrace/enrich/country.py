"""Client address -> country, by a MaxMind database file."""

import ipaddress
from functools import lru_cache

import maxminddb

# No address is longer, with its zone; what is longer is not looked up.
MAX_CHARACTERS = 64

_KEPT = 100_000


def country(database: str, address: str | None) -> str | None:
    """The country of an address, ISO 3166-1 alpha-2; None where it has none.

    Addresses that are private, reserved or multicast, and host names, have none. ``database`` is
    the path of an MMDB file; it is opened at the first address.
    """
    if address is None or len(address) > MAX_CHARACTERS:
        return None
    return _country(database, address)


@lru_cache(maxsize=1)
def opened(database: str) -> maxminddb.Reader:
    """One open database a process, mapped into memory; raises where the file is none."""
    return maxminddb.open_database(database)


@lru_cache(_KEPT)
def _country(database: str, address: str) -> str | None:
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return None
    # Dual-stack servers write IPv4 clients so.
    ip = getattr(ip, "ipv4_mapped", None) or ip
    if not ip.is_global or ip.is_multicast:
        return None
    record = opened(database).get(ip)
    if not isinstance(record, dict):
        return None
    # The flat layout of the database that set-up installs, then MaxMind's own.
    nested = record.get("country")
    code = record.get("country_code") or (isinstance(nested, dict) and nested.get("iso_code"))
    return code if isinstance(code, str) and len(code) == 2 else None
