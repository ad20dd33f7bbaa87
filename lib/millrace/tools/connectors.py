"""The connectors of change data capture: applied, looked at, and started from a snapshot again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from millrace.config import Changes, Config, ConfigurationError, entities
from millrace.errors import SetupError
from millrace.io import sources
from millrace.io.connect import Connect, ConnectorStatus, connector_config
from millrace.io.connect.client import STOPPED
from millrace.io.kafka import create_topics
from millrace.io.kafka.heartbeat import heartbeat_age_s
from millrace.io.sources.postgres import drop_slot
from millrace.records import capture
from millrace.records.entities import SOURCES, Source

START_PATIENCE_S, RESTART_PATIENCE_S = 180.0, 30.0
_HEARTBEATS_MISSED = 6  # that many may be late on a busy machine

Kind = Literal["ok", "made", "note", "wrong"]


@dataclass(frozen=True)
class Said:
    """A line about one connector."""

    kind: Kind
    connector: str
    text: str


@dataclass(frozen=True)
class Connectors:
    """The connectors of a configuration's entities."""

    conf: Config
    changes: Changes
    entities: entities.Entities

    @classmethod
    def of(cls, conf: Config) -> "Connectors":
        """Those of the configuration; raises ConfigurationError where it captures nothing."""
        captured = entities.of(conf)
        assert conf.changes is not None
        return cls(conf, conf.changes, captured)

    def name(self, source: Source) -> str:
        """The name of a source's connector."""
        return capture.connector(self.changes.name, source)

    def chosen(self, names: Sequence[str]) -> list[Source]:
        """The sources of those names, all where none is given; ConfigurationError of another."""
        known = self.entities.sources
        for name in names:
            if name not in known:
                raise ConfigurationError(
                    f"no connector reads {name!r}; the sources are: {', '.join(known)}"
                )
        return [source for source in SOURCES if source in (names or known)]

    def apply(self, chosen: Sequence[Source]) -> Iterator[Said]:
        """Makes each source ready, and its connector as configured; waits until it runs.

        What is so already is not touched.
        """
        with Connect(self.changes) as connect:
            waited = []
            for source in chosen:
                said = list(self._prepared(source))
                yield from said
                if not any(one.kind == "wrong" for one in said):
                    yield self._put(connect, source)
                    waited.append(source)
            for source in waited:
                yield self._waited(connect, source)

    def _prepared(self, source: Source) -> Iterator[Said]:
        name = self.name(source)
        found = sources.prepare(self.changes, self.entities.of(source))
        yield from (Said("made", name, text) for text in found.made)
        yield from (Said("note", name, text) for text in found.notes)
        yield from (Said("wrong", name, text) for text in found.wrong)

    def _put(self, connect: Connect, source: Source) -> Said:
        name, own = self.name(source), self.entities.of(source)
        # One partition: so a truncate keeps its place among the changes of all keys.
        database = entities.database(self.changes, source)
        signals = capture.signals_topic(self.changes.name, source, database)
        topics = [*(entity.topic for entity in own), signals]
        create_topics(self.conf.kafka, topics, partitions=1)
        wanted = {"name": name} | connector_config(self.conf, self.changes, own)
        now = connect.config(name)
        if now == wanted:
            return Said("ok", name, "configured already")
        # The same configuration put again would start it anew.
        connect.put(name, wanted)
        if now is None:
            return Said("made", name, f"connector of {source}")
        keys = sorted(key for key in now.keys() | wanted.keys() if now.get(key) != wanted.get(key))
        return Said("made", name, f"changed {', '.join(keys)}")

    def _waited(self, connect: Connect, source: Source) -> Said:
        name = self.name(source)
        before = connect.status(name)
        if before and before.has_failed:
            return self._restarted(connect, source, before)
        if before and not before.is_running:
            connect.resume(name)
        return _said_of(name, connect.wait(name, lambda one: one.is_running, START_PATIENCE_S))

    def _restarted(self, connect: Connect, source: Source, before: ConnectorStatus | None) -> Said:
        name = self.name(source)
        connect.restart(name)
        connect.wait(name, lambda one: one != before, RESTART_PATIENCE_S, before)
        return _said_of(name, connect.wait(name, lambda one: one.is_running, START_PATIENCE_S))

    def status(self, chosen: Sequence[Source]) -> Iterator[Said]:
        """How each connector is, by Connect, by its heartbeat, and by the database it reads."""
        with Connect(self.changes) as connect:
            for source in chosen:
                name = self.name(source)
                said = _said_of(name, connect.status(name))
                yield said
                if said.kind == "ok":
                    yield self._heartbeat(source)
                yield self._source_state(source)

    def _heartbeat(self, source: Source) -> Said:
        name, topic = self.name(source), capture.heartbeat_topic(self.changes.name, source)
        age_s = heartbeat_age_s(self.conf.kafka, topic)
        if age_s is None:
            return Said("note", name, "no heartbeat yet")
        limit_s = _HEARTBEATS_MISSED * self.changes.heartbeat_s
        return Said("ok" if age_s <= limit_s else "wrong", name, f"heartbeat {age_s:.0f} s ago")

    def _source_state(self, source: Source) -> Said:
        name = self.name(source)
        try:
            state = sources.state(self.changes, self.entities.of(source))
        except ConfigurationError as error:
            return Said("wrong", name, str(error))
        return Said("wrong" if state.is_wrong else "ok", name, state.text)

    def restart(self, chosen: Sequence[Source]) -> Iterator[Said]:
        """Starts connectors and their tasks anew, and waits until they run."""
        with Connect(self.changes) as connect:
            for source in chosen:
                before = connect.status(self._there(connect, source))
                yield self._restarted(connect, source, before)

    def pause(self, chosen: Sequence[Source]) -> Iterator[Said]:
        """Has connectors read nothing until they are applied or restarted."""
        with Connect(self.changes) as connect:
            for source in chosen:
                name = self._there(connect, source)
                connect.pause(name)
                yield Said("made", name, "paused: the database keeps what it has not read")

    def remove(self, chosen: Sequence[Source]) -> Iterator[Said]:
        """Removes connectors, and PostgreSQL's replication slot, which would keep its log."""
        with Connect(self.changes) as connect:
            for source in chosen:
                name = self.name(source)
                was_there = connect.config(name) is not None
                if was_there:
                    self._stop(connect, source)
                    connect.forget(name)
                    connect.remove(name)
                if source == "postgres":
                    drop_slot(self.changes)
                yield Said("made", name, "removed" if was_there else "was not there")

    def snapshot_anew(self, source: Source) -> Iterator[Said]:
        """Begins a source with a snapshot of all its tables: for a position that is lost."""
        with Connect(self.changes) as connect:
            name = self._there(connect, source)
            self._stop(connect, source)
            if source == "postgres":
                drop_slot(self.changes)
            connect.forget(name)
            connect.resume(name)
            yield self._waited(connect, source)
            yield Said("note", name, "rows that were deleted meanwhile are not in a snapshot")

    def signal(self, names: Sequence[str], where: str | None) -> Iterator[Said]:
        """Asks for a snapshot of entities while their connectors go on with changes."""
        for name in names:
            entity = self.entities.entity(name)
            sources.signal(self.changes, entity, where)
            yield Said("made", self.name(entity.source), f"asked for a snapshot of {name}")

    def _there(self, connect: Connect, source: Source) -> str:
        name = self.name(source)
        if connect.config(name) is None:
            raise SetupError(f"{name}: there is no such connector: run millrace connectors apply")
        return name

    def _stop(self, connect: Connect, source: Source) -> None:
        name = self.name(source)
        connect.stop(name)
        # Connect says STOPPED before the last task has left the database.
        status = connect.wait(
            name, lambda one: one.state == STOPPED and not one.tasks, START_PATIENCE_S
        )
        if status is None or status.tasks:
            raise SetupError(f"{name}: does not stop")


def _said_of(name: str, status: ConnectorStatus | None) -> Said:
    if status is None:
        return Said("wrong", name, "there is no such connector: run millrace connectors apply")
    if status.cause:
        return Said("wrong", name, f"failed: {status.cause}")
    tasks = ", ".join(status.tasks) or "no task"
    kind: Kind = "ok" if status.is_running else "wrong"
    return Said(kind, name, f"{status.state.lower()}, its task {tasks.lower()}")
