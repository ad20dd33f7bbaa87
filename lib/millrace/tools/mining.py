"""The mining of message templates: from stored messages to a feed's file, apart from the stream.

Drain (He, Zhu, Zheng and Lyu, "Drain: An Online Log Parsing Approach with Fixed Depth Tree", 2017)
finds which messages are alike. Its tree depends on what came before, so the stream never sees it:
what it finds is written down as text, and held against the messages by the stream's own matcher.
"""

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from drain3.drain import Drain
from pymongo.errors import PyMongoError

from millrace.config import Config, Feed
from millrace.detect.templates import (
    MAX_CHARACTERS,
    WILDCARD,
    Matcher,
    Template,
    message_tokens,
    template_id,
    template_text,
)
from millrace.errors import one_line
from millrace.io import mongo, reference_data
from millrace.io.template_files import Templates

MAX_TEMPLATES = 1000

Tokens = tuple[str, ...]

# The least depth: messages are told apart by all of their tokens, not by the first one before all,
# which may be a name.
_DEPTH = 3
# Two tokens in three alike: of three and of five one may vary. Numbers are masked before.
_SIMILARITY = 0.66
# They bound Drain's time where no two messages are alike: what is seen least is left out.
_MAX_TEXTS = 10_000
_MAX_CLUSTERS = 1000
# A template that stands for so few texts is no template: each of them is one.
_FEW_TEXTS = 4


class MiningError(Exception):
    """Messages cannot be read; the message is one line that says why."""


@dataclass(frozen=True)
class Mined:
    """The result of mining: a feed's templates before and after, and how many messages match."""

    before: Templates
    after: Templates
    matched: int

    @property
    def added(self) -> tuple[Template, ...]:
        """The templates that are new."""
        known = {template.id for template in self.before.templates}
        return tuple(item for item in self.after.templates if item.id not in known)

    @property
    def removed(self) -> int:
        """How many templates are no longer there."""
        return len(self.before.templates) + len(self.added) - len(self.after.templates)


def mined(
    messages: Iterable[str],
    before: Templates,
    *,
    source: str,
    mined_at: datetime,
    min_messages: int,
    fresh: bool = False,
) -> Mined:
    """The templates of the messages, whatever their order, those of ``before`` kept if not fresh.

    A template that fewer than ``min_messages`` of the messages match is not added, nor one beyond
    the 1,000 most frequent. The version is raised where texts were added or removed.
    """
    counts = Counter(map(message_tokens, messages))
    kept = () if fresh else before.templates
    templates, matched = _counted(
        _texts(counts, [template.text for template in kept], min_messages), counts
    )
    changed = {template.id for template in templates} != {
        template.id for template in before.templates
    }
    version = before.version + 1 if changed else max(before.version, 1)
    after = Templates(version, mined_at, source, counts.total(), templates)
    return Mined(before, after, matched)


def stored_messages(conf: Config, feed: Feed, source: str, limit: int) -> Iterator[str]:
    """The beginnings of the feed's newest messages, ``limit`` at most, the oldest of them first.

    ``source`` is mongo, or archive, where they are masked as the feed is. Raises MiningError where
    they cannot be read.
    """
    yield from (_archived if source == "archive" else _documented)(conf, feed, limit)


def _documented(conf: Config, feed: Feed, limit: int) -> Iterator[str]:
    documents = mongo.database(conf.mongo)[feed.name]
    beginning = {"$substrCP": ["$message", 0, MAX_CHARACTERS + 1]}
    try:
        oldest = list(documents.find({}, {"_id": 1}).sort("_id", -1).skip(limit - 1).limit(1))
        newest = {"_id": {"$gte": oldest[0]["_id"]}} if oldest else {}
        rows = documents.find({**newest, "message": {"$type": "string"}}, {"message": beginning})
        for document in rows.sort("_id", 1).limit(limit):
            yield document["message"]
    except PyMongoError as error:
        raise MiningError(f"mongo, feed {feed.name}: {one_line(error)}") from None


