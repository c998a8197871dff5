"""Read a model written in lavaan syntax.

One statement a line (or several, divided by ``;``), each ``left operator right``::

    trust =~ t1 + t2 + t3       measured by            y ~ x + z        regressed on
    means <~ m1 + m2 + m3       made of                t1 | t1 + t2     has thresholds
    t1 ~~ t2                    covaries with          t1 ~ 1           intercept
    indirect := a*b             defined as             a == b   a > 0   constrained
    t1 ~*~ t1                   has the scale          means =~ 0        a construct without items

The line ``group: 1`` or ``group: "Germany"`` begins what holds in one group of respondents; lines before the first of
them hold in all groups, and definitions and constraints wherever they stand.

A line that ends in an operator, or is followed by one that begins with ``+`` or ``*``, goes on.  ``#``
and ``!`` begin a comment.  Before a term may stand modifiers: ``0.8*`` fixes, ``NA*`` frees, ``a*`` or
``label("a")*`` names, ``start(0.5)*`` starts, ``equal("f =~ x1")*`` or ``equal("a")*`` equates, ``lower(0)*`` and
``upper(1)*`` bound; ``c(a, b)*`` gives one for each group.

The grammar is lavaan's (Rosseel 2012, Journal of Statistical Software 48(2)).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple, NoReturn

import numpy as np

from .errors import SyntaxProblem, require_kind
from .letters import NAME
from .relation import Relation

DEFINING = (":=", "==", "<", ">")

Value = float | None  # None: explicitly free ("NA")
MOST = 1e300  # beyond it a quotient may no longer be finite


@dataclass(frozen=True, slots=True)
class Term(Relation):
    """One relation of a model: ``lhs op rhs`` with what is known about its parameter.

    fixed : values by group, one for all if there is one; ``None`` inside frees the parameter
    labels, starts : likewise
    equal : the parameter this one must equal, written ``"f =~ x1"``
    block : the rotation block of an exploratory construct (``efa("block")*``)
    lowers, uppers : bounds by group, as ``fixed``; ``None`` inside for none
    group : the group in whose block it stands (``group: Germany``); empty where it holds in all
    """

    fixed: tuple[Value, ...] = ()
    labels: tuple[str, ...] = ()
    starts: tuple[Value, ...] = ()
    equal: str = ""
    block: str = ""
    lowers: tuple[Value, ...] = ()
    uppers: tuple[Value, ...] = ()
    group: str = ""

    @property
    def needed(self) -> set[str]:
        """Names that a definition or constraint is made of: labels and other definitions."""
        return {*re.findall(NAME, self.rhs if self.op == ":=" else f"{self.lhs} {self.rhs}")}


class Token(NamedTuple):
    """A word of the model text and its place, counted from 1."""

    kind: str
    text: str
    line: int
    column: int


VARIABLE = rf"{NAME}(?::(?!=){NAME})*"
"""A variable's name, or a product's."""

_TOKEN = re.compile(
    rf"""
    (?P<comment>[\#!][^\n]*)
  | (?P<newline>\n|;)
  | (?P<space>[^\S\n]+)
  | (?P<text>"[^"\n]*"|'[^'\n]*')
  | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.]))
  | (?P<operator>=~|<~|~~|~\*~|:=|==|~|\|)
  | (?P<name>{VARIABLE}|\.\w[\w.]*)
  | (?P<sign>[<>=+\-*/^(),?])
    """,
    re.VERBOSE,
)
_WORDS = "a name, a number or an operator"
_BLOCK = re.compile(r"\s*(level|group)\s*:", re.IGNORECASE)
_HEAD = re.compile(
    r"""[^\S\n]*(?P<word>group)[^\S\n]*:(?!=)[^\S\n]*
    (?P<name>"[^"\n]*"|'[^'\n]*'|[^~=<>|"'\n;\#!]*?)[^\S\n]*(?=[\n;\#!]|$)""",
    re.VERBOSE | re.IGNORECASE,
)
_BLOCK_EXPECTED = "'group: 1' or 'group: \"Germany\"' on a line of its own, and below it what holds in that group"
_BLOCKS = {
    "level": (
        "models of two levels are fitted by sme.fit_two_level",
        "one level, with cluster= for errors and tests of respondents drawn together",
    ),
    "group": ("this begins no block of a group", _BLOCK_EXPECTED),
}
_HEADS = ("=~", "<~", "~~", "~*~", "~", "|", ":=", "==", "<", ">")
_OPEN_ENDED = (*_HEADS, "+", "-", "*", "/", "^", "(", ",", "?")
_CONTINUING = ("+", "*", ")", ",", "/", "^", "-")
_NUMERIC = {"start": "starts", "fixed": "fixed", "lower": "lowers", "upper": "uppers"}


