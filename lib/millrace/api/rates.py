"""How many requests a second one token may make."""

import time
from collections import OrderedDict

_TOKENS = 1024  # whose rates are remembered


class Rates:
    """A bucket for each token: full it holds one second's requests."""

    def __init__(self, per_s: int) -> None:
        self._per_s = per_s
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def is_within(self, token: str) -> bool:
        """Whether one more request is, taking it if so."""
        now = time.monotonic()
        left, at = self._buckets.pop(token, (float(self._per_s), now))
        left = min(float(self._per_s), left + (now - at) * self._per_s)
        is_within = left >= 1
        self._buckets[token] = (left - is_within, now)
        if len(self._buckets) > _TOKENS:
            self._buckets.popitem(last=False)
        return is_within
