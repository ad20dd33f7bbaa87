r"""Formats that Apache's ``LogFormat`` declares.

The declaration is the directive's text, or that in quotes as it stands in a configuration::

    %h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i" %D

Each value ends at the literal after it. Those that set no field of a record stand in
``attributes``: headers as ``http.request.header.NAME``, others by what stands in their braces, or
by their letter. Values are kept as Apache writes them, with ``\"`` and ``\xhh``.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from millrace.parse.declared import (
    apache_directives,
    apache_times,
    directive_pattern,
    directive_steps,
)
from millrace.parse.declared.directive import Template, Value, checked, plain
from millrace.parse.declared.directive_record import parser_of
from millrace.parse.options import Options, Parse

_MODIFIERS = "[0-9,!<>]*+"
_DIRECTIVE = re.compile(
    rf"%({_MODIFIERS})(?:\{{([^}}\0]*+)\}})?+({_MODIFIERS})(\^[A-Za-z]{{2}}|[A-Za-z%])"
)
_SHOWN_CHARACTERS = 20  # of a declaration, in what is said of it


@dataclass(frozen=True)
class _Directive:
    """One directive as it is written, with the literal after it."""

    text: str
    letter: str
    argument: str | None
    modifiers: str
    literal: str = ""


# The whole statement, as it stands in httpd.conf.
_STATEMENT = re.compile(r'\s*+(?:LogFormat|CustomLog\s++\S++)\s++"(.*)"\s*+\S*+\s*+\Z', re.DOTALL)


def parser(declaration: str, options: Options) -> Parse:
    """What parses lines of the declared format.

    Raises ValueError, with a sentence for its user, where no line could be read by it.
    """
    statement = _STATEMENT.match(declaration)
    head, directives = _directives(plain(statement[1] if statement else declaration))
    directives = _joined(directives)
    forms = {each.text: each.argument or "" for each in directives if each.letter == "t"}
    times, parts = apache_times.values(forms)
    template = checked(_template(head, directives, times))
    splits = directive_pattern.splits(template, "backslash")
    steps = directive_steps.common(template)
    if parts:
        steps.append(apache_times.joined(parts, options))
    return parser_of(template, splits, options, steps)


def _directives(text: str) -> tuple[str, list[_Directive]]:
    """The literal before the first directive, and all directives."""
    literals, found, position = [""], [], 0
    while (percent := text.find("%", position)) >= 0:
        literals[-1] += text[position:percent]
        match = _DIRECTIVE.match(text, percent)
        if match is None:
            raise ValueError(_fault(text[percent:]))
        early, argument, late, letter = match.groups()
        position = match.end()
        if letter == "%":
            literals[-1] += "%"
            continue
        found.append(_Directive(match[0], letter, argument, early + late))
        literals.append("")
    literals[-1] += text[position:]
    if not found:
        shown = text[:_SHOWN_CHARACTERS]
        raise ValueError(f"expected directives, as %h, but there is none in {shown!r}")
    head, *after = literals
    return head, [
        replace(each, literal=literal) for each, literal in zip(found, after, strict=True)
    ]


def _fault(text: str) -> str:
    shown = repr(text[:_SHOWN_CHARACTERS])
    if "{" in text.partition(" ")[0] and "}" not in text:
        return f"the brace of {shown} is not closed: expected %{{NAME}} and a letter"
    return f"expected a directive, % and a letter as in %h, not {shown}"


def _template(head: str, directives: Sequence[_Directive], times: Mapping[str, Value]) -> Template:
    """The values that the directives are, with the literals between."""
    has_body_size = any(each.letter in ("b", "B") for each in directives)
    literals, values = [head], []
    for directive in directives:
        literal = directive.literal
        if directive.letter == "O" and not has_body_size:
            value = apache_directives.WITHOUT_BODY_SIZE
        elif directive.letter != "t":
            value = apache_directives.value(
                directive.letter, directive.argument, directive.modifiers
            )
        else:
            value = times[directive.text]
            if not directive.argument:
                literals[-1] += "["
                literal = f"]{literal}"
        values.append(replace(value, name=directive.text))
        literals.append(literal)
    return Template(literals[0], tuple(zip(values, literals[1:], strict=True)))


def _joined(directives: Sequence[_Directive]) -> list[_Directive]:
    """The directives with one for ``%v:%p`` and one for ``%U%q``, which make one text each."""
    joined: list[_Directive] = []
    for directive in directives:
        before = joined[-1] if joined else directive
        pair = before.letter + before.literal + directive.letter
        is_plain = before.argument is None and directive.argument is None
        if joined and is_plain and pair in apache_directives.PAIRS:
            text = before.text + before.literal + directive.text
            joined[-1] = replace(before, text=text, letter=pair, literal=directive.literal)
        else:
            joined.append(directive)
    return joined
