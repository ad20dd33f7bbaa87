"""Text layouts of the JVM's loggers: log4j, logback, java.util.logging and those built on them.

Each line's layout is found by patterns in the order in which they are met: Spring Boot, logback's
and log4j's own, Hadoop, Flink, Spark, WildFly, Quarkus, Solr, ZooKeeper, Tomcat, and with the time
in brackets Elasticsearch, Logstash and Kafka; Cassandra and java.util.logging do not begin so. The
stack trace that follows within a record is kept apart from the message.
"""

import re

from millrace.parse.draft import Draft
from millrace.parse.options import Options, Parse
from millrace.parse.presets import layouts, stack_traces
from millrace.parse.presets.pairs import pairs
from millrace.parse.presets.stack_traces import StackTrace
from millrace.parse.rejection import RejectedError
from millrace.records.fields import Fields

VERSION = 1

_DATE = (
    "[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{2}(?:[0-9]{2})?/[0-9]{2}/[0-9]{2}"
    "|[0-9]{2}[ -][A-Z][a-z]{2}[ -][0-9]{4}"
)
_CLOCK = r"[0-9]{2}:[0-9]{2}:[0-9]{2}(?:[.,][0-9]{1,9})?"
_TIME = rf"(?P<time>(?:(?:{_DATE})[T ])?{_CLOCK}(?: ?(?:Z|[+-][0-9]{{2}}:?[0-9]{{2}}))?)"
# Levels of one's own are upper case too.
_WORD = rf"[A-Z]{{3,16}}|(?i:{layouts.KNOWN_LEVELS})"
_LEVEL = rf"\[?(?P<level>{_WORD})(?: *+\])?"
_THREAD = r"\[(?P<thread>[^\]\n]*+)\]"
_LOGGER = r"(?P<logger>(?![0-9])[\w.$-]++)"
_LINE = "(?::(?P<line>[0-9]{1,9}))?"
# A logger's context, and then what parts it from the text.
_PAIR = r'[^\s="]++="[^"\n]*+"'
# Between logback's two dashes stand the pairs of an event.
_TO_TEXT = (
    rf"(?: ++\[[^\]\n]*+\])?(?: *+:| ++-(?:(?P<pairs>{_PAIR}(?: {_PAIR})*+)?-)?)(?: |\Z|(?=\n))"
)
_TEXT = r"(?P<message>.*)\Z"
_TRACE = "(?P<trace>[0-9a-f]{16,32})-(?P<span>[0-9a-f]{16})"
_NO_NAME = r"(?!\[(?:[0-9a-f]{16,32}-[0-9a-f]{16}| *+)\])"


def _compiled(text: str) -> re.Pattern[str]:
    return re.compile(rf"\A{text}", re.DOTALL)


_TIME_FIRST = _compiled(rf" *+\[?{_TIME}(?P<bracket>\]?) *+")

# What follows the time.
_SPRING_BOOT = _compiled(
    rf"{_LEVEL} ++(?P<pid>[0-9]{{1,9}}) --- (?:\[(?P<application>[^\]\n]*+)\] (?=\[){_NO_NAME})?"
    rf"{_THREAD} ?(?:\[(?:{_TRACE}| *+)\] )?{_LOGGER} *+: {_TEXT}"
)
_SPRING_BOOT_WITH_TRACE = _compiled(
    rf"{_LEVEL} \[(?P<application>[^\],\n]*+),"
    r"(?:(?P<trace>[0-9a-f]{16,32}),(?P<span>[0-9a-f]{16}))?[^\]\n]*+\]"
    rf" (?P<pid>[0-9]{{1,9}}) --- {_THREAD} {_LOGGER} *+: {_TEXT}"
)
_LOGBACK = _compiled(rf"{_THREAD} ++{_LEVEL} ++{_LOGGER}{_LINE}{_TO_TEXT}{_TEXT}")
_LOG4J = _compiled(rf"{_LEVEL} ++(?:{_THREAD} ++)?{_LOGGER}{_LINE}{_TO_TEXT}{_TEXT}")
_WILDFLY = _compiled(rf"{_LEVEL} ++\[(?P<logger>[^\]\n]*+)\] \((?P<thread>[^)\n]*+)\) ?{_TEXT}")
_ZOOKEEPER = _compiled(
    rf"\[myid:(?P<myid>[^\]\n]*+)\] - {_LEVEL} ++"
    r"\[(?P<thread>[^\n]{0,200}?):(?P<logger>[\w.$]{1,200})@(?P<line>[0-9]{1,9})\] - "
    rf"{_TEXT}"
)
_SOLR = _compiled(
    rf"{_LEVEL} ++\((?P<thread>[^\n]{{0,200}}?)\) \[(?P<context>[^\]\n]*+)\] {_LOGGER} {_TEXT}"
)
_TOMCAT = _compiled(
    rf"{_LEVEL} ++{_THREAD} (?P<logger>[\w.$]{{1,400}})\.(?P<function>[\w$<>]++) {_TEXT}"
)
_TEXT_ALONE = _compiled(
    rf"\[?(?P<level>{layouts.KNOWN_LEVELS}|(?<=\[)(?i:{layouts.KNOWN_LEVELS}))\b(?: *+\])?"
    rf"(?: *+[:-](?= |\Z))? *+{_TEXT}"
)
_AFTER_TIME = (
    _SPRING_BOOT,
    _LOGBACK,
    _LOG4J,
    _WILDFLY,
    _SPRING_BOOT_WITH_TRACE,
    _TOMCAT,
    _ZOOKEEPER,
    _SOLR,
    _TEXT_ALONE,
)

