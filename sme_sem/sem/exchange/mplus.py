"""A fit as an Mplus input file.

Every parameter is stated in every group, so that no default of Mplus is left to change the model (equal loadings
across groups, covariances of exogenous factors).  Names are shortened to eight characters; comments say which is which.

Muthén and Muthén (1998-2017), Mplus User's Guide, eighth edition, chapters 15 to 17.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from ...letters import NAME
from ...syntax import Term
from ...words import Words, joined
from ..effects import mediated
from ..estimators import ESTIMATORS
from ..parameters import ParameterTable
from .answers import MISSING, group_column, summary_only
from .names import short_names
from .stated import (
    COMPOSITES,
    LAVAAN_INSTEAD,
    OWN_ERRORS,
    Stated,
    fixed_labels,
    limits,
    number,
    own_errors_and_test,
    refuse,
    stated,
    sums,
)

if TYPE_CHECKING:
    from ..result import Fit

_ESTIMATORS = ("ML", "MLM", "MLMV", "MLR", "MLF", "GLS", "WLS", "WLSM", "WLSMV", "ULS", "ULSMV")
_PROGRAM = "Mplus"
FUNCTIONS = {
    name: name for name in ("exp", "log", "log10", "sqrt", "abs", "sin", "cos", "tan", "asin", "acos", "atan")
} | {"pnorm": "phi"}
"""What its constraints can compute, by R's names."""
_WIDTH = 80


def write(fit: Fit, data: str) -> str:
    """Write the input file; ``data`` is the file of numbers it reads."""
    _refuse_what_mplus_lacks(fit)
    short = _short_names(fit)
    parts = [
        f"TITLE: A model of {fit.n} respondents;",
        *_renamed(short),
        "",
        f"DATA: FILE IS {data};",
        *_of_summary(fit),
        "",
        *_variables(fit, short),
        "",
        *_analysis(fit),
        "",
        *_model(fit.table, short, fit.moments.labels),
        "",
        "OUTPUT: STDYX CINTERVAL;",
    ]
    return "\n".join(parts) + "\n"


# --- what is asked ---------------------------------------------------------------------------------------


def _estimator(fit: Fit) -> str | None:
    """The name in Mplus of discrepancy, errors and test together."""
    method = fit.options.method
    if (method.se, method.test) in (own_errors_and_test(fit), ("none", own_errors_and_test(fit)[1])):
        return fit.estimator if fit.estimator in _ESTIMATORS else None
    asked = (method.discrepancy, method.se, method.test)
    known = (ESTIMATORS[name] for name in _ESTIMATORS)
    return next((own.name for own in known if (own.discrepancy, own.se, own.test) == asked), None)


def _refuse_what_mplus_lacks(fit: Fit) -> None:
    if _estimator(fit) is None:
        known = joined(_ESTIMATORS, ", ", "、")
        if fit.estimator in _ESTIMATORS:
            raise refuse(_PROGRAM, OWN_ERRORS, _BY_NAME.filled(known=known))
        raise refuse(_PROGRAM, f"estimator={fit.estimator!r}", _ONE_OF.filled(known=known))
    if fit.table.composites:
        raise refuse(_PROGRAM, COMPOSITES, LAVAAN_INSTEAD)
    if fit.table.phantoms:
        raise refuse(_PROGRAM, _PHANTOM, _ANY_ITEM.filled(name=fit.table.phantoms[0]))
    if fit.specification.blocks:
        raise refuse(_PROGRAM, _OWN_MODELS, LAVAAN_INSTEAD)
    if fit.options.rotation is not None:
        raise refuse(_PROGRAM, _BLOCK, LAVAAN_INSTEAD + _WITH_ROTATION)
    if fit.options.missing not in ("listwise", "fiml", "pairwise"):
        raise refuse(_PROGRAM, f"missing={fit.options.missing!r}", _OTHER_MISSING)
    if summary_only(fit) and fit.table.means and fit.moments.mean is None:
        raise refuse(_PROGRAM, _MEANS, _GIVE_MEANS)
    for group in stated(fit.table):
        for s in group:
            if s.op == "~1" and s.lhs in fit.table.ordered and (s.value is None or s.value != 0):
                raise refuse(_PROGRAM, _INTERCEPT.filled(name=s), _ALL_EQUAL)


def _short_names(fit: Fit) -> dict[str, str]:
    """One list for variables, labels and defined quantities, which share their names in Mplus."""
    table, options = fit.table, fit.options
    known = [*fit.moments.names, *table.latent]
    known += [name for name in (options.weights, options.cluster) if name]
    known += [group_column(fit)] * (table.groups > 1)
    known += [s.label for group in stated(table) for s in group if s.label]
    return short_names([*known, *(t.lhs for t in table.definitions if t.op == ":=")])


def _renamed(short: Mapping[str, str]) -> list[str]:
    changed = [f"! {new} = {old}"[:_WIDTH] for old, new in short.items() if new != old]
    return ["! Shortened names:", *changed] if changed else []


