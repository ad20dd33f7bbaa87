"""Text layouts of Python's loggers: logging, gunicorn, uvicorn, Celery, loguru, Airflow, Flask.

Each line's layout is found by patterns in the order in which they are met. The traceback that
follows within a record is kept apart from the message.
"""

import re

from millrace.parse.draft import Draft
from millrace.parse.options import Options, Parse
from millrace.parse.presets import layouts, stack_traces
from millrace.parse.rejection import RejectedError
from millrace.records.fields import Fields

VERSION = 1

_TIME = (
    r"(?P<time>[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:[.,][0-9]{1,9})?"
    r"(?: ?(?:Z|[+-][0-9]{2}:?[0-9]{2}))?)"
)
# Levels of one's own are upper case too; one without a name is a number.
_LEVEL = "(?P<level>[A-Z]{3,16}|Level [0-9]{1,3})"
_KNOWN = rf"(?P<level>(?:{layouts.KNOWN_LEVELS})\b)"
_LOGGER = r"(?P<logger>[^\s:|\[\]]++)"
# A word without a dot is rather the text's: ``ERROR failed: no stock``.
_QUALIFIED = r"(?:root|__main__|[\w-]++(?:\.[\w-]++)++)"
_NAMED = rf"(?:(?P<logger>{_QUALIFIED}):(?: |\Z))?"
_LINE = "(?P<line>[0-9]{1,9})"
_TEXT = r"(?P<message>.*)\Z"


def _compiled(text: str) -> re.Pattern[str]:
    return re.compile(rf"\A{text}", re.DOTALL)


_BETWEEN_DASHES = _compiled(rf"{_TIME} - {_LOGGER} - {_LEVEL} *+- {_TEXT}")
_LEVEL_AND_LOGGER = _compiled(
    rf"{_TIME} \[?{_LEVEL}(?: *+\])? ++\[?(?P<logger>(?<=\[)[^\s:|\[\]]++|{_QUALIFIED})"
    rf"(?::|\]:?| -)(?: |\Z){_TEXT}"
)
_LEVEL_AND_FILE = _compiled(
    rf"{_TIME} {_KNOWN} ++\[(?P<file>[^\]:\n]*+(?<=\.py)):{_LINE}\] {_TEXT}"
)
_PROCESS_AND_LEVEL = _compiled(
    rf"{_TIME} \[(?P<pid>[0-9]{{1,10}})\] \[?{_LEVEL}(?: *+\])?:? *+{_NAMED}{_TEXT}"
)
_LEVEL_AND_TIME = _compiled(rf"{_LEVEL}: *+{_TIME}: *+{_NAMED}{_TEXT}")
_LOGGER_AND_LEVEL = _compiled(rf"{_TIME} {_LOGGER} {_KNOWN}(?: *+[:-](?= |\Z))? *+{_TEXT}")
_OPENTELEMETRY = _compiled(
    rf"{_TIME} {_LEVEL} \[(?P<logger>[^\]\n]*+)\] \[(?P<file>[^\]:\n]*+):{_LINE}\]"
    r" \[trace_id=(?P<trace>[0-9a-f]++) span_id=(?:0|(?P<span>[0-9a-f]++))"
    r" resource\.service\.name=(?P<application>[^\] \n]*+)[^\]\n]*+\] - "
    rf"{_TEXT}"
)
_BASIC = _compiled(rf"{_LEVEL}:{_LOGGER}:{_TEXT}")
_UVICORN_ACCESS = _compiled(
    r'INFO: ++(?P<client>[^ ]++) - "(?P<request>[^"\n]*+)" (?P<status>[0-9]{3})(?: [^\n]*+)?\Z'
)
_LEVEL_ALONE = _compiled(rf"{_KNOWN}: ++{_TEXT}")
_GUNICORN = _compiled(rf"\[{_TIME}\] \[(?P<pid>[0-9]{{1,10}})\] \[{_LEVEL}\] {_TEXT}")
_LOGURU = _compiled(
    rf"{_TIME} \| {_LEVEL} *+\| (?P<logger>[^:|\s]*+):(?P<function>[^:|\s]*+):{_LINE} - {_TEXT}"
)
_CELERY = _compiled(rf"\[{_TIME}: {_LEVEL}/(?P<process>[^\]\n]++)\] {_TEXT}")
_AIRFLOW = _compiled(
    rf"\[{_TIME}\] \{{{{1,2}}(?P<file>[^:}}\n]++):{_LINE}\}}{{1,2}} {_LEVEL} - {_TEXT}"
)
_FLASK = _compiled(rf"\[{_TIME}\] {_LEVEL} in (?P<logger>[^:\s]++): {_TEXT}")
_SCRAPY = _compiled(rf"{_TIME} \[{_LOGGER}\] {_LEVEL}: {_TEXT}")
_LAMBDA = _compiled(rf"\[{_LEVEL}\]\t{_TIME}\t(?P<request_id>[^\t\n]*+)\t{_TEXT}")
_DJANGO = _compiled(
    rf"{_LEVEL} {_TIME} (?P<logger>[\w.]++) (?P<pid>[0-9]{{1,10}}) (?P<thread_id>[0-9]{{1,20}})"
    rf" {_TEXT}"
)
_TIME_AND_LEVEL = _compiled(rf"\[?{_TIME}\]?[ |:-]++\[?{_KNOWN}\]?(?: ?[:|-])? *+{_TEXT}")
_LAYOUTS = (
    _BETWEEN_DASHES,
    _OPENTELEMETRY,
    _LEVEL_AND_LOGGER,
    _LEVEL_AND_FILE,
    _PROCESS_AND_LEVEL,
    _LEVEL_AND_TIME,
    _BASIC,
    _UVICORN_ACCESS,
    _LEVEL_ALONE,
    _GUNICORN,
    _LOGURU,
    _CELERY,
    _AIRFLOW,
    _FLASK,
    _SCRAPY,
    _LOGGER_AND_LEVEL,
    _LAMBDA,
    _DJANGO,
    _TIME_AND_LEVEL,
)
# Of other programs' lines too any word would be the level of these.
_OF_KNOWN_LEVEL = (_LEVEL_AND_LOGGER, _PROCESS_AND_LEVEL, _LEVEL_AND_TIME)


def parser(options: Options) -> Parse:
    """What parses a line of any of the layouts; raises RejectedError where it has none of them."""

    def parse(line: str, received_at: int) -> Fields:
        draft = Draft(options, received_at)
        text, trace = stack_traces.of_python(layouts.plain(line))
        match = _matched(text, options)
        if not match:
            raise RejectedError("no_match", "none of the layouts")
        layouts.fill(draft, match)
        stack_traces.put(draft, trace)
        return draft.done()

    return parse


def _matched(text: str, options: Options) -> re.Match[str] | None:
    """The match of the first layout that the text has; None where it has none of them."""
    for layout in _LAYOUTS:
        match = layout.match(text)
        if match and (layout not in _OF_KNOWN_LEVEL or options.level(match["level"])):
            return match
    return None
