"""Request target -> route template, in the sense of OpenTelemetry's ``http.route``."""

import re

from millrace.records.names import OTHER

MAX_CHARACTERS = 120
MAX_SEGMENTS = 8
# Answered so, no route took the request: scanners' paths would take all places of names.
UNROUTED = frozenset({400, 404, 405, 501})

_UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
# A segment that is a number, a uuid or a hex digest names a thing, not a place.
_ID_SEGMENT = re.compile(rf"/(?:[0-9]+|{_UUID}|[0-9a-fA-F]{{16,}})(?=/|$)")
_MAY_BE_ID = re.compile("[0-9]|[a-fA-F]{16}")
_HOST = re.compile("[^/]*//[^/]*")


def http_route(path: str | None) -> str | None:
    """The path without query and fragment, with ids replaced by ``{id}``; None where there is none.

    A path of more than 8 segments or 120 characters after that is ``{other}``.
    """
    if path is None:
        return None
    route = path.partition("?")[0].partition("#")[0]
    if "://" in route and not route.startswith("/"):
        # Absolute-form (RFC 9112, 3.2.2), as sent to a proxy: its path counts.
        host = _HOST.match(route)
        route = (route[host.end() :] or "/") if host else route
    if _MAY_BE_ID.search(route):
        route = _ID_SEGMENT.sub("/{id}", route)
    if len(route) > MAX_CHARACTERS or route.count("/") > MAX_SEGMENTS:
        return OTHER
    return route.strip(" ")