def _of_summary(fit: Fit) -> list[str]:
    if not summary_only(fit):
        return []
    means = "MEANS " * (fit.moments.mean is not None)
    return [f"  TYPE IS {means}COVARIANCE;", f"  NOBSERVATIONS = {fit.n};"]


def _variables(fit: Fit, short: Mapping[str, str]) -> list[str]:
    options, table = fit.options, fit.table
    columns = [short[name] for name in fit.moments.names]
    extra = [short[name] for name in (options.weights, options.cluster) if name]
    groups = [short[group_column(fit)]] if table.groups > 1 else []
    lines = ["VARIABLE:", *_listed("NAMES ARE", [*columns, *extra, *groups])]
    lines += _listed("USEVARIABLES ARE", [short[name] for name in table.observed])
    if table.ordered:
        lines += _listed("CATEGORICAL ARE", [short[name] for name in table.ordered])
    if table.groups > 1:
        values = " ".join(f"{i + 1} = g{i + 1}" for i in range(table.groups))
        lines += [f"  GROUPING IS {groups[0]} ({values});"]
        lines += [f"  ! g{i + 1}: {label}"[:_WIDTH] for i, label in enumerate(fit.moments.labels)]
    lines += [f"  WEIGHT IS {short[options.weights]};"] if options.weights else []
    lines += [f"  CLUSTER IS {short[options.cluster]};"] if options.cluster else []
    return [*lines, *([] if summary_only(fit) else [f"  MISSING ARE ALL ({MISSING});"])]


def _analysis(fit: Fit) -> list[str]:
    options = fit.options
    lines = ["ANALYSIS:"]
    lines += ["  TYPE = COMPLEX;"] if options.cluster else []
    lines += ["  ! The fit divides covariances by N - 1 (wishart), Mplus by N."] * (options.likelihood == "wishart")
    lines += [f"  ESTIMATOR = {_estimator(fit)};"]
    if fit.table.ordered:
        lines += [f"  PARAMETERIZATION = {options.parameterization.upper()};"]
    elif _estimator(fit) in ("ML", "MLR"):
        lines += [f"  INFORMATION = {options.information.upper()};"]
    if options.missing == "listwise" and not summary_only(fit):
        lines.insert(1, "  ! Respondents with missing answers are not in the data file.")
    return lines


# --- the model -------------------------------------------------------------------------------------------


def _model(table: ParameterTable, short: Mapping[str, str], groups: Sequence[str]) -> list[str]:
    free_means = _free_means(table, short) if len(groups) > 1 and not table.means else []
    by_group = [[_entry(s, short) for s in own if not _implied(s, table)] + free_means for own in stated(table)]
    unstated = [_Entry("WITH", short[a], short[b], "@0") for a, b in _apart(table)]
    lines = ["MODEL:", *statements([*by_group[0], *unstated])]
    if len(groups) > 1:
        for g, own in enumerate(by_group):
            lines += ["", f"MODEL g{g + 1}:", *statements([*own, *unstated])]
    lines += _constraints([*table.definitions, *limits(table)], sums(table), short, fixed_labels(table))
    return [*lines, *_indirect(table, short)]


def _implied(s: Stated, table: ParameterTable) -> bool:
    """Whether Mplus knows it of ordered variables, and has no words for it."""
    if s.lhs not in table.ordered:
        return False
    unscaled = s.op == "~*~" and s.value == 1 and table.groups == 1
    return s.op == "~1" or unscaled


def _apart(table: ParameterTable) -> list[tuple[str, str]]:
    """Pairs of constructs, and of outcomes, that Mplus would let covary and the model does not mention."""
    arrows = [p for p in table.parameters if p.effect and not p.group]
    caused, causing = {p.effect for p in arrows}, {p.cause for p in arrows}
    indicators = {p.rhs for p in arrows if p.op == "=~"}
    free_ends = [name for name in table.latent if name not in caused]
    ends = [n for n in table.variables if n in caused - indicators and (n not in causing or n in table.latent)]
    predicting = {p.rhs for p in arrows if p.op == "~"}
    ends = [n for n in ends if n not in predicting]
    known = {frozenset((p.lhs, p.rhs)) for p in table.parameters if p.op == "~~"}
    pairs = [(a, b) for names in (free_ends, ends) for i, a in enumerate(names) for b in names[i + 1 :]]
    return [pair for pair in pairs if frozenset(pair) not in known]


def _free_means(table: ParameterTable, short: Mapping[str, str]) -> list[_Entry]:
    """Means that restrict nothing: Mplus holds intercepts equal across groups where a model says nothing of them."""
    answered = [name for name in table.observed if name not in (*table.exogenous, *table.ordered)]
    return [
        *(_Entry("[]", "", short[name], "*") for name in answered),
        *(_Entry("[]", "", short[name], "@0") for name in table.latent),
    ]


class _Entry(NamedTuple):
    """A keyword, the variable before it, the one after it, and what is said of the parameter."""

    keyword: str
    left: str
    right: str
    said: str


_KEYWORD = {"=~": "BY", "~": "ON", "~~": "WITH"}
_BRACKETS = {"~1": "[]", "|": "[]", "~*~": "{}", "~~": ""}


