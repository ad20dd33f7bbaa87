"""A query as it is written -> conditions of documents: its names and values are looked up."""

from collections.abc import Iterable, Sequence

from millrace.search import terms
from millrace.search.conditions import Contains, OneOf, Present
from millrace.search.errors import QueryError
from millrace.search.fields import NamedField, named
from millrace.search.names import Catalogue
from millrace.search.places import Place
from millrace.search.syntax import AllOf, AnyOf, Named, Negation, Syntax, Value, Written, leaves
from millrace.search.tree import All, Either, Everything, Node, Not, Term, Text

EXISTS = "_exists_"
ANY_NAME = "*"
LINE = "raw"
# The message is looked at beside the line, since it need not stand there as such: JSON has escapes,
# and some messages are made of a template.
READ_ALWAYS = ("message",)
READ_WITHOUT_LINE = ("path", "request", "referrer", "user_agent", "extra")


class Meaning:
    """Looks up what queries name in a catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def node(self, syntax: Syntax) -> Node:
        """What is asked of documents; raises QueryError where that cannot be asked."""
        match syntax:
            case Negation(of):
                return Not(self.node(of))
            case AllOf(parts):
                return _all(map(self.node, parts))
            case AnyOf(parts):
                return _either(map(self.node, parts))
            case Named(name, values):
                return self._named(name, values)
            case Value(written):
                return Everything() if written.is_star else self._text(written)
        raise TypeError(f"not of the grammar: {syntax}")

    def _text(self, written: Written) -> Node:
        condition = Contains(terms.searched(written), in_any_case=True)
        line = self._place(LINE) if self._catalogue.find(LINE) else None
        always, others = (
            tuple(map(self._place, filter(self._catalogue.find, names)))
            for names in (READ_ALWAYS, READ_WITHOUT_LINE)
        )
        if not (line or always or others):
            raise QueryError("no field has text that may be looked at", written.position)
        return Text(condition, line, always=always, others=others)

    def _named(self, name: Written, values: Syntax) -> Node:
        if name.text == EXISTS:
            return self._present(values)
        if name.text == ANY_NAME and isinstance(values, Value) and values.written.is_star:
            return Everything()
        return self._of_field(named(name, self._catalogue), values)

    def _present(self, syntax: Syntax) -> Node:
        """That there are values of the fields which are named."""
        match syntax:
            case Negation(of):
                return Not(self._present(of))
            case AllOf(parts):
                return _all(map(self._present, parts))
            case AnyOf(parts):
                return _either(map(self._present, parts))
            case Value(written):
                field = named(written, self._catalogue)
                return Term(field.name, field.presence(), Present())
        raise QueryError(f"{EXISTS} takes the name of a field", next(leaves(syntax)).position)

    def _of_field(self, field: NamedField, syntax: Syntax) -> Node:
        """What the values of a field must be."""
        match syntax:
            case Negation(of):
                return Not(self._of_field(field, of))
            case AllOf(parts):
                nodes = [self._of_field(field, part) for part in parts]
                _refuse_two_values(field, parts, nodes)
                return _all(nodes)
            case AnyOf(parts):
                return _either(self._of_field(field, part) for part in parts)
            case Named():
                raise TypeError(f"not of the grammar: {syntax}")
        if terms.is_star(syntax):
            return Term(field.name, field.presence(), Present())
        places = field.values()
        return Term(field.name, places, terms.condition(syntax, field.name, field.column))

    @staticmethod
    def _place(name: str) -> Place:
        return Place((name,))


def _refuse_two_values(field: NamedField, parts: Sequence[Syntax], nodes: Sequence[Node]) -> None:
    """Raises QueryError where one value is to be several: ``level:(ERROR WARN)``."""
    equal = [
        part
        for part, node in zip(parts, nodes, strict=True)
        if isinstance(part, Value) and isinstance(node, Term) and isinstance(node.condition, OneOf)
    ]
    if len(equal) > 1 and not field.column.is_list:
        said = f"{field.name} has one value: write OR between those it may have"
        raise QueryError(said, equal[1].position)


def _all(nodes: Iterable[Node]) -> Node:
    parts: list[Node] = []
    for node in nodes:
        parts += node.parts if isinstance(node, All) else [node]
    parts = [part for part in parts if not isinstance(part, Everything)]
    if len(parts) > 1:
        return All(tuple(parts))
    return parts[0] if parts else Everything()


def _either(nodes: Iterable[Node]) -> Node:
    """One of the nodes. Values that the same field may have come together."""
    parts: list[Node] = []
    of_field: dict[str, int] = {}
    for node in nodes:
        for part in node.parts if isinstance(node, Either) else [node]:
            if isinstance(part, Everything):
                return part
            if isinstance(part, Term) and isinstance(part.condition, OneOf):
                at = of_field.setdefault(part.name, len(parts))
                if at < len(parts):
                    parts[at] = _joined(parts[at], part)
                    continue
            parts.append(part)
    return Either(tuple(parts)) if len(parts) > 1 else parts[0]


def _joined(one: Node, other: Term) -> Term:
    options = [
        option
        for each in (one, other)
        if isinstance(each, Term) and isinstance(each.condition, OneOf)
        for option in each.condition.options
    ]
    return Term(other.name, other.places, OneOf(tuple(dict.fromkeys(options))))
