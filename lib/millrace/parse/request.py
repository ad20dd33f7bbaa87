"""A request line of HTTP -> its parts."""

import re

# RFC 9110, 5.6.2 (token) and 2.5 (protocol version).
_METHOD = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")
_PROTOCOL = re.compile(r"[A-Za-z]+/[0-9](\.[0-9])?\Z")


def request(text: str) -> dict[str, str]:
    """``method``, ``path`` and ``protocol``; any other text is kept whole as ``request``."""
    words = text.split(" ")
    # Clients send targets with spaces.
    method, target, protocol = words[0], " ".join(words[1:-1]), words[-1]
    has_target = len(words) >= 3 and target != "" and target.strip(" ") == target
    if has_target and _PROTOCOL.match(protocol) and _METHOD.match(method):
        return {"method": method, "path": target, "protocol": protocol}
    return {"request": text}
