"""The page docs/query.md, made from the language: ``python -m millrace.tools.query_docs``."""

from millrace.records.formats import LAYOUTS
from millrace.records.levels import LEVELS
from millrace.search import Column, QueryError, columns, compiled
from millrace.search.examples import EXAMPLES, REFUSED
from millrace.search.grammar import MAX_CHARACTERS, MAX_DEPTH, MAX_TERMS
from millrace.search.meaning import LINE, READ_ALWAYS, READ_WITHOUT_LINE
from millrace.search.terms import MAX_PART_CHARACTERS

_HEAD = """# Query language

Made by `make docs` from `lib/millrace/search/`; tests hold the page to it and run every example.
The language asks for stored lines by their fields and their text, much as Lucene's syntax does. An
empty query, or `*`, matches every line.

- [Examples](#examples) · [Terms](#terms) · [Joining terms](#joining-terms) · [Rules](#rules)
- [Errors](#errors) · [Limits](#limits) · [Fields and synonyms](#fields-and-synonyms)

## Examples

| query | lines where |
|---|---|
"""
_TERMS = """
## Terms

| term | matches where |
|---|---|
| `word`, `"two words"` | the line contains the text, in any case |
| `field:value`, `field:"a value"` | the field is exactly that |
| `field:be*`, `field:*end`, `field:be*end` | its text begins so, ends so, or both |
| `field:*part*` | its text contains the part |
| `field:a?c` | it is that, with any one character in place of `?` |
| `field:>5`, `field:>=5`, `field:<5`, `field:<=5` | it compares so |
| `field:[1 TO 5]`, `field:{1 TO 5}`, `field:[1 TO 5}` | it lies there; `[` and `]` include limits |
| `field:[1 TO *]` | it lies there; `*` is no limit |
| `field:*`, `_exists_:field` | the line has the field |
| `field:(a OR b)`, `field:(NOT a)` | the field is as the terms in parentheses say |
| `client_ip:203.0.113.0/24` | the address is in the network, of IPv4 or IPv6 |

## Joining terms

| written | matches where |
|---|---|
| `a b`, `a AND b`, `a && b` | both do |
| `a OR b`, <code>a &#124;&#124; b</code> | one of them does, or both |
| `NOT a`, `-a`, `!a` | `a` does not |
| `(a OR b) c` | parentheses come first |

NOT binds first, then AND, then OR: `a b OR c` is `(a AND b) OR c`. AND, OR, NOT and TO are written
in capitals; in quotes they are words. In parentheses after a field, quote a value that begins with
a minus sign.

"""
_RULES = r"""## Rules

- **Words and quoted texts** are looked for in {always}. Where the line itself is not stored
  (`store_raw: false`), they are looked for in {without} too. The letters A to Z match in either
  case, all other letters as they are written.
- **Values of fields** are exact, case included. Levels are not case-sensitive, and have an order:
  {levels}.
- **Absent fields**: a term is false for a line without the field. So `NOT country:DE` matches lines
  without a country; add `country:*` to leave those out.
- **Lists**, such as `tags`, match where one of their values does.
- **Numbers** are compared as numbers. Texts are compared by the code points of their characters, so
  10 comes before 9: quote a limit of a text that looks like a number.
- **Times** are ISO 8601, UTC unless they have a zone, and cut to milliseconds. One that lacks its
  last parts is a period: `timestamp:2026-11-27` is that day, `timestamp:>2026-11` begins with
  December.
- **Networks** match every spelling of an address, and addresses of IPv4 that are mapped to IPv6
  too. A single address matches as it is spelled; `client_ip:2001:db8::1/128` matches all its
  spellings.
- **Attributes** are texts, named by their whole key: `attributes.k8s.pod.name`. Of
  `structured_data` the element comes first, then the parameter:
  `structured_data.exampleSDID@32473.iut`.
- **Versions of HTTP**: `protocol:1.1` matches `HTTP/1.1` as well.
- **A backslash** makes the sign after it plain: `path:/a\*b`, `attributes.user\ agent:x`. Before a
  letter or digit it is plain itself. In quotes all signs are plain but `\"`, `\\`, and a `*` that
  ends the value of a field.
- **Regular expressions, `fuzzy~2` and `boost^4`** of Lucene do not exist here: their signs are
  plain.

## Errors

An error has the offset of the character where the query is wrong, from 0, and the fields that may
be meant.

| query | at | message | nearest fields |
|---|---|---|---|
"""
_LIMITS = """
## Limits

A query has at most {characters:,} characters, {terms} terms, and {depth} parentheses within each
other. A text to be found within others has at most {part} characters. A value has one `*` at most,
or one at each end of a part.

An exact value and a beginning (`path:/api/*`) can use an index where there is one. A text within
another, an end and a network are looked for in each line that the other terms leave.

## Fields and synonyms

[fields.md](fields.md) tells which format has which field. A synonym is the field's name in
OpenTelemetry or the Elastic Common Schema. Names whose values differ, such as a duration in
nanoseconds, are none.

| field | type | formats | synonyms |
|---|---|---|---|
"""
_TYPES = {
    "string": "text",
    "int": "whole number",
    "bigint": "whole number",
    "double": "number",
    "decimal": "number",
    "timestamp": "time",
    "map": "text",
    "struct": "fields",
}


def page() -> str:
    """The whole page in Markdown."""
    rules = _RULES.format(
        always=_names((LINE, *READ_ALWAYS)),
        without=_names(READ_WITHOUT_LINE),
        levels=_names(LEVELS),
    )
    limits = _LIMITS.format(
        characters=MAX_CHARACTERS, terms=MAX_TERMS, depth=MAX_DEPTH, part=MAX_PART_CHARACTERS
    )
    examples = [_row(f"`{each}`", compiled(each, LAYOUTS).sentence) for each in EXAMPLES]
    errors = map(_error, REFUSED)
    return "".join(
        [_HEAD, *examples, _TERMS, rules, *errors, limits, *map(_field, columns(LAYOUTS))]
    )


def _error(query: str) -> str:
    try:
        compiled(query, LAYOUTS)
    except QueryError as error:
        near = _names(error.nearest) or "-"
        return _row(f"`{query}`", str(error.position), error.message, near)
    raise ValueError(f"not refused: {query}")


def _field(column: Column) -> str:
    having = [
        layout for layout in LAYOUTS if column.name in {one.name for one in columns([layout])}
    ]
    return _row(
        f"`{column.name}{'.<key>' * column.keys}`",
        f"{_TYPES[column.type]}{', in a list' * column.is_list}",
        "all" if len(having) == len(LAYOUTS) else ", ".join(having),
        _names(column.synonyms) or "-",
    )


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n"


if __name__ == "__main__":
    print(page(), end="")
