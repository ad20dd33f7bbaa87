"""Members of JSON objects by dotted paths, and the attributes that they become.

A key with dots and objects within each other are the same path: ``{"host.name": ..}`` and
``{"host": {"name": ..}}``.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from millrace.parse import members
from millrace.parse.draft import ABSENT
from millrace.parse.json import Members

Names = Mapping[str, str | None]
"""The attribute that the member of a path becomes; others have their path for a name.

None: it is passed over. With ``*`` at its end: the member is an object, and each member of that is
named by its key after what stands before the ``*``.
"""

# Of the names of members within objects, together: they would else take far more than the line
# has, where an object under a long key has many members.
_MOST_CHARACTERS = 8_192
_NO_NAMES: Names = {}
# Without what is put before them: docker:// or containerd://, and a slash.
_BARE: dict[str, Callable[[str], str]] = {
    "container.id": lambda text: text.rpartition("://")[2],
    "container.name": lambda text: text.removeprefix("/"),
}


def find(sent: Mapping[str, Any], path: str) -> Any:
    """The member of that path, a flat key before objects; None where there is none."""
    value = sent.get(path)
    dot = path.find(".")
    while value is None and dot > 0:
        inner = sent.get(path[:dot])
        if inner.__class__ is Members:
            value = find(dict(inner), path[dot + 1 :])
        dot = path.find(".", dot + 1)
    return value


def attributes(sent: Iterable[tuple[str, Any]], names: Names) -> dict[str, str]:
    """The members as texts, without those that are absent.

    Lists are JSON, and so are objects where the names of their members would be too long.
    """
    taken = _Attributes()
    taken.take(sent, "", names)
    return taken.found


class _Attributes:
    __slots__ = ("_characters_left", "found")

    def __init__(self) -> None:
        self._characters_left = _MOST_CHARACTERS
        self.found: dict[str, str] = {}

    def take(self, sent: Iterable[tuple[str, Any]], path: str, names: Names) -> None:
        """The members of an object, whose names are ``path`` and the key."""
        for key, value in sent:
            name = path + key
            attribute = names.get(name, name)
            if attribute is None:
                continue
            is_prefix = attribute.endswith("*") and name in names
            if value.__class__ is str:
                self._put(name if is_prefix else attribute, value)
            elif value.__class__ is not Members or not self._fits(value, name):
                self._put(name if is_prefix else attribute, members.text(value))
            elif is_prefix:
                self.take(value, attribute[:-1], _NO_NAMES)
            else:
                self.take(value, f"{name}.", names)

    def _fits(self, value: Members, name: str) -> bool:
        characters = len(value) * len(name)
        if characters > self._characters_left:
            return False
        self._characters_left -= characters
        return True

    def _put(self, name: str, text: str | None) -> None:
        if text is None or text in ABSENT:
            return
        if name in _BARE:
            text = _BARE[name](text)
        self.found[name.replace("\0", "\\u0000") if "\0" in name else name] = text
