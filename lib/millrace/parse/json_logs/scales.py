"""The numbers by which loggers count levels -> DEBUG, INFO, WARN, ERROR or FATAL.

The same number means another level to each: who sent it has to be known.
"""

from collections.abc import Callable

from millrace.parse.level import LEVELS, SEVERITIES, level

Scale = Callable[[int], str | None]
"""A number -> its level; None for a number that the scale does not have."""


def _rising(*steps: tuple[int, str]) -> Scale:
    """The scale on which each step begins at its number, and the first is the lowest there is."""
    falling = tuple(reversed(steps))

    def level(number: int) -> str | None:
        return next((name for begins, name in falling if number >= begins), None)

    return level


PYTHON = _rising((1, "DEBUG"), (20, "INFO"), (30, "WARN"), (40, "ERROR"), (50, "FATAL"))
LOGBACK = _rising((1, "DEBUG"), (20_000, "INFO"), (30_000, "WARN"), (40_000, "ERROR"))
JAVA_UTIL_LOGGING = _rising((1, "DEBUG"), (800, "INFO"), (900, "WARN"), (1_000, "ERROR"))
OPENTELEMETRY = _rising((1, "DEBUG"), (9, "INFO"), (13, "WARN"), (17, "ERROR"), (21, "FATAL"))
GOOGLE = _rising((1, "DEBUG"), (200, "INFO"), (400, "WARN"), (500, "ERROR"), (600, "FATAL"))
MYSQL = {0: "INFO", 1: "ERROR", 2: "WARN", 3: "INFO"}.get
SYSLOG = dict(enumerate(SEVERITIES)).get


def log4j(number: int) -> str | None:
    """The level of log4j2's ``intLevel``, which falls as it gets worse."""
    steps = ((100, "FATAL"), (200, "ERROR"), (300, "WARN"), (400, "INFO"))
    return next((name for ends, name in steps if 0 <= number <= ends), "DEBUG")


def severity(number: int) -> str | None:
    """The level of a ``severity``, which is syslog's up to 7 and Google's from 100 on."""
    return SYSLOG(number) if number < 100 else GOOGLE(number)


NAMED: dict[str, Scale] = {
    "levelno": PYTHON,
    "level_value": LOGBACK,
    "levelValue": JAVA_UTIL_LOGGING,
    "intLevel": log4j,
    "severityNumber": OPENTELEMETRY,
    "severity_number": OPENTELEMETRY,
    "SeverityNumber": OPENTELEMETRY,
}
"""The scales of the keys that tell theirs."""

WORDS: dict[str | int, str] = {
    **{form(word): name for word, name in LEVELS.items() for form in (str, str.lower, str.title)},
    **{step: name for step in range(10, 100) if (name := level(str(step)))},
}
"""What most loggers send, as they write it: words, and the numbers of bunyan and pino."""
