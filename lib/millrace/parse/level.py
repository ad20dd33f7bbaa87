"""The words that applications use for a line's level."""

LEVELS = {
    "TRACE": "DEBUG",
    "DEBUG": "DEBUG",
    "INFO": "INFO",
    "NOTICE": "INFO",
    "WARN": "WARN",
    "WARNING": "WARN",
    "ERROR": "ERROR",
    "ERR": "ERROR",
    "FATAL": "FATAL",
    "CRITICAL": "FATAL",
}


def level(word: str) -> str | None:
    """DEBUG, INFO, WARN, ERROR or FATAL, None for a word that is none of these."""
    return LEVELS.get(word) or LEVELS.get(word.strip(" ").upper())


def by_status(status_code: int | None) -> str:
    """The level of a response: ERROR from 500 on, WARN from 400 on, else INFO."""
    if status_code is None or status_code < 400:
        return "INFO"
    return "ERROR" if status_code >= 500 else "WARN"
