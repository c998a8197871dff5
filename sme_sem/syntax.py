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
``upper(1)*`` bound; ``c(a, b)*`` or ``rep(a, 2)*`` gives one for each group.  A number may be written as ``1/3`` or
``1/sqrt(2)``, and in brackets as any sum of such, ``(0.5 + 2^3)``.

The grammar is lavaan's (Rosseel 2012, Journal of Statistical Software 48(2)).
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from operator import add, mul, sub, truediv
from typing import NamedTuple, NoReturn

import numpy as np

from .arguments import require_kind
from .errors import SyntaxProblem
from .letters import NAME
from .relation import Relation
from .words import Text, Words

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
  | (?P<operator>[=<~][^\S\n]*~|~\*~|:[^\S\n]*=|==|~|\|)
  | (?P<name>{VARIABLE}|\.\w[\w.]*)
  | (?P<sign>[<>=+\-*/^(),?])
    """,
    re.VERBOSE,
)
FOREIGN = Words("{letter} does not belong to the syntax", "{letter}不属于模型语法")
_WORDS = Words("a name, a number or an operator", "名称、数值或运算符")
_TEXT = Words("text in lavaan's syntax, such as 'trust =~ t1 + t2 + t3'", "lavaan语法的文本，如'trust =~ t1 + t2 + t3'")
_HALF_WIDTH = Words("{letter} in half width", "半角的{letter}")
_NAME, THE_NAME = Words("a variable's name", "变量名"), Words("the name of a variable", "变量名")
_VALUE, _NUMBER = Words("a value", "取值"), Words("a number", "数值")
_STAR = Words("'*' between a modifier and its variable", "修饰符与变量之间的'*'")
_COMMA = Words("',' or ')'", "','或')'")
_BLOCK = re.compile(r"\s*(level|group)\s*:", re.IGNORECASE)
_HEAD = re.compile(
    r"""[^\S\n]*(?P<word>group)[^\S\n]*:(?!=)[^\S\n]*
    (?P<name>"[^"\n]*"|'[^'\n]*'|[^~=<>|"'\n;\#!]*?)[^\S\n]*(?=[\n;\#!]|$)""",
    re.VERBOSE | re.IGNORECASE,
)
_BLOCK_EXPECTED = Words(
    "'group: 1' or 'group: \"Germany\"' on a line of its own, and below it what holds in that group",
    "单独一行的'group: 1'或'group: \"Germany\"'，其下为该组的内容",
)
_BLOCKS = {
    "level": (
        Words("models of two levels are fitted by sme.fit_two_level", "两层模型由sme.fit_two_level拟合"),
        Words(
            "one level, with cluster= for errors and tests of respondents drawn together",
            "单层模型；受访者按聚类抽取时，以cluster=校正标准误与检验",
        ),
    ),
    "group": (Words("this begins no block of a group", "此处不能作为分组区块的开头"), _BLOCK_EXPECTED),
}
_LABEL = Words("a label or a number", "标签或数值")
_NO_OPERATOR = (
    Words("this line has no operator", "此行没有运算符"),
    Words("one of =~ <~ ~ ~~ | ~*~ := == < >, as in 'y ~ x'", "=~ <~ ~ ~~ | ~*~ := == < >之一，如'y ~ x'"),
)
_ALL_ALIKE = Words(
    'all numbers (or NA), or all labels; both by two modifiers, as in c(0, NA)*c("", "m")*x',
    '全部为数值（或NA），或全部为标签；兼有时用两个修饰符，如c(0, NA)*c("", "m")*x',
)
_BY_LABELS = Words(
    "labels, the same where parameters are to be equal, as in c(a, b)*x", "标签，参数应相等之处标签相同，如c(a, b)*x"
)
_FINITE = Words(
    "a number; Inf stands for no bound in lower() and upper()", "数值；Inf只在lower()与upper()中表示没有界限"
)
_HEADS = ("=~", "<~", "~~", "~*~", "~", "|", ":=", "==", "<", ">")
_OPEN_ENDED = (*_HEADS, "+", "-", "*", "/", "^", "(", ",", "?")
_CONTINUING = ("+", "*", ")", ",", "/", "^", "-")
_DEEPEST = 50
_MOST_TIMES = 1000
_LISTS = ("c", "rep")
_AS_NUMBER = "as.numeric"  # lavaan's old way to write NA was as.numeric(NA)
_OF_NUMBERS: dict[str, Callable[[float], float]] = {
    "sqrt": math.sqrt,
    "exp": math.exp,
    "log": math.log,
    _AS_NUMBER: float,
}
_RECKONED = {"+": add, "-": sub, "*": mul, "/": truediv}
_NUMERIC = {"start": "starts", "fixed": "fixed", "lower": "lowers", "upper": "uppers"}


