"""nginx's variables: what each sets in a record."""

from dataclasses import replace
from functools import lru_cache

from millrace.parse.declared.directive import (
    ADDRESSES,
    CLF_TIME,
    CLIENT,
    KEPT,
    NUMBER,
    OWN,
    PATH,
    REQUEST,
    STATUS,
    TEXT,
    UPSTREAMS,
    WORD,
    Form,
    Value,
    clf,
    milliseconds,
    put,
    response_time,
)
from millrace.parse.draft import Draft
from millrace.parse.rejection import RejectedError, found
from millrace.parse.times import iso_8601
from millrace.records.received import SECOND

_SECONDS = Form(r"[0-9]{1,6}\.[0-9]{1,9}")
_MSEC = Form(r"[0-9]{1,11}\.[0-9]{3}")
_ISO_TIME = Form(r"[0-9]{4}(?:-[0-9]{2}){2}T[0-9]{2}(?::[0-9]{2}){2}[+-][0-9]{2}:[0-9]{2}")
_QUESTION_MARK = Form(r"\??", is_closed=True)

_SAME = {"document_uri": "uri", "query_string": "args"}
_WITH_BLANKS = {
    *("request_body", "request_filename", "document_root", "realpath_root"),
    *("date_local", "date_gmt", "upstream_cache_last_modified"),
}
_UPSTREAMS = {
    *("upstream_addr", "upstream_status", "upstream_response_length"),
    *("upstream_bytes_sent", "upstream_bytes_received"),
    *("upstream_response_time", "upstream_connect_time", "upstream_header_time"),
    *("upstream_session_time", "upstream_first_byte_time", "upstream_queue_time"),
}
# What the names of whole families begin with, what their attributes do, and their form; where there
# is no such beginning, the attribute is named as the variable. The first that fits counts.
_FAMILIES: tuple[tuple[str, str, Form], ...] = (
    ("http_", "http.request.header.", TEXT),
    ("sent_http_", "http.response.header.", TEXT),
    ("sent_trailer_", "http.response.header.", TEXT),
    ("upstream_http_", "", TEXT),
    ("upstream_trailer_", "", TEXT),
    ("upstream_cookie_", "", TEXT),
    ("cookie_", "", TEXT),
    ("geoip_", "", TEXT),
    ("geoip2_", "", TEXT),
    ("ssl_client_", "", TEXT),
)


def _msec(text: str) -> int:
    seconds, _, thousandths = text.partition(".")
    return int(seconds) * SECOND + int(thousandths) * 1_000


@lru_cache(KEPT)
def _iso(text: str) -> int:
    time = iso_8601(text)
    if time is None:
        raise RejectedError("bad_timestamp", found("timestamp", text))
    return time


def _attribute(name: str, attribute: str, form: Form) -> Value:
    return Value(name, form, attribute=attribute)


_VALUES = {
    value.name: value
    for value in (
        Value("remote_addr", CLIENT, "client_ip"),
        Value("http_x_forwarded_for", ADDRESSES, "forwarded_for", 0),
        Value("proxy_add_x_forwarded_for", ADDRESSES, "forwarded_for", 1),
        Value("remote_user", TEXT, "user"),
        Value("msec", _MSEC, "timestamp", 0, put=Draft.time, read=_msec),
        Value("time_iso8601", _ISO_TIME, "timestamp", 1, put=Draft.time, read=_iso),
        Value("time_local", CLF_TIME, "timestamp", 2, put=Draft.time, read=clf),
        Value("request", REQUEST),
        Value("request_method", WORD, "method"),
        Value("server_protocol", WORD, "protocol"),
        Value("request_uri", PATH, "path"),
        Value("uri", PATH, "_path"),
        Value("args", OWN, "_query"),
        Value("is_args", _QUESTION_MARK),
        Value("host", WORD, "virtual_host", 0, "host"),
        Value("http_host", WORD, "virtual_host", 1, "http_host"),
        Value("server_name", WORD, "virtual_host", 2, "server_name"),
        Value("status", STATUS, "status_code", put=put("status_code"), read=int),
        Value("body_bytes_sent", NUMBER, "bytes", 0, None, put("bytes"), int),
        Value("bytes_sent", NUMBER, "bytes", 1, "http.response.size", put("bytes"), int),
        Value(
            "request_time",
            _SECONDS,
            "response_time_ms",
            put=response_time("s"),
            read=milliseconds("s"),
        ),
        Value("http_referer", TEXT, "referrer"),
        Value("http_user_agent", TEXT, "user_agent"),
        Value("http_x_request_id", WORD, "request_id", 0),
        Value("request_id", WORD, "request_id", 1, "request_id"),
        Value("req_id", WORD, "request_id", 2, "req_id"),  # of ingress-nginx
        Value("http_traceparent", WORD, "_trace"),
        Value("geoip_country_code", WORD, "country"),
        _attribute("geoip_city", "geo.locality.name", TEXT),
        _attribute("realip_remote_addr", "network.peer.address", WORD),
        _attribute("remote_port", "client.port", NUMBER),
        _attribute("scheme", "url.scheme", WORD),
        _attribute("server_addr", "server.address", WORD),
        _attribute("server_port", "server.port", NUMBER),
        _attribute("hostname", "host.name", WORD),
        _attribute("request_length", "http.request.size", NUMBER),
        _attribute("content_length", "http.request.body.size", NUMBER),
        _attribute("ssl_protocol", "tls.protocol.version", OWN),
        _attribute("ssl_cipher", "tls.cipher", OWN),
        _attribute("ssl_client_s_dn", "tls.client.subject", TEXT),
        _attribute("pid", "process.pid", NUMBER),
    )
}


def value(name: str) -> Value:
    """What the variable sets; its ``name`` is written as it is declared, with ``$``."""
    known = name.lower()
    known = _SAME.get(known, known)
    return replace(_VALUES.get(known) or _own(known), name=f"${name}")


def _own(name: str) -> Value:
    """A variable without a field, which many are, those of a user's own too."""
    for beginning, attribute, form in _FAMILIES:
        if name.startswith(beginning) and name != beginning:
            header = name.removeprefix(beginning).replace("_", "-")
            return _attribute(name, attribute + header if attribute else name, form)
    form = UPSTREAMS if name in _UPSTREAMS else TEXT if name in _WITH_BLANKS else OWN
    return _attribute(name, name, form)
