"""Which offsets MongoDB holds, as records and as dead letters, of one topic."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from pymongo.database import Database

from millrace.config import Feed
from millrace.io.mongo import coverage
from millrace.io.mongo.client import Document
from millrace.io.mongo.coverage import Documents, Offset, Place
from millrace.io.mongo.time_spans import TimeSpan
from millrace.proof.parts import PartFault, of_parts
from millrace.records.ledger import OffsetRange, merged
from millrace.records.ranges import Stripe, held, size, within, without


@dataclass(frozen=True)
class Stored:
    """Where offsets stand: ``present`` anywhere, ``in_both`` as a record and as a letter.

    ``doubled`` has those with more than one record, and ``records`` and ``letters`` are counts of
    documents. An offset whose record holds several lines is present where all of them are;
    ``faults`` names those that are not there once.
    """

    present: list[OffsetRange]
    in_both: list[OffsetRange]
    doubled: list[OffsetRange]
    records: int
    letters: int
    faults: list[PartFault] = field(default_factory=list)


def stored(
    db: Database[Document],
    feed: Feed,
    topic: str,
    topic_id: str,
    span: TimeSpan,
    of_others: Sequence[OffsetRange],
) -> Stored:
    """What MongoDB holds of the feed's lines that were received within ``span``.

    And of those whose time of receipt is not plausible, so that they lie within no span: but for
    the offsets ``of_others``, which an earlier or later topic of that name has and this one not.
    """
    totals_of_span = _within(db, feed, topic, topic_id, span)
    for apart in span.implausible_beside():
        totals = _within(db, feed, topic, topic_id, apart)
        lone = without(without(totals.present, totals_of_span.present), of_others)
        totals_of_span = Stored(
            present=merged([*totals_of_span.present, *lone]),
            in_both=merged([*totals_of_span.in_both, *within(totals.in_both, lone)]),
            doubled=merged([*totals_of_span.doubled, *within(totals.doubled, lone)]),
            records=totals_of_span.records + totals.records,
            letters=totals_of_span.letters + totals.letters,
            faults=[*totals_of_span.faults, *totals.faults],
        )
    return totals_of_span


def _within(
    db: Database[Document], feed: Feed, topic: str, topic_id: str, span: TimeSpan
) -> Stored:
    records = _counted(db, coverage.records(feed.name, span), topic, topic_id)
    letters = _counted(db, coverage.letters(feed.name, span), topic, topic_id)
    parts = of_parts(db, [(one.documents_of, one.parted) for one in (records, letters)])

    def named(offsets: Iterable[Offset]) -> list[OffsetRange]:
        return _named(offsets, topic, topic_id)

    in_both = [
        *within(merged([*records.ranges, *named(records.parted)]), letters.ranges),
        *within(records.ranges, named(letters.parted)),
        *named(parts.in_both),
    ]
    return Stored(
        present=merged([*records.ranges, *letters.ranges, *named(parts.complete)]),
        in_both=merged(in_both),
        doubled=merged([*records.doubled, *letters.doubled, *named(parts.doubled)]),
        records=records.documents,
        letters=letters.documents,
        faults=parts.faults,
    )


@dataclass(frozen=True)
class _Counted:
    """The offsets of a collection's documents; apart those whose record holds several lines."""

    documents_of: Documents
    ranges: list[OffsetRange]
    doubled: list[OffsetRange]
    parted: dict[Offset, Place]
    documents: int


def _counted(db: Database[Document], documents: Documents, topic: str, topic_id: str) -> _Counted:
    doubtful: list[Stripe] = []
    single = held(_single(coverage.stripes(db, documents), doubtful), topic, topic_id)
    places = coverage.places(db, documents, doubtful)
    whole = {offset: place for offset, place in places.items() if not place.most}
    twice = [offset for offset, place in whole.items() if place.documents > 1]
    return _Counted(
        documents,
        ranges=merged([*single, *_named(whole, topic, topic_id)]),
        doubled=_named(twice, topic, topic_id),
        parted={offset: place for offset, place in places.items() if place.most},
        documents=size(single) + sum(place.documents for place in places.values()),
    )


def _named(offsets: Iterable[Offset], topic: str, topic_id: str) -> list[OffsetRange]:
    return merged([OffsetRange(topic, topic_id, *each, each[1] + 1) for each in offsets])


def _single(stripes: Iterable[Stripe], doubtful: list[Stripe]) -> Iterator[Stripe]:
    """The stripes that name their offsets; the others go to ``doubtful``."""
    for stripe in stripes:
        if stripe.is_single:
            yield stripe
        else:
            doubtful.append(stripe)
