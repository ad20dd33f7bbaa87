"""JSON events of the loggers, servers and clouds that are in wide use, told apart line by line."""

from collections.abc import Mapping

from millrace.parse import json
from millrace.parse.json import Members
from millrace.parse.json_logs import families
from millrace.parse.json_logs.event import Event, Sent
from millrace.parse.json_logs.maps import Keys, key_map
from millrace.parse.options import Options, Parse
from millrace.parse.rejection import RejectedError
from millrace.records.fields import Fields

VERSION = 1


def parser(options: Options) -> Parse:
    """What parses lines of one JSON event each.

    An event without a time takes ``received_at``. It raises RejectedError where a line is not one
    JSON object (bad_json), holds several events or none (bad_envelope: ``parts`` divides those),
    has a time that cannot be read (bad_timestamp), or a number that is none (bad_value).
    """

    def parse(line: str, received_at: int) -> Fields:
        event = Event(options, received_at)
        families.read(event, one_object(line))
        return event.done()

    return parse


def mapped(keys: Mapping[str, Keys], options: Options) -> Parse:
    """What parses lines of one JSON object each by a declared map of its keys.

    The map's keys are our names of fields; each has the object's key, a path with dots, a list of
    alternatives, or ``{"path": .., "unit": ..}`` with the unit of a time or response time: s, ms,
    us or ns. Whatever is not named is an attribute. Raises ValueError where the map names a field
    or a unit that is unknown; the parser raises what that of ``parser`` does.
    """
    declared = key_map(keys)

    def parse(line: str, received_at: int) -> Fields:
        event = Event(options, received_at)
        declared.fill(event, one_object(line))
        return event.done()

    return parse


def one_object(line: str) -> Sent:
    """The members of the one object that a line is, or that is the one item of its list.

    Raises RejectedError: bad_json where it is no object, bad_envelope where there are several.
    """
    try:
        # A NUL ends a frame of GELF, which shippers leave there.
        value = json.read(line.rstrip("\0"))
    except ValueError:
        value = None
    while value.__class__ is list:
        if len(value) != 1:
            raise RejectedError("bad_envelope", f"a list that holds {len(value)} events")
        value = value[0]
    if value.__class__ is not Members:
        raise RejectedError("bad_json", "not one JSON object")
    return dict(value)
