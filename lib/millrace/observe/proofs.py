"""The last reconcile of each feed, as metrics: it ends, so nobody could ask it by itself."""

from millrace.config import Config
from millrace.io import mongo
from millrace.io.mongo import reconciliations
from millrace.observe import metrics


def look(conf: Config) -> None:
    """Sets the metrics from what reconciles have left in MongoDB."""
    for outcome in reconciliations.latest(mongo.database(conf.mongo)):
        metrics.RECONCILE_HOLDS.labels(outcome.feed).set(outcome.holds)
        metrics.RECONCILE_TIME.labels(outcome.feed).set(outcome.ended_at.timestamp())
        for fault, count in outcome.faults.items():
            metrics.RECONCILE_FAULTS.labels(outcome.feed, fault).set(count)
