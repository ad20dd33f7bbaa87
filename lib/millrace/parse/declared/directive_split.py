"""Lines of a server that escapes nothing: any literal may stand within a value too.

Of all the ways to split such a line the last is taken: each literal stands as far to the right as
the line allows. The line is searched from its end, for one value of any text after the other, and
each search looks at each place once.
"""

import re

from millrace.parse.declared.directive import Template
from millrace.parse.declared.directive_pattern import Groups, Split, Strictness, Writer

_OF_REQUEST = (None, None, None)  # its parts are told apart later, in the text of the whole


def last_split(template: Template, strictness: Strictness) -> Split:
    """What splits lines by the last way that there is; see ``directive_pattern.split``."""
    writer = Writer(template, "none", strictness)
    count, opened = len(template.slots), _opened(template, writer)
    head = re.escape(template.head) + writer.part(0, opened[0] if opened else count)
    match_head = _compiled(head if opened else rf"{head}\Z").match
    leads, matches = [], []
    for number, end in zip(opened, [*opened[1:], count], strict=False):
        value, literal = template.slots[number]
        rest = re.escape(literal) + writer.part(number + 1, end)
        matches.append(_compiled(f"(.*)(?>{rest})" + (r"\Z" if end == count else "")).match)
        leads.append(_OF_REQUEST if value.form.shape == "request" else ())

    def groups(line: str) -> Groups | None:
        begun = match_head(line)
        if begun is None:
            return None
        begin, end = begun.end(), len(line)
        found = []
        for match in reversed(matches):
            matched = match(line, begin, end)
            if matched is None:
                return None
            found.append(matched)
            end = matched.end(1)
        texts = [*begun.groups()]
        for matched, lead in zip(reversed(found), leads, strict=True):
            texts += [*lead, line[begin : matched.end(1)], *matched.groups()[1:]]
            begin = matched.end()
        return tuple(texts)

    return groups


def _opened(template: Template, writer: Writer) -> list[int]:
    """The values of any text; those between two of them end before the first one's literal."""
    opened: list[int] = []
    literal = " "
    for number in range(len(template.slots)):
        if not writer.stops_before(number, literal):
            opened.append(number)
            literal = template.slots[number][1]
    return opened


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.DOTALL)
