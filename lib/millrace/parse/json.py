"""Lines that are JSON objects, read without a schema so that every value can be judged."""

from pyspark.sql import Column
from pyspark.sql import functions as F

from millrace.parse.text import found
from millrace.records.limits import MAX_ITEMS

_STRICT = {"allowSingleQuotes": "false", "allowNonNumericNumbers": "false"}
# Bounded: a cast of a number with a vast exponent throws, whatever the cast.
_NUMBER = r"^-?\d{1,40}(\.\d{1,40})?([eE][+-]?\d{1,3})?$"


def line_object(line: Column) -> Column:
    """The line's JSON object as a map of strings, null where the line is not one JSON object.

    Nested values are JSON text, a repeated key has its last value. Spark's reader stops at the
    object's end without a look at what follows; so the line is read as the first of two objects,
    the second being one that no line can foresee.
    """
    seal = F.xxhash64(line).cast("string")
    wrapped = F.concat(F.lit("["), line, F.lit(',{"seal":"'), seal, F.lit('"}]'))
    objects = F.from_json(wrapped, "array<map<string,string>>", _STRICT)
    is_whole = (F.size(objects) == 2) & (F.get(objects, F.lit(1))["seal"] == seal)
    return F.when(is_whole, _last_wins(F.get(objects, F.lit(0))))


def object_within(value: Column) -> Column:
    """The members of a nested object as a map of strings, null where the value is none."""
    members = F.from_json(value, "map<string,string>", _STRICT)
    return F.when(value.startswith("{"), _last_wins(members))


def strings_within(value: Column) -> Column:
    """The items of a nested list as strings, null where the value is none or has too many."""
    items = F.from_json(value, "array<string>", _STRICT)
    return F.when(_is_list(value), _bounded(items))


def objects_within(value: Column) -> Column:
    """The objects of a nested list as maps of strings, null where it is none or has too many."""
    items = _bounded(F.from_json(value, "array<map<string,string>>", _STRICT))
    is_of_objects = ~F.exists(items, lambda item: item.isNull())
    return F.when(_is_list(value) & is_of_objects, F.transform(items, _last_wins))


def number(value: Column) -> Column:
    """The value's text where JSON would take it for a number, else null."""
    return F.when(value.rlike(_NUMBER), value)


def storable(members: Column) -> Column:
    """The same map with keys that MongoDB takes: it has no NUL in them; JSON's null is a text."""
    kept = F.transform_values(members, lambda _, value: F.coalesce(value, F.lit("null")))
    return F.transform_keys(kept, lambda key, _: F.replace(key, F.lit("\0"), F.lit("\\u0000")))


def unread(name: str, sent: Column, read: Column) -> Column:
    """The detail of a member that was sent but could not be read, null for the others."""
    return F.when(sent.isNotNull() & read.isNull(), found(name, sent))


def _is_list(value: Column) -> Column:
    return value.startswith("[") & value.endswith("]")


def _bounded(items: Column) -> Column:
    """The list, null where it is too long; written once, as it takes time to compute."""
    return F.get(F.filter(F.array(items), lambda one: F.size(one) <= MAX_ITEMS), F.lit(0))


def _last_wins(members: Column) -> Column:
    return F.map_from_entries(F.map_entries(members))
