r"""Access logs: Common, Combined, vhost_combined, and Combined with further fields after.

The line's fields are those of Apache's mod_log_config and nginx's log module::

    [virtual_host] client ident user [time] "request" status bytes ["referrer" "agent" ...]

Both servers write a quote inside a quoted field as ``\"``, so a line splits at the quotes that no
backslash escapes. Lines without a backslash, nearly all, are split by a plain character search.
"""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from millrace.parse import clf_time
from millrace.parse.methods import own_method
from millrace.parse.text import absent_if_dash, found, plausible

VERSION = 1

# One match is one piece between unescaped quotes. Possessive, so that it neither backtracks nor
# recurses: a line may hold tens of thousands of escapes.
_PIECE = r'(?s)(?:^|")([^"\\]*+(?:\\(?:.|$)[^"\\]*+)*+)'
# RFC 9110, 5.6.2 (token) and 2.5 (protocol version).
_METHOD = r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"
_PROTOCOL = r"^[A-Za-z]+/[0-9](\.[0-9])?$"
# Possessive as well: Java matches a repeated group that may give back by recursion.
_ADDRESS = r"(?:-|unknown|[0-9a-fA-F.:\[\]]++)"
_ADDRESS_LIST = rf"^{_ADDRESS}(?:, ?{_ADDRESS})*+$"
# Bounded, so that no line can carry a number that does not fit a figure.
_MILLISECONDS = r"^(-|\d{1,9}(\.\d{1,9})?)$"
_USUAL_METHODS = ("GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH")
_USUAL_PROTOCOLS = ("HTTP/1.1", "HTTP/1.0", "HTTP/2.0")


def parse(decoded: DataFrame) -> DataFrame:
    """Adds to rows with a ``line`` the fields of ``combined``, ``timestamp`` and ``level``.

    Adds ``_unmatched`` and ``_unmatched_detail`` as well: the reason why the line is no record,
    null where it is one.

    What is used more than once has a column of its own: Spark computes an expression anew at each
    place where it is written.
    """
    return (
        decoded.withColumn("_whole", _with_quoted_user(F.col("line")))
        .withColumn("_pieces", _pieces(F.col("_whole")))
        .transform(_split_head)
        .transform(own_method)
        .transform(_split_status)
        .transform(_split_tail)
        .transform(own_method)
        .transform(_split_request)
        .transform(_typed)
        .transform(_judged)
    )


def _with_quoted_user(line: Column) -> Column:
    """The line with ``-`` in place of the two quotes that Apache writes for an empty user."""
    quote = F.instr(line, F.lit('"'))
    is_empty_user = F.substring(line, quote - 1, F.lit(5)) == ' "" ['
    shortened = F.concat(F.substring(line, F.lit(1), quote - 1), F.lit("-"), _from(line, quote + 2))
    # Asked first: places in a text are counted character by character.
    may_be = F.contains(line, F.lit(' "" ['))
    return F.when(may_be & is_empty_user, shortened).otherwise(line)


def _pieces(line: Column) -> Column:
    has_backslash = F.contains(line, F.lit("\\"))
    escaped = F.regexp_extract_all(line, F.lit(_PIECE), F.lit(1))
    return F.when(has_backslash, escaped).otherwise(F.split(line, '"'))


def _split_head(df: DataFrame) -> DataFrame:
    """``[virtual_host] client ident user [time] ``, the part before the request."""
    head, bracketed, before = F.col("_head"), F.col("_bracketed"), F.col("_before")
    df = (
        df.withColumns({"_head": F.get("_pieces", F.lit(0)), "_count": F.size("_pieces")})
        # The last bracket: a user name may hold one too.
        .withColumn("_bracketed", F.substring_index(head, " [", -1))
        .withColumn("_before", F.length(head) - F.length(bracketed) - 2)
    )
    time = F.substring(bracketed, F.lit(1), F.length(bracketed) - 2)
    df = df.withColumns(
        {
            "_words": F.split(F.substring(head, F.lit(1), before), " "),
            "_time": F.when((before >= 0) & head.endswith("] "), time),
        }
    )
    first, words, shift = F.get("_words", F.lit(0)), F.size("_words"), F.col("_shift")
    names_a_host = (words > 3) & first.rlike(r"^([^:]+|\[.*\]):\d+$")
    df = df.withColumn("_shift", F.when(names_a_host, 1).otherwise(0))
    # A user name may hold spaces: servers write it as it was sent.
    user = F.when(words == shift + 3, F.get("_words", shift + 2)).otherwise(
        F.array_join(F.slice("_words", shift + 3, F.greatest(words, F.lit(0))), " ")
    )
    return df.withColumn("_user", user).withColumns(
        {
            "virtual_host": F.when(shift == 1, first),
            "client_ip": absent_if_dash(F.get("_words", shift)),
            "ident": absent_if_dash(F.get("_words", shift + 1)),
            "user": absent_if_dash(F.col("_user")),
            "_named": (words >= shift + 3) & (F.get("_words", shift) != ""),
        }
    )


