"""Which offsets MongoDB holds, as records and as dead letters, of one topic."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pymongo.database import Database

from millrace.config import Feed
from millrace.io.mongo import coverage
from millrace.io.mongo.client import Document
from millrace.io.mongo.coverage import Documents
from millrace.io.mongo.time_spans import TimeSpan
from millrace.records.ledger import OffsetRange, merged
from millrace.records.ranges import Stripe, held, size, within, without


@dataclass(frozen=True)
class Stored:
    """Where offsets stand: ``present`` anywhere, ``in_both`` as a record and as a letter.

    ``doubled`` has those with more than one record, and ``records`` and ``letters`` are counts of
    documents.
    """

    present: list[OffsetRange]
    in_both: list[OffsetRange]
    doubled: list[OffsetRange]
    records: int
    letters: int


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
        )
    return totals_of_span


def _within(
    db: Database[Document], feed: Feed, topic: str, topic_id: str, span: TimeSpan
) -> Stored:
    records = _counted(db, coverage.records(feed.name, span), topic, topic_id)
    letters = _counted(db, coverage.letters(feed.name, span), topic, topic_id)
    return Stored(
        present=merged([*records.ranges, *letters.ranges]),
        in_both=within(records.ranges, letters.ranges),
        doubled=merged([*records.doubled, *letters.doubled]),
        records=records.documents,
        letters=letters.documents,
    )


@dataclass(frozen=True)
class _Counted:
    ranges: list[OffsetRange]
    doubled: list[OffsetRange]
    documents: int


def _counted(db: Database[Document], documents: Documents, topic: str, topic_id: str) -> _Counted:
    doubtful: list[Stripe] = []
    single = held(_single(coverage.stripes(db, documents), doubtful), topic, topic_id)
    times = Counter(coverage.offsets(db, documents, doubtful))
    looked_up = {
        place: OffsetRange(topic, topic_id, *place, place[1] + 1) for place in sorted(times)
    }
    return _Counted(
        ranges=merged([*single, *looked_up.values()]),
        doubled=merged([offsets for place, offsets in looked_up.items() if times[place] > 1]),
        documents=size(single) + times.total(),
    )


def _single(stripes: Iterable[Stripe], doubtful: list[Stripe]) -> Iterator[Stripe]:
    """The stripes without doubles; the others go to ``doubtful``."""
    for stripe in stripes:
        if stripe.is_single:
            yield stripe
        else:
            doubtful.append(stripe)
