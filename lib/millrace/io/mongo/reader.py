"""Documents or dead letters of several feeds, as one stream that another thread can end."""

import heapq
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress

from pymongo.database import Database
from pymongo.errors import PyMongoError

from millrace.io.mongo import received_letters, search
from millrace.io.mongo.client import Document
from millrace.io.mongo.letters import Letter
from millrace.io.mongo.question import Question
from millrace.io.mongo.received_letters import Received

_AT_ONCE = 1_000  # documents of all feeds; the server sends at most 16 MB of each feed at once
_FEWEST = 50


class Reader:
    """Reads by one session, which keeps the cursors that wait for their turn from timing out."""

    def __init__(self, db: Database[Document]) -> None:
        self._db = db
        self._session = db.client.start_session(causal_consistency=False)
        self._lock = threading.Lock()

    def merged(self, questions: Sequence[Question]) -> Iterator[tuple[str, Document]]:
        """Each feed and document that matches, by time; a cursor a feed, in one thread at a time.

        It ends where there are no more; whatever ends it earlier raises an error of pymongo's.
        """
        batch = max(_FEWEST, _AT_ONCE // len(questions))
        streams = [self._stream(one, batch) for one in questions]
        newest_first = questions[0].newest_first
        yield from heapq.merge(*streams, key=lambda one: one[1]["timestamp"], reverse=newest_first)

    def letters(self, chosen: Received) -> Iterator[Letter]:
        """Dead letters, the newest first."""
        return received_letters.every(self._db, chosen, self._session)

    def stop(self) -> None:
        """Has the server end what it does for this reader, from any thread."""
        with self._lock, suppress(PyMongoError):
            if not self._session.has_ended:
                self._db.client.admin.command("killSessions", [self._session.session_id])

    def close(self) -> None:
        """Gives the session back."""
        with self._lock:
            self._session.end_session()

    def _stream(self, asked: Question, batch: int) -> Iterator[tuple[str, Document]]:
        for document in search.every(self._db, asked, batch, self._session):
            yield asked.feed, document