def _split_status(df: DataFrame) -> DataFrame:
    """`` status bytes ``, and whether a referrer and a user agent follow."""
    df = df.withColumn("_after_request", F.split(F.get("_pieces", F.lit(2)), " "))
    words = F.col("_after_request")
    is_combined = (
        (F.col("_count") >= 7)
        & (F.size(words) == 4)
        & (F.get(words, F.lit(3)) == "")
        & (F.get("_pieces", F.lit(4)) == " ")
    )
    return df.withColumns(
        {
            "_status": F.get(words, F.lit(1)),
            "_bytes": F.get(words, F.lit(2)),
            "_is_combined": is_combined,
        }
    )


def _split_tail(df: DataFrame) -> DataFrame:
    """Referrer, user agent, and what stands after the last known field."""
    is_combined, gap, after = F.col("_is_combined"), F.col("_gap"), F.col("_after")
    common_tail = F.concat_ws(" ", F.slice("_after_request", 4, 2**30))
    pieces_after = F.when(is_combined, 7).otherwise(3)
    df = df.withColumns(
        {
            "referrer": F.when(is_combined, absent_if_dash(F.get("_pieces", F.lit(3)))),
            "user_agent": F.when(is_combined, absent_if_dash(F.get("_pieces", F.lit(5)))),
            "_gap": F.when(is_combined, F.get("_pieces", F.lit(6))).otherwise(common_tail),
            "_after": F.when(
                F.col("_count") > pieces_after,
                F.array_join(F.slice("_pieces", pieces_after + 1, F.col("_count")), '"'),
            ),
        }
    )
    quoted, first_word = F.get("_pieces", F.lit(7)), F.col("_first_word")
    is_forwarded, is_timed = F.col("_is_forwarded"), F.col("_is_timed")
    df = df.withColumns(
        {
            "_is_forwarded": is_combined & (gap == " ") & quoted.rlike(_ADDRESS_LIST),
            "_first_word": F.when(is_combined, F.substring_index(F.ltrim(gap), " ", 1)),
        }
    ).withColumn("_is_timed", is_combined & ~is_forwarded & first_word.rlike(_MILLISECONDS))
    rest = (
        F.when(is_forwarded, F.substring(after, F.length(quoted) + 2, 2**30))
        .when(is_timed, F.concat(_from(F.ltrim(gap), F.length(first_word) + 1), _quoted(after)))
        .otherwise(F.concat(gap, _quoted(after)))
    )
    return df.withColumn("_rest", F.trim(rest)).withColumns(
        {
            "forwarded_for": F.when(is_forwarded, absent_if_dash(quoted)),
            "response_time_ms": F.when(is_timed, first_word.try_cast("double")),
            "extra": F.when(~F.col("_rest").isin("", "-"), F.col("_rest")),
            # After a quoted field comes a space or the end; else a quote stood unescaped in it.
            "_is_ragged": is_combined & ~(gap.startswith(" ") | (gap == "")),
        }
    )


def _from(text: Column, start: Column) -> Column:
    return F.substring(text, start, F.lit(2**30))


def _quoted(after: Column) -> Column:
    return F.coalesce(F.concat(F.lit('"'), after), F.lit(""))


