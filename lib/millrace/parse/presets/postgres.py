"""Logs of PostgreSQL: lines of stderr by the usual prefixes, and csvlog.

The prefixes are the default of ``log_line_prefix`` (``%m [%p] ``), Debian's (``%m [%p] %q%u@%d ``),
that of Amazon RDS (``%t:%r:%u@%d:[%p]:``) and that of pgBadger's manual, also with its names in
brackets. A detail, a hint or a
statement has a prefix of its own, and is a record of its own.
"""

import re

from millrace.parse.draft import Draft
from millrace.parse.options import Options, Parse
from millrace.parse.presets import columns, layouts
from millrace.parse.rejection import RejectedError
from millrace.records.fields import Fields

VERSION = 1

_TIME = (
    r"(?P<time>[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?"
    r"(?: (?:[A-Za-z]{1,6}|[+-][0-9]{2}(?::?[0-9]{2})?))?|[0-9]{9,11}\.[0-9]{3})"
)
_PID = r"\[(?P<pid>[0-9]{1,10})(?:-[0-9]{1,10})?\]"
# Words are translated by `lc_messages`.
_TEXT = r"(?P<level>[^\W_]{2,24}): {1,2}(?P<message>.*)\Z"


def _compiled(prefix: str) -> re.Pattern[str]:
    return re.compile(rf"\A{_TIME}{prefix}{_TEXT}", re.DOTALL)


def _name(group: str, ends: str) -> str:
    """The pattern of a name up to one of the characters ``ends``; clients may not have said it."""
    return rf"(?:\[unknown\]|(?P<{group}>[^{ends}\n]*+))"


_DEFAULT = _compiled(rf" {_PID}:? (?:{_name('user', '@ ')}@{_name('database', ' ')} )?")
_RDS = _compiled(
    r":(?:\[local\]|(?P<client>[^()\n]{0,64}?)(?:\((?P<client_port>[0-9]{1,5})\))?)"
    rf":{_name('user', '@:(')}@{_name('database', ':')}:{_PID}:"
)
_PG_BADGER = _compiled(
    rf" {_PID}:? (?:\[[0-9]++-[0-9]++\] )?user={_name('user', ',')},db={_name('database', ',')}"
    rf"(?:,app={_name('application_name', ',')})?"
    r"(?:,client=(?:\[local\]|(?P<client>[^ \n]*+)))? "
)
_IN_BRACKETS = _compiled(
    rf" {_PID}:? \[user={_name('user', ',')},db={_name('database', ',')}"
    rf"(?:,app={_name('application_name', '],')})?"
    r"(?:,client=(?:\[local\]|(?P<client>[^]\n]*+)))?\] "
)
# Names with blanks: without a colon, or a text with an address in it would be one.
_WITH_BLANKS = _compiled(rf" {_PID}:? (?P<user>[^@:\n]{{1,128}})@(?P<database>[^@:\n]{{1,128}}) ")
_PREFIXES = (_DEFAULT, _RDS, _PG_BADGER, _IN_BRACKETS, _WITH_BLANKS)

_CSV = re.compile(rf"{_TIME},")
_COLUMNS = columns.names(
    "log_time user_name database_name process_id connection_from session_id session_line_num"
    " command_tag session_start_time virtual_transaction_id transaction_id error_severity"
    " sql_state_code message detail hint internal_query internal_query_pos context query query_pos"
    " location application_name backend_type leader_pid query_id"
)
_LEAST = _COLUMNS.index("application_name") + 1
_OF_FIELDS = frozenset(
    columns.names("log_time user_name connection_from error_severity sql_state_code message")
)
# Of a column without a field: the attribute's name where it is not the column's.
_STANDARD_NAMES = {
    "database_name": "db.namespace",
    "process_id": "process.pid",
    "query": "db.query.text",
}
_NO_ERROR = "00000"

_DURATION = re.compile(r"duration: ([0-9.]{1,20}) ms(?:  |\Z)")
_STATEMENT = re.compile(r"(?:statement|(?:parse|bind|execute) [^:\n]{1,128}): (.*)\Z", re.DOTALL)
_STATEMENTS = ("STATEMENT", "QUERY")


def parser(options: Options) -> Parse:
    """What parses a line of stderr or csvlog; raises RejectedError where it is no record."""

    def parse(line: str, received_at: int) -> Fields:
        draft = Draft(options, received_at)
        if _CSV.match(line):
            _csv(draft, line)
            return draft.done()
        match = layouts.first_match(_PREFIXES, line)
        if not match:
            raise RejectedError("no_match", "neither a known prefix nor csvlog")
        layouts.fill(draft, match)
        # The server begins each further line of a text with a tab.
        _message(draft, match["message"].replace("\n\t", "\n"))
        if match["level"] in _STATEMENTS:
            draft.attribute("db.query.text", draft.fields.get("message"))
        return draft.done()

    return parse


def _csv(draft: Draft, line: str) -> None:
    values = columns.by_commas(line)
    if values is None or len(values) < _LEAST:
        raise RejectedError("no_match", f"not the {_LEAST} columns of csvlog, or more")
    sent = dict(zip(_COLUMNS, values, strict=False))
    client, code = sent["connection_from"], sent["sql_state_code"]
    draft.time(sent["log_time"])
    draft.level(sent["error_severity"])
    draft.put("user", sent["user_name"])
    draft.client(None if client == "[local]" else columns.address_and_port(client))
    draft.put("error_code", None if code == _NO_ERROR else code)
    for name, value in sent.items():
        if name not in _OF_FIELDS:
            draft.attribute(_STANDARD_NAMES.get(name, name), value)
    _message(draft, sent["message"])


def _message(draft: Draft, text: str) -> None:
    """Puts the text, and the duration and the statement that it names."""
    draft.put("message", text.rstrip())
    duration = _DURATION.match(text)
    if duration:
        draft.response_time(duration[1], "ms")
    statement = _STATEMENT.match(text, duration.end() if duration else 0)
    if statement:
        draft.attribute("db.query.text", statement[1].rstrip())