def read_terms(text: str) -> tuple[Term, ...]:
    """Read model text into its terms, in the order written.

    Raises :class:`~sme_sem.errors.SyntaxProblem` with line, column and what was expected.

    >>> [term.rhs for term in read_terms("trust =~ t1 + a*t2")]
    ['t1', 't2']
    """
    require_kind(Words("a model", "模型"), text, str, _TEXT)
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
        _require_content(group, lines, heads, terms)
    return tuple(terms)


def _begun(head: Token, lines: list[str], heads: dict[str, Token], terms: list[Term]) -> str:
    """The group whose block begins; the block before must be there and have something in it."""
    if heads:
        _require_content(next(reversed(heads)), lines, heads, terms)
    if not head.text or head.text in heads:
        problem = (
            Words(f"there is a block of group {head.text!r} already", f"组{head.text!r}已有区块")
            if head.text
            else Words("this block names no group", "此分组区块未写组名")
        )
        raise SyntaxProblem(head.line, head.column, lines[head.line - 1], problem, _BLOCK_EXPECTED)
    heads[head.text] = head
    return head.text


def _require_content(group: str, lines: list[str], heads: dict[str, Token], terms: list[Term]) -> None:
    if all(term.group != group for term in terms):
        head = heads[group]
        problem = Words(f"nothing holds in group {group!r}: its block is empty", f"组{group!r}的区块为空")
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
            strange = FOREIGN.filled(letter=repr(text[position])), _plain(text[position])
            problem, expected = _BLOCKS[block[1].lower()] if block else strange
            raise SyntaxProblem(line, column, lines[line - 1], problem, expected)
        kind = str(match.lastgroup)
        if kind not in ("comment", "space"):
            word = "".join(match.group().split()) if kind == "operator" else match.group()
            yield Token(kind, word, line, column)
            fresh = kind == "newline" and (word == ";" or last not in _OPEN_ENDED)
            last = word if kind != "newline" else last
        position = match.end()
        if match.group() == "\n":
            line, start = line + 1, position