def read_terms(text: str) -> tuple[Term, ...]:
    """Read model text into its terms, in the order written.

    Raises :class:`~sme_sem.errors.SyntaxProblem` with line, column and what was expected.

    >>> [term.rhs for term in read_terms("trust =~ t1 + a*t2")]
    ['t1', 't2']
    """
    require_kind("a model", text, str, "text in lavaan's syntax, such as 'trust =~ t1 + t2 + t3'")
    text = with_plain_ends(text)
    lines = text.split("\n")
    terms: list[Term] = []
    heads: dict[str, Token] = {}
    group = ""
    for statement in _statements(list(_tokens(text, lines))):
        if statement[0].kind == "block":
            group = _begun(statement[0], lines, heads, terms)
            continue
        terms += (t if t.op in DEFINING else replace(t, group=group) for t in _Statement(statement, lines).terms())
    if group:
        _filled(group, lines, heads, terms)
    return tuple(terms)


def _begun(head: Token, lines: list[str], heads: dict[str, Token], terms: list[Term]) -> str:
    """The group whose block begins; the block before must be there and have something in it."""
    if heads:
        _filled(next(reversed(heads)), lines, heads, terms)
    if not head.text or head.text in heads:
        problem = f"there is a block of group {head.text!r} already" if head.text else "this block names no group"
        raise SyntaxProblem(head.line, head.column, lines[head.line - 1], problem, _BLOCK_EXPECTED)
    heads[head.text] = head
    return head.text


def _filled(group: str, lines: list[str], heads: dict[str, Token], terms: list[Term]) -> None:
    if all(term.group != group for term in terms):
        head = heads[group]
        problem = f"nothing holds in group {group!r}: its block is empty"
        raise SyntaxProblem(head.line, head.column, lines[head.line - 1], problem, _BLOCK_EXPECTED)


