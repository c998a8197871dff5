"""Read the structure lines of an Amos program into a specification.

A line is a path (``t1 <--- trust (1)``, ``trust ---> t1``), a covariance (``a <> b``, ``a <--> b``), a variance
(``e1 (0.4)``), or an equation (``t1 = (1) trust + (1) e1``).  In brackets a number fixes, a word names.  Of a whole
program the arguments of ``Sem.AStructure``, ``Path``, ``Cov``, ``Var``, ``Mean`` and ``Intercept`` are read.

Residuals become residual variances and covariances.  Amos lets exogenous variables covary, as is done here, but not the
residuals of final outcomes: those covariances are stated as zero.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import NamedTuple, NoReturn

from ...errors import SyntaxProblem
from ...letters import NAME
from ...syntax import FOREIGN, THE_NAME, Term, Value, misplaced, with_plain_ends
from ...words import Text, Words
from ..completion import parameter_table
from ..options import Options
from ..specification import Specification

_CALL = re.compile(r'Sem\s*\.\s*(\w+)\s*\(\s*((?:"[^"]*"\s*,?\s*)+)\)', re.IGNORECASE)
_TOKEN = re.compile(
    r"(?P<space>\s+)|(?P<both><-+>|<>)|(?P<left><-+)|(?P<right>-+>)|(?P<bracket>\([^()]*\))|(?P<sign>[+=])"
    rf"|(?P<name>{NAME})"
)
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_ARROW = Words("'<---', '--->', '<>' or '='", "'<---'、'--->'、'<>'或'='")


class _Place(NamedTuple):
    line: int
    column: int


class _Word(NamedTuple):
    kind: str
    text: str
    at: _Place


class _Said(NamedTuple):
    """What stands in brackets: a number, a name, a start value, or nothing."""

    fixed: tuple[Value, ...] = ()
    labels: tuple[str, ...] = ()
    starts: tuple[Value, ...] = ()


@dataclass
class _Diagram:
    """Arrows as they are drawn, in their order; moments of variables."""

    paths: dict[tuple[str, str], _Said] = field(default_factory=dict)  # (outcome, cause)
    covariances: dict[tuple[str, str], _Said] = field(default_factory=dict)
    variances: dict[str, _Said] = field(default_factory=dict)
    means: dict[str, _Said] = field(default_factory=dict)


def read(text: str, observed: frozenset[str] = frozenset()) -> Specification:
    """Read lines, or a program."""
    text = with_plain_ends(text)
    lines = text.split("\n")
    diagram = _Diagram()
    if re.search(r"\bSem\s*\.\s*\w", text, re.IGNORECASE):
        if len(re.findall(r"^\s*Sem\.BeginGroup\w*\(", text, re.IGNORECASE | re.MULTILINE)) > 1:
            at = [i for i, line in enumerate(lines) if re.match(r"\s*Sem\.BeginGroup", line, re.IGNORECASE)][1]
            raise SyntaxProblem(at + 1, 1, lines[at], _SECOND_GROUP, _ONE_GROUP)
        _read_program(diagram, lines)
    else:
        for number, line in enumerate(lines, start=1):
            column = 1
            for statement in re.split(r"(;)", line.partition("'")[0]):
                if statement.strip() and statement != ";":
                    _Line(statement, _Place(number, column), lines).into(diagram)
                column += len(statement)
    return _specification(diagram, observed)


def _read_program(diagram: _Diagram, lines: list[str]) -> None:
    for number, line in enumerate(lines, start=1):
        if line.lstrip().startswith("'"):
            continue
        for call in _CALL.finditer(line):
            method, first = call.group(1).upper(), line.index('"', call.start()) + 2
            arguments = re.findall(r'"([^"]*)"', call.group(2))
            at = _Place(number, first)
            if method == "ASTRUCTURE":
                _Line(arguments[0], at, lines).into(diagram)
            elif method in _METHODS and len(arguments) >= _METHODS[method]:
                count = _METHODS[method]
                names, said = arguments[:count], _bracket(" ".join(arguments[count:]), at, lines)
                if method == "PATH":
                    diagram.paths[names[0], names[1]] = said
                elif method == "COV":
                    diagram.covariances[names[0], names[1]] = said
                else:
                    (diagram.variances if method == "VAR" else diagram.means)[names[0]] = said


_METHODS = {"PATH": 2, "COV": 2, "VAR": 1, "MEAN": 1, "INTERCEPT": 1}


class _Line:
    """One structure line."""

    def __init__(self, text: str, at: _Place, lines: list[str]) -> None:
        self.at, self.lines = at, lines
        self.words = list(self._words(text))

    def into(self, diagram: _Diagram) -> None:
        """Draw it."""
        kinds = [word.kind for word in self.words]
        arrows = [w for w in self.words if w.kind in ("both", "left", "right") or w.text == "="]
        if kinds[0] != "name":
            self._fail(self.words[0], _FIRST.filled(word=repr(self.words[0].text)), THE_NAME)
        if len(arrows) > 1:
            second = Words("a second arrow in one line", "一行中有两个箭头")
            self._fail(arrows[1], second, Words("a line of its own", "单独一行"))
        if not arrows:
            if kinds not in (["name"], ["name", "bracket"]):
                self._fail(self.words[1], Words("no arrow connects these", "两者之间没有箭头"), _ARROW)
            diagram.variances[self.words[0].text] = self._said(self.words[1:])
            return
        arrow = arrows[0]
        place = self.words.index(arrow)
        if arrow.text == "=":
            self._equation(diagram, place)
            return
        left, right = self.words[:place], self.words[place + 1 :]
        if [w.kind for w in left] != ["name"]:
            self._misplaced(left[1], Words("one name before the arrow", "箭头之前的一个名称"))
        if [w.kind for w in right] not in (["name"], ["name", "bracket"]):
            wrong = right[0] if right and right[0].kind != "name" else right[1] if len(right) > 1 else arrow
            self._misplaced(wrong, _AFTER_ARROW)
        a, b, said = left[0].text, right[0].text, self._said(right[1:])
        if arrow.kind == "both":
            diagram.covariances[a, b] = said
        else:
            diagram.paths[(a, b) if arrow.kind == "left" else (b, a)] = said

    def _equation(self, diagram: _Diagram, place: int) -> None:
        """Read ``outcome = (intercept) + (par) cause + ... ``."""
        if place != 1:
            self._misplaced(self.words[1], Words("one name before '='", "'='之前的一个名称"))
        outcome = self.words[0].text
        at = place + 1
        while at < len(self.words):
            said = []
            if self.words[at].kind == "bracket":
                said = [self.words[at]]
                at += 1
            if at < len(self.words) and self.words[at].kind == "name":
                diagram.paths[outcome, self.words[at].text] = self._said(said)
                at += 1
            elif said:
                diagram.means[outcome] = self._said(said)
            if at < len(self.words):
                if self.words[at].text != "+":
                    self._misplaced(self.words[at], "'+'")
                at += 1
                if at == len(self.words):
                    self._fail(self.words[-1], Words("'+' stands last", "'+'位于末尾"), _AFTER_PLUS)

    def _said(self, words: list[_Word]) -> _Said:
        return _bracket(words[0].text[1:-1], words[0].at, self.lines) if words else _Said()

    def _words(self, text: str) -> Iterator[_Word]:
        position = 0
        while position < len(text):
            match = _TOKEN.match(text, position)
            at = _Place(self.at.line, self.at.column + position)
            if match is None:
                what = FOREIGN.filled(letter=repr(text[position]))
                raise SyntaxProblem(*at, self.lines[at.line - 1], what, _WORD.filled(arrow=_ARROW))
            if match.lastgroup != "space":
                yield _Word(str(match.lastgroup), match.group(), at)
            position = match.end()

    def _misplaced(self, word: _Word, expected: Text) -> NoReturn:
        self._fail(word, misplaced(word.text), expected)

    def _fail(self, word: _Word, problem: Text, expected: Text) -> NoReturn:
        raise SyntaxProblem(*word.at, self.lines[word.at.line - 1], problem, expected)


def _bracket(text: str, at: _Place, lines: list[str]) -> _Said:
    """Read ``1``, ``a``, ``0.5?`` or ``a:0.5``."""
    text = text.strip()
    if not text:
        return _Said()
    if _NUMBER.fullmatch(text):
        return _Said((float(text),))
    if text.endswith("?") and _NUMBER.fullmatch(text[:-1]):
        return _Said(starts=(float(text[:-1]),))
    label, _, start = (part.strip() for part in text.partition(":"))
    if re.fullmatch(NAME, label) and (not start or _NUMBER.fullmatch(start)):
        return _Said((), (label,), (float(start),) if start else ())
    raise SyntaxProblem(*at, lines[at.line - 1], _SAYS_NOTHING.filled(text=text), _NUMBER_OR_NAME)


def _specification(diagram: _Diagram, observed: frozenset[str]) -> Specification:
    owner = _residuals(diagram, observed)
    paths = {arrow: said for arrow, said in diagram.paths.items() if arrow[1] not in owner}
    variances = {owner.get(name, name): said for name, said in diagram.variances.items()}
    constructs = _constructs(variances, paths, observed)
    terms: list[Term] = []
    started: set[str] = set()
    for (outcome, cause), said in paths.items():
        measures = cause in constructs and _is_indicator(outcome, cause, paths)
        if measures and cause not in started:
            started.add(cause)
            said = said if said.fixed else said._replace(fixed=(None,))
        terms.append(Term(cause, "=~", outcome, *said) if measures else Term(outcome, "~", cause, *said))
    covariances = [Term(owner.get(a, a), "~~", owner.get(b, b), *said) for (a, b), said in diagram.covariances.items()]
    measured = Counter(term.lhs for term in terms if term.op == "=~")
    alone = {term.rhs for term in terms if term.op == "=~" and measured[term.lhs] == 1}  # held at zero unless written
    for name, said in variances.items():
        if said != _Said() or name in alone:
            freed = said if said.fixed or name not in alone else said._replace(fixed=(None,))
            terms.append(Term(name, "~~", name, *freed))
    for name, said in diagram.means.items():
        freed = said if said.fixed or name not in constructs else said._replace(fixed=(None,))
        terms.append(Term(name, "~1", "", *freed))
    return _closed(terms, covariances)


def _residuals(diagram: _Diagram, observed: frozenset[str]) -> dict[str, str]:
    """Which variable each residual belongs to: nothing points to it, and one path leaves it, fixed at one."""
    outcomes = {outcome for outcome, _ in diagram.paths}
    leaving: dict[str, list[tuple[str, _Said]]] = {}
    for (outcome, cause), said in diagram.paths.items():
        leaving.setdefault(cause, []).append((outcome, said))
    entered = {outcome: [c for o, c in diagram.paths if o == outcome] for outcome in outcomes}
    found: dict[str, str] = {}
    for cause, arrows in leaving.items():
        outcome = arrows[0][0]
        alone = _may_be_residual(cause, leaving, outcomes, observed)
        if alone and len(entered[outcome]) > 1 and outcome not in found.values():
            others = [c for c in entered[outcome] if c != cause]
            last = entered[outcome].index(cause) == len(others)  # of a single item, its construct is drawn first
            if last or not all(_may_be_residual(c, leaving, outcomes, observed) for c in others):
                found[cause] = outcome
    return found


def _may_be_residual(
    name: str, leaving: dict[str, list[tuple[str, _Said]]], outcomes: set[str], observed: frozenset[str]
) -> bool:
    arrows = leaving[name]
    return len(arrows) == 1 and arrows[0][1].fixed == (1.0,) and name not in outcomes and name not in observed


def _constructs(variances: dict[str, _Said], paths: dict[tuple[str, str], _Said], observed: frozenset[str]) -> set[str]:
    """Causes that are no columns; or else those to which a fixed path, or a fixed variance, gives a scale."""
    causes = {cause for _, cause in paths}
    if observed:
        return causes - observed
    scaled = {cause for (_, cause), said in paths.items() if said.fixed and said.fixed[0]}
    return scaled | {name for name, said in variances.items() if name in causes and said.fixed and said.fixed[0]}


def _is_indicator(outcome: str, cause: str, paths: dict[tuple[str, str], _Said]) -> bool:
    """Columns are, but those that send arrows; what sends arrows is where it gives the cause its unit, or is all."""
    senders = {sender for _, sender in paths}
    own = {o: said for (o, c), said in paths.items() if c == cause}
    scaling = [o for o, said in own.items() if said.fixed and said.fixed[0]]
    of_constructs = all(o in senders for o in (scaling or own))
    return of_constructs == (outcome in senders)


def _closed(terms: list[Term], covariances: list[Term]) -> Specification:
    """State the covariances where the defaults here and in Amos differ.

    Amos lets all exogenous variables covary, constructs and covariates as well, and no residuals.
    """
    plain = Specification(()).add_terms(terms)
    table = parameter_table(plain, Options())
    caused = {t.effect for t in plain.terms}
    constructs = {name for name in plain.latent if name not in caused}
    across = {Term(a, "~~", b).key for a, b in product(constructs, table.covariates)}
    known = {term.key for term in covariances}
    zeros = [
        Term(p.lhs, "~~", p.rhs, (0.0,))
        for p in table.parameters
        if p.op == "~~" and p.lhs != p.rhs and p.free and p.key not in known and not {p.lhs, p.rhs} <= constructs
    ]
    told = [term for term in covariances if not (term.key in across and term.fixed == (0.0,))]
    joined = [Term(a, "~~", b) for a, _, b in sorted(across - known)]
    return plain.add_terms([*told, *zeros, *joined])


_SECOND_GROUP = Words("a second group begins here", "此处开始了第二个组")
_ONE_GROUP = Words("the lines of one group at a time", "一次只有一个组的各行")
_FIRST = Words("{word} stands first", "{word}位于行首")
_AFTER_ARROW = Words("a name after the arrow, then perhaps (1) or (a)", "箭头之后的名称，其后可有(1)或(a)")
_AFTER_PLUS = Words("the name of a variable after it", "其后的变量名")
_WORD = Words("a name, {arrow}, or a bracket that closes", "名称、{arrow}，或闭合的括号")
_SAYS_NOTHING = Words("({text}) says nothing of a parameter", "({text})不能说明参数")
_NUMBER_OR_NAME = Words("a number, a name, or both: (a:0.5)", "数值、名称，或两者兼有：(a:0.5)")
