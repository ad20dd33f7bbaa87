"""How work fails: an error that says what to do, and any error in one line."""

import re

from millrace.records.printable import printable

LONGEST_REASON = 500

# How Spark says that a checkpoint's state was laid out by another query plan.
_OTHER_PLAN = (
    "STATE_STORE_KEY_SCHEMA_NOT_COMPATIBLE",
    "STATE_STORE_VALUE_SCHEMA_NOT_COMPATIBLE",
    "STATE_STORE_KEY_ROW_FORMAT_VALIDATION_FAILURE",
    "STATE_STORE_VALUE_ROW_FORMAT_VALIDATION_FAILURE",
    "STATE_STORE_INVALID",
    "UNSUPPORTED_STATE_STORE",
    "StateSchemaNotCompatible",
)


class ConfigurationError(Exception):
    """The configuration cannot be used; the message is one line that says where and why."""


class UnreachableError(ConfigurationError):
    """A server does not answer where the configuration says it is; it may be away for a while."""


class SetupError(Exception):
    """Something this machine needs cannot be had; the message is one line that says why."""


class StackError(SetupError):
    """A server cannot be started, reached or ended; the message is one line that says why."""


class OutOfTimeError(Exception):
    """The warehouse did not answer a question within the time that it was given."""


class JobError(Exception):
    """The work cannot go on; the message is one line that says why and what to do."""


def one_line(failure: BaseException | None, *, to_root: bool = False) -> str:
    """What went wrong in one printable line: of an error in the JVM, the cause at its root.

    So it is of one that pyspark has made its own where ``to_root`` is set; else its own words.
    """
    name, message = type(failure).__name__, str(failure)
    cause = None
    if is_py4j_error(failure):
        cause = getattr(failure, "java_exception", None)
    elif to_root:
        cause = getattr(failure, "_origin", None)
    if cause is not None:
        while cause.getCause() is not None:
            cause = cause.getCause()
        name, message = cause.getClass().getSimpleName(), str(cause.getMessage())
    if is_unreadable_timestamp(failure):
        message = "a record in Kafka has a timestamp that is too large for Spark to read"
    lines = [line.strip() for line in message.splitlines() if line.strip()] or ["no message"]
    # What a Python worker raised ends its traceback.
    telling = lines[-1] if lines[0].startswith("Traceback") else lines[0]
    # pymongo goes on with the state of each of its servers.
    telling = re.split(r" \(configured timeouts|, Timeout: ", telling)[0]
    return printable(f"{name}: {telling}")[:LONGEST_REASON]


def is_py4j_error(failure: BaseException | None) -> bool:
    """Whether an error is py4j's, of an exception in the JVM: by name, as reading needs no py4j."""
    kind = type(failure)
    return (kind.__module__, kind.__name__) == ("py4j.protocol", "Py4JJavaError")


def is_unreadable_timestamp(failure: BaseException | None) -> bool:
    """Whether Spark's Kafka source met milliseconds that are too many for its microseconds."""
    text = str(failure)
    return "java.lang.ArithmeticException" in text and "KafkaRecordToRowConverter" in text


def is_other_plan(failure: BaseException | None) -> bool:
    """Whether a query failed since its checkpoint holds the state of another query plan."""
    return any(name in str(failure) for name in _OTHER_PLAN)
