"""A fit as a Visual Basic program for the Amos engine.

Every path, variance and covariance is stated: ``Sem.AStructure("t1 <--- trust (1)")``; a construct or an item that
something points to gets a residual ``e_t1``.  A number in brackets fixes, a word names, equal names are equal.

Arbuckle (2014), Amos 23.0 User's Guide, examples 4, 10 and 15.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from ...words import Words
from ..parameters import ParameterTable
from .answers import group_column, summary_only
from .stated import COMPOSITES, LAVAAN_INSTEAD, OWN_ERRORS, Stated, number, own_errors_and_test, refuse, stated

if TYPE_CHECKING:
    from ..result import Fit

_PROGRAM = "Amos"
_DISCREPANCY = {"ML": "", "GLS": "Sem.Gls()", "ULS": "Sem.Uls()"}


def write(fit: Fit, data: str) -> str:
    """Write the program; ``data`` is the CSV file it reads."""
    _refuse_what_amos_lacks(fit)
    settings = [
        "Sem.TextOutput()",
        "Sem.Standardized()",
        "Sem.Smc()",
        *filter(None, [_DISCREPANCY[fit.estimator]]),
        *([] if fit.options.likelihood == "wishart" or fit.estimator != "ML" else ["Sem.FitMLMoments()"]),
        *(["Sem.ModelMeansAndIntercepts()"] if fit.table.means else []),
    ]
    lines = [f"      {line}" for line in settings]
    for g, own in enumerate(stated(fit.table)):
        lines += ["", *(f"      {line}" for line in _group(fit, g, own, data))]
    return "\n".join([_HEAD.format(n=fit.n), *lines, _FOOT])


def _refuse_what_amos_lacks(fit: Fit) -> None:
    table, options = fit.table, fit.options
    if table.ordered:
        raise refuse(_PROGRAM, _THRESHOLDS, _EITHER)
    if table.composites:
        raise refuse(_PROGRAM, COMPOSITES, LAVAAN_INSTEAD)
    if fit.estimator not in _DISCREPANCY:
        raise refuse(_PROGRAM, f"estimator={fit.estimator!r}", _KNOWN_ESTIMATORS)
    if (options.method.se, options.method.test) not in (own_errors_and_test(fit), ("none", options.method.test)):
        raise refuse(_PROGRAM, OWN_ERRORS, LAVAAN_INSTEAD)
    if table.definitions or table.sums or table.bounds:
        raise refuse(_PROGRAM, _DEFINED, _WITHOUT)
    if options.missing not in ("listwise", "fiml") or options.rotation or options.cluster or options.weights:
        raise refuse(_PROGRAM, _CHOICES, LAVAAN_INSTEAD)
    if summary_only(fit):
        raise refuse(_PROGRAM, _MATRIX, _FROM_DATA)


def _group(fit: Fit, group: int, own: list[Stated], data: str) -> list[str]:
    labels = fit.moments.labels
    if len(labels) == 1:
        lines = [f"Sem.BeginGroup({_quoted(data)})"]
    else:
        place = ", ".join(map(_quoted, (data, data.rpartition("/")[2], group_column(fit), labels[group])))
        lines = [f"Sem.BeginGroup({place})", f"Sem.GroupName({_quoted(labels[group])})"]
    return [*lines, *structure(fit.table, own)]


def structure(table: ParameterTable, own: list[Stated]) -> list[str]:
    """Write the relations of one group."""
    caused = {s.effect for s in own}
    residual = {name: _residual(name, table) for name in table.variables if name in caused}
    lines, covaried = [], set()
    for s in own:
        if s.effect:
            lines.append(_said(f"{s.effect} <--- {s.cause}", s))
        elif s.op == "~1":
            method = "Intercept" if s.lhs in caused else "Mean"
            said = _parameter(s)
            lines.append(f"Sem.{method}({_quoted(s.lhs)}{f', {_quoted(said)}' if said else ''})")
        elif s.lhs == s.rhs:
            lines.append(_said(residual.get(s.lhs, s.lhs), s))
        else:
            lines.append(_said(f"{residual.get(s.lhs, s.lhs)} <> {residual.get(s.rhs, s.rhs)}", s))
            covaried.add(frozenset((s.lhs, s.rhs)))
    lines += [f'Sem.AStructure("{name} <--- {error} (1)")' for name, error in residual.items()]
    free = [name for name in table.variables if name not in caused]
    given = set(table.exogenous)
    lines += [
        f'Sem.AStructure("{a} <> {b} (0)")'
        for a, b in combinations(free, 2)
        if frozenset((a, b)) not in covaried and not {a, b} <= given
    ]
    return lines


def _residual(name: str, table: ParameterTable) -> str:
    found = f"e_{name}"
    while found in table.variables:
        found += "_"
    return found


def _said(relation: str, s: Stated) -> str:
    parameter = _parameter(s)
    return f'Sem.AStructure("{relation}{f" ({parameter})" if parameter else ""}")'


def _parameter(s: Stated) -> str:
    return s.label if s.value is None else number(s.value)


def _quoted(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


_HEAD = """\
' A model of {n} respondents.  Open it in the program editor of Amos, in the folder of the data.
Imports AmosEngineLib
Module MainModule
  Public Sub Main()
    Dim Sem As New AmosEngine
    Try"""
_FOOT = """\

      Sem.FitModel()
    Finally
      Sem.Dispose()
    End Try
  End Sub
End Module
"""


_THRESHOLDS = Words("thresholds of ordered answers", "有序作答的阈值")
_EITHER = Words("write the lavaan or the Mplus input", "改为导出lavaan或Mplus的输入文件")
_KNOWN_ESTIMATORS = Words("fit with 'ML', 'GLS' or 'ULS' to write its program", "以'ML'、'GLS'或'ULS'拟合后再导出")
_DEFINED = Words("defined quantities and constraints", "定义的量与约束")
_WITHOUT = Words("leave lines with :=, ==, < and > and bounds out", "删去含:=、==、<、>的行以及参数的界限")
_CHOICES = Words(
    "these choices (missing, rotation, cluster or weights)", "这些选项（missing、rotation、cluster或weights）"
)
_MATRIX = Words("a covariance matrix in this form", "这种形式的协方差矩阵")
_FROM_DATA = Words("fit with data=, or write the lavaan script", "以data=拟合，或改为导出lavaan脚本")
