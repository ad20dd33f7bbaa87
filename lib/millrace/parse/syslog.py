"""System logs: RFC 5424, and RFC 3164 with or without PRI, told apart line by line.

RFC 5424::

    <PRI>1 TIMESTAMP HOSTNAME APP-NAME PROCID MSGID STRUCTURED-DATA [MSG]

RFC 3164, which describes what is sent rather than prescribes it; the ISO time is rsyslog's::

    [<PRI>]Mmm dd [yyyy] hh:mm:ss[.fraction] [yyyy] [zone] [yyyy] [HOSTNAME] [TAG[[pid]]:] message
    [<PRI>]yyyy-mm-ddThh:mm:ss[.fraction][zone] [HOSTNAME] [TAG[[pid]]:] message
"""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from millrace.parse.instant import iso_8601
from millrace.parse.text import absent_if_dash, found, plausible

VERSION = 1

_PRI = r"^<\d{1,3}>"
_RFC_5424 = r"^<\d{1,3}>\d{1,3} "
_HIGHEST_PRI = 191  # RFC 5424, 6.2.1: facilities 0 to 23, severities 0 to 7
_BOM = "\ufeff"

# RFC 5424, 6.3: names hold no space, control character, `=`, `]` or quote; in a value a backslash
# escapes a quote, a backslash and a bracket, and stands for itself before anything else.
# Possessive, so that a line of tens of thousands of escapes neither backtracks nor recurses.
_NAME = r'[^\x00-\x20\x7f=\]"]+'
_VALUE = r'[^"\\\]]*+(?:\\(?s:.)[^"\\\]]*+)*+'
_PARAMETER = f' +{_NAME}="{_VALUE}"'
_ELEMENT = rf"\[{_NAME}(?:{_PARAMETER})*+ *\]"
_ELEMENTS = rf"^(?:{_ELEMENT})++(?= |\z)"
# One after the other from the first on: \G is where the one before ended.
_ELEMENT_PARTS = rf"\G\[({_NAME})((?:{_PARAMETER})*+) *\]"
_PARAMETER_PARTS = rf'\G +({_NAME})="({_VALUE})"'

_YEAR = r"(?:\d{4} )?"
_LATE_YEAR = r" \d{4}(?= |$)"
_ZONE = r" (?:UTC|GMT|Z|[+-]\d\d:?\d\d)"
_BSD_HEAD = (
    rf"^[A-Z][a-z]{{2}} {{1,2}}\d{{1,2}} {_YEAR}\d\d:\d\d:\d\d(?:[.,]\d{{1,9}})?"
    rf"(?:{_LATE_YEAR}(?:{_ZONE})?|{_ZONE}(?:{_LATE_YEAR})?)?(?=:? |:?$)"
)
_ISO_HEAD = r"^\d{4}-\d\d-\d\dT[0-9:.,]+(?:[Zz]|[+-]\d\d:?\d\d)?(?=:? |:?$)"
_MONTHS = "    Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec "
_MONTH_NUMBERS = "????-01--02--03--04--05--06--07--08--09--10--11--12-"
_YEARS_BACK = range(-1, 9)  # leap days may lie eight years apart
# A colon ends a process id even where no space follows; a name alone may be a part of the message.
_TAG = r"^[^\s:\[\]]+(?:\[[^\s\]]*\](?::|(?=\s|\z))|:(?=\s|\z))"
_ZONED = r"(?:[Zz]|[+-]\d\d:?\d\d)$"


def parse(decoded: DataFrame) -> DataFrame:
    """Adds ``syslog``'s fields, ``timestamp``, ``service_name``, ``level`` to rows with a ``line``.

    Adds ``_unmatched`` and ``_unmatched_detail`` as well: the reason why the line is no record,
    null where it is one. ``service_name`` is the program that wrote the line.
    """
    return (
        decoded.transform(_split_pri)
        .transform(_split_rfc_5424)
        .transform(_split_rfc_3164)
        .transform(_typed)
        .transform(_judged)
    )


def _split_pri(df: DataFrame) -> DataFrame:
    line = F.col("line")
    end = F.when(line.rlike(_PRI), F.instr(line, F.lit(">"))).otherwise(0)
    return df.withColumns(
        {
            "_pri": F.when(end > 0, F.substring(line, F.lit(2), end - 2).try_cast("int")),
            "_after_pri": _from(line, end + 1),
            "_is_5424": F.coalesce(line.rlike(_RFC_5424), F.lit(False)),
        }
    )


