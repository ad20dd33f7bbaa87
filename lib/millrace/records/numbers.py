"""Numbers as text, as Spark has them."""

from decimal import Decimal


def double_text(number: float) -> str:
    """The number as the JVM writes it: ``1.5``, ``1.0E10``, ``Infinity``, ``NaN``.

    The rule is that of Java's ``Double.toString``, but always with the fewest digits that tell the
    number from its neighbours (the JVM's does so from version 19 on).
    """
    if number != number or number in (float("inf"), float("-inf")):
        return "NaN" if number != number else "Infinity" if number > 0 else "-Infinity"
    text = repr(number)
    if number == 0 or 1e-3 <= abs(number) < 1e7:
        return text
    sign, digits, _ = Decimal(text).as_tuple()
    written = "".join(map(str, digits)).rstrip("0")
    exponent = Decimal(text).adjusted()
    return f"{'-' * sign}{written[0]}.{written[1:] or '0'}E{exponent}"
