"""Read Mplus statements into a specification.

Of an input file the sections MODEL, MODEL CONSTRAINT and, for lists and groups, VARIABLE are read; MODEL INDIRECT asks
for output that :meth:`Fit.effects` gives of any fit.  Cases of letters do not count, as in Mplus.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from typing import NamedTuple, NoReturn

from ...errors import SyntaxProblem
from ...letters import NAME
from ...syntax import FOREIGN, THE_NAME, Term, Token, Value, with_plain_ends
from ...words import Text, Words
from ..specification import Specification
from .mplus import FUNCTIONS
from .mplus_groups import together
from .mplus_lists import between, expanded, numbered

_HEADER = re.compile(
    r"^[^\S\n]*(title|data(?: \w+)?|variable|define|analysis|model(?:[^\S\n]+\w+)?|output|savedata|plot|montecarlo)"
    r"[^\S\n]*:",
    re.IGNORECASE | re.MULTILINE,
)
_TOKEN = re.compile(
    rf"(?P<space>\s+)|(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.]))|(?P<name>{NAME}(?:\$\d+)?)"
    r"|(?P<sign>\*\*|[@*()\[\]{};:=<>+\-/,^|#%])"
)
_RELATIONS = ("BY", "ON", "WITH", "PON", "PWITH")
_INDIRECT = Words("MODEL INDIRECT statements outside of that section", "MODEL INDIRECT部分以外的此类语句")
_UNREAD = {
    "XWITH": Words(
        "latent interactions; product indicators take their place: sme.product_indicators",
        "潜变量交互；请以乘积指标代替：sme.product_indicators",
    ),
    "IND": _INDIRECT,
    "VIA": _INDIRECT,
    "#": Words("latent classes", "潜类别"),
    "%": Words("classes and levels", "类别与层次"),
}


class _Item(NamedTuple):
    """A variable of a list with what is said of its parameter."""

    at: Token
    name: str
    fixed: tuple[Value, ...] = ()
    start: tuple[Value, ...] = ()
    label: str = ""
    shared: bool = False


def read(text: str) -> Specification:
    """Read statements, or an input file."""
    text = with_plain_ends(text)
    plain = re.sub(r"![^\n]*", lambda match: " " * len(match.group()), text)
    sections = list(_sections(plain))
    source = _Source(text.split("\n"), plain)
    order, categorical, groups = _variables(plain, sections)
    reader = _Reader(source, order, _factors(plain, sections), categorical)
    overall: list[Term] = []
    own: dict[str, list[Term]] = {}
    definitions: list[Term] = []
    for name, start, end in sections:
        words = name.upper().split()
        if words == ["MODEL"]:
            overall += reader.relations(start, end)
        elif words == ["MODEL", "CONSTRAINT"]:
            definitions += reader.definitions(start, end)
        elif words[0] == "MODEL" and words[1] not in ("INDIRECT", "TEST", "PRIORS", "COVERAGE", "POPULATION"):
            if words[1] not in groups:
                source.fail(source.place(start, words[1]), _WHICH_GROUP.filled(name=words[1]), _GROUPING)
            own.setdefault(words[1], []).extend(reader.relations(start, end))
    by_group = {name: own.get(group, []) for group, name in groups.items()}
    terms = together(overall, by_group) if own else overall
    return Specification(()).add_terms((*terms, *definitions))


_WHICH_GROUP = Words("MODEL {name}: which group is that", "MODEL {name}：不知是哪一组")
_GROUPING = Words(
    "its name under VARIABLE, as in GROUPING IS city (1 = a 2 = b)",
    "VARIABLE部分中的组名，如GROUPING IS city (1 = a 2 = b)",
)


class _Source:
    """The text, to say where something stands."""

    def __init__(self, lines: list[str], plain: str) -> None:
        self.lines, self.plain = lines, plain

    def place(self, position: int, text: str) -> Token:
        line = self.plain.count("\n", 0, position)
        return Token("name", text, line + 1, position - (self.plain.rfind("\n", 0, position) + 1) + 1)

    def tokens(self, start: int, end: int) -> Iterator[Token]:
        position = start
        while position < end:
            match = _TOKEN.match(self.plain, position, end)
            if match is None:
                here = self.place(position, self.plain[position])
                strange = FOREIGN.filled(letter=repr(self.plain[position]))
                self.fail(here, strange, Words("a name or a sign of Mplus", "名称或Mplus的符号"))
            if match.lastgroup != "space":
                yield self.place(position, match.group())._replace(kind=str(match.lastgroup))
            position = match.end()

    def fail(self, token: Token, problem: Text, expected: Text) -> NoReturn:
        raise SyntaxProblem(token.line, token.column, self.lines[token.line - 1], problem, expected)


def _sections(plain: str) -> Iterator[tuple[str, int, int]]:
    headers = list(_HEADER.finditer(plain))
    if not headers:
        yield "MODEL", 0, len(plain)
        return
    if plain[: headers[0].start()].strip():
        yield "MODEL", 0, headers[0].start()
    for header, following in zip(headers, [*headers[1:], None], strict=True):
        yield header.group(1), header.end(), following.start() if following else len(plain)


def _variables(plain: str, sections: list[tuple[str, int, int]]) -> tuple[list[str], list[str], dict[str, str]]:
    """Names of the variables in their order, of the ordered ones, and of the groups by their capitals."""
    own = " ".join(plain[start:end] for name, start, end in sections if name.upper() == "VARIABLE")
    lists: dict[str, list[str]] = {}
    for word in ("NAMES", r"USEV\w*", "CATEGORICAL"):
        found = re.search(rf"\b{word}\s*(?:are|is|=)\s*([^;]+);", own, re.IGNORECASE)
        lists[word] = expanded(found.group(1), lists.get("NAMES", [])) if found else []
    grouping = re.search(r"\bGROUPING\s*(?:are|is|=)\s*\w+\s*\(([^)]*)\)", own, re.IGNORECASE)
    groups = re.findall(r"=\s*(\w+)", grouping.group(1)) if grouping else []
    by_capitals = {group.upper(): group for group in groups}
    return lists[r"USEV\w*"] or lists["NAMES"], lists["CATEGORICAL"], by_capitals


def _factors(plain: str, sections: list[tuple[str, int, int]]) -> list[str]:
    """Names of the factors in the order in which they are measured, which is how lists such as ``trust-use`` count."""
    models = ";".join(plain[start:end] for name, start, end in sections if name.upper().startswith("MODEL"))
    measuring = re.findall(r"(?:^|;)\s*([^;|]*?)\s*(?:\bBY\s|\|)", models, re.IGNORECASE)
    return list({name.upper(): name for text in measuring for name in expanded(text)}.values())


class _Reader:
    """Reads statements, with one spelling for each name."""

    def __init__(self, source: _Source, order: list[str], factors: list[str], categorical: list[str]) -> None:
        self.source, self.orders = source, (order, factors)
        self.not_numeric = {name.upper() for name in (*factors, *categorical)}
        self.unless_said: list[Term] = []
        self.spelled = {name.upper(): name for name in order}

    def relations(self, start: int, end: int) -> list[Term]:
        """Read the statements of a MODEL section."""
        found: list[Term] = []
        measured: set[str] = set()
        for statement in self._statements(start, end):
            found += _Statement(self, statement, measured).terms()
        said = {term.key for term in found}
        return found + [term for term in self._taken() if term.key not in said]

    def _taken(self) -> list[Term]:
        """What the growth of this section brings along, once."""
        usual = {term.key: term for term in self.unless_said}
        self.unless_said.clear()
        return list(usual.values())

    def definitions(self, start: int, end: int) -> list[Term]:
        """Read MODEL CONSTRAINT."""
        found: list[Term] = []
        new: set[str] = set()
        for tokens in self._statements(start, end):
            if tokens[0].text.upper() == "NEW":
                new |= {t.text.upper() for t in tokens[1:] if t.kind == "name"}
                continue
            if tokens[0].text.upper() == "DO" or any(t.text == "#" for t in tokens):
                self.source.fail(tokens[0], _LOOPS, _LINE_BY_LINE)
            signs = [i for i, t in enumerate(tokens) if t.text in ("=", "<", ">")]
            if len(signs) != 1 or signs[0] in (0, len(tokens) - 1):
                self.source.fail(tokens[0], Words("this is no constraint", "这不是约束"), _CONSTRAINTS)
            left, right = tokens[: signs[0]], tokens[signs[0] + 1 :]
            op = {"=": "=="}.get(tokens[signs[0]].text, tokens[signs[0]].text)
            if op == "==" and len(left) == 1 and left[0].text.upper() in new:
                new.remove(left[0].text.upper())
                op = ":="
            found.append(Term(self._expression(left), op, self._expression(right)))
        return found

    def _expression(self, tokens: list[Token]) -> str:
        functions = {theirs: ours for ours, theirs in FUNCTIONS.items()}
        words = [self.name(t) if t.kind == "name" else t.text.replace("**", "^") for t in tokens]
        called = [
            functions.get(word.lower(), word) if after == "(" else word
            for word, after in zip(words, [*words[1:], ""], strict=True)
        ]
        return "".join(called)

    def _statements(self, start: int, end: int) -> Iterator[list[Token]]:
        statement: list[Token] = []
        for token in self.source.tokens(start, end):
            if token.text != ";":
                statement.append(token)
            elif statement:
                yield statement
                statement = []
        if statement and end == len(self.source.plain):  # Mplus ends a statement where the next section begins
            last = statement[-1]
            after = last._replace(column=last.column + len(last.text))
            self.source.fail(after, Words("the statement does not end", "语句没有结束"), "';'")
        if statement:
            yield statement

    def name(self, token: Token) -> str:
        """The first spelling of a name."""
        return self.spelled.setdefault(token.text.upper(), token.text)

    def listed(self, first: Token, last: Token) -> list[str]:
        """The names that ``first-last`` stands for: by the order of variables or factors, or by their numbers."""
        found = [name for order in self.orders for name in between(order, first.text, last.text)]
        found = found or numbered(first.text, last.text)
        if not found:
            self.source.fail(first, _NO_LIST.filled(first=first.text, last=last.text), _LISTS)
        return [self.spelled.setdefault(name.upper(), name) for name in found]


class _Statement:
    """One statement, read from left to right; ``measured`` are the factors met so far."""

    def __init__(self, reader: _Reader, tokens: list[Token], measured: set[str]) -> None:
        self.reader, self.tokens, self.measured, self.at = reader, tokens, measured, 0

    def terms(self) -> list[Term]:
        for token in self.tokens:
            if token.text.upper() in _UNREAD:
                self._fail(token, _NOT_READ.filled(word=repr(token.text), what=_UNREAD[token.text.upper()]), _READ)
        bar = next((i for i, t in enumerate(self.tokens) if t.text == "|"), None)
        if bar is not None:
            return self._growing(bar)
        keywords = [i for i, t in enumerate(self.tokens) if t.kind == "name" and t.text.upper() in _RELATIONS]
        if len(keywords) > 1:
            second = Words("a second relation in one statement", "一条语句中有两个关系")
            self._fail(self.tokens[keywords[1]], second, Words("';' before it", "其前的';'"))
        if not keywords:
            return self._alone()
        keyword = self.tokens[keywords[0]]
        if keywords[0] == 0:
            self._fail(keyword, _NOTHING_BEFORE.filled(word=keyword.text), THE_NAME)
        left = [item.name for item in self._items(keywords[0], plain=True)]
        self.at += 1
        right = self._items(len(self.tokens))
        if not right:
            self._fail(keyword, _NOTHING_AFTER.filled(word=keyword.text), THE_NAME)
        return self._related(keyword, left, right)

    def _growing(self, bar: int) -> list[Term]:
        """Read ``i s | y1@0 y2@1 y3@2``: intercept, slope and powers of growth.

        Their means are free, and the intercepts of the outcomes zero, unless something else is said of them.
        """
        told = self.tokens[bar]
        if any(t.text.upper() in (*_RELATIONS, "AT") for t in self.tokens):
            self._fail(told, _NOT_READ.filled(word="'|'", what=_RANDOM), _LEVELS)
        factors = [item.name for item in self._items(bar, plain=True)]
        self.at += 1
        outcomes = self._items(len(self.tokens))
        odd = [i.name for i in outcomes if i.name.upper() in self.reader.not_numeric]
        if odd or not 2 <= len(factors) <= 4 or (len(factors) > 2 and not all(i.fixed for i in outcomes)):
            self._fail(told, _NOT_READ.filled(word="'|'", what=_OTHER_GROWTH), _LEVELS)
        if not outcomes:
            self._fail(told, _NOTHING_AFTER.filled(word="'|'"), _LEVELS)
        self.reader.unless_said += [Term(item.name, "~1", "", (0.0,)) for item in outcomes]
        self.reader.unless_said += [Term(factor, "~1", "", (None,)) for factor in factors]
        return [
            Term(factor, "=~", item.name, *_at_power(item, power))
            for power, factor in enumerate(factors)
            for item in outcomes
        ]

    def _related(self, keyword: Token, left: list[str], right: list[_Item]) -> list[Term]:
        word = keyword.text.upper()
        if word == "BY":
            return [term for factor in left for term in self._measured(factor, right)]
        pairs = list(product(left, right))
        if word.startswith("P"):
            if len(left) != len(right):
                counted = _NOT_AS_MANY.filled(before=len(left), after=len(right), word=word)
                self._fail(keyword, counted, Words("as many", "相同的个数"))
            pairs = list(zip(left, right, strict=True))
        op = "~" if word.endswith("ON") else "~~"
        return [_term(name, op, item.name, item) for name, item in pairs]

    def _measured(self, factor: str, items: list[_Item]) -> list[Term]:
        """Read loadings: the first is fixed at one unless something else is said of it."""
        found = []
        for item in items:
            marker = factor not in self.measured
            self.measured.add(factor)
            if marker and not item.fixed and item.start:
                item = item._replace(fixed=(None,))
            elif marker and not item.fixed and item.shared:
                item = item._replace(label="")
            found.append(_term(factor, "=~", item.name, item))
        return found

    def _alone(self) -> list[Term]:
        found: list[Term] = []
        while self.at < len(self.tokens):
            opening = self.tokens[self.at].text
            if opening not in ("[", "{"):
                found += [_term(i.name, "~~", i.name, i) for i in self._items(len(self.tokens), until=("[", "{"))]
                continue
            closing = {"[": "]", "{": "}"}[opening]
            self.at += 1
            places = [i for i in range(self.at, len(self.tokens)) if self.tokens[i].text == closing]
            if not places:
                self._fail(self.tokens[self.at - 1], _OPEN.filled(sign=repr(opening)), repr(closing))
            items = self._items(places[0])
            self.at = places[0] + 1
            if self.at < len(self.tokens) and self.tokens[self.at].text == "(":
                items = self._labelled(items)
            found += [
                self._of_mean(item) if opening == "[" else _term(item.name, "~*~", item.name, item) for item in items
            ]
        return found

    def _of_mean(self, item: _Item) -> Term:
        name, _, threshold = item.name.partition("$")
        if threshold:
            return _term(self.reader.spelled.setdefault(name.upper(), name), "|", f"t{threshold}", item)
        return _term(name, "~1", "", item)

    # --- lists -----------------------------------------------------------------------------------

    def _items(self, end: int, *, plain: bool = False, until: tuple[str, ...] = ()) -> list[_Item]:
        found: list[_Item] = []
        while self.at < end and self.tokens[self.at].text not in until:
            token = self.tokens[self.at]
            if token.text == "(" and found and not plain:
                line = token.line
                same = next((i for i, item in enumerate(found) if item.at.line == line and not item.label), len(found))
                found[same:] = self._labelled(found[same:])
                continue
            if token.kind != "name":
                self._fail(token, _NO_VARIABLE.filled(word=repr(token.text)), THE_NAME)
            self.at += 1
            names = [self.reader.name(token)]
            if self._text() == "-" and self.at + 1 < end and self.tokens[self.at + 1].kind == "name":
                names = self.reader.listed(token, self.tokens[self.at + 1])
                self.at += 2
            fixed, start = ((), ()) if plain else self._value()
            found += [_Item(token, name, fixed, start) for name in names]
        return found

    def _value(self) -> tuple[tuple[Value, ...], tuple[Value, ...]]:
        mark = self._text()
        if mark not in ("@", "*"):
            return (), ()
        at = self.tokens[self.at]
        self.at += 1
        sign = -1.0 if self._text() == "-" else 1.0
        self.at += sign < 0
        if self.at < len(self.tokens) and self.tokens[self.at].kind == "number":
            value = sign * float(self._text())
            self.at += 1
            return ((value,), ()) if mark == "@" else ((), (value,))
        if mark == "@" or sign < 0:
            self._fail(at, _NO_NUMBER.filled(mark=repr(mark)), Words("a number, as in x1@1", "数值，如x1@1"))
        return (None,), ()

    def _labelled(self, items: list[_Item]) -> list[_Item]:
        """Read ``(a)`` or ``(a1-a4)`` or ``(a b c)``, and give it to the items before it in the line."""
        opening = self.tokens[self.at]
        closing = next((i for i in range(self.at, len(self.tokens)) if self.tokens[i].text == ")"), None)
        if closing is None:
            self._fail(opening, _OPEN.filled(sign="'('"), "')'")
        inner = self.tokens[self.at + 1 : closing]
        self.at = closing + 1
        if len(inner) == 3 and inner[1].text == "-":
            labels = self.reader.listed(inner[0], inner[2])
        elif inner and all(t.kind in ("name", "number") for t in inner):
            labels = [self.reader.name(t) for t in inner]
        else:
            self._fail(opening, Words("these are no labels", "这些不是标签"), _LABELS)
        if len(labels) not in (1, len(items)):
            counted = _LABELS_FOR.filled(labels=len(labels), items=len(items))
            self._fail(opening, counted, Words("one, or as many", "一个标签，或与参数同样多的标签"))
        shared = len(labels) == 1 and len(items) > 1
        every = labels * len(items) if len(labels) == 1 else labels
        return [item._replace(label=label, shared=shared) for item, label in zip(items, every, strict=True)]

    def _text(self) -> str:
        return self.tokens[self.at].text if self.at < len(self.tokens) else ""

    def _fail(self, token: Token, problem: Text, expected: Text) -> NoReturn:
        self.reader.source.fail(token, problem, expected)


def _at_power(item: _Item, power: int) -> tuple[tuple[Value, ...], tuple[str, ...], tuple[Value, ...]]:
    """Loading, label and start of an outcome on the intercept (0), the slope (1) or a power of time."""
    if power == 1:
        return item.fixed or (None,), (item.label,) if item.label else (), item.start
    time = item.fixed[0] if item.fixed else None
    return (1.0 if not power or time is None else round(time**power, 12),), (), ()


def _term(lhs: str, op: str, rhs: str, item: _Item) -> Term:
    return Term(lhs, op, rhs, item.fixed, (item.label,) if item.label else (), item.start)


_LOOPS = Words("loops (DO) are not read", "不读取循环（DO）")
_LINE_BY_LINE = Words("a line for each of their constraints", "每个约束各写一行")
_CONSTRAINTS = Words("NEW(ab); ab = a*b; or a = b; or a > 0;", "NEW(ab); ab = a*b;或a = b;或a > 0;")
_NO_LIST = Words("{first}-{last} is no list of known variables", "{first}-{last}不是已知变量的列表")
_LISTS = Words(
    "names that differ in a rising number, as in x1-x4, or NAMES ARE in a VARIABLE section",
    "只有递增编号不同的名称，如x1-x4，或VARIABLE部分中的NAMES ARE",
)
_NOT_READ = Words("{word}: not read are {what}", "{word}：不读取{what}")
_READ = Words("BY, ON or WITH", "BY、ON或WITH")
_RANDOM = Words("random slopes and times of one's own", "随机斜率与个人各异的时点")
_OTHER_GROWTH = Words(
    "growth of ordered answers or of factors, of one or of five terms, and powers of free times",
    "有序变量或因子的增长、一项或五项以上的增长，以及自由时点的乘方",
)
_LEVELS = Words("growth of numbers, as in i s | y1@0 y2@1 y3@2", "数值变量的增长，如i s | y1@0 y2@1 y3@2")
_NOTHING_BEFORE = Words("nothing stands before {word}", "{word}之前没有内容")
_NOTHING_AFTER = Words("nothing follows {word}", "{word}之后没有内容")
_NOT_AS_MANY = Words(
    "{before} variables before {word} and {after} after", "{word}之前有{before}个变量，之后有{after}个"
)
_OPEN = Words("{sign} is never closed", "{sign}没有闭合")
_NO_VARIABLE = Words("{word} where a variable should stand", "变量的位置上是{word}")
_NO_NUMBER = Words("no number follows {mark}", "{mark}之后没有数值")
_LABELS = Words("a name, or a list of them: (a), (a1-a4)", "名称或名称的列表：(a)、(a1-a4)")
_LABELS_FOR = Words("{labels} labels for {items} parameters of this line", "此行有{labels}个标签，而参数有{items}个")