def _split_rfc_5424(df: DataFrame) -> DataFrame:
    """The header's words, structured data and message; null where the line is of the other form."""
    after = F.when(F.col("_is_5424"), F.col("_after_pri"))
    # The seventh piece is the rest of the line.
    df = df.withColumn("_words", F.split(after, " ", 7))
    rest = F.get("_words", F.lit(6))
    elements = F.regexp_extract(rest, _ELEMENTS, 0)
    is_nil = (rest == "-") | rest.startswith("- ")
    df = df.withColumn("_data", F.when(is_nil, "-").otherwise(F.nullif(elements, F.lit(""))))
    message = _from(rest, F.length("_data") + 2)
    unmarked = F.when(message.startswith(_BOM), _from(message, F.lit(2))).otherwise(message)
    return df.withColumn("_message_5424", unmarked)


def _split_rfc_3164(df: DataFrame) -> DataFrame:
    """The time as written, hostname, tag and message; null where the line is of the other form."""
    after = F.when(~F.col("_is_5424"), F.col("_after_pri"))
    is_iso = after.rlike(r"^\d{4}-")
    head = F.when(is_iso, F.regexp_extract(after, _ISO_HEAD, 0)).otherwise(
        F.regexp_extract(after, _BSD_HEAD, 0)
    )
    df = df.withColumn("_head", F.nullif(head, F.lit("")))
    # One space and, as some routers write it, a colon between the time and what follows.
    rest = F.regexp_replace(_from(after, F.length("_head") + 1), r"^:? ?", "")
    df = df.withColumn("_rest", F.when(F.col("_head").isNotNull(), rest))
    first = F.substring_index("_rest", " ", 1)
    has_no_host = F.regexp_extract(first, _TAG, 0).endswith(":")
    host_length = F.when(has_no_host, 0).otherwise(F.length(first) + 1)
    df = df.withColumn("_host", F.when(~has_no_host, F.nullif(first, F.lit(""))))
    df = df.withColumn("_content", _from(F.col("_rest"), host_length + 1))
    tag = F.regexp_extract("_content", _TAG, 0)
    df = df.withColumn("_tag", F.nullif(tag, F.lit("")))
    untagged = F.regexp_replace(_from(F.col("_content"), F.length("_tag") + 1), "^ ", "")
    return df.withColumn("_message_3164", F.coalesce(untagged, F.col("_content")))


def _typed(df: DataFrame) -> DataFrame:
    def word(place: int) -> Column:
        return absent_if_dash(F.get("_words", F.lit(place)))

    pri = F.when(F.col("_pri") <= _HIGHEST_PRI, F.col("_pri"))
    severity = pri % 8
    name = F.substring_index(F.substring_index("_tag", "[", 1), ":", 1)
    in_brackets = F.regexp_extract("_tag", r"^[^\[]*+\[([^\]]*+)\]", 1)
    app_name = F.coalesce(word(3), absent_if_dash(name))
    is_nil_time = F.get("_words", F.lit(1)) == "-"
    return df.withColumns(
        {
            "timestamp": F.when(is_nil_time, F.col("received_at"))
            .when(F.col("_is_5424"), F.when(word(1).rlike(_ZONED), iso_8601(word(1))))
            .otherwise(_bsd_time(F.col("_head"), F.col("received_at"))),
            "service_name": app_name,
            # As OpenTelemetry has it, but for alert and critical, which stand with emergency.
            "level": F.when(severity <= 2, "FATAL")
            .when(severity == 3, "ERROR")
            .when(severity == 4, "WARN")
            .when(severity == 7, "DEBUG")
            .otherwise("INFO"),
            "facility": F.floor(pri / 8).cast("int"),
            "severity": severity,
            "hostname": F.coalesce(word(2), absent_if_dash(F.col("_host"))),
            "app_name": app_name,
            "proc_id": F.coalesce(word(4), absent_if_dash(F.nullif(in_brackets, F.lit("")))),
            "msg_id": word(5),
            "message": F.nullif(F.coalesce("_message_5424", "_message_3164"), F.lit("")),
            "structured_data": _structured_data(F.col("_data")),
        }
    )


