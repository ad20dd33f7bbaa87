"""What the events of a shop's minute come to, wherever they are counted."""

from dataclasses import dataclass
from decimal import Decimal

_NO_MONEY = Decimal(0)


@dataclass(frozen=True)
class ShopMinute:
    """How many events, the money of sales, and that of orders that failed."""

    events: int = 0
    revenue: Decimal = _NO_MONEY
    failed_amount: Decimal = _NO_MONEY