def _archived(conf: Config, feed: Feed, limit: int) -> Iterator[str]:
    # Asked of MongoDB, no Spark is needed.
    from pyspark.errors import PySparkException
    from pyspark.sql import functions as F

    from millrace.io import delta
    from millrace.runtime.session import spark_session
    from millrace.transform import stage

    spark = spark_session("millrace-templates", conf)
    try:
        if not delta.exists(spark, conf.storage.archive, feed):
            return
        spec = reference_data.spec(conf, feed)
        records = delta.lines(spark, conf.storage.archive, feed).transform(stage.to_records, spec)
        beginning = F.substring("message", 1, MAX_CHARACTERS + 1).alias("message")
        messages = records.where("reason IS NULL AND message IS NOT NULL").select("_id", beginning)
        newest = messages.orderBy(F.desc("_id")).limit(limit).orderBy("_id")
        for row in newest.toLocalIterator():
            yield row["message"]
    except PySparkException as error:
        raise MiningError(f"archive, feed {feed.name}: {one_line(error)}") from None


def _texts(counts: Counter[Tokens], known: Sequence[str], min_messages: int) -> list[str]:
    """``known`` and the texts that are added, until another round would add none.

    So the same messages mined again, with the result as ``known``, add none.
    """
    texts = list(known)
    while True:
        by_text = _by_text(texts, counts)
        unmatched = Counter({tokens: counts[tokens] for tokens in by_text.get(None, ())})
        added = _frequent(_candidates(unmatched, min_messages), unmatched, min_messages)
        added = added[: max(MAX_TEMPLATES - len(texts), 0)]
        if not added:
            return texts
        texts += added


def _candidates(counts: Counter[Tokens], min_messages: int) -> list[str]:
    """What Drain makes of the messages, each distinct one once, the rarest first."""
    drain = Drain(depth=_DEPTH, sim_th=_SIMILARITY, max_clusters=_MAX_CLUSTERS, param_str=WILDCARD)
    for tokens in sorted(_most_frequent(counts), key=lambda tokens: (counts[tokens], tokens)):
        drain.add_log_message(" ".join(tokens))
    texts = {template_text(cluster.log_template_tokens) for cluster in drain.clusters}
    for alike in _by_text(texts, counts).values():
        if len(alike) <= _FEW_TEXTS:
            texts |= {template_text(t) for t in alike if counts[t] >= min_messages}
    return sorted(texts)


def _most_frequent(counts: Counter[Tokens]) -> list[Tokens]:
    """At most 10,000 of the distinct messages; of those equally rare a fair share, by hash."""

    def rank(tokens: Tokens) -> tuple[int, str]:
        return -counts[tokens], template_id(" ".join(tokens))

    return heapq.nsmallest(_MAX_TEXTS, filter(None, counts), key=rank)


def _frequent(texts: Iterable[str], counts: Counter[Tokens], min_messages: int) -> list[str]:
    """Those of the texts that enough messages match best, the most frequent first."""
    events = _events(_by_text(texts, counts), counts)
    frequent = [text for text in events if text and events[text] >= min_messages]
    return sorted(frequent, key=lambda text: (-events[text], text))


def _counted(texts: Sequence[str], counts: Counter[Tokens]) -> tuple[tuple[Template, ...], int]:
    """The templates with how many messages match each best, and how many match any."""
    events = _events(_by_text(texts, counts), counts)
    templates = [Template(template_id(text), text, events.get(text, 0)) for text in texts]
    templates.sort(key=lambda template: (-template.messages, template.text))
    return tuple(templates), sum(template.messages for template in templates)


def _by_text(texts: Iterable[str], counts: Counter[Tokens]) -> dict[str | None, list[Tokens]]:
    """Distinct messages by the text that they match best, None where none."""
    matcher = Matcher(Template(template_id(text), text, 0) for text in texts)
    by_text: dict[str | None, list[Tokens]] = defaultdict(list)
    for tokens in counts:
        template = matcher.template_of(tokens)
        by_text[template.text if template else None].append(tokens)
    return by_text


def _events(
    by_text: dict[str | None, list[Tokens]], counts: Counter[Tokens]
) -> dict[str | None, int]:
    return {text: sum(counts[tokens] for tokens in alike) for text, alike in by_text.items()}
