"""Grok patterns to begin a declaration with: a time, a level where there is one, and the text."""

_NAMED_TIMES = ("TIMESTAMP_ISO8601", "HTTPDATE", "SYSLOGTIMESTAMP", "HTTPDERROR_DATE", "DATESTAMP")
_CLOCK = r"\d{2}:\d{2}:\d{2}(?:[.,]\d+)?"
_TIMES = (
    *(rf"^\[?%{{{name}:timestamp}}\]?" for name in _NAMED_TIMES),
    # Go's log and squid's.
    rf"^(?<timestamp>\d{{4}}/\d{{2}}/\d{{2}} {_CLOCK})",
    # Redis': its process and role before, a sign for the level after.
    rf"^(?:\d+:[A-Z] )?(?<timestamp>\d{{1,2}} [A-Z][a-z]{{2}} \d{{4}} {_CLOCK})(?: [.*#-] )?",
)
_REST = r"[ \t:|-]*%{GREEDYDATA:message}"

WITH_TIME = (
    *(rf"{time}[ \t,:|-]*\[?%{{LOGLEVEL:level}}\]?{_REST}" for time in _TIMES),
    *(rf"{time}{_REST}" for time in _TIMES),
)
"""The patterns that ask for a time, those that ask for a level too before the others."""

ANY = "^%{GREEDYDATA:message}"
"""The one that takes any text."""
