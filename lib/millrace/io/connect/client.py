"""Kafka Connect's REST interface: connectors put, looked at, restarted, paused, removed."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from millrace.config import Changes, ConfigurationError, UnreachableError, addresses

PATIENCE_S = 60.0  # for an answer, and for a rebalance: meanwhile it answers 409
_POLL_S = 0.5
_CAUSED_BY = "Caused by: "
_LONGEST_CAUSE = 300
RUNNING, PAUSED, STOPPED, FAILED = "RUNNING", "PAUSED", "STOPPED", "FAILED"


@dataclass(frozen=True)
class ConnectorStatus:
    """What Connect says of a connector: its state and its tasks', and why one failed, in a line.

    It lies: a task is RUNNING while its database is away.
    """

    state: str
    tasks: tuple[str, ...]
    cause: str | None

    @property
    def is_running(self) -> bool:
        """Whether it and at least one task run, and none failed."""
        states = {self.state, *self.tasks}
        return bool(self.tasks) and states == {RUNNING}

    @property
    def has_failed(self) -> bool:
        """Whether it or a task has failed, and will not go on by itself."""
        return FAILED in (self.state, *self.tasks)


class Connect:
    """The workers at ``changes.connect``.

    Each method raises UnreachableError where none answers, ConfigurationError where it refuses.
    """

    def __init__(self, changes: Changes, patience_s: float = PATIENCE_S) -> None:
        """Whoever asks waits ``patience_s`` at most for an answer, and for a rebalance."""
        self._address = addresses.of_connect(changes)
        self._patience_s = patience_s
        self._client = httpx.Client(base_url=self._address.text, timeout=patience_s)

    def __enter__(self) -> "Connect":
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def config(self, name: str) -> dict[str, str] | None:
        """The configuration of a connector, with its placeholders; None where there is none."""
        answer = self._asked("GET", f"/connectors/{name}/config", missing=True)
        return None if answer is None else dict(answer)

    def put(self, name: str, config: Mapping[str, str]) -> None:
        """Makes a connector, or gives it this configuration, by which it starts anew."""
        self._asked("PUT", f"/connectors/{name}/config", json=dict(config))

    def status(self, name: str) -> ConnectorStatus | None:
        """How a connector is; None where there is none, or its workers have not told yet."""
        answer = self._asked("GET", f"/connectors/{name}/status", missing=True)
        if answer is None:
            return None
        own, tasks = answer["connector"], answer["tasks"]
        traces = [one["trace"] for one in (own, *tasks) if one.get("trace")]
        states = tuple(task["state"] for task in tasks)
        return ConnectorStatus(own["state"], states, cause(traces[0]) if traces else None)

    def restart(self, name: str) -> None:
        """Starts a connector and its tasks anew."""
        self._asked("POST", f"/connectors/{name}/restart?includeTasks=true&onlyFailed=false")

    def pause(self, name: str) -> None:
        """Has it read nothing until it is resumed."""
        self._asked("PUT", f"/connectors/{name}/pause")

    def resume(self, name: str) -> None:
        """Has it go on where it was."""
        self._asked("PUT", f"/connectors/{name}/resume")

    def stop(self, name: str) -> None:
        """Ends its tasks, which leave the database."""
        self._asked("PUT", f"/connectors/{name}/stop")

    def forget(self, name: str) -> None:
        """Deletes how far a connector that is stopped has come: it begins with a snapshot."""
        self._asked("DELETE", f"/connectors/{name}/offsets")

    def remove(self, name: str) -> bool:
        """Removes a connector; False where there is none. How far it has come is kept."""
        if self.config(name) is None:
            return False
        self._asked("DELETE", f"/connectors/{name}", missing=True)
        return True

    def wait(
        self,
        name: str,
        is_done: Callable[[ConnectorStatus], bool],
        patience_s: float,
        before: ConnectorStatus | None = None,
    ) -> ConnectorStatus | None:
        """Waits until the status is as wanted, or has failed; the last one that was seen.

        That it failed ``before`` it was started anew is told for a while longer: it is passed over.
        """
        deadline = time.monotonic() + patience_s
        while True:
            status = self.status(name)
            if status and (is_done(status) or (status.has_failed and status != before)):
                return status
            if time.monotonic() > deadline:
                return status
            time.sleep(_POLL_S)

    def _asked(self, method: str, path: str, *, json: Any = None, missing: bool = False) -> Any:
        """The answer's content; None where it has none, or with ``missing`` where it is 404."""
        deadline = time.monotonic() + self._patience_s
        while True:
            try:
                answer = self._client.request(method, path, json=json)
            except httpx.HTTPError as error:
                raise UnreachableError(
                    f"{self._address.key} {self._address.text}: {error or type(error).__name__}"
                ) from None
            if answer.status_code != httpx.codes.CONFLICT or time.monotonic() > deadline:
                break
            time.sleep(_POLL_S)
        if missing and answer.status_code == httpx.codes.NOT_FOUND:
            return None
        if answer.is_error:
            raise ConfigurationError(f"{self._address.key} {self._address.text}: {_said(answer)}")
        return answer.json() if answer.content else None


def cause(trace: str) -> str:
    """Why something failed, in one line: the last cause of a trace, or its first line."""
    lines = [line.strip() for line in trace.splitlines() if line.strip()]
    causes = [line.removeprefix(_CAUSED_BY) for line in lines if line.startswith(_CAUSED_BY)]
    return (causes or lines or ["no reason given"])[-1 if causes else 0][:_LONGEST_CAUSE]


def _said(answer: httpx.Response) -> str:
    """What Connect says of a request that it refuses, in one line."""
    try:
        message = str(answer.json()["message"])
    except (ValueError, KeyError, TypeError):
        message = answer.text
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    said = " ".join(lines) or "no reason given"
    return f"{answer.status_code}: {said[:_LONGEST_CAUSE]}"
