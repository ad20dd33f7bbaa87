"""Access logs of AWS's load balancers, told apart line by line.

Classic load balancers begin with the time, Application Load Balancers with the kind of request
(``http``, ``h2``, ...), Network Load Balancers with ``tls`` and the version of the columns. All of
them append columns over the years; those that have no name here are passed over.
"""

import re
from decimal import Decimal

from millrace.parse.draft import ABSENT, Draft
from millrace.parse.options import Options, Parse
from millrace.parse.presets import columns
from millrace.parse.rejection import RejectedError, found
from millrace.records.fields import Fields

VERSION = 1

_KINDS = frozenset(("http", "https", "h2", "grpcs", "ws", "wss"))

# The columns by the names that AWS gives them, and how many a line has at least.
_CLASSIC = columns.names(
    "time elb client:port backend:port request_processing_time backend_processing_time"
    " response_processing_time elb_status_code backend_status_code received_bytes sent_bytes"
    " request user_agent ssl_cipher ssl_protocol"
)
_CLASSIC_LEAST = _CLASSIC.index("request") + 1
_APPLICATION = columns.names(
    "type time elb client:port target:port request_processing_time target_processing_time"
    " response_processing_time elb_status_code target_status_code received_bytes sent_bytes"
    " request user_agent ssl_cipher ssl_protocol target_group_arn trace_id domain_name"
    " chosen_cert_arn matched_rule_priority request_creation_time actions_executed redirect_url"
    " error_reason target:port_list target_status_code_list classification classification_reason"
    " conn_trace_id transformed_host transformed_uri request_transform_status"
)
_APPLICATION_LEAST = _APPLICATION.index("trace_id") + 1
_NETWORK = columns.names(
    "type version time elb listener client:port destination:port connection_time"
    " tls_handshake_time received_bytes sent_bytes incoming_tls_alert chosen_cert_arn"
    " chosen_cert_serial tls_cipher tls_protocol_version tls_named_group domain_name"
    " alpn_fe_protocol alpn_be_protocol alpn_client_preference_list tls_connection_creation_time"
)
_NETWORK_LEAST = _NETWORK.index("domain_name") + 1

# Of a column without a field: the attribute's name where it is not the column's.
_STANDARD_NAMES = {
    "ssl_cipher": "tls.cipher",
    "ssl_protocol": "tls.protocol.version",
    "tls_cipher": "tls.cipher",
    "tls_protocol_version": "tls.protocol.version",
}
_OF_FIELDS = frozenset(
    columns.names(
        "time client:port elb_status_code sent_bytes request user_agent trace_id domain_name"
        " error_reason version"
    )
)
_CLASSIC_TIMES = (
    "request_processing_time", "backend_processing_time", "response_processing_time",
)  # fmt: skip
_APPLICATION_TIMES = (
    "request_processing_time", "target_processing_time", "response_processing_time",
)  # fmt: skip
# Of these -1 says that there is none.
_TIMES = frozenset(_CLASSIC_TIMES + _APPLICATION_TIMES)

_SECONDS = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?\Z")
_URL = re.compile(
    r"([A-Za-z][A-Za-z0-9+.-]*)://(\[[^\]/]*\]|[^/:?#]*)(?::([0-9]{1,5}))?(.*)\Z", re.DOTALL
)


def parser(options: Options) -> Parse:
    """What parses a line of any of the three; raises RejectedError where it is no record."""

    def parse(line: str, received_at: int) -> Fields:
        draft = Draft(options, received_at)
        kind = line.partition(" ")[0]
        if kind in _KINDS:
            _application(draft, line)
        elif kind == "tls":
            _network(draft, line)
        elif kind[:4].isdigit():
            _classic(draft, line)
        else:
            raise RejectedError("no_match", found("no line of a load balancer", kind))
        return draft.done()

    return parse


def _classic(draft: Draft, line: str) -> None:
    sent = _named(_CLASSIC, columns.by_blanks(line), _CLASSIC_LEAST)
    _http(draft, sent, _CLASSIC_TIMES)
    # Sizes without headers, unlike those of the newer ones.
    draft.attribute("http.request.body.size", sent.pop("received_bytes"))
    _attributes(draft, sent)


def _application(draft: Draft, line: str) -> None:
    sent = _named(_APPLICATION, columns.by_blanks(line), _APPLICATION_LEAST)
    _http(draft, sent, _APPLICATION_TIMES)
    draft.attribute("http.request.size", sent.pop("received_bytes"))
    draft.put("error_code", sent.get("error_reason"))
    trace = sent["trace_id"]
    # A balancer behind another puts its own id before the one that both have.
    root = trace.find("Root=")
    draft.trace(trace[root:] if root > 0 else trace)
    _domain(draft, sent.get("domain_name"))
    _attributes(draft, sent)


def _network(draft: Draft, line: str) -> None:
    # No column holds a blank, and the last but one holds quotes of its own.
    sent = _named(_NETWORK, line.split(" "), _NETWORK_LEAST)
    draft.time(f"{sent['time'].removesuffix('Z')}Z")
    draft.client(columns.address_and_port(sent["client:port"]))
    draft.put("bytes", sent["sent_bytes"])
    draft.put("virtual_host", sent["domain_name"])
    _attributes(draft, sent)


def _named(names: tuple[str, ...], values: list[str], least: int) -> dict[str, str]:
    if len(values) < least:
        raise RejectedError("no_match", f"{len(values)} columns, expected at least {least}")
    return dict(zip(names, values, strict=False))


def _http(draft: Draft, sent: dict[str, str], times: tuple[str, ...]) -> None:
    """What classic and application load balancers have in common."""
    draft.time(sent["time"])
    draft.client(columns.address_and_port(sent["client:port"]))
    draft.put("status_code", sent["elb_status_code"])
    draft.put("bytes", sent["sent_bytes"])
    draft.put("user_agent", sent.get("user_agent"))
    _response_time(draft, [sent[name] for name in times])
    request = sent["request"]
    if request.strip(" -"):  # of TCP it is `- - - `
        draft.request(request)
        _url(draft)


def _response_time(draft: Draft, parts: list[str]) -> None:
    """Sets the sum of three times in seconds, where none of them is negative, which means none."""
    for part in parts:
        if part in ABSENT or part.startswith("-"):
            return
        if not _SECONDS.match(part):
            raise RejectedError("bad_value", found("response_time_ms", part))
    draft.response_time(f"{sum(map(Decimal, parts)):f}", "s")


def _url(draft: Draft) -> None:
    """Takes the URL, which stands where a request of HTTP/1.1 has the path, into its parts."""
    url = _URL.match(draft.fields.get("path", ""))
    if url:
        scheme, host, port, path = url.groups()
        draft.attribute("url.scheme", scheme)
        draft.put("virtual_host", host)
        draft.attribute("server.port", port)
        draft.fields["path"] = path or "/"


def _domain(draft: Draft, domain: str | None) -> None:
    """Keeps the name that the client asked TLS for, which may be another than the request's."""
    host = draft.fields.get("virtual_host")
    if host is None:
        draft.put("virtual_host", domain)
    elif domain != host:
        draft.attribute("domain_name", domain)


def _attributes(draft: Draft, sent: dict[str, str]) -> None:
    for name, value in sent.items():
        if name in _OF_FIELDS or (name in _TIMES and value.startswith("-")):
            continue
        draft.attribute(_STANDARD_NAMES.get(name, name), value)