def with_plain_ends(text: str) -> str:
    """End every line as Unix does, and leave the mark out that begins some files."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\ufeff", "")


def _tokens(text: str, lines: list[str]) -> Iterator[Token]:
    line, start, position = 1, 0, 0
    fresh, last = True, ""  # whether a statement can begin here, and what was read last
    while position < len(text):
        column = position - start + 1
        head = _HEAD.match(text, position) if fresh else None
        if head:
            yield Token("block", head["name"].strip("\"'"), line, column + head.start("word") - position)
            position, fresh = head.end(), False
            continue
        match = _TOKEN.match(text, position)
        if not match:
            block = _BLOCK.match(lines[line - 1]) if text[position] == ":" else None
            problem, expected = (
                _BLOCKS[block[1].lower()] if block else (f"{text[position]!r} does not belong to the syntax", _WORDS)
            )
            raise SyntaxProblem(line, column, lines[line - 1], problem, expected)
        kind = str(match.lastgroup)
        if kind not in ("comment", "space"):
            yield Token(kind, match.group(), line, column)
            fresh = kind == "newline" and (match.group() == ";" or last not in _OPEN_ENDED)
            last = match.group() if kind != "newline" else last
        position = match.end()
        if match.group() == "\n":
            line, start = line + 1, position


def _statements(tokens: list[Token]) -> Iterator[list[Token]]:
    """Cut at line ends, except where the statement obviously goes on."""
    statement: list[Token] = []
    for index, token in enumerate(tokens):
        if token.kind != "newline":
            statement.append(token)
            continue
        if not statement:
            continue
        if statement[0].kind == "block":
            yield statement
            statement = []
            continue
        following = next((t for t in tokens[index:] if t.kind != "newline"), None)
        goes_on = token.text == "\n" and (
            statement[-1].text in _OPEN_ENDED or (following is not None and following.text in _CONTINUING)
        )
        if not goes_on:
            yield statement
            statement = []
    if statement:
        yield statement


class _Statement:
    """One statement being read from left to right."""

    def __init__(self, tokens: list[Token], lines: list[str]) -> None:
        self.tokens, self.lines, self.at = tokens, lines, 0

    def _before(self, head: int) -> str:
        """What should stand before an operator that is one too many: mostly a sign left over joined two lines."""
        ends = [a for a, b in pairwise(self.tokens[: head + 1]) if a.line < b.line and a.text in _OPEN_ENDED]
        return (
            f"a variable after the {ends[-1].text!r} that ends line {ends[-1].line}" if ends else "a new line before it"
        )

    def terms(self) -> list[Term]:
        heads = [i for i, t in enumerate(self.tokens) if t.text in _HEADS and t.kind != "text"]
        if not heads:
            block = _BLOCK.match(self.lines[self.tokens[0].line - 1])
            plain = "this line has no operator", "one of =~ <~ ~ ~~ | ~*~ := == < >, as in 'y ~ x'"
            self._fail(self.tokens[0], *(_BLOCKS[block[1].lower()] if block else plain))
        if len(heads) > 1:
            self._fail(self.tokens[heads[1]], "a second operator in one statement", self._before(heads[1]))
        operator = self.tokens[heads[0]]
        if heads[0] == 0:
            self._fail(operator, f"nothing stands before {operator.text!r}", "the name of a variable")
        if operator.text in DEFINING:
            return [self._definition(heads[0])]
        left = self._left(heads[0])
        self.at = heads[0] + 1
        right = list(self._right(operator))
        return [
            Term(lhs, op, rhs, block=block, **modifiers)  # type: ignore[arg-type]
            for lhs, block in left
            for op, rhs, modifiers in right
        ]

    # --- left side -------------------------------------------------------------------------------

    def _left(self, end: int) -> list[tuple[str, str]]:
        """Names joined by '+', each perhaps preceded by ``efa("block")*``."""
        found = []
        while True:
            token = self._take("a variable's name")
            block = ""
            if token.text == "efa" and self._peek() == "(":
                self._expect("(")
                block = self._take("the name of the block in quotes").text.strip("\"'")
                self._expect(")")
                self._expect("*")
                token = self._take("a construct's name")
                if self.tokens[end].text != "=~":
                    self._fail(self.tokens[end], "efa() marks constructs that are measured here", "=~ and the items")
            if token.kind != "name":
                self._fail(token, f"{token.text!r} is not a variable's name", "a name before the operator")
            found.append((token.text, block))
            if self.at == end:
                return found
            self._expect("+")

    # --- right side ------------------------------------------------------------------------------

    def _right(self, operator: Token) -> Iterator[tuple[str, str, dict[str, object]]]:
        while True:
            yield self._term(operator)
            if self.at >= len(self.tokens):
                return
            self._expect("+")

    def _term(self, operator: Token) -> tuple[str, str, dict[str, object]]:
        modifiers: dict[str, object] = {}
        while True:
            first = self._peek_token("a variable's name")
            if first.kind == "name" and self._peek(1) not in ("*", "?", "("):
                self.at += 1
                return operator.text, first.text, modifiers
            if first.kind == "number" and operator.text == "~" and self._peek(1) not in ("*", "?", "/"):
                self.at += 1
                if first.text == "0":
                    modifiers.setdefault("fixed", (0.0,))
                elif first.text != "1":
                    self._fail(first, f"{first.text} is not a variable", "a variable's name, or 1 for the intercept")
                return "~1", "", modifiers
            if operator.text == "=~" and first.text == "0" and self._peek(1) in ("", "+") and not modifiers:
                self.at += 1
                return "=~", "", {"fixed": (0.0,)}
            kind, value = self._modifier(first)
            mark = self._take("'*' between a modifier and its variable")
            if mark.text == "?":
                if kind != "fixed":
                    self._fail(first, "'?' follows a start value", "a number, as in 0.5?x")
                kind = "starts"
            elif mark.text != "*":
                self._fail(mark, f"{mark.text!r} does not follow a modifier", "'*' and a variable's name")
            if kind in modifiers:
                self._fail(
                    first, "this term already has a modifier of that kind", "one fixed value, one label, one start"
                )
            modifiers[kind] = value

    def _modifier(self, first: Token) -> tuple[str, object]:
        """Read ``0.8``, ``NA``, ``a``, ``"a"``, ``c(...)``, ``start(...)``, ``lower(...)`` and their like."""
        if first.kind == "name" and self._peek(1) == "(":
            self.at += 2
            values = self._arguments()
            if first.text == "c":
                return self._kind_of(first, values)
            if first.text in (*_NUMERIC, "label", "equal"):
                if len(values) == 1 and isinstance(values[0], tuple):
                    values = list(values[0])
                return self._named(first, values)
            self._fail(first, f"unknown modifier {first.text!r}", "c(), start(), label(), equal(), lower() or upper()")
        return self._kind_of(first, [self._value()])

    def _arguments(self) -> list[object]:
        values: list[object] = []
        while True:
            token = self._peek_token("a value")
            if token.text == "c" and self._peek(1) == "(":
                self.at += 2
                values.append(tuple(self._arguments()))
            else:
                values.append(self._value())
            closing = self._take("',' or ')'")
            if closing.text == ")":
                return values
            if closing.text != ",":
                self._fail(closing, f"{closing.text!r} in a list", "',' or ')'")

    def _value(self) -> float | str | None:
        """Read a number (float), a label (str), or NA (None)."""
        token = self._take("a value")
        sign = 1.0
        while token.text in ("-", "+"):
            if self._peek_token("a variable's name").kind != "number" and self._peek() not in ("-", "+", "Inf"):
                self._fail(token, f"{token.text!r} before no number", "a variable's name, or a modifier and '*'")
            sign = -sign if token.text == "-" else sign
            token = self._take("a number")
        if token.kind == "number":
            value = sign * float(token.text)
            if abs(value) > MOST:
                self._fail(token, "this number is too large", "a number below 1e300")
            while self._peek() == "/":
                self.at += 1
                divisor = self._take("a number")
                if divisor.kind != "number" or float(divisor.text) == 0:
                    self._fail(divisor, "cannot divide by this", "a number other than zero")
                value /= float(divisor.text)
            return value
        if token.text == "NA":
            return None
        if token.text == "Inf":
            return sign * np.inf
        if token.kind == "text":
            return token.text[1:-1]
        if token.kind == "name":
            return token.text
        self._fail(token, f"{token.text!r} where a modifier or a variable should stand", "a name or a number")

    def _kind_of(self, at: Token, values: list[object]) -> tuple[str, object]:
        if all(v is None or isinstance(v, float) for v in values):
            return "fixed", self._finite(at, values)
        if all(v is None or isinstance(v, str) for v in values):
            return "labels", tuple(v or "" for v in values)
        both = 'both by two modifiers, as in c(0, NA)*c("", "m")*x'
        self._fail(at, "numbers and labels in one list", f"all numbers (or NA), or all labels; {both}")

    def _named(self, name: Token, values: list[object]) -> tuple[str, object]:
        if name.text in _NUMERIC:
            if not all(v is None or isinstance(v, float) for v in values):
                self._fail(name, f"{name.text}() takes numbers", f"{name.text}(0.5) or {name.text}(c(0.5, 0.6))")
            if name.text in ("lower", "upper"):
                return _NUMERIC[name.text], tuple(None if v in (-np.inf, np.inf) else v for v in values)
            return _NUMERIC[name.text], self._finite(name, values)
        if not all(isinstance(v, str) for v in values):
            self._fail(name, f"{name.text}() takes names in quotes", f'{name.text}("a")')
        labels = name.text == "label" or all(re.fullmatch(NAME, str(v)) for v in values)
        return ("labels", tuple(values)) if labels else ("equal", str(values[0]))

    def _finite(self, at: Token, values: list[object]) -> tuple[object, ...]:
        if any(v in (-np.inf, np.inf) for v in values):
            self._fail(at, "Inf is no value of a parameter", "a number; Inf stands for no bound in lower() and upper()")
        return tuple(values)

    # --- definitions and constraints -------------------------------------------------------------

    def _definition(self, head: int) -> Term:
        operator = self.tokens[head]
        left, right = self.tokens[:head], self.tokens[head + 1 :]
        if not right:
            self._fail(operator, f"nothing follows {operator.text!r}", "an expression of labels, as in a*b")
        if right[0].text == "=":
            self._fail(right[0], "'=' is out of place", f"a label or a number: {operator.text!r} allows equality too")
        for side in (left, right):
            self._closed(side)
            for before, token in pairwise(side):
                if {before.kind, token.kind} <= {"name", "number", "text"}:
                    self._fail(token, f"{token.text!r} is out of place", "an operator between two labels or numbers")
            if side[-1].text in _OPEN_ENDED:
                self._fail(side[-1], f"{side[-1].text!r} stands last in an expression", "a label or a number after it")
        if left[0].text in _CONTINUING:
            self._fail(left[0], f"{left[0].text!r} stands first in the line", "a label or a number, as in 0 - a")
        if operator.text == ":=" and (len(left) != 1 or left[0].kind != "name"):
            self._fail(left[0], "a definition gives one name", "name := expression")
        return Term(_joined(left), operator.text, _joined(right))

    def _closed(self, side: list[Token]) -> None:
        open_ones: list[Token] = []
        for token in side:
            if token.text == "(":
                open_ones.append(token)
            elif token.text == ")" and not open_ones:
                self._fail(token, "')' closes no bracket", "a '(' before it")
            elif token.text == ")":
                open_ones.pop()
        if open_ones:
            self._fail(open_ones[-1], "'(' is not closed", "a ')' after it")

    # --- helpers ---------------------------------------------------------------------------------

    def _peek(self, ahead: int = 0) -> str:
        place = self.at + ahead
        return self.tokens[place].text if place < len(self.tokens) else ""

    def _peek_token(self, expected: str) -> Token:
        if self.at >= len(self.tokens):
            last = self.tokens[-1]
            after = last._replace(column=last.column + len(last.text))
            self._fail(after, "the statement ends here", expected)
        return self.tokens[self.at]

    def _take(self, expected: str) -> Token:
        token = self._peek_token(expected)
        self.at += 1
        return token

    def _expect(self, text: str) -> None:
        token = self._take(repr(text))
        if token.text != text:
            self._fail(token, f"{token.text!r} is out of place", repr(text))

    def _fail(self, token: Token, problem: str, expected: str) -> NoReturn:
        raise SyntaxProblem(token.line, token.column, self.lines[token.line - 1], problem, expected)


def _joined(tokens: list[Token]) -> str:
    return "".join(t.text for t in tokens)