def _entry(s: Stated, short: Mapping[str, str]) -> _Entry:
    said = ("*" if s.value is None else f"@{number(s.value)}") + (f" ({short[s.label]})" if s.label else "")
    return placed(s.lhs, s.op, s.rhs, said, short)


def placed(lhs: str, op: str, rhs: str, said: str, short: Mapping[str, str]) -> _Entry:
    """Sort a relation, and what is said of its parameter, under its keyword."""
    left, right = short.get(lhs, lhs), short.get(rhs, rhs)
    if op in ("~1", "|", "~*~") or (op == "~~" and lhs == rhs):
        threshold = f"${rhs.removeprefix('t')}" if op == "|" else ""
        return _Entry(_BRACKETS[op], "", f"{left}{threshold}", said)
    return _Entry(_KEYWORD[op], left, right, said)


def statements(entries: Iterable[_Entry]) -> list[str]:
    """Write entries as statements, those of one keyword and one left side together, a parameter a line."""
    lines: list[str] = []
    before: tuple[str, str] | None = None
    for keyword, left, right, said in entries:
        if keyword in ("", "[]", "{}"):
            value, _, label = said.partition(" ")
            inner = f"{keyword[:1]}{right}{value}{keyword[1:]}"
            lines.append(f"  {inner}{f' {label}' if label else ''};")
            before = None
            continue
        if before == (keyword, left):
            lines[-1] = lines[-1].removesuffix(";")
        else:
            lines.append(f"  {left} {keyword}")
        lines.append(f"    {right}{said};")
        before = (keyword, left)
    return lines


def _constraints(
    definitions: Sequence[Term],
    totals: Sequence[tuple[str, float]],
    short: Mapping[str, str],
    fixed: Mapping[str, float],
) -> list[str]:
    if not definitions and not totals:
        return []
    new = [short.get(t.lhs, t.lhs) for t in definitions if t.op == ":="]
    lines = ["MODEL CONSTRAINT:", *(f"  NEW({name});" for name in new)]
    for t in definitions:
        left, right = (_expression(side, short, fixed) for side in (t.lhs, t.rhs))
        lines += _wrapped(f"{left} {'=' if t.op in (':=', '==') else t.op} {right};")
    for text, total in totals:
        lines += _wrapped(f"{_expression(text, short, fixed)} = {number(total)};")
    return lines


def _expression(text: str, short: Mapping[str, str], fixed: Mapping[str, float]) -> str:
    """Write an expression with the short names, Mplus's functions, and powers as ``**``."""

    def renamed(match: re.Match[str]) -> str:
        word, bracket = match.groups(default="")
        if bracket:
            if word not in FUNCTIONS:
                known = joined(FUNCTIONS, ", ", "、")
                raise refuse(_PROGRAM, _FUNCTION.filled(name=word), _WRITTEN_BY.filled(known=known))
            return FUNCTIONS[word] + bracket
        return f"({number(fixed[word])})" if word in fixed else short.get(word, word)

    return re.sub(rf"(?<![\w.])({NAME})(\s*\()?", renamed, text).replace("^", "**")


def _indirect(table: ParameterTable, short: Mapping[str, str]) -> list[str]:
    """Ask for the indirect effects of every cause on every outcome it reaches over another."""
    pairs = mediated((p.cause, p.effect) for p in table.parameters if p.op == "~" and not p.group)
    found = [f"  {short[outcome]} IND {short[cause]};" for cause, outcome in pairs]
    return ["", "MODEL INDIRECT:", *found] if found else []


def _listed(words: str, names: Sequence[str]) -> list[str]:
    return _wrapped(f"{words} {' '.join(names)};")


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(
        text, _WIDTH, initial_indent="  ", subsequent_indent="    ", break_long_words=False, break_on_hyphens=False
    )


_BY_NAME = Words("fit with one of {known}, by its name", "以{known}之一的名称拟合")
_ONE_OF = Words("fit with one of {known} to write its input", "以{known}之一拟合后再导出")
_PHANTOM = Words("a construct without items (=~ 0)", "不含题项的构念（=~ 0）")
_ANY_ITEM = Words("write {name} =~ 0*x1, with any item", "写作{name} =~ 0*x1，题项任取")
_OWN_MODELS = Words("a model of its own for each group", "各组不同的模型")
_BLOCK = Words("this exploratory block", "此探索性区块")
_WITH_ROTATION = Words(", which holds rotation and block", "，其中含有旋转与区块")
_OTHER_MISSING = Words("fit with missing='fiml' or 'listwise'", "以missing='fiml'或'listwise'拟合")
_MEANS = Words("means that the summary does not have", "汇总数据中没有的均值")
_GIVE_MEANS = Words("give mean= beside cov=", "在cov=之外给出mean=")
_INTERCEPT = Words("the intercept of an ordered variable ({name})", "有序变量的截距（{name}）")
_ALL_EQUAL = Words("hold intercepts equal as well", "将截距也设为相等")
_FUNCTION = Words("the function {name}()", "函数{name}()")
_WRITTEN_BY = Words("write it by {known}", "改用{known}写出")
