"""Slow query logs of MySQL, MariaDB and Percona: one record of several lines for each statement.

Lines of names and values, each after ``# ``, and then the statement::

    # Time: 2026-03-29T10:00:00.123456Z
    # User@Host: app[app] @ web-1 [192.0.2.17]  Id:    42
    # Query_time: 2.000123  Lock_time: 0.000001 Rows_sent: 1  Rows_examined: 100000
    use shop;
    SET timestamp=1774778398;
    SELECT COUNT(*) FROM carts;

Servers before MySQL 5.7, and MariaDB, write a local time, and leave it out where its second is that
of the record before; there the statement's own time counts.
"""

import re

from millrace.parse import notations
from millrace.parse.draft import Draft
from millrace.parse.options import Options, Parse
from millrace.parse.rejection import RejectedError, found
from millrace.records.fields import Fields

VERSION = 1

_TIME = re.compile(r"^# Time: ++([^\n]*)", re.MULTILINE)
_ZONE = re.compile(r"(?:Z|[+-][0-9]{2}:?[0-9]{2}) *+\Z")
_USER = re.compile(r"# User@Host: ++([^\[\n]*+)\[([^\]\n]*+)\] @ ++([^\[\n ]*+) *+\[([^\]\n]*+)\]")
# What follows a name without a value is the next name.
_PAIR = re.compile(r"(?<!\w)([A-Za-z_]\w*+): ++(?!\w++: )([^ \n]++)", re.ASCII)
_ADDRESS = re.compile(r"(?:[0-9]{1,3}\.){3}[0-9]{1,3}\Z|(?=[^:]*:)[0-9a-fA-F:.]{2,45}\Z")
_PLAN = "# explain: "  # a table, not names and values
_COMMAND = "# administrator command: "
_DATABASE = re.compile(r"use `?([^\n`;]++)`?;\n?", re.IGNORECASE)
_SET = re.compile(r"SET (?:[a-z_]++=[0-9]++,){0,9}timestamp=([0-9.]++);\n?")

# Of a pair without a field: the attribute's name where it is not the pair's.
_STANDARD_NAMES = {"Id": "thread.id", "Thread_id": "thread.id", "Schema": "db.namespace"}


def parser(options: Options) -> Parse:
    """What parses a record of a slow query log; raises RejectedError where it is none."""

    def parse(line: str, received_at: int) -> Fields:
        draft = Draft(options, received_at)
        text = line.replace("\r\n", "\n") if "\r" in line else line
        statement = _header(draft, text)
        time = _TIME.search(text, 0, len(text) - len(statement))
        if time:
            draft.time(time[1])
        database = _DATABASE.match(statement)
        if database:
            draft.attribute("db.namespace", database[1])
            statement = statement[database.end() :]
        set_time = _SET.match(statement)
        if set_time:
            statement = statement[set_time.end() :]
            if not time or not _ZONE.search(time[1]):
                draft.instant(notations.since_1970(set_time[1]), set_time[1])
        draft.attribute("db.query.text", statement.strip())
        return draft.done()

    return parse


def _header(draft: Draft, text: str) -> str:
    """Puts what the lines after ``# `` say, and returns the text after them.

    Raises RejectedError (no_match) where none of them has the time that the statement took.
    """
    position, is_timed = 0, False
    while text.startswith("#", position):
        if text.startswith(_COMMAND, position):
            position += len("# ")
            break
        end = text.find("\n", position)
        end = len(text) if end < 0 else end
        is_timed = _header_line(draft, text[position:end]) or is_timed
        position = end + 1
    if not is_timed:
        raise RejectedError("no_match", found("no Query_time", text))
    return text[position:]


def _header_line(draft: Draft, line: str) -> bool:
    """Puts what one of the lines says, and returns whether that is the time taken."""
    if line.startswith(_PLAN):
        return False
    if _TIME.match(line):
        return False
    user = _USER.match(line)
    if user:
        name, _, host, address = user.groups()
        draft.put("user", name)
        client = address or host
        draft.client(client if _ADDRESS.match(client) else None)
        draft.attribute("Host", host)
    is_timed = False
    for name, value in _PAIR.findall(line, user.end() if user else 0):
        if name == "Query_time":
            draft.response_time(value, "s")
            is_timed = True
        else:
            draft.attribute(_STANDARD_NAMES.get(name, name), value)
    return is_timed
