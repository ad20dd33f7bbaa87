"""The words and numbers that applications use for a line's level."""

import re

from millrace.records.levels import Level

_WORDS: dict[Level, str] = {
    "DEBUG": "TRACE VERBOSE FINE FINER FINEST CONFIG DEBUG DBG TRC SILLY D"
    " DEBUG1 DEBUG2 DEBUG3 DEBUG4 DEBUG5",
    "INFO": "INFO INFORMATION INFORMATIONAL NOTICE NOTE LOG SYSTEM DEFAULT HTTP INF I SUCCESS"
    " AUDIT",
    "WARN": "WARN WARNING WRN W",
    "ERROR": "ERROR ERR ERRO SEVERE EXCEPTION E",
    "FATAL": "FATAL FTL CRITICAL CRIT ALERT EMERG EMERGENCY PANIC DPANIC F C",
}
LEVELS: dict[str, str] = {word: level for level, words in _WORDS.items() for word in words.split()}
# By severity (RFC 5424, 6.2.1), as OpenTelemetry has it, but for alert and critical, which stand
# with emergency.
SEVERITIES = ("FATAL", "FATAL", "FATAL", "ERROR", "WARN", "INFO", "INFO", "DEBUG")
_USUAL = LEVELS | {word.lower(): level for word, level in LEVELS.items()}
# The scale of bunyan and pino, whose steps other loggers of JavaScript have too.
_STEPS = ((60, "FATAL"), (50, "ERROR"), (40, "WARN"), (30, "INFO"), (10, "DEBUG"))
_LONGEST_WORD = 100
_COLOUR = re.compile("\x1b\\[[0-9;]*m")
# As Go's slog writes levels between its own: INFO+2.
_OFFSET = re.compile(r"[+-][0-9]{1,3}\Z")
_NUMBER = re.compile(r"[0-9]{2}\Z")


def level(word: str) -> str | None:
    """DEBUG, INFO, WARN, ERROR or FATAL; None for a word, or a number, that is none of these.

    Of any case, with brackets or a terminal's colours around it. Numbers are those of bunyan and
    pino, 10 to 60; between two of them the lower one counts.
    """
    known = _USUAL.get(word)
    if known:
        return known
    bare = _COLOUR.sub("", word).strip(" []").upper() if len(word) <= _LONGEST_WORD else ""
    if _NUMBER.match(bare):
        return next((name for step, name in _STEPS if int(bare) >= step), None)
    return LEVELS.get(bare) or LEVELS.get(_OFFSET.sub("", bare))


def by_status(status_code: int | None) -> str:
    """The level of a response: ERROR from 500 on, WARN from 400 on, else INFO."""
    if status_code is None or status_code < 400:
        return "INFO"
    return "ERROR" if status_code >= 500 else "WARN"