# What follows a time in brackets.
_KAFKA = _compiled(rf"{_LEVEL} ++(?P<message>.*) \({_LOGGER}{_LINE}\) *+\Z")
_ELASTICSEARCH = _compiled(
    rf"\[(?P<level>{_WORD}) *+\]\[(?P<logger>[^\] \n]*+) *+\]"
    r"(?:\[(?P<pipeline>[^\]\n]*+)\](?:\[(?P<plugin>[^\]\n]*+)\])?)? ?"
    rf"(?:\[(?P<node_name>[^\]\n]*+)\])? ?{_TEXT}"
)
_AFTER_BRACKETS = (_KAFKA, _ELASTICSEARCH, *_AFTER_TIME)

# Whole lines.
_LEVEL_TIME_THREAD = _compiled(
    rf"{_LEVEL} ++{_TIME} ++{_THREAD} ++{_LOGGER}{_LINE}{_TO_TEXT}{_TEXT}"
)
_CASSANDRA = _compiled(
    rf"{_LEVEL} ++(?:{_THREAD} ++)?{_TIME} ++"
    rf"(?:(?P<file>[\w$-]++\.(?:java|scala|kt|groovy)){_LINE}|{_LOGGER}) ++- {_TEXT}"
)
_JAVA_UTIL_LOGGING = _compiled(
    "(?P<time>[A-Z][a-z]{2} [0-9]{1,2}, [0-9]{4},? [0-9:]{7,8}[ \u202f][AP]M)"
    r" (?P<logger>[\w.$]++) (?P<function>[\w$<>]++)"
    r"(?:\n(?P<level>[A-Z]++): (?P<message>.*))?\Z"
)
# Its second line where it comes alone.
_LEVEL_FIRST = _compiled(rf"(?P<level>{layouts.KNOWN_LEVELS}): {_TEXT}")
_WHOLE = (_CASSANDRA, _LEVEL_TIME_THREAD, _JAVA_UTIL_LOGGING, _LEVEL_FIRST)


def parser(options: Options) -> Parse:
    """What parses a line of any of the layouts; raises RejectedError where it has none of them."""

    def parse(line: str, received_at: int) -> Fields:
        draft = Draft(options, received_at)
        text, trace = stack_traces.of_java(layouts.plain(line))
        time = _TIME_FIRST.match(text)
        if time:
            layout = _AFTER_BRACKETS if time["bracket"] else _AFTER_TIME
            match = layouts.first_match(layout, text[time.end() :])
        else:
            match = layouts.first_match(_WHOLE, text)
        if not match:
            raise RejectedError("no_match", "none of the layouts")
        if time:
            draft.time(time["time"])
        layouts.fill(draft, match)
        for key, value in (pairs(draft.attributes.pop("pairs", "")) or {}).items():
            draft.attribute(key, value)
        stack_traces.put(draft, _named(trace, draft.fields.get("message")))
        return draft.done()

    return parse


def _named(trace: StackTrace | None, message: str | None) -> StackTrace | None:
    """The trace with its type, which the message tells where the frames follow it at once."""
    if trace is None or trace.type or not message:
        return trace
    return StackTrace(trace.text, *(stack_traces.exception(message) or (None, None)))
