"""Text -> number."""

import re
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from functools import cache

# Bounded: a number with a vast exponent costs vast memory to work with.
MAX_DIGITS = 40
_DIGITS = rf"\d{{1,{MAX_DIGITS}}}"
NUMBER = re.compile(rf"-?{_DIGITS}(?:\.{_DIGITS})?(?:[eE][+-]?\d{{1,3}})?\r?$", re.ASCII)

_DIGITS_OF_32_BITS = 10
_INTEGER = re.compile(r"[+-]?0*+(\d{0,19})$", re.ASCII)
# What Spark trims of a number: blanks and control characters.
_BLANKS = "".join(map(chr, range(0x21))) + "\x7f"
_EXACT = Context(prec=200)


def integer(text: str) -> int | None:
    """The whole number that a text is; None for others, and where 32 bits do not hold it.

    ``200.0`` and ``2e2`` are whole too: some shippers send every number as a float.
    """
    trimmed = text.strip(_BLANKS)
    match = _INTEGER.match(trimmed)
    if not match:
        return _whole(trimmed)
    if not trimmed.lstrip("+-"):
        return None
    number = int(match[1] or "0") * (-1 if trimmed[0] == "-" else 1)
    return number if fits_32_bits(number) else None


def _whole(text: str) -> int | None:
    if not NUMBER.match(text):
        return None
    number = Decimal(text)
    if number.adjusted() >= _DIGITS_OF_32_BITS or number != number.to_integral_value():
        return None
    return int(number) if fits_32_bits(int(number)) else None


def fits_32_bits(number: int) -> bool:
    """Whether 32 bits hold the number, one of them for its sign."""
    return -(1 << 31) <= number < 1 << 31


def double(text: str) -> float | None:
    """The number that JSON would take the text for; None for others."""
    return float(text) if NUMBER.match(text) else None


def decimal(text: str, digits: int, scale: int) -> Decimal | None:
    """The number with ``scale`` decimals, rounded half up; None where ``digits`` do not hold it."""
    if not NUMBER.match(text):
        return None
    try:
        number = Decimal(text.strip(_BLANKS)).quantize(_unit(scale), ROUND_HALF_UP, _EXACT)
    except InvalidOperation:
        return None
    return number if number == 0 or number.adjusted() < digits - scale else None


@cache
def _unit(scale: int) -> Decimal:
    return Decimal(1).scaleb(-scale)
