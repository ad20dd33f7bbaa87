"""What every route works with: the configuration, the servers, and what a request asks for."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from threading import BoundedSemaphore
from typing import Annotated

from fastapi import Depends, Query, Request
from pymongo.database import Database

from millrace.api import instants
from millrace.api.problems import ProblemError
from millrace.api.settled import Settlement
from millrace.api.tokens import Role, Tokens, tokens
from millrace.api.trust import Freshnesses
from millrace.config import Config, Feed, Warehouse, entities
from millrace.config.entities import Entities
from millrace.io.mongo.client import Document, unasked
from millrace.io.mongo.question import Question
from millrace.io.mysql.pool import Pool
from millrace.records.entities import Entity
from millrace.records.formats import layout
from millrace.search import Query as Asked
from millrace.search import QueryError, compiled

LONGEST_QUERY = 4096
_DEFAULT_SPAN = "now-1h"


@dataclass(frozen=True)
class Service:
    """The configuration and the tokens of the API that runs, and what its requests share."""

    conf: Config
    tokens: Tokens
    freshness: Freshnesses
    mysql: Pool
    exports: BoundedSemaphore
    settlement: Settlement
    captured: Entities | None = None

    @classmethod
    def of(cls, conf: Config) -> "Service":
        """That of a configuration.

        Raises ConfigurationError where it lacks a token, or its file of entities is wrong.
        """
        pool = Pool(conf.mysql, conf.api.max_concurrent)
        exports = BoundedSemaphore(conf.api.max_exports)
        own = tokens(conf)
        captured = entities.of(conf) if conf.changes else None
        return cls(conf, own, Freshnesses(conf), pool, exports, Settlement(conf), captured)

    @property
    def warehouse(self) -> Warehouse | None:
        """The warehouse; None where there is none, or none was started and has a password yet."""
        found = self.conf.warehouse
        return found if found and found.bi_password.get_secret_value() else None

    @property
    def lettered(self) -> tuple[Feed, ...]:
        """What dead letters can be of: the feeds, and a feed of the name of each entity."""
        found = self.captured.all if self.captured else ()
        return (*self.conf.feeds, *map(entities.feed, found))

    def entity(self, name: str) -> Entity | None:
        """The entity of that name; None where there is none."""
        found = self.captured.all if self.captured else ()
        return next((one for one in found if one.name == name), None)

    @property
    def db(self) -> Database[Document]:
        """The database; what is asked of it may raise pymongo's errors."""
        return unasked(self.conf.mongo)


def service(request: Request) -> Service:
    """The service that the application was made for."""
    own: Service = request.app.state.service
    return own


Own = Annotated[Service, Depends(service)]


def operator(request: Request) -> None:
    """Raises ProblemError where the token allows no more than reading."""
    role: Role | None = getattr(request.state, "role", None)
    if role != "operate":
        raise ProblemError(403, "expected a token that allows to operate")


FeedNames = Annotated[
    list[str], Query(alias="feed", description="Feeds to search; all where none is named.")
]
QueryText = Annotated[
    str, Query(alias="q", max_length=LONGEST_QUERY, description="What to search for: docs/query.md")
]
From = Annotated[str, Query(alias="from", max_length=64, description="ISO 8601, epoch, now-15m")]
To = Annotated[str, Query(alias="to", max_length=64, description="The end, not included.")]


@dataclass(frozen=True)
class Search:
    """A search as it was asked for: in these feeds, between these times, for this."""

    feeds: tuple[Feed, ...]
    since: datetime
    until: datetime
    asked: Asked
    request_id: str

    def between(self, since: datetime, until: datetime) -> "Search":
        """The same between other times."""
        return replace(self, since=since, until=until)

    def questions(self, newest_first: bool = True) -> list[Question]:
        """The question to each feed's documents."""
        return [
            Question(
                feed.name,
                self.asked.mongo,
                self.since,
                self.until,
                self.asked.required,
                newest_first,
                self.request_id,
                self.asked.least,
            )
            for feed in self.feeds
        ]


def search(
    request: Request,
    own: Own,
    feed: FeedNames = [],  # noqa: B006
    q: QueryText = "",
    from_: From = _DEFAULT_SPAN,
    to: To = "now",
) -> Search:
    """The search of a request; raises ProblemError where it is not understood."""
    since, until = span(from_, to)
    feeds = chosen_feeds(own.conf, feed)
    return Search(feeds, since, until, query(own, q, feeds), request.state.request_id)


Searched = Annotated[Search, Depends(search)]


def all_lines(
    request: Request, own: Service, feeds: tuple[Feed, ...], since: datetime, until: datetime
) -> Search:
    """The search for all lines of the feeds in that time."""
    return Search(feeds, since, until, query(own, "", feeds), request.state.request_id)


def span(from_: str, to: str) -> tuple[datetime, datetime]:
    """The times that ``from`` and ``to`` name; raises ProblemError where they name none."""
    # The end is not included: a whole millisecond later, so that "now" has what is there now.
    now = datetime.fromtimestamp(time.time(), tz=UTC) + timedelta(milliseconds=1)
    try:
        since, until = instants.instant(from_, now), instants.instant(to, now)
    except ValueError as error:
        raise ProblemError(422, f"from, to: {error}") from None
    if since >= until:
        raise ProblemError(422, "from, to: expected a beginning before the end")
    return since, until


def chosen_feeds(conf: Config, names: Sequence[str]) -> tuple[Feed, ...]:
    """The feeds of these names, with commas or one by one; all where there are none."""
    return chosen(conf.feeds, names)


def chosen(feeds: tuple[Feed, ...], names: Sequence[str]) -> tuple[Feed, ...]:
    """Those of ``feeds`` of these names, in the same way; raises ProblemError of another name."""
    wanted = [name for text in names for name in text.split(",") if name]
    known = {feed.name: feed for feed in feeds}
    for name in wanted:
        if name not in known:
            raise ProblemError(422, f"feed: {name[:64]!r} is none of {', '.join(known)}")
    return tuple(known[name] for name in dict.fromkeys(wanted)) if wanted else feeds


def query(own: Service, text: str, feeds: Sequence[Feed]) -> Asked:
    """The query that ``text`` is; raises ProblemError where it is none of these feeds'."""
    try:
        layouts = [layout(feed.tried) for feed in feeds]
        return compiled(text, layouts, own.conf.api.hidden)
    except QueryError as error:
        nearest = list(error.nearest) or None
        raise ProblemError(
            422, f"q: {error.message}", position=error.position, nearest=nearest
        ) from None