def _plain(letter: str) -> Words:
    """Say what should stand for a letter that is none of the syntax: its half-width form, if it has one."""
    half = unicodedata.normalize("NFKC", letter)
    return _HALF_WIDTH.filled(letter=repr(half)) if half != letter and half.isascii() else _WORDS


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
        self.depth = 0  # of brackets around a number

    def _before(self, head: int) -> Words:
        """What should stand before an operator that is one too many: mostly a sign left over joined two lines."""
        ends = [a for a, b in pairwise(self.tokens[: head + 1]) if a.line < b.line and a.text in _OPEN_ENDED]
        if not ends:
            return Words("a new line before it", "新的一行")
        sign, line = repr(ends[-1].text), ends[-1].line
        return Words(f"a variable after the {sign} that ends line {line}", f"第{line}行末{sign}之后的变量")

    def terms(self) -> list[Term]:
        heads = [i for i, t in enumerate(self.tokens) if t.text in _HEADS and t.kind != "text"]
        if not heads:
            block = _BLOCK.match(self.lines[self.tokens[0].line - 1])
            self._fail(self.tokens[0], *(_BLOCKS[block[1].lower()] if block else _NO_OPERATOR))
        if len(heads) > 1:
            second = Words("a second operator in one statement", "一条语句中有两个运算符")
            self._fail(self.tokens[heads[1]], second, self._before(heads[1]))
        operator = self.tokens[heads[0]]
        if heads[0] == 0:
            problem = Words(f"nothing stands before {operator.text!r}", f"{operator.text!r}之前没有内容")
            self._fail(operator, problem, THE_NAME)
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
            token = self._take(_NAME)
            block = ""
            if token.text == "efa" and self._peek() == "(":
                self._expect("(")
                block = self._take(Words("the name of the block in quotes", "引号内的区块名称")).text.strip("\"'")
                self._expect(")")
                self._expect("*")
                token = self._take(Words("a construct's name", "潜变量名"))
                if self.tokens[end].text != "=~":
                    problem = Words("efa() marks constructs that are measured here", "efa()只能标记在此测量的潜变量")
                    self._fail(self.tokens[end], problem, Words("=~ and the items", "=~及题项"))
            if token.kind != "name":
                problem = Words(f"{token.text!r} is not a variable's name", f"{token.text!r}不是变量名")
                self._fail(token, problem, Words("a name before the operator", "运算符之前的名称"))
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
            first = self._peek_token(_NAME)
            if first.kind == "name" and self._peek(1) not in ("*", "?", "("):
                self.at += 1
                return operator.text, first.text, modifiers
            if first.kind == "number" and operator.text == "~" and self._peek(1) not in ("*", "?", "/", "^"):
                self.at += 1
                if first.text == "0":
                    modifiers.setdefault("fixed", (0.0,))
                elif first.text != "1":
                    problem = Words(f"{first.text} is not a variable", f"{first.text}不是变量")
                    self._fail(first, problem, _NAME + Words(", or 1 for the intercept", "，或表示截距的1"))
                return "~1", "", modifiers
            if operator.text == "=~" and first.text == "0" and self._peek(1) in ("", "+") and not modifiers:
                self.at += 1
                return "=~", "", {"fixed": (0.0,)}
            kind, value = self._modifier(first)
            mark = self._take(_STAR)
            if mark.text == "?":
                if kind != "fixed":
                    problem = Words("'?' follows a start value", "'?'须接在初始值之后")
                    self._fail(first, problem, _NUMBER + Words(", as in 0.5?x", "，如0.5?x"))
                kind = "starts"
            elif mark.text != "*":
                problem = Words(f"{mark.text!r} does not follow a modifier", f"修饰符之后不能是{mark.text!r}")
                self._fail(mark, problem, Words("'*' and ", "'*'及") + _NAME)
            if kind in modifiers:
                problem = Words("this term already has a modifier of that kind", "该项已有同类修饰符")
                self._fail(first, problem, Words("one fixed value, one label, one start", "固定值、标签、初始值各一个"))
            modifiers[kind] = value

    def _modifier(self, first: Token) -> tuple[str, object]:
        """Read ``0.8``, ``NA``, ``a``, ``"a"``, ``c(...)``, ``start(...)``, ``lower(...)`` and their like."""
        if first.kind == "name" and first.text not in _OF_NUMBERS and self._peek(1) == "(":
            if first.text in _LISTS:
                return self._kind_of(first, self._listed())
            self.at += 2
            values = self._arguments()
            if first.text in (*_NUMERIC, "label", "equal"):
                return self._named(first, values)
            known = (
                "c(), rep(), start(), label(), equal(), lower() or upper()",
                "c()、rep()、start()、label()、equal()、lower()或upper()",
            )
            self._fail(first, Words(f"unknown modifier {first.text!r}", f"未知的修饰符{first.text!r}"), Words(*known))
        return self._kind_of(first, [self._value()])

    def _arguments(self) -> list[object]:
        """Read on behind ``(`` to its end; lists in the list are taken apart, as R does."""
        values: list[object] = []
        while True:
            values += self._listed()
            closing = self._take(_COMMA)
            if closing.text == ")":
                return values
            if closing.text != ",":
                self._fail(closing, Words(f"{closing.text!r} in a list", f"列表中出现{closing.text!r}"), _COMMA)

    def _listed(self) -> list[object]:
        """Read one value, or what ``c()`` and ``rep()`` bring."""
        head = self._peek_token(_VALUE)
        if head.text not in _LISTS or self._peek(1) != "(":
            return [self._sum()]
        self.at += 2
        self._deeper(head)
        values = self._arguments() if head.text == "c" else self._repeated()
        self.depth -= 1
        return values

    def _repeated(self) -> list[object]:
        """Read on behind ``rep(``: what is repeated, and how many times."""
        values = self._listed()
        self._expect(",")
        each = self._peek() == "each"
        if self._peek() in ("times", "each") and self._peek(1) == "=":
            self.at += 2
        at = self._peek_token(_NUMBER)
        times = self._sum()
        if not isinstance(times, float) or times not in range(1, _MOST_TIMES + 1):
            problem = Words("rep() cannot repeat so many times", "rep()无法重复这么多次")
            self._fail(at, problem, Words(f"a whole number from 1 to {_MOST_TIMES}", f"1至{_MOST_TIMES}的整数"))
        self._expect(")")
        return [v for v in values for _ in range(int(times))] if each else values * int(times)

    def _value(self) -> float | str | None:
        """Read a number (float), as ``0.5``, ``1/3`` or ``1/sqrt(2)``, a label (str), or NA (None)."""
        return self._chained(("/",), self._signed)

    def _sum(self) -> float | str | None:
        """Read the same in brackets, where signs and stars are of numbers too: ``0.2*sqrt(1.2) - 1``."""
        return self._chained(("+", "-"), lambda: self._chained(("*", "/"), self._signed))

    def _chained(self, signs: tuple[str, ...], part: Callable[[], float | str | None]) -> float | str | None:
        """Read parts with signs between them, and reckon from left to right; a label or NA stands alone."""
        at = self._peek_token(_VALUE)
        value = part()
        while isinstance(value, float) and self._peek() in signs:
            sign = self._take(_NUMBER).text
            other = self._peek_token(_NUMBER)
            by = part()
            if not isinstance(by, float):
                self._fail(other, Words(f"{other.text!r} is no number", f"{other.text!r}不是数值"), _NUMBER)
            if sign == "/" and (by == 0 or not np.isfinite(by)):
                problem = Words("cannot divide by this", "不能以此为除数")
                self._fail(other, problem, Words("a number other than zero", "非零数值"))
            value = self._sensible(at, _RECKONED[sign](value, by))
        return value

    def _signed(self) -> float | str | None:
        """Read a number with signs before it and a power behind, as in ``-2^2``, which is -4; or a word."""
        first = token = self._take(_VALUE)
        sign = 1.0
        while token.text in ("-", "+"):
            kind, text = self._peek_token(_NAME).kind, self._peek()
            if (
                kind != "number"
                and text not in ("-", "+", "(", "Inf")
                and not (text in _OF_NUMBERS and self._peek(1) == "(")
            ):
                self._before_no_number(token)
            sign = -sign if token.text == "-" else sign
            token = self._take(_NUMBER)
        value = self._factor(token)
        if isinstance(value, float):
            return sign * self._power(token, value)
        if token is not first:
            self._before_no_number(first)
        return value

    def _before_no_number(self, sign: Token) -> NoReturn:
        problem = Words(f"{sign.text!r} before no number", f"{sign.text!r}之后没有数值")
        self._fail(sign, problem, _NAME + Words(", or a modifier and '*'", "，或修饰符及'*'"))

    def _power(self, at: Token, value: float) -> float:
        """Raise a number to what follows ``^``, if one does."""
        if self._peek() != "^":
            return value
        self.at += 1
        other = self._peek_token(_NUMBER)
        self._deeper(at)
        by = self._signed()
        self.depth -= 1
        if not isinstance(by, float):
            self._fail(other, Words(f"{other.text!r} is no number", f"{other.text!r}不是数值"), _NUMBER)
        try:
            return self._sensible(at, math.pow(value, by))
        except (ValueError, OverflowError):
            problem = Words(f"{value:g}^{by:g} is no number", f"{value:g}^{by:g}不是数值")
            self._fail(at, problem, Words("a finite value", "有限的数值"))

    def _factor(self, token: Token) -> float | str | None:
        """Read a number without sign, a label, NA, or what brackets hold; its first word was taken already."""
        if token.kind == "number":
            return self._sensible(token, float(token.text))
        if token.text == "(" or (token.text in _OF_NUMBERS and self._peek() == "("):
            return self._bracketed(token)
        if token.text == "NA":
            return None
        if token.text == "Inf":
            return np.inf
        if token.kind == "text":
            return token.text[1:-1]
        if token.kind == "name":
            return token.text
        wrong = token.text
        problem = Words(f"{wrong!r} where a modifier or a variable should stand", f"修饰符或变量的位置上是{wrong!r}")
        self._fail(token, problem, Words("a name or a number", "名称或数值"))

    def _bracketed(self, head: Token) -> float | str | None:
        """Read on behind ``(``, or behind the name of a function of numbers."""
        if head.text != "(":
            self.at += 1
        self._deeper(head)
        inside = self._peek_token(_NUMBER)
        value = self._sum()
        self._expect(")")
        self.depth -= 1
        if head.text in ("(", _AS_NUMBER) and not isinstance(value, float):
            return value
        if not isinstance(value, float):
            problem = Words(f"{inside.text!r} is no number", f"{inside.text!r}不是数值")
            self._fail(inside, problem, Words("a number in the brackets", "括号内的数值"))
        try:
            return self._sensible(head, _OF_NUMBERS.get(head.text, float)(value))
        except (ValueError, OverflowError):
            problem = Words(f"{head.text}({value:g}) is no number", f"{head.text}({value:g})不是数值")
            self._fail(head, problem, Words("a finite value", "有限的数值"))

    def _deeper(self, at: Token) -> None:
        self.depth += 1
        if self.depth > _DEEPEST:
            problem = Words("too many brackets in each other", "括号嵌套过多")
            self._fail(at, problem, Words(f"{_DEEPEST} at most", f"不超过{_DEEPEST}层"))

    def _sensible(self, at: Token, value: float) -> float:
        if abs(value) > MOST:
            self._fail(
                at, Words("this number is too large", "数值过大"), Words("a number below 1e300", "小于1e300的数值")
            )
        return value

    def _kind_of(self, at: Token, values: list[object]) -> tuple[str, object]:
        if all(v is None or isinstance(v, float) for v in values):
            return "fixed", self._finite(at, values)
        if len(values) == 1 and "~" in str(values[0]):  # the oldest way to write equal("f =~ x")
            return "equal", str(values[0])
        if all(v is None or isinstance(v, str) for v in values):
            return "labels", tuple(v or "" for v in values)
        self._fail(at, Words("numbers and labels in one list", "同一列表中既有数值又有标签"), _ALL_ALIKE)

    def _named(self, name: Token, values: list[object]) -> tuple[str, object]:
        if name.text in _NUMERIC:
            if not all(v is None or isinstance(v, float) for v in values):
                one, several = f"{name.text}(0.5)", f"{name.text}(c(0.5, 0.6))"
                problem = Words(f"{name.text}() takes numbers", f"{name.text}()只接受数值")
                self._fail(name, problem, Words(f"{one} or {several}", f"{one}或{several}"))
            if name.text in ("lower", "upper"):
                return _NUMERIC[name.text], tuple(None if v in (-np.inf, np.inf) else v for v in values)
            return _NUMERIC[name.text], self._finite(name, values)
        if not all(isinstance(v, str) for v in values):
            problem = Words(f"{name.text}() takes names in quotes", f"{name.text}()只接受引号内的名称")
            self._fail(name, problem, f'{name.text}("a")')
        if name.text == "label" or all(not v or re.fullmatch(NAME, str(v)) for v in values):
            return "labels", tuple(values)
        if len({*values}) > 1:
            self._fail(
                name, Words("equal() takes one relation for all groups", "equal()对各组只接受同一关系"), _BY_LABELS
            )
        return "equal", str(values[0])

    def _finite(self, at: Token, values: list[object]) -> tuple[object, ...]:
        if any(v in (-np.inf, np.inf) for v in values):
            self._fail(at, Words("Inf is no value of a parameter", "Inf不能作为参数值"), _FINITE)
        return tuple(values)

    # --- definitions and constraints -------------------------------------------------------------

    def _definition(self, head: int) -> Term:
        operator = self.tokens[head]
        left, right = self.tokens[:head], self.tokens[head + 1 :]
        if not right:
            problem = Words(f"nothing follows {operator.text!r}", f"{operator.text!r}之后没有内容")
            self._fail(operator, problem, Words("an expression of labels, as in a*b", "由标签组成的表达式，如a*b"))
        if right[0].text == "=":
            too = Words(f": {operator.text!r} allows equality too", f"：{operator.text!r}已包括相等")
            self._fail(right[0], misplaced(right[0].text), _LABEL + too)
        for side in (left, right):
            self._closed(side)
            for before, token in pairwise(side):
                if {before.kind, token.kind} <= {"name", "number", "text"}:
                    between = Words("an operator between two labels or numbers", "两个标签或数值之间的运算符")
                    self._fail(token, misplaced(token.text), between)
            if side[-1].text in _OPEN_ENDED:
                problem = Words(f"{side[-1].text!r} stands last in an expression", f"表达式以{side[-1].text!r}结尾")
                self._fail(side[-1], problem, Words("a label or a number after it", "其后的标签或数值"))
        if left[0].text in _CONTINUING:
            problem = Words(f"{left[0].text!r} stands first in the line", f"此行以{left[0].text!r}开头")
            self._fail(left[0], problem, _LABEL + Words(", as in 0 - a", "，如0 - a"))
        if operator.text == ":=" and (len(left) != 1 or left[0].kind != "name"):
            problem = Words("a definition gives one name", "定义的左侧应为一个名称")
            self._fail(left[0], problem, Words("name := expression", "名称 := 表达式"))
        return Term(_joined(left), operator.text, _joined(right))

    def _closed(self, side: list[Token]) -> None:
        open_ones: list[Token] = []
        for token in side:
            if token.text == "(":
                open_ones.append(token)
            elif token.text == ")" and not open_ones:
                problem = Words("')' closes no bracket", "')'没有对应的'('")
                self._fail(token, problem, Words("a '(' before it", "其前的'('"))
            elif token.text == ")":
                open_ones.pop()
        if open_ones:
            self._fail(open_ones[-1], Words("'(' is not closed", "'('未闭合"), Words("a ')' after it", "其后的')'"))

    # --- helpers ---------------------------------------------------------------------------------

    def _peek(self, ahead: int = 0) -> str:
        place = self.at + ahead
        return self.tokens[place].text if place < len(self.tokens) else ""

    def _peek_token(self, expected: Text) -> Token:
        if self.at >= len(self.tokens):
            last = self.tokens[-1]
            after = last._replace(column=last.column + len(last.text))
            self._fail(after, Words("the statement ends here", "语句在此结束"), expected)
        return self.tokens[self.at]

    def _take(self, expected: Text) -> Token:
        token = self._peek_token(expected)
        self.at += 1
        return token

    def _expect(self, text: str) -> None:
        token = self._take(repr(text))
        if token.text != text:
            self._fail(token, misplaced(token.text), repr(text))

    def _fail(self, token: Token, problem: Text, expected: Text) -> NoReturn:
        raise SyntaxProblem(token.line, token.column, self.lines[token.line - 1], problem, expected)


def misplaced(word: str) -> Words:
    """Say that a word stands where it cannot."""
    return Words(f"{word!r} is out of place", f"{word!r}位置不当")


def _joined(tokens: list[Token]) -> str:
    return "".join(t.text for t in tokens)
