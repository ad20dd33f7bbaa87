"""The Alertmanager, by its API v2: what it is told, and what it keeps silent."""

import json
from collections.abc import Sequence
from datetime import datetime
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

from millrace.alerts.messages import Message
from millrace.errors import ConfigurationError, UnreachableError, one_line

_KEY = "api.alertmanager_url"
_TIMEOUT_S = 10
_CREATED_BY = "millrace"


class Alertmanager:
    """The one at ``address``.

    Every method raises UnreachableError where it does not answer or has a fault of its own, and
    ConfigurationError where it refuses what it is told.
    """

    def __init__(self, address: str) -> None:
        self._address = address.rstrip("/")

    def post(self, alerts: Sequence[tuple[Message, datetime, datetime]]) -> None:
        """Tells it of alerts, each with when it began and when it is over, if nothing is said."""
        content = [
            {
                "labels": dict(message.labels),
                "annotations": dict(message.annotations),
                "startsAt": starts_at.isoformat(),
                "endsAt": ends_at.isoformat(),
                "generatorURL": message.source,
            }
            for message, starts_at, ends_at in alerts
        ]
        self._ask("POST", "/api/v2/alerts", content)

    def silence(self, label: str, value: str, until: datetime | None, now: datetime) -> None:
        """Has it say nothing of alerts with that label until then; None ends the silence."""
        matchers = [{"name": label, "value": value, "isRegex": False, "isEqual": True}]
        asked = urlencode({"filter": f'{label}="{value}"'})
        found = self._ask("GET", f"/api/v2/silences?{asked}")
        own = [
            one["id"]
            for one in found
            if one["createdBy"] == _CREATED_BY
            and one["status"]["state"] != "expired"
            and [matcher["value"] for matcher in one["matchers"]] == [value]
        ]
        for id in own if until is None else own[1:]:
            self._ask("DELETE", f"/api/v2/silence/{quote(id, safe='')}")
        if until is None:
            return
        content: dict[str, Any] = {
            "matchers": matchers,
            "startsAt": now.isoformat(),
            "endsAt": until.isoformat(),
            "createdBy": _CREATED_BY,
            "comment": "silenced in millrace",
        }
        self._ask("POST", "/api/v2/silences", content | ({"id": own[0]} if own else {}))

    def _ask(self, method: str, path: str, content: Any = None) -> Any:
        body = None if content is None else json.dumps(content).encode()
        request = Request(
            f"{self._address}{path}", body, {"Content-Type": "application/json"}, method=method
        )
        try:
            with urlopen(request, timeout=_TIMEOUT_S) as answer:
                return json.loads(answer.read() or b"null")
        except HTTPError as error:
            kind = ConfigurationError if error.code < 500 else UnreachableError
            raise kind(f"{_KEY} {self._address}: HTTP {error.code}") from None
        except (OSError, HTTPException, ValueError) as error:
            raise UnreachableError(f"{_KEY} {self._address}: {one_line(error)}") from None
