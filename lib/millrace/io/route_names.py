"""The names of routes that documents have: the same as in figures, while their server answers."""

import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass

from pymysql.err import MySQLError

from millrace.config import Config, Feed
from millrace.errors import ConfigurationError
from millrace.io import mongo, mysql
from millrace.io.names import Register
from millrace.records.names import Epoch, Named

_log = logging.getLogger(__name__)
# A server that is away takes long to be asked, and documents do not wait for it.
_ASKED_AGAIN_S = 300.0
_away_until: dict[Register, float] = {}


@dataclass(frozen=True)
class FiguresFirst:
    """The register of the figures; where its server does not answer, that of the documents."""

    figures: Register
    documents: Register

    def __call__(self, values: Iterable[str]) -> set[str]:
        """Those of ``values`` that have a name, new ones registered while there is room."""
        wanted = set(values)
        if time.monotonic() >= _away_until.get(self.figures, 0.0):
            try:
                return self.figures(wanted)
            except (ConfigurationError, MySQLError):
                _away_until[self.figures] = time.monotonic() + _ASKED_AGAIN_S
        return self.documents(wanted)


def of_documents(conf: Config, feed: Feed) -> tuple[Named, list[Epoch]]:
    """What names the routes of documents: the registers, and the names that older lines have."""
    epochs = mongo.MongoRoutes(conf.mongo, feed.name).epochs()
    figures = mysql.route_register(conf.mysql, feed, len(epochs))
    documents = mongo.route_register(conf.mongo, feed, len(epochs))
    try:
        mysql.prepare(conf.mysql)
    except (ConfigurationError, MySQLError) as error:
        _log.info("%s: routes are named by the documents' own list: %s", feed.name, error)
        _away_until[figures] = time.monotonic() + _ASKED_AGAIN_S
    return FiguresFirst(figures, documents), epochs
