"""What the background checks of a job set."""

from datetime import UTC, datetime

from prometheus_client import REGISTRY

from millrace.config import Config, Feed
from millrace.io import mongo
from millrace.io.mongo import reconciliations
from millrace.observe import watch
from millrace.records.reconciliations import Reconciliation


def test_the_verdict_of_a_feed_that_is_not_configured_any_more_alerts_nobody(
    servers: Config,
) -> None:
    """One database serves several configurations, and feeds are taken out of one."""
    db = mongo.database(servers.mongo)
    now = datetime.now(UTC)
    for feed in ("watch_here", "watch_gone"):
        reconciliations.save(db, Reconciliation(feed, now, now, holds=False, faults={"missing": 1}))
    here = Feed(name="watch_here", topic="watch", format="app", service_name="web")
    conf = servers.model_copy(update={"feeds": (here,)})
    watch.reconciliations(conf)

    def sample(feed: str) -> float | None:
        return REGISTRY.get_sample_value("millrace_reconcile_holds", {"feed": feed})

    assert sample("watch_here") == 0
    assert sample("watch_gone") is None
