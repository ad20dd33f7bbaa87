"""What is stored of lines, held against what they come to today: by place and by field."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import merge
from itertools import groupby
from operator import itemgetter
from typing import Any, Literal, get_args

from millrace.io.mongo.shadow import Sides, has_record
from millrace.records.dead_letters import COLUMNS, FIRST_STATUS

Document = dict[str, Any]
Change = Literal["changed", "added", "removed"]
# ``version``: nothing but the parser's version differs. ``left``: what a person settled.
Outcome = Literal[
    "same",
    "version",
    "changed",
    "missing",
    "record_to_letter",
    "letter_to_record",
    "letter_changed",
    "extra",
    "left",
]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
# Those that say that what is stored is not what the line comes to today.
DIFFERENT: tuple[Outcome, ...] = (
    "version",
    "changed",
    "missing",
    "record_to_letter",
    "letter_to_record",
    "letter_changed",
)

SAMPLES = 3
# Attributes have any name that a sender thinks of.
MAX_FIELDS = 200

_VERSION = "parser_version"
_OF_LETTERS = set(COLUMNS) - {"status"}


@dataclass(frozen=True)
class Found:
    """What one line comes to, and what is stored of it, by the id of its record."""

    id: str
    made_record: Document | None = None
    made_letter: Document | None = None
    record: Document | None = None
    letter: Document | None = None


@dataclass(frozen=True)
class Difference:
    """One field of a document that differs; ``before`` or ``after`` is None where it is absent."""

    path: tuple[str, ...]
    change: Change
    before: object
    after: object


@dataclass(frozen=True)
class Verdict:
    """What is to become of a line. ``settled`` says whether a person settled its letter."""

    outcome: Outcome
    settled: bool = False
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True)
class Sample:
    """One of the differences, to look at."""

    id: str
    before: object
    after: object


@dataclass
class FieldCount:
    """How often a field differs, and the first samples."""

    changed: int = 0
    added: int = 0
    removed: int = 0
    samples: list[Sample] = field(default_factory=list)


@dataclass
class Tally:
    """The differences that were found: how many ids of each outcome, with samples, and fields."""

    outcomes: dict[str, int] = field(default_factory=lambda: dict.fromkeys(OUTCOMES, 0))
    settled: int = 0
    fields: dict[str, FieldCount] = field(default_factory=dict)
    samples: dict[str, list[Sample]] = field(default_factory=dict)

    @property
    def different(self) -> int:
        """How many lines come to something else today."""
        return sum(self.outcomes[outcome] for outcome in DIFFERENT)

    def add(self, pair: Found, verdict: Verdict) -> None:
        """Counts one line."""
        self.outcomes[verdict.outcome] += 1
        self.settled += verdict.settled
        samples = self.samples.setdefault(verdict.outcome, [])
        if verdict.outcome not in ("same", "version", "changed") and len(samples) < SAMPLES:
            before = _place(pair.record, pair.letter)
            samples.append(Sample(pair.id, before, _place(pair.made_record, pair.made_letter)))
        for difference in verdict.differences:
            count = self._count(difference.path)
            setattr(count, difference.change, getattr(count, difference.change) + 1)
            if len(count.samples) < SAMPLES:
                count.samples.append(Sample(pair.id, difference.before, difference.after))

    def _count(self, path: tuple[str, ...]) -> FieldCount:
        name = ".".join(path)
        if name not in self.fields and len(self.fields) >= MAX_FIELDS and len(path) > 1:
            name = f"{path[0]}.*"
        return self.fields.setdefault(name, FieldCount())


def merged(sides: Sides) -> Iterator[Found]:
    """The four sides as one stream, an item for each id, in order, with no more than that held."""

    def marked(side: str, documents: Iterator[Document]) -> Iterator[tuple[str, str, Document]]:
        for one in documents:
            yield one["_id"].rpartition("/")[2], side, one

    streams = (
        marked("made_record", sides.made_records),
        marked("made_letter", sides.made_letters),
        marked("record", sides.records),
        marked("letter", sides.letters),
    )
    for identity, group in groupby(merge(*streams, key=itemgetter(0)), key=itemgetter(0)):
        yield Found(identity, **{side: one for _, side, one in group})


def judged(pair: Found) -> Verdict:
    """The outcome for one line.

    A letter that a person settled is left alone, and so is its record, unless the record came from
    the line as it was sent and still does.
    """
    if pair.made_record is None and pair.made_letter is None:
        return Verdict("extra")
    settled = pair.letter is not None and pair.letter["status"] != FIRST_STATUS
    if settled and not _came_of_the_line(pair):
        return Verdict("left", settled=True)
    if pair.made_record is None:
        return _judged_letter(pair)
    if pair.letter is not None and not settled:
        return Verdict("letter_to_record")
    if pair.record is None:
        return Verdict("missing", settled)
    changes = tuple(differences(pair.record, pair.made_record))
    if changes:
        return Verdict("changed", settled, changes)
    return Verdict("same" if _same_version(pair.record, pair.made_record) else "version", settled)


def differences(before: Document, after: Document) -> Iterator[Difference]:
    """The fields that differ, in the order of ``before``, then those that were added.

    Nested documents are gone into, lists are not. The parser's version is no difference.
    """
    return (one for one in _differences(before, after, ()) if one.path != (_VERSION,))


def _judged_letter(pair: Found) -> Verdict:
    made, stored = pair.made_letter or {}, pair.letter
    if pair.record is not None:
        return Verdict("record_to_letter")
    if stored is None:
        return Verdict("missing")
    own = {key: value for key, value in stored.items() if key in _OF_LETTERS}
    today = {key: value for key, value in made.items() if key in _OF_LETTERS}
    if any(differences(own, today)):
        return Verdict("letter_changed")
    return Verdict("same" if _same_version(stored, made) else "version")


def _came_of_the_line(pair: Found) -> bool:
    """Whether the record beside a settled letter is that of the line as it came."""
    letter = pair.letter or {}
    return pair.made_record is not None and has_record(letter) and "line" not in letter


def _differences(before: Document, after: Document, above: tuple[str, ...]) -> Iterator[Difference]:
    for name, old in before.items():
        path = (*above, name)
        if name not in after:
            yield Difference(path, "removed", old, None)
        elif isinstance(old, dict) and isinstance(after[name], dict):
            yield from _differences(old, after[name], path)
        elif not _same(old, after[name]):
            yield Difference(path, "changed", old, after[name])
    for name, new in after.items():
        if name not in before:
            yield Difference((*above, name), "added", None, new)


def _same(before: object, after: object) -> bool:
    """Whether two values are the same of the same kind: 1 is neither 1.0 nor true; NaN is NaN."""
    if isinstance(before, float) and isinstance(after, float) and before != before:
        return after != after
    kinds = [(isinstance(one, bool), isinstance(one, float)) for one in (before, after)]
    return before == after and kinds[0] == kinds[1]


def _same_version(before: Document, after: Document) -> bool:
    return bool(before.get(_VERSION) == after.get(_VERSION))


def _place(record: Document | None, letter: Document | None) -> str | None:
    """Where a line stands, in words; None where it stands nowhere."""
    words = ["record"] if record is not None else []
    if letter is not None:
        why = ": ".join(letter[key] for key in ("reason", "detail") if letter.get(key))
        words.append(f"letter ({letter['status']}): {why}")
    return " and ".join(words) or None
