"""The members of an event -> its record, by the keys that they have."""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from millrace.parse.draft import ABSENT
from millrace.parse.json import Members
from millrace.parse.json_logs import http
from millrace.parse.json_logs.event import MOST_MEMBERS, Event, text
from millrace.parse.json_logs.keys import GENERIC, PAIRS, PATHS, Table
from millrace.parse.json_logs.setters import SETTERS, means_time
from millrace.parse.rejection import RejectedError, found

_Candidate = tuple[int, str, Any]  # rank, key, value
_LONGEST_PATH = 200  # characters
# These stay objects on a path: what is in them has names of the producer's own.
_WHOLE = frozenset(
    key
    for key, (name, _) in GENERIC.items()
    if name in ("error", "pairs", "source_location", "http_request")
    or name.endswith((".header", ".label", ".annotation"))
)


def fill(event: Event, members: Iterable[tuple[str, Any]], known: Table = GENERIC) -> None:
    """Puts each member where the table says, and keeps all others under their own names.

    Where several keys say the same, the best that can be read counts, and the others keep their
    names.

    Raises RejectedError: bad_timestamp where there are times but none that can be read, bad_value.
    """
    best: dict[str, _Candidate] = {}
    others: dict[str, list[_Candidate]] = {}
    nested: list[tuple[str, Any]] = []
    attributes, is_flat = event.attributes, True
    while True:
        for key, value in members:
            if value.__class__ is Members and is_flat and _is_path(key):
                nested.append((key, value))
                continue
            entry = known.get(key)
            if entry is None:
                if value.__class__ is str and key not in attributes and "\0" not in key:
                    if value not in ABSENT:
                        attributes[key] = value
                else:
                    event.keep(key, value)
            elif value is not None and value not in ABSENT:
                name = entry[0]
                if name in best:
                    _add(best, others, name, (entry[1], key, value))
                else:
                    best[name] = (entry[1], key, value)
        if not nested:
            break
        # A flat key comes before the same path through objects.
        members = [leaf for key, value in nested for leaf in leaves(key, value)]
        nested, is_flat = [], False
    _settle(event, best, others)


def _add(
    best: dict[str, _Candidate],
    others: dict[str, list[_Candidate]],
    name: str,
    candidate: _Candidate,
) -> None:
    """Adds another member that says what one has said already; the first of equal rank is best."""
    held = best[name]
    if candidate[0] < held[0]:
        best[name], candidate = candidate, held
    others.setdefault(name, []).append(candidate)


def _is_path(key: str) -> bool:
    """Whether an object under that key is looked into."""
    return key.partition(".")[0] in PATHS and key not in _WHOLE and len(key) <= _LONGEST_PATH


def leaves(path: str, value: Members) -> list[tuple[str, Any]]:
    """The values within an object by their paths; the object itself where it has too many."""
    each: list[tuple[str, Any]] = []
    for leaf in _leaves(path, value):
        each.append(leaf)
        if len(each) > MOST_MEMBERS:
            return [(path, value)]
    return each


def _leaves(path: str, value: Members) -> Iterator[tuple[str, Any]]:
    for key, one in value:
        inner = f"{path}.{key}"
        if one.__class__ is Members and inner not in _WHOLE and len(inner) <= _LONGEST_PATH:
            yield from _leaves(inner, one)
        else:
            yield inner, one


def _settle(
    event: Event,
    best: dict[str, _Candidate],
    others: dict[str, list[_Candidate]],
) -> None:
    status = best.pop("status_code", None)
    pairs = best.pop("pairs", None)
    attributes = event.attributes
    for name, candidate in best.items():
        if name in others:
            _set_first(event, name, sorted([candidate, *others[name]], key=_rank))
            continue
        setter = SETTERS.get(name)
        if setter is None:
            attributes[name] = text(candidate[2]) or ""
        elif not setter(event, candidate[1], candidate[2]):
            _refuse(event, name, candidate)
    if status:
        # After the request: beside one a bare `status` is that of the response.
        candidates = sorted([status, *others.get("status_code", ())], key=_rank)
        _set_first(event, "status_code", candidates)
    method = best.get("method")
    if method:
        http.beside_method(event, method[1])
    if "url.query" in best:
        _join_query(event, best)
    if pairs:
        for _, key, value in sorted([pairs, *others.get("pairs", ())], key=_rank):
            pairs_of(event, key, value)


def _set_first(event: Event, name: str, candidates: list[_Candidate]) -> None:
    """Takes the first that can be read, the best coming first, and keeps the others."""
    rest = []
    setter = SETTERS.get(name) or partial(_attribute, name)
    is_set = False
    for each in candidates:
        if is_set or not setter(event, each[1], each[2]):
            rest.append(each)
        else:
            is_set = True
    if not is_set:
        _refuse(event, name, rest.pop(0))
    for _, key, value in rest:
        event.keep(key, value)


def _attribute(name: str, event: Event, key: str, value: Any) -> bool:
    event.attributes[name] = text(value) or ""
    return True


def _refuse(event: Event, name: str, candidate: _Candidate) -> None:
    """What becomes of the best of several members, of which none is what its key says."""
    _, key, value = candidate
    if name == "level":
        event.attribute("level", text(value))
    elif name == "timestamp" and means_time(key, value):
        raise RejectedError("bad_timestamp", found(key, text(value) or ""))
    else:
        event.keep(key, value)


def _join_query(event: Event, best: dict[str, _Candidate]) -> None:
    """Puts the query after a path that was sent without it."""
    path, candidate = event.fields.get("path"), best.get("path")
    if path and "?" not in path and candidate and candidate[1] == "url.path":
        event.fields["path"] = f"{path}?{event.attributes.pop('url.query', '')}"


def _rank(candidate: _Candidate) -> int:
    return candidate[0]


def pairs_of(event: Event, key: str, value: Any, known: Table = PAIRS) -> None:
    """Takes over the producer's own pairs, an object or a list of them, where it has none such."""
    if value.__class__ is list and value and all(one.__class__ is Members for one in value):
        value = Members(pair for one in value for pair in _pairs(one))
    if value.__class__ is not Members or len(value) > MOST_MEMBERS:
        event.keep(key, value)
        return
    inner = event.inner()
    fill(inner, value, known)
    event.take(inner, key)


def _pairs(one: Members) -> Iterable[tuple[str, Any]]:
    """The pairs of an item, ``{"key": .., "value": ..}`` or ``{key: value}``."""
    sent = dict(one)
    return [(text(sent["key"]) or "", sent.get("value"))] if "key" in sent else one
