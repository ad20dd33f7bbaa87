"""Where a page ended, as text that a client hands back: signed, so that none can be made up."""

import base64
import binascii
import hmac
import json
from hashlib import sha256
from typing import Any

_SIGNATURE_BYTES = 12


class CursorError(ValueError):
    """The text is no cursor of this API's, or one of another query."""


def seal(key: bytes, question: str, values: dict[str, Any]) -> str:
    """``values`` as text for a URL; ``question`` is what the cursor goes on with."""
    content = json.dumps(values, separators=(",", ":")).encode()
    sealed = _signature(key, question, content) + content
    return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()


def opened(key: bytes, question: str, text: str) -> dict[str, Any]:
    """The values that were sealed; raises CursorError where the text was made otherwise."""
    try:
        sealed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (ValueError, binascii.Error):
        raise CursorError("expected a cursor as `next` has it") from None
    signature, content = sealed[:_SIGNATURE_BYTES], sealed[_SIGNATURE_BYTES:]
    if not hmac.compare_digest(signature, _signature(key, question, content)):
        raise CursorError("expected the cursor of an answer to the same query")
    values: dict[str, Any] = json.loads(content)
    return values


def _signature(key: bytes, question: str, content: bytes) -> bytes:
    told = question.encode("utf-8", "surrogatepass") + b"\0" + content
    return hmac.new(key, told, sha256).digest()[:_SIGNATURE_BYTES]