def _split_request(df: DataFrame) -> DataFrame:
    """``METHOD target PROTOCOL``; anything else is kept whole as ``request``."""
    df = df.withColumn("_request", F.get("_pieces", F.lit(1))).withColumn(
        "_request_words", F.split("_request", " ")
    )
    words, method, target = F.col("_request_words"), F.col("_method"), F.col("_target")
    # Clients send targets with spaces.
    spaced = F.array_join(F.slice(words, 2, F.greatest(F.size(words) - 2, F.lit(0))), " ")
    df = df.withColumns(
        {
            "_method": F.get(words, F.lit(0)),
            "_target": F.when(F.size(words) == 3, F.get(words, F.lit(1))).otherwise(spaced),
            "_protocol": F.get(words, F.size(words) - 1),
        }
    )
    protocol, is_request = F.col("_protocol"), F.col("_is_request")
    # What nearly all send is compared; a regular expression takes ten times as long.
    is_protocol = protocol.isin(*_USUAL_PROTOCOLS) | protocol.rlike(_PROTOCOL)
    is_method = method.isin(*_USUAL_METHODS) | method.rlike(_METHOD)
    has_target = (F.size(words) >= 3) & (target != "") & (F.trim(target) == target)
    df = df.withColumn("_is_request", has_target & is_protocol & is_method)
    return df.withColumns(
        {
            "method": F.when(is_request, method),
            "path": F.when(is_request, target),
            "protocol": F.when(is_request, protocol),
            "request": F.when(~is_request, F.col("_request")),
        }
    )


def _typed(df: DataFrame) -> DataFrame:
    time, status_code = F.col("_time"), F.col("status_code")
    return (
        df.withColumns({"_local": clf_time.local(time), "_zone": clf_time.zone(time)})
        .withColumns(
            {
                "_instant": clf_time.instant(F.col("_local"), F.col("_zone")),
                "_status_number": F.col("_status").try_cast("bigint"),
                "_bytes_number": F.col("_bytes").try_cast("bigint"),
            }
        )
        .withColumns(
            {
                "timestamp": F.when(clf_time.is_shaped(time), plausible(F.col("_instant"))),
                "status_code": _digits("_status", "_status_number", 3, 3).cast("int"),
                "bytes": _digits("_bytes", "_bytes_number", 1, 15),
            }
        )
        .withColumn(
            "level",
            F.when(status_code >= 500, "ERROR").when(status_code >= 400, "WARN").otherwise("INFO"),
        )
    )


def _digits(text: str, number: str, fewest: int, most: int) -> Column:
    """The number where its text is so many digits and nothing else, else null.

    Written out again, a number of plain digits is its text; that is asked first, for its speed.
    """
    is_plain = (F.col(number) >= 0) & (F.col(number).cast("string") == F.col(text))
    is_plain &= F.length(text).between(fewest, most)
    return F.when(is_plain | F.col(text).rlike(rf"^\d{{{fewest},{most}}}$"), F.col(number))


def _judged(df: DataFrame) -> DataFrame:
    is_open = F.col("_count") % 2 == 0
    is_short = F.col("_count") < 3
    has_no_time = F.col("_time").isNull()
    is_cut = F.col("_bytes").isNull()
    bad_status = (F.col("_status") != "-") & F.col("status_code").isNull()
    bad_bytes = (F.col("_bytes") != "-") & F.col("bytes").isNull()
    unmatched = (
        F.when(F.col("line").isNull(), None)
        .when(is_open, "a quote is not closed")
        .when(is_short, "no quoted request")
        .when(has_no_time, "no [time] before the request")
        .when(~F.col("_named"), "not client, ident and user before the time")
        .when(is_cut, "not status and bytes after the request")
        .when(F.col("_is_ragged"), "text right after a closing quote")
    )
    df = df.withColumn("_no_match", unmatched)
    bad_value = F.when(bad_status, found("status_code", F.col("_status"))).when(
        bad_bytes, found("bytes", F.col("_bytes"))
    )
    df = df.withColumn("_bad_value", bad_value)
    is_timeless = F.col("timestamp").isNull() & F.col("line").isNotNull()
    return df.withColumns(
        {
            "_unmatched": F.when(F.col("_no_match").isNotNull(), "no_match")
            .when(F.col("_bad_value").isNotNull(), "bad_value")
            .when(is_timeless, "bad_timestamp"),
            "_unmatched_detail": F.coalesce(
                "_no_match", "_bad_value", F.when(is_timeless, found("timestamp", F.col("_time")))
            ),
        }
    )