def _bsd_time(head: Column, received_at: Column) -> Column:
    """The instant that the head of an RFC 3164 line names, null where it names none.

    Where no year is written it is the one that puts the time nearest to, and not more than a day
    after, ``received_at``. Where no zone is written it is UTC.
    """
    words = F.filter(F.split(head, " "), lambda word: word != "")
    month = F.substring(
        F.lit(_MONTH_NUMBERS), F.instr(F.lit(_MONTHS), F.get(words, F.lit(0))), F.lit(4)
    )
    day = F.lpad(F.get(words, F.lit(1)), 2, "0")
    clock = F.replace(
        F.get(F.filter(words, lambda word: word.contains(":")), F.lit(0)), F.lit(","), F.lit(".")
    )
    year = F.get(F.filter(words, lambda word: word.rlike(r"^\d{4}$")), F.lit(0))
    offset = F.get(F.filter(words, lambda word: word.rlike(r"^[+-]")), F.lit(0))
    zone = F.coalesce(offset, F.lit("Z"))
    after_year = F.concat(month, day, F.lit("T"), clock, zone)
    latest = received_at + F.expr("INTERVAL 1 DAY")
    candidates = (
        F.concat((F.year(received_at) - back).cast("string"), after_year).try_cast("timestamp")
        for back in _YEARS_BACK
    )
    nearest = F.coalesce(*(F.when(time <= latest, time) for time in candidates))
    written = F.concat(year, after_year).try_cast("timestamp")
    is_iso = head.rlike(r"^\d")
    return F.when(is_iso, iso_8601(head)).otherwise(
        plausible(F.when(year.isNotNull(), written).otherwise(nearest))
    )


def _structured_data(data: Column) -> Column:
    """The elements by their ids, each a map of its parameters; of a repeated name the last one."""
    elements = F.regexp_extract_all(data, F.lit(_ELEMENT_PARTS), F.lit(0))
    return F.when(
        data.startswith("["),
        F.map_from_entries(
            F.transform(
                elements,
                lambda element: F.struct(
                    F.regexp_extract(element, _ELEMENT_PARTS, 1),
                    _parameters(F.regexp_extract(element, _ELEMENT_PARTS, 2)),
                ),
            )
        ),
    )


def _parameters(text: Column) -> Column:
    names = F.regexp_extract_all(text, F.lit(_PARAMETER_PARTS), F.lit(1))
    values = F.regexp_extract_all(text, F.lit(_PARAMETER_PARTS), F.lit(2))
    plain = F.transform(values, lambda value: F.regexp_replace(value, r'\\(["\\\]])', "$1"))
    return F.map_from_arrays(names, plain)


def _judged(df: DataFrame) -> DataFrame:
    is_line = F.col("line").isNotNull()
    is_5424 = F.col("_is_5424")
    version = F.get("_words", F.lit(0))
    # Two spaces in a row leave a field between them empty.
    has_fields = (F.size("_words") == 7) & ~F.array_contains(F.slice("_words", 1, 6), "")
    no_match = (
        F.when(~is_5424 & F.col("_head").isNull(), "neither RFC 5424 nor a time as in RFC 3164")
        .when(~is_5424 & (F.col("_rest") == ""), "nothing after the time")
        .when(is_5424 & ~has_fields, "not the seven fields of RFC 5424")
        .when(is_5424 & F.col("_data").isNull(), "structured data that is not well formed")
    )
    bad_value = F.when(
        F.col("_pri") > _HIGHEST_PRI, found("pri", F.col("_pri").cast("string"))
    ).when(is_5424 & (version != "1"), found("version", version))
    sent_time = F.when(is_5424, F.get("_words", F.lit(1))).otherwise(F.col("_head"))
    bad_time = F.when(F.col("timestamp").isNull(), found("timestamp", sent_time))
    df = df.withColumns({"_bad_value": bad_value, "_no_match": no_match, "_bad_time": bad_time})
    reason = (
        F.when(F.col("_bad_value").isNotNull(), "bad_value")
        .when(F.col("_no_match").isNotNull(), "no_match")
        .when(F.col("_bad_time").isNotNull(), "bad_timestamp")
    )
    detail = F.coalesce("_bad_value", "_no_match", "_bad_time")
    return df.withColumns(
        {
            "_unmatched": F.when(is_line, reason),
            "_unmatched_detail": F.when(is_line, detail),
        }
    )


def _from(text: Column, start: Column) -> Column:
    return F.substring(text, start, F.lit(2**30))
