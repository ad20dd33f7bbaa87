"""HTML as a tree of elements: whatever a text has in it stays text."""

from collections.abc import Iterable
from xml.etree.ElementTree import Element, tostring

Child = Element | str | None


def element(tag: str, /, *children: Child | Iterable[Child], **attributes: str | None) -> Element:
    """An element with these children and attributes; what is None is left out.

    An underscore in the name of an attribute stands for a hyphen, one at its end for nothing.
    """
    made = Element(tag)
    for name, value in attributes.items():
        if value is not None:
            made.set(name.rstrip("_").replace("_", "-"), value)
    add(made, *children)
    return made


def add(parent: Element, *children: Child | Iterable[Child]) -> None:
    """Puts children behind those that an element has."""
    for child in children:
        if child is None:
            continue
        if isinstance(child, str):
            _add_text(parent, child)
        elif isinstance(child, Element):
            parent.append(child)
        else:
            add(parent, *child)


def document(root: Element) -> str:
    """The whole as HTML."""
    return "<!doctype html>\n" + tostring(root, encoding="unicode", method="html") + "\n"


def _add_text(parent: Element, text: str) -> None:
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text
