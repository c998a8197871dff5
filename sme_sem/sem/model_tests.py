"""Tests of a model by other statistics, at the same estimates: what ``test=`` would have given.

Values are those of lavaan's ``lavTest``.  Traces rest on the information that the fit's errors rest on: Satorra and
Bentler's of a fit by MLR is not quite that of MLM, which takes the expected one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..arguments import texts
from ..errors import DataProblem, SpecificationError
from ..kernels import fit_indices
from ..words import Words
from . import sampling
from .estimators import NEEDS_ANSWERS, TESTS, Estimator, with_test
from .fitted import require_solution

if TYPE_CHECKING:
    from .inference import Inference
    from .result import Fit

_Row = tuple[str, float, float, float, float, float]


def model_tests(fit: Fit, tests: str | Sequence[str] | None) -> pd.DataFrame:
    """One row for each test; without names, for each that goes with the fit."""
    require_solution(fit, Words("there is no test of it; see fit.diagnostics.", "无从检验；详见fit.diagnostics。"))
    if tests is None:
        rows = _possible(fit)
    else:
        rows = [_row(_inference(fit, method)) for method in _named(fit, texts("tests", tests, "satorra_bentler"))]
    return pd.DataFrame(rows, columns=["test", "chisq", "df", "pvalue", "scaling_factor", "shift"])


def _named(fit: Fit, names: Sequence[str]) -> Iterator[Estimator]:
    own, gaps = fit.options.method, fit.options.missing == "fiml"
    for name in names:
        method = with_test(own, name, gaps=gaps, ordered=fit.moments.ordered is not None)
        if method != own:
            sampling.require_agreement(replace(fit.options, method=method), ordered=fit.moments.ordered is not None)
        if method.needs_answers and fit.moments.answers is None and fit.moments.ordered is None:
            raise SpecificationError(NEEDS_ANSWERS.filled(what=_THIS_TEST.filled(test=repr(name))))
        yield method


def _possible(fit: Fit) -> list[_Row]:
    """The fit's own test, and the others that do not ask for what it has not, or for minutes where items are many."""
    found = {fit.options.method: _row(fit.inference)}
    for name in TESTS:
        if name == "yuan_bentler":
            continue
        try:
            for method in _named(fit, [name]):
                found[method] = found.get(method) or _row(_inference(fit, method))
        except (SpecificationError, DataProblem):
            continue
    return list(found.values())


def _inference(fit: Fit, method: Estimator) -> Inference:
    if method == fit.options.method:
        return fit.inference
    return replace(fit, options=replace(fit.options, method=method)).inference


def _row(inference: Inference) -> _Row:
    """The statistic, its degrees of freedom and p, and what turned the plain one into it."""
    method, plain = inference.method, inference.test
    if method.scaled and plain.df:
        by = inference.scaling
        x2 = plain.chi_square / by.factor + by.shift
        return method.test, x2, float(by.df), float(fit_indices.p_value(x2, by.df)), by.factor, by.shift
    known = method.chi_square or method.scaled
    p = float(fit_indices.p_value(plain.chi_square, plain.df)) if known else np.nan
    return method.test, plain.chi_square, float(plain.df), p, np.nan, np.nan


_THIS_TEST = Words("test={test} needs", "test={test}")
