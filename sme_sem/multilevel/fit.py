"""Fit a two-level model: ``fit_two_level`` is the door."""

from __future__ import annotations

from dataclasses import replace
from inspect import signature
from typing import Literal, Never

import numpy as np
import pandas as pd

from ..arguments import chosen, flag, require_kind
from ..errors import ConvergenceError, IdentificationError, SmeSemError
from ..kernels import constrained
from ..kernels.minimise import Status
from ..sem import diagnosis
from ..sem.diagnosis import Diagnostic
from ..sem.estimators import ESTIMATORS
from ..sem.options import Options, max_iterations_of
from ..sem.spelling import refuse_unknown_options
from ..tables import Words
from ..threads import one_thread
from . import search
from .answers import Answers, condensed, little_between, moments_of, noticed
from .levels import TITLES, TwoLevels, covariates_of_one_level, read_levels, with_given
from .measures import NO_COMPARISON
from .result import TwoLevelFit


@one_thread()
def fit_two_level(
    model: str,
    data: pd.DataFrame,
    *,
    cluster: str,
    estimator: str = "ML",
    std_lv: bool = False,
    orthogonal: bool = False,
    fixed_x: bool = True,
    max_iterations: int = 300,
    on_failure: Literal["raise", "return"] = "raise",
    **unknown: Never,
) -> TwoLevelFit:
    """Fit a model with one level within clusters and one between them, by maximum likelihood.

    Answers of people in the same firm are alike.  ``sme.fit(cluster=)`` corrects errors and tests for that; here what
    differs among the people of a firm and what differs among firms have models of their own.  A variable of both levels
    is the sum of a part that varies within clusters and a part that varies between them, neither of which is observed;
    one of level 1 only does not differ between clusters, and one of level 2 only is a cluster's own.  Intercepts are
    random, slopes are not.

    Information is observed.

    Parameters
    ----------
    model
        lavaan's syntax in two blocks: after the line ``level: 1`` what holds within clusters, after ``level: 2`` what
        holds between them.  A label at both levels makes parameters equal, as loadings whose construct is to be the
        same at both; ``:=`` defines from the labels of both.
    data
        One row per respondent.  Those with a gap in the model's columns are left out.
    cluster
        The column that tells the cluster.
    estimator
        ``"ML"``, or ``"MLR"`` with errors and test that hold for answers that are not normal.
    std_lv, orthogonal
        Of both levels, as in :func:`sme_sem.fit`.
    fixed_x
        Covariates of one level only keep the moments of the sample, and likelihood and information criteria are those
        given them.  Estimates and tests are the same without.  The moments of covariates of both levels, which are not
        observed as such, are always estimated.
    max_iterations
        Of the search.
    on_failure
        ``"return"`` gives a fit that did not converge back, marked as such, in place of an error.
    **unknown
        Nothing: other options of :func:`sme_sem.fit` are refused.

    Returns
    -------
    TwoLevelFit
        Prints its tables; ``estimates()``, ``standardized()``, ``measures()``, ``r_squared()``, ``intraclass()``.

    Raises
    ------
    SyntaxProblem, SpecificationError
        The text cannot be read, or asks for what two-level models do not have here.
    DataProblem
        A variable does not vary at a level where it stands, or the clusters do not tell the levels apart.
    IdentificationError, ConvergenceError
        As of :func:`sme_sem.fit`.

    Notes
    -----
    McDonald and Goldstein (1989), British Journal of Mathematical and Statistical Psychology 42, 215-232; the formulas
    stand in :mod:`sme_sem.kernels.two_level`.

    Examples
    --------
    >>> import numpy as np, sme_sem as sme
    >>> firms = sme.simulate("culture =~ 0.6*f1 + 0.5*f2 + 0.5*f3", 100, seed=1)
    >>> people = sme.simulate("climate =~ 0.8*c1 + 0.7*c2 + 0.6*c3", 600, seed=2)
    >>> for k in (1, 2, 3):
    ...     people[f"c{k}"] += np.repeat(firms[f"f{k}"].to_numpy(), 6)
    >>> people["firm"] = np.repeat(np.arange(100), 6)
    >>> model = '''
    ... level: 1
    ...   climate =~ c1 + c2 + c3
    ... level: 2
    ...   culture =~ c1 + c2 + c3
    ... '''
    >>> fit = sme.fit_two_level(model, people, cluster="firm")
    >>> fit.intraclass()["icc"].round(2).to_dict()
    {'c1': 0.41, 'c2': 0.35, 'c3': 0.41}
    """
    if unknown:
        refuse_unknown_options("fit_two_level", unknown, tuple(signature(fit_two_level).parameters)[:-1])
    options = Options(
        method=ESTIMATORS[chosen("estimator", estimator, ("ML", "MLR"))],
        std_lv=flag("std_lv", std_lv),
        orthogonal=flag("orthogonal", orthogonal),
        fixed_x=False,
        meanstructure=True,
        information="observed",
        max_iterations=max_iterations_of(max_iterations),
    )
    given = flag("fixed_x", fixed_x)
    require_kind("cluster", cluster, str | int, _A_COLUMN)
    raising = chosen("on_failure", on_failure, ("raise", "return")) == "raise"
    levels = read_levels(model, options)
    answers = condensed(data, cluster, levels)
    if given:
        levels = with_given(levels, moments_of(answers, covariates_of_one_level(levels)))
    if levels.n_free > levels.moments:
        message = diagnosis.too_many_parameters_message(levels.n_free, levels.moments)
        raise IdentificationError(message, levels.names())
    found = search.estimated(levels, answers, options.max_iterations)
    problem, said = _trouble(levels, answers, found)
    if problem is not None and raising:
        raise problem
    options = replace(options, fixed_x=given)
    fit = TwoLevelFit(levels, options, answers, found, (*said, *noticed(answers, levels)))
    return fit if problem is not None else fit._noting(_examined(fit))


