"""The grammar of queries, and what reads them by it."""

import re
from functools import cache
from itertools import islice
from typing import Any, cast

from lark import Lark, Token, UnexpectedInput, UnexpectedToken

from millrace.search.errors import QueryError, shown
from millrace.search.syntax import (
    AllOf,
    AnyOf,
    Comparator,
    Comparison,
    Named,
    Negation,
    Range,
    Syntax,
    Value,
    Written,
    leaves,
)

MAX_CHARACTERS = 4_096
MAX_TERMS = 64
MAX_DEPTH = 16

_KEYWORD = r'(?:AND|OR|NOT|&&|\|\|)(?![^\s()"])'
_SIGN = r'(?:[^\s()"\\]|\\.|\\\Z)'
_SIGN_OF_NAME = r'(?:[^\s():"\\]|\\.)'
_OPERATORS = ("_AND", "_OR", "_NOT", "COMPARATOR")

# What a sign means hangs on what stands before: in a value colons and brackets are plain, and so is
# a minus sign before it. The lexer therefore takes only what the parser expects. For that rules
# which end in a group have other names than those outside: what may follow is not the same.
_GRAMMAR = rf"""
start: any_of

any_of: all_of (_OR all_of)*
all_of: _clause (_AND? _clause)*
_clause: negation | _OPEN any_of _CLOSE | named | value
negation: _NOT _clause
named: NAME (_of_field | _OPEN any_of_field _CLOSE)
value: WORD | QUOTED

_of_field: value_of_field | comparison | range
value_of_field: (VALUE | QUOTED) -> value
comparison: COMPARATOR (VALUE | QUOTED)
range: RANGE_OPEN (BOUND | QUOTED) _TO (BOUND | QUOTED) RANGE_CLOSE

any_of_field: all_of_field (_OR all_of_field)* -> any_of
all_of_field: _in_group (_AND? _in_group)* -> all_of
_in_group: not_in_group | _OPEN any_of_field _CLOSE
    | value_in_group | comparison_in_group | range_in_group
not_in_group: _NOT _in_group -> negation
value_in_group: (ITEM | QUOTED) -> value
comparison_in_group: COMPARATOR (VALUE | QUOTED) -> comparison
range_in_group: RANGE_OPEN (BOUND | QUOTED) _TO (BOUND | QUOTED) RANGE_CLOSE -> range

_AND.3: /(?:AND|&&)(?![^\s()"])/
_OR.3: /(?:OR|\|\|)(?![^\s()"])/
_NOT.3: /NOT(?![^\s()"])|[-!](?=[^\s)])/
_TO.3: /TO(?=\s)/
_OPEN.3: "("
_CLOSE.3: ")"
COMPARATOR.3: /[<>]=?/
RANGE_OPEN.3: /[\[{{]/
RANGE_CLOSE.3: /[\]}}]/
QUOTED.3: /"(?:[^"\\]|\\.)*"(?=[\s()\]}}]|\Z)/
NAME.2: /(?![-!]){_SIGN_OF_NAME}+:/
WORD: /(?![-!]|{_KEYWORD}){_SIGN}+/
ITEM: /(?![-!<>\[{{]|{_KEYWORD}){_SIGN}+/
VALUE: /(?![<>\[{{])(?:(?<=[:<>=])|(?!{_KEYWORD})){_SIGN}+/
BOUND: /(?:[^\s()"\\\[\]{{}}]|\\.)+/
%ignore /\s+/
"""


