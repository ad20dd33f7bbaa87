"""Which dead letters a command is about: its options, and what they choose."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from millrace.cli.options import instant
from millrace.config import Config, ConfigurationError, Feed
from millrace.records.dead_letters import REASONS, STATUSES

if TYPE_CHECKING:
    from millrace.io.mongo.letters import Filter

Ids = Annotated[list[str] | None, typer.Argument(help="Ids, as `list` shows them.")]
FeedName = Annotated[str | None, typer.Option("--feed", help="Only letters of this feed.")]
ReasonName = Annotated[str | None, typer.Option("--reason", help="|".join(REASONS))]
Since = Annotated[
    str | None,
    typer.Option(help="Only letters received since: 90m, 6h, 2d, or an ISO 8601 time (UTC)."),
]
Everything = Annotated[bool, typer.Option("--all", help="All open letters.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be done; change nothing.")]
Note = Annotated[str | None, typer.Option(help="Reason, stored with the letter.")]


def chosen_by(
    ids: list[str] | None, feed: str | None, reason: str | None, since: str | None, everything: bool
) -> "Filter":
    """What the options choose; raises BadParameter where that is everything by oversight."""
    from millrace.io.mongo.letters import Filter

    chosen = filter_of(ids=ids, feed=feed, reason=reason, since=since)
    if chosen == Filter() and not everything:
        raise typer.BadParameter("give ids, --feed, --reason or --since; or --all")
    return chosen


def filter_of(
    *,
    ids: list[str] | None = None,
    feed: str | None = None,
    reason: str | None = None,
    since: str | None = None,
    status: str | None = None,
) -> "Filter":
    """The letters that all of these say; raises BadParameter where there is no such value."""
    from millrace.io.mongo.letters import Filter

    if reason is not None and reason not in REASONS:
        raise typer.BadParameter(f"{reason!r} is not one of {', '.join(REASONS)}")
    if status is not None and status not in STATUSES:
        raise typer.BadParameter(f"{status!r} is not one of {', '.join(STATUSES)}")
    narrowed: Any = (status,) if status else ()
    return Filter(
        tuple(ids or ()), feed, reason, None if since is None else instant(since), narrowed
    )


def feeds_of(conf: Config, chosen: "Filter") -> list[Feed]:
    """The feeds whose letters are meant; raises ConfigurationError where one is not configured."""
    named = {i.partition("/")[0] for i in chosen.ids} or {feed.name for feed in conf.feeds}
    if chosen.feed:
        named &= {chosen.feed}
        conf.feed(chosen.feed)
    if not named:
        raise ConfigurationError("none of the ids belongs to that feed")
    return [conf.feed(name) for name in sorted(named)]
