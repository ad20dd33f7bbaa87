"""What is kept of a Kafka record's value: at most so many bytes, masked."""

from collections.abc import Sequence

from millrace.parse.mask import masked
from millrace.records.formats import Mask

# Masks do not know the beginning of a secret that a cut parts from its end. The longest is a mail
# address: 64 and 255 bytes (RFC 5321, 4.5.3.1), more where it is percent-encoded.
_LONGEST_SECRET = 512


def kept(
    value: bytes, raw_bytes: int | None, max_record_bytes: int, masks: Sequence[Mask]
) -> tuple[bytes, int | None]:
    """The value masked, with ``raw_bytes``, the length of what came where this is not all of it.

    ``raw_bytes`` is given where ``value`` was cut already. It is cut again: without what the first
    cut left of a secret, and where what stands for secrets is longer than they were.
    """
    if not masks:
        return value, raw_bytes
    result = masked(value, masks)
    if raw_bytes is not None:
        return result[: min(max(len(result) - _LONGEST_SECRET, 0), max_record_bytes)], raw_bytes
    if len(result) > max_record_bytes:
        return result[:max_record_bytes], len(value)
    return result, None