def _examined(fit: TwoLevelFit) -> list[Diagnostic]:
    """Look for what is odd about estimates that were found."""
    found: list[Diagnostic] = []
    for level, point in zip(fit.levels.both, fit.points, strict=True):
        odd = diagnosis.examine(point, fit.n, [level.name])
        found += (d for d in odd if d.code not in ("small_sample", "implied_not_positive_definite"))
        if any(d.code == "implied_not_positive_definite" for d in odd):
            message = _IMPOSSIBLE.filled(level=TITLES[level.name])
            found.append(Diagnostic("warning", "implied_not_positive_definite", message))
    return found if fit.unrestricted.status is Status.CONVERGED else [*found, NO_COMPARISON]


def _trouble(levels: TwoLevels, answers: Answers, found: search.Found) -> tuple[SmeSemError | None, list[Diagnostic]]:
    """What keeps the numbers found from being estimates."""
    names = levels.names()
    apart = tuple(names[place] for place in _inseparable(found))
    if apart:
        message = diagnosis.unidentified_message(apart, levels.within.table) + little_between(answers, levels)
        return IdentificationError(message, apart), [Diagnostic("error", "not_identified", message)]
    if found.status is not Status.CONVERGED:
        message = diagnosis.stopped_message(found.status, found.iterations) + little_between(answers, levels)
        return ConvergenceError(message), [Diagnostic("error", "not_converged", message)]
    return None, []


def _inseparable(found: search.Found) -> list[int]:
    """Which parameters cannot be told apart: where the search ended and, if it went astray, where it began as well."""
    nothing = np.zeros((0, len(found.theta)))
    here = constrained.inseparable(found.expected.hessian, nothing).tolist()
    if found.status is Status.CONVERGED or not here:
        return here
    there = constrained.inseparable(found.slope_at(found.start).hessian, nothing).tolist()
    return there if found.status is Status.BAD_START else [place for place in here if place in there]


_IMPOSSIBLE = Words(
    "the covariance matrix that the model implies {level} is not positive definite: no answers could vary so. Usual "
    "causes: few clusters, variables that hardly differ at that level, or a variance below zero. Fix a residual "
    "variance at zero (y ~~ 0*y), or make that level simpler.",
    "模型隐含的{level}协方差矩阵不是正定矩阵，不可能有数据如此变化。常见原因：组数过少、变量在该层几乎没有差异，或某个方差为负。"
    "请将某个残差方差固定为零（y ~~ 0*y），或简化该层模型。",
)
_A_COLUMN = Words("the name of the column that respondents of a cluster share", "标明受访者所属聚类的列名")
