"""Lines by which somebody who can log would like to act in the browser of who reads them."""

import json
from datetime import datetime

IMAGE = "<img src=x onerror=\"document.title='owned'\">"
SCRIPT = "</script><script>document.title='owned'</script>"
ANSI = "\x1b[31mred\x1b[0m\x07"
BIDI = "user\u202etxt.exe\u2066"
LONG = "x" * 200_000
TEXTS = (IMAGE, SCRIPT, ANSI, BIDI, LONG, "javascript:alert(1)", "{{7*7}} ${7*7}", "a\x00b")


def lines(at: datetime) -> list[bytes]:
    """A line for each text, which is its message, its service and a key of its attributes."""
    return [
        json.dumps(
            {
                "timestamp": at.isoformat(),
                "level": "ERROR",
                "service_name": text[:60],
                "message": f"hostile {number} {text}",
                "error_code": text[:60],
                text[:80]: text[:80],
            }
        ).encode()
        for number, text in enumerate(TEXTS)
    ]