class _Builder:
    """Makes the parts of a query of the tokens and parts within them."""

    def start(self, parts: list[Syntax]) -> Syntax:
        return parts[0]

    def any_of(self, parts: list[Syntax]) -> Syntax:
        return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))

    def all_of(self, parts: list[Syntax]) -> Syntax:
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts))

    def negation(self, parts: list[Syntax]) -> Syntax:
        (of,) = parts
        return of.of if isinstance(of, Negation) else Negation(of)

    def named(self, parts: tuple[Token, Syntax]) -> Syntax:
        name, values = parts
        return Named(Written(name[:-1], _at(name)), values)

    def value(self, tokens: list[Token]) -> Syntax:
        return Value(_written(tokens[0]))

    def comparison(self, tokens: list[Token]) -> Syntax:
        comparator, value = tokens
        return Comparison(cast(Comparator, str(comparator)), _written(value), _at(comparator))

    def range(self, tokens: list[Token]) -> Syntax:
        opened, low, high, closed = tokens
        return Range(_written(low), _written(high), opened == "[", closed == "]", _at(opened))


def read(text: str) -> Syntax:
    """What the query says; it must not be blank.

    Raises QueryError where it does not follow the grammar, or goes beyond one of its limits.
    """
    if len(text) > MAX_CHARACTERS:
        said = f"the query has {len(text):,} characters; at most {MAX_CHARACTERS:,} are allowed"
        raise QueryError(said, MAX_CHARACTERS)
    state: Any = _parser().parse_interactive(text)
    opened: list[Token] = []
    last: Token | None = None
    try:
        for token in state.iter_parse():
            _follow(token, opened)
            last = token
        syntax = cast(Syntax, state.feed_eof(last))
    except UnexpectedInput as error:
        raise _explained(text, error, opened, last) from None
    beyond = next(islice(leaves(syntax), MAX_TERMS, None), None)
    if beyond:
        raise QueryError(f"more than {MAX_TERMS} terms", beyond.position)
    return syntax


@cache
def _parser() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", transformer=_Builder(), g_regex_flags=re.DOTALL)


def _at(token: Token) -> int:
    return token.start_pos or 0


def _written(token: Token) -> Written:
    if token.type == "QUOTED":
        return Written(token[1:-1], _at(token), is_quoted=True)
    return Written(str(token), _at(token))


def _follow(token: Token, opened: list[Token]) -> None:
    """Keeps those brackets that are ``opened`` when the token has been read."""
    if token.type in ("_OPEN", "RANGE_OPEN"):
        opened.append(token)
    elif token.type in ("_CLOSE", "RANGE_CLOSE") and opened:
        opened.pop()
    if len(opened) > MAX_DEPTH:
        said = f"more than {MAX_DEPTH} parentheses within each other"
        raise QueryError(said, _at(token))


def _explained(
    text: str, error: UnexpectedInput, opened: list[Token], last: Token | None
) -> QueryError:
    """What is wrong, in words: with the sign that was met, or with the end of the text."""
    is_end = isinstance(error, UnexpectedToken) and error.token.type == "$END"
    position = len(text) if is_end else error.pos_in_stream or 0
    sign = text[position : position + 1]
    before = last.type if last else ""
    if sign == '"':
        return _of_quote(text, position)
    if last and before in ("NAME", *_OPERATORS):
        return QueryError(f"nothing follows {shown(last)}", _at(last))
    if opened and opened[-1].type == "RANGE_OPEN":
        return QueryError("expected a range: [low TO high], with * for no limit", _at(opened[-1]))
    if sign == ")":
        said = "nothing stands in these parentheses" if opened else "no parenthesis is open here"
        return QueryError(said, position)
    if is_end and opened:
        return QueryError("the parenthesis is never closed", _at(opened[-1]))
    (word,) = re.findall(r"\A(?:\w+|&&|\|\||.)", text[position:], re.DOTALL) or [""]
    if word in ("-", "!"):
        return QueryError(f"nothing follows {shown(word)}", position)
    if word in ("AND", "OR", "&&", "||"):
        return QueryError(f"nothing stands before {shown(word)}", position)
    return QueryError(f"{shown(word)} cannot stand here", position)


def _of_quote(text: str, position: int) -> QueryError:
    whole = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL).match(text, position)
    if whole is None:
        return QueryError("the quote is never closed", position)
    return QueryError("leave a space after the closing quote", whole.end())
