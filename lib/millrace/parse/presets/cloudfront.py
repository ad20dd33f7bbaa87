"""Standard logs of CloudFront: columns between tabs, in the order of 33 fields since 2019.

Lines of the years before end earlier. Times are UTC, and whole seconds.
"""

import re
from urllib.parse import unquote

from millrace.parse.draft import Draft
from millrace.parse.options import Options, Parse
from millrace.parse.presets import columns
from millrace.parse.rejection import RejectedError, found
from millrace.records.fields import Fields

VERSION = 1

_COLUMNS = columns.names(
    "date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer)"
    " cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header"
    " cs-protocol cs-bytes time-taken x-forwarded-for ssl-protocol ssl-cipher"
    " x-edge-response-result-type cs-protocol-version fle-status fle-encrypted-fields c-port"
    " time-to-first-byte x-edge-detailed-result-type sc-content-type sc-content-len"
    " sc-range-start sc-range-end"
)
_LEAST = _COLUMNS.index("time-taken") + 1
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\t")
_NO_STATUS = "000"  # the client left before there was one

_FIELDS = {
    "sc-bytes": "bytes",
    "c-ip": "client_ip",
    "cs-method": "method",
    "x-edge-request-id": "request_id",
    "x-host-header": "virtual_host",
    "cs-protocol-version": "protocol",
}
# What clients send is percent-encoded.
_ENCODED = {
    "cs(Referer)": "referrer",
    "cs(User-Agent)": "user_agent",
    "x-forwarded-for": "forwarded_for",
}
# Of a column without a field: the attribute's name where it is not the column's.
_STANDARD_NAMES = {
    "cs(Cookie)": "http.request.header.cookie",
    "cs-protocol": "url.scheme",
    "cs-bytes": "http.request.size",
    "ssl-protocol": "tls.protocol.version",
    "ssl-cipher": "tls.cipher",
    "c-port": "client.port",
    "sc-content-type": "http.response.header.content-type",
    "sc-content-len": "http.response.header.content-length",
}


def parser(options: Options) -> Parse:
    """What parses a line of a standard log; raises RejectedError where it is no record."""

    def parse(line: str, received_at: int) -> Fields:
        if line.startswith("#"):
            raise RejectedError("no_match", found("header", line))
        values = line.split("\t")
        if len(values) < _LEAST or not _DATE.match(line):
            raise RejectedError("no_match", f"not a date and {_LEAST} columns or more")
        draft = Draft(options, received_at)
        _fill(draft, dict(zip(_COLUMNS, values, strict=False)))
        return draft.done()

    return parse


def _fill(draft: Draft, sent: dict[str, str]) -> None:
    draft.time(f"{sent.pop('date')}T{sent.pop('time')}Z")
    draft.put("path", _path(sent.pop("cs-uri-stem"), sent.pop("cs-uri-query")))
    status = sent.pop("sc-status")
    if status == _NO_STATUS:
        draft.attribute("sc-status", status)
    else:
        draft.put("status_code", status)
    draft.response_time(sent.pop("time-taken"), "s")
    for name, value in sent.items():
        if name in _FIELDS:
            draft.put(_FIELDS[name], value)
        elif name in _ENCODED:
            draft.put(_ENCODED[name], unquote(value) if "%" in value else value)
        else:
            draft.attribute(_STANDARD_NAMES.get(name, name), value)


def _path(stem: str, query: str) -> str:
    return stem if query in ("", "-") else f"{stem}?{query}"
