"""The texts that a directive's values have in a line -> a record's fields.

What each value sets is decided once, when the parser is made.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from millrace.parse.declared.directive import Template, Value
from millrace.parse.declared.directive_pattern import Groups, Split
from millrace.parse.draft import Draft
from millrace.parse.level import by_status
from millrace.parse.options import Options, Parse
from millrace.parse.rejection import RejectedError
from millrace.parse.request import request
from millrace.records.fields import Fields

Attributes = dict[str, str]
Step = Callable[[Fields, Attributes, int], None]
"""Makes further fields of those that were found; the last argument is when the line was received.

Fields that begin with ``_`` are taken away by the step that they are for.
"""

_WHOLE = "_request"  # the field of a request that is yet to be told apart
_PARTS = ("method", "path", "protocol")


@dataclass(frozen=True)
class _Place:
    """What the text of one group sets: a field, or an attribute."""

    value: Value
    field: str | None
    attribute: str | None = None


def parser_of(
    template: Template,
    splits: tuple[Split, Split],
    options: Options,
    steps: Sequence[Step],
    unescape: Callable[[str], str] | None = None,
) -> Parse:
    """What parses the template's lines.

    The first of ``splits`` takes lines whose values are of their usual forms, the second others.
    ``steps`` are taken in turn when all values are set. ``unescape`` is for texts that may hold
    escapes.
    """
    return _Parser(template, splits, options, steps, unescape).parse


class _Parser:
    def __init__(
        self,
        template: Template,
        splits: tuple[Split, Split],
        options: Options,
        steps: Sequence[Step],
        unescape: Callable[[str], str] | None,
    ) -> None:
        places, choices = _places(template.values)
        self._usual, self._general = splits
        self._options, self._unescape = options, unescape
        self._names, self._pick = _picked([place.field for place in places])
        self._attributes, self._pick_attributes = _picked([place.attribute for place in places])
        # Those of a second choice are read when they are chosen.
        firsts = [place.value for place in places if place.field == place.value.field]
        self._reads = [(each.field, each.read) for each in firsts if each.field and each.read]
        self._puts = [(each.field, each.put) for each in firsts if each.field and each.put]
        self._dashes = [(n, place) for n, place in enumerate(places) if place.value.keeps_dash]
        self._steps = (*(self._choice(*choice) for choice in choices), *steps)

    def parse(self, line: str, received_at: int) -> Fields:
        """The line's fields; raises RejectedError where it is no record."""
        groups = self._usual(line)
        is_usual = groups is not None
        if groups is None:
            groups = self._general(line)
            if groups is None:
                raise RejectedError("no_match", "the line is not as declared")
        if self._unescape and "\\" in line:
            groups = tuple(self._unescape(text) if text else text for text in groups)
        return self._record(groups, received_at, is_usual)

    def _record(self, groups: Groups, received_at: int, is_usual: bool) -> Fields:
        fields = _present(self._names, self._pick(groups))
        attributes: Attributes = {}
        if self._attributes:
            attributes = _present(self._attributes, self._pick_attributes(groups))
        if is_usual:
            for field, read in self._reads:
                if field in fields:
                    fields[field] = read(fields[field])
        else:
            self._put_all(fields, attributes, received_at)
        for number, place in self._dashes:
            if groups[number] == "-":
                _keep_dash(place, fields, attributes)
        if _WHOLE in fields:
            fields.update(request(fields.pop(_WHOLE)))
        for step in self._steps:
            step(fields, attributes, received_at)
        if "timestamp" not in fields:
            fields["timestamp"] = received_at
        fields["level"] = by_status(fields.get("status_code"))
        fields["attributes"] = attributes or None
        return fields

    def _put_all(self, fields: Fields, attributes: Attributes, received_at: int) -> None:
        """Sets the fields of other types than text by texts of any form."""
        draft = Draft(self._options, received_at)
        for field, put in self._puts:
            if field in fields:
                put(draft, fields.pop(field))
        fields.update(draft.fields)
        attributes.update(draft.attributes)

    def _choice(self, field: str, other: _Place) -> Step:
        """Sets a field by another value where the better ones have none."""
        name, attribute, put = other.field or "", other.value.attribute, other.value.put

        def choose(fields: Fields, attributes: Attributes, received_at: int) -> None:
            text = fields.pop(name, None)
            if text is None:
                return
            if field in fields:
                if attribute:
                    attributes[attribute] = text
            elif put:
                draft = Draft(self._options, received_at)
                put(draft, text)
                fields.update(draft.fields)
                attributes.update(draft.attributes)
            else:
                fields[field] = text

        return choose


def _places(values: Sequence[Value]) -> tuple[list[_Place], list[tuple[str, _Place]]]:
    """The place of each group; and those for when a field has no better value, with the field."""
    is_request = any(value.form.shape == "request" for value in values)
    taken = set(_PARTS if is_request else ())
    fields: dict[str, str] = {}
    choices = []
    for value in sorted(values, key=lambda value: value.rank):
        if value.field is None:
            continue
        fields[value.name] = value.field
        if value.field in taken:
            fields[value.name] = f"_{value.name}"
            choices.append((value.field, _Place(value, f"_{value.name}")))
        taken.add(value.field)
    places: list[_Place] = []
    for value in values:
        if value.form.shape == "request":
            places += [_Place(value, field) for field in (*_PARTS, _WHOLE)]
        elif value.name in fields:
            places.append(_Place(value, fields[value.name]))
        else:
            # A second of the same name stands under what it is called in the declaration.
            is_taken = any(place.attribute == value.attribute for place in places)
            places.append(_Place(value, None, value.name if is_taken else value.attribute))
    return places, choices


def _picked(names: Sequence[str | None]) -> tuple[tuple[str, ...], Callable[[Groups], Groups]]:
    """The names that there are, and what picks their groups."""
    numbers = [number for number, name in enumerate(names) if name]
    if not numbers:
        return (), itemgetter(slice(0))
    first, end = numbers[0], numbers[-1] + 1
    is_run = len(numbers) == end - first
    pick = itemgetter(slice(first, end)) if is_run else itemgetter(*numbers)
    return tuple(name for name in names if name), pick


def _present(names: Sequence[str], texts: Groups) -> dict[str, Any]:
    """The texts that are there: neither empty nor a dash."""
    return {name: text for name, text in zip(names, texts, strict=True) if text and text != "-"}


def _keep_dash(place: _Place, fields: Fields, attributes: Attributes) -> None:
    if place.field:
        fields["request" if place.field == _WHOLE else place.field] = "-"
    elif place.attribute:
        attributes[place.attribute] = "-"
