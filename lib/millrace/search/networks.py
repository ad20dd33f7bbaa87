"""Networks of addresses -> patterns of every spelling of the addresses within.

An address is what `ipaddress` takes for one: IPv4 with four decimals; IPv6 in either case, with
zeros left out or not, with ``::`` wherever it can stand, with its last 32 bits as IPv4, and with a
zone. A pattern is anchored at both ends, repeats nothing but the zone's characters, and is shorter
than 16 KiB; MongoDB takes twice as much.
"""

import ipaddress
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from millrace.search.conditions import Matching

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_MAPPED = ipaddress.IPv6Network("::ffff:0:0/96")
_GROUPS, _GROUP_BITS = 8, 16
_HEX = "0123456789abcdef"
_KEPT = 256


@dataclass(frozen=True)
class InNetwork(Matching):
    """It is an address of a network: one of IPv4 also where it is written as mapped to IPv6."""

    network: Network

    def pattern(self) -> str:
        return pattern(self.network)

    def holds(self, value: Any) -> bool:
        if not isinstance(value, str):
            return False
        try:
            address = ipaddress.ip_address(value)
        except ValueError:
            return False
        if self.network.version == 4 and isinstance(address, ipaddress.IPv6Address):
            return address.ipv4_mapped is not None and address.ipv4_mapped in self.network
        return address in self.network

    def words(self, *, negated: bool) -> str:
        return f"is {'not ' * negated}in the network {self.network}"


def read(text: str) -> Network:
    """The network that is written as ``address/bits``; raises ValueError where it is none.

    Bits after those do not matter. One of mapped addresses is the network of IPv4 it stands for.
    """
    address, _, bits = text.partition("/")
    if not bits.isascii() or not bits.isdigit() or "%" in address:
        raise ValueError(f"no network: {text}")
    network = ipaddress.ip_network(text, strict=False)
    if isinstance(network, ipaddress.IPv6Network) and network.subnet_of(_MAPPED):
        packed = network.network_address.packed[-4:]
        return ipaddress.IPv4Network((packed, network.prefixlen - _MAPPED.prefixlen))
    return network


@lru_cache(_KEPT)
def pattern(network: Network) -> str:
    """The pattern that matches a text where it is an address of the network."""
    spellings: list[str] = []
    if isinstance(network, ipaddress.IPv4Network):
        spellings.append(_quad(int(network.network_address), int(network.netmask)))
        bits = network.prefixlen + _MAPPED.prefixlen
        mapped = ipaddress.IPv6Address(b"\0" * 10 + b"\xff\xff" + network.network_address.packed)
        network = ipaddress.IPv6Network((mapped, bits))
    six = "|".join(_spellings(network))
    return f"^(?:{'|'.join([*spellings, f'(?i:{six})(?:%[^%/]+)?'])})\\z"


def _spellings(network: ipaddress.IPv6Network) -> Iterator[str]:
    """Patterns that together match each address of the network, but for its zone."""
    value, mask = int(network.network_address), int(network.netmask)
    shifts = range((_GROUPS - 1) * _GROUP_BITS, -1, -_GROUP_BITS)
    groups = [(value >> shift & 0xFFFF, mask >> shift & 0xFFFF) for shift in shifts]
    written = [_group(*group) for group in groups]
    quad = _quad(value & 0xFFFF_FFFF, mask & 0xFFFF_FFFF)
    for last, tail in ((_GROUPS, []), (_GROUPS - 2, [quad])):
        yield ":".join([*written[:last], *tail])
        for first in range(last):
            for end in range(first + 1, last + 1):
                if groups[end - 1][0]:
                    break  # `::` stands for zeros only
                yield ":".join(written[:first]) + "::" + ":".join([*written[end:last], *tail])


def _group(value: int, mask: int) -> str:
    """A group of IPv6 whose bits of the mask are those of the value, zeros before it left out."""
    digits = [
        [digit for digit in range(16) if digit & mask >> shift & 15 == value >> shift & 15]
        for shift in (12, 8, 4, 0)
    ]
    if not mask:
        return "[0-9a-f]{1,4}"
    most = next((at for at, some in enumerate(digits[:3]) if 0 not in some), 3)
    written = [_digits(some) for some in digits]
    left_out = ""
    for digit in written[:most]:
        left_out = f"(?:{left_out}{digit})?"
    return left_out + "".join(written[most:])


def _digits(some: Sequence[int]) -> str:
    signs = "".join(_HEX[digit] for digit in some)
    return signs if len(signs) == 1 else "[0-9a-f]" if len(signs) == 16 else f"[{signs}]"


def _quad(value: int, mask: int) -> str:
    """An address of IPv4 whose bits of the mask are those of the value."""
    octets = [(value >> shift & 255, mask >> shift & 255) for shift in (24, 16, 8, 0)]
    return r"\.".join(_octet(*octet) for octet in octets)


@lru_cache(_KEPT)
def _octet(value: int, mask: int) -> str:
    if not mask:
        return "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
    by_tens: dict[int, list[int]] = {}
    for number in range(256):
        if number & mask == value:
            by_tens.setdefault(number // 10, []).append(number % 10)
    written = [f"{tens or ''}{_digits(some)}" for tens, some in by_tens.items()]
    return written[0] if len(written) == 1 else f"(?:{'|'.join(written)})"
