"""Fit a model to answers: the door.

A model that is not identified or whose estimates were not found raises, unless ``on_failure="return"`` asks
for the :class:`~sme_sem.sem.result.Fit` with what went wrong in ``diagnostics``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from inspect import signature
from typing import Literal, Never

import numpy as np
import pandas as pd

from ..arguments import chosen
from ..errors import SpecificationError
from ..responses.design import Drawn
from ..responses.moments import Moments
from ..threads import one_thread
from ..words import Words
from . import categories
from . import ordered as answers_of
from .asked import Asked, options_of, ordered_of
from .bounds import Bounds
from .completion import parameter_table
from .constraints import labelled, restrictions
from .fitting import fit_table, sample_of
from .options import Options, Parameterization, Preset, any_ordered
from .parameters import ParameterTable
from .result import Fit
from .rotation import anchored, blocks_of, refuse_restrictions, rotated
from .second_engine import by_semopy
from .source import Source, moments_of
from .specification import GIVE_GROUPS, Specification
from .spelling import refuse_unknown_options

__all__ = ["Fit", "fit"]


@one_thread()
def fit(
    model: str | Specification,
    data: pd.DataFrame | None = None,
    *,
    estimator: str | None = None,
    missing: str = "listwise",
    ordered: bool | Sequence[str] | None = None,
    group: str | None = None,
    group_equal: str | Sequence[str] = (),
    group_partial: str | Sequence[str] = (),
    std_lv: bool = False,
    effect_coding: bool | str | Sequence[str] = False,
    bounds: Bounds = "none",
    orthogonal: bool = False,
    orthogonal_x: bool = False,
    orthogonal_y: bool = False,
    std_ov: bool = False,
    fixed_x: bool = True,
    meanstructure: bool | None = None,
    likelihood: Literal["normal", "wishart"] = "normal",
    information: Literal["expected", "observed", "first_order"] | None = None,
    se: str | None = None,
    test: str | Sequence[str] | None = None,
    rotation: str | None = None,
    rotation_args: Mapping[str, float | bool | str] | None = None,
    target: Mapping[str, Sequence[str]] | pd.DataFrame | None = None,
    parameterization: Parameterization = "delta",
    preset: Preset = "sem",
    cov: pd.DataFrame | Mapping[str, pd.DataFrame] | Sequence[pd.DataFrame] | None = None,
    mean: pd.Series[float] | Mapping[str, pd.Series[float]] | Sequence[pd.Series[float]] | None = None,
    n: int | Mapping[str, int] | Sequence[int] | None = None,
    cluster: str | None = None,
    weights: str | None = None,
    max_iterations: int | None = None,
    starts: int = 0,
    bootstrap: int = 0,
    seed: int | None = None,
    engine: Literal["sme", "semopy"] = "sme",
    on_failure: Literal["raise", "return"] = "raise",
    **unknown: Never,
) -> Fit:
    """Fit a structural equation model by maximum likelihood or least squares.

    Parameters
    ----------
    model
        lavaan syntax, or a :class:`Specification`.  Constructs are reflected by their items, ``trust =~ t1 + t2 + t3``,
        or made of them, ``offer <~ price + range`` (:mod:`sme_sem.sem.composites`); one without items is written
        ``gain =~ 0``.
    data
        One row per respondent, one numeric column per observed variable; other columns are ignored.  Of ``x:z`` that
        is no column the product of the columns ``x`` and ``z`` is taken.
    estimator
        ``"ML"`` (the default), or with robust errors and tests ``"MLR"``, ``"MLM"``, ``"MLMV"``, ``"MLMVS"``;
        ``"MLF"`` takes the errors from first derivatives.  Least squares: ``"GLS"``, ``"ULS"``, ``"WLS"`` (distribution
        free), ``"DWLS"``, and with robust errors and tests ``"ULSM"``, ``"ULSMV"``, ``"WLSM"``, ``"WLSMV"``,
        ``"WLSMVS"`` (see :mod:`sme_sem.sem.estimators`).
    missing
        ``"listwise"`` sets respondents aside who left a variable of the model open; ``"fiml"`` uses every answer
        given (full information maximum likelihood; observed information).  ``"two_stage"`` estimates means and
        covariances from every answer first and fits the model to them, with errors and a scaled test that account
        for it (:mod:`sme_sem.sem.two_stage`); ``"robust_two_stage"`` does not suppose normal answers either.  Both
        estimate the moments of exogenous variables too (``fixed_x=False``).  ``"pairwise"`` takes each covariance
        from those who answered both questions and gives errors as if all had answered all: for exploring only.
        (With ``ordered``, its errors are right.)  ``"ml"`` and ``"direct"`` are other names for ``"fiml"``;
        ``"fiml.x"`` takes those who left a covariate open too (``fixed_x=False``).
    ordered
        Which variables are ordered categories: names, or ``True`` for all but covariates; columns of the data that
        are not in the model may be among them.  Left out, columns that are ordered categories of pandas are, unless the
        estimator is one of numbers; ``False`` for none.  Thresholds and polychoric correlations are analysed, by
        ``"WLSMV"`` unless another least squares estimator is named.
    parameterization
        Of ordered variables: ``"delta"`` fixes the variance of latent responses, ``"theta"`` of their residuals.
    cov, mean, n
        In place of ``data``: a covariance matrix divided by n - 1 (one triangle of it is enough), means if wanted, and
        the number of respondents.  Of several groups a list of each, ``cov=[S1, S2], n=[120, 95]``, or dicts by the
        groups' labels.
    group
        A column whose values divide the respondents into groups, each with its own parameters; a model of its own where
        the text has blocks, ``group: 1`` or ``group: "Germany"`` (:mod:`sme_sem.syntax`).
    group_equal
        Kinds of parameters held equal across groups: loadings, thresholds, intercepts, means, residuals,
        residual_covariances, lv_variances, lv_covariances, regressions, composite_weights.  Equal thresholds free
        what they identify from the second group on, as in lavaan 0.7: intercepts of ordered items, and their scales
        or residual variances.  Those of items with two categories stay at one; where loadings and intercepts are equal
        too, a line such as ``item ~*~ c(1, NA)*item`` frees one.
    group_partial
        Relations excepted from that, such as ``"visual =~ x2"`` or ``"x3 ~ 1"``.
    std_lv
        Fix constructs' variances to one instead of their first loadings.
    effect_coding
        Let the loadings of every construct average one and, where means are modelled, its indicators' intercepts
        sum to zero, instead of fixing a marker; ``"loadings"`` or ``"intercepts"`` asks for one of the two.
    bounds
        Keep variances from becoming negative: ``"pos_var"`` all, ``"pos_ov_var"`` those of observed variables,
        ``"pos_lv_var"`` those of constructs; or keep variances, covariances and loadings within what the variances
        of the items allow: ``"standard"``, or ``"wide"`` with some room, for small samples whose estimates run away
        (De Jonckere and Rosseel 2022).  A diagnostic (``at_limit``) tells where one ends at its bound.  A single
        parameter is bounded in the model, as in ``y ~ lower(0)*x + upper(1)*z``.  Standard errors take an estimate at
        its bound as fixed there (lavaan's do as if there were none).
    orthogonal
        Fix covariances among constructs to zero unless the model states them.
    orthogonal_x, orthogonal_y
        The same for exogenous constructs only, and for what paths leave of the others.
    std_ov
        Standardize observed variables before the analysis, in each group by its own mean and standard deviation (with
        n - 1), as lavaan does; covariates that keep their moments (``fixed_x``) and ordered variables are left alone.
    fixed_x
        Keep the sample moments of exogenous observed variables and count no parameters for them; least squares
        estimates them in any case, as in lavaan.
    meanstructure
        Model means as well; otherwise only if the model has intercepts, or there are groups and their means are known.
        False leaves the means of groups out, unless intercepts or means are held equal.
    likelihood
        ``"normal"`` (covariances divided by n, as lavaan and Mplus) or ``"wishart"`` (n - 1, as AMOS and LISREL).
    information
        ``"expected"`` (the default) or ``"observed"`` for standard errors; ``"first_order"`` is ``se="first_order"``.
    se, test
        Other standard errors or another test than the estimator's own: ``se`` one of standard, robust, robust_sem,
        robust_huber_white, first_order, bootstrap, none; ``test`` one of standard, robust, satorra_bentler,
        scaled_shifted, mean_var_adjusted, yuan_bentler, yuan_bentler_mplus (MLR's), browne_residual_nt,
        browne_residual_adf; ``fit.model_tests()`` gives them all.
    rotation
        How constructs of exploratory blocks, ``efa("b")*f1 + efa("b")*f2 =~ x1 + ...``, are turned: ``"geomin"`` (the
        default), ``"oblimin"``, ``"quartimin"``, ``"promax"``, or of Crawford and Ferguson's family ``"cf_varimax"``,
        ``"cf_quartimax"``, ``"cf_equamax"``, ``"cf_parsimax"`` or ``"cf_facparsim"``, ``"infomax"``;
        uncorrelated by ``"varimax"``, ``"quartimax"``, ``"equamax"`` or ``"parsimax"``; ``"bigeomin"`` and
        ``"biquartimin"`` leave the first construct alone, a general factor behind all items (bifactor models), and
        make the others simple; ``"target"``, towards ``target``; ``"none"``.
    rotation_args
        A dict with what the rotation is told besides: ``geomin_epsilon`` (0.001), ``oblimin_gamma`` (0),
        ``promax_kappa`` (4), ``orthogonal``, and ``row_weights``, ``"kaiser"`` or ``"none"``, by default Kaiser's for
        varimax and promax.
    target
        With ``rotation="target"`` the items of each construct, ``{"f1": ["x1", "x2"], "f2": ["x3", "x4"]}``; the
        other loadings of the block aim at zero.  Or a table of items by constructs: values the (standardized)
        loadings aim at, NaN where nothing is said.  Uncorrelated with ``orthogonal=True``.
    cluster
        A column that tells which respondents were drawn together (classes, firms, interviewers).  Errors and tests
        then rest on the sums of scores over clusters; ``"ML"`` becomes ``"MLR"``, and means are modelled.
    weights
        A column of sampling weights, all above zero; they are scaled to sum to n.  Moments and scores are weighted,
        and ``"ML"`` becomes ``"MLR"``.
    preset
        ``"sem"`` (also for CFA), ``"growth"``, or ``"explicit"`` (nothing is added to the model).
    max_iterations
        When the search gives up: 300 unless told.
    starts
        Repeat the search from as many random starts and keep the lowest minimum; a diagnostic (``starts_agree`` or
        ``local_minima``) says how many reached it.  Complete answers without constraints get a few such starts
        anyway where the ordinary search fails (``second_chance``).
    bootstrap
        Take standard errors and percentile intervals from as many samples of the respondents; more is told by
        ``fit.bootstrapped``, the :class:`~sme_sem.resampling.bootstrap.Bootstrap`.  Of ordered answers of some 200
        respondents these intervals cover what others do not quite (``benchmarks/recovery_ordered.md``).
    seed
        What random starts and samples follow from.
    engine
        ``"semopy"`` has semopy, an independent program, find the estimates; everything else is computed at them.  It
        can where it can estimate the model: maximum likelihood, one group, no means.
    on_failure
        ``"return"`` gives a model that failed back with ``fit.converged == False`` instead of raising; one of more
        parameters than moments is not begun, and refused all the same.
    **unknown
        Nothing: names that lavaan has, or that are misspelt, are refused with those that are meant.

    Returns
    -------
    Fit
        ``.summary()`` and ``.tables()`` to be read, ``.estimates()``, ``.measures()`` and the like at full precision,
        ``.diagnostics`` for what is to be minded.

    Raises
    ------
    SyntaxProblem, SpecificationError
        The model cannot be read, contradicts itself or names unknown variables.
    DataProblem
        The data cannot carry the model.
    IdentificationError, ConvergenceError
        The estimates are not unique, or were not found.

    Examples
    --------
    >>> import pandas as pd, sme_sem as sme
    >>> names = ["t1", "t2", "t3"]
    >>> S = pd.DataFrame([[1, 0.5, 0.4], [0.5, 1, 0.3], [0.4, 0.3, 1]], index=names, columns=names)
    >>> fit = sme.fit("trust =~ t1 + t2 + t3", cov=S, n=200)
    >>> fit.estimates().query("op == '=~'")[["rhs", "std_all"]].round(3)
      rhs  std_all
    0  t1    0.816
    1  t2    0.612
    2  t3    0.490

    Notes
    -----
    The discrepancy and its derivatives are described in ``sme_sem.kernels.discrepancy``; defaults are lavaan's.  In the
    names of options capitals, dots, hyphens and underscores do not matter.
    """
    if unknown:
        refuse_unknown_options("fit", unknown, tuple(signature(fit).parameters)[:-1])
    specification = Specification.read(model)
    source = Source(data, cov, mean, n, group, Drawn(weights, cluster))
    asked = Asked(
        estimator=estimator,
        missing=missing,
        ordered=ordered,
        group_equal=group_equal,
        group_partial=group_partial,
        std_lv=std_lv,
        effect_coding=effect_coding,
        bounds=bounds,
        orthogonal=orthogonal,
        orthogonal_x=orthogonal_x,
        orthogonal_y=orthogonal_y,
        std_ov=std_ov,
        fixed_x=fixed_x,
        meanstructure=meanstructure,
        likelihood=likelihood,
        information=information,
        se=se,
        test=test,
        rotation=rotation,
        rotation_args=rotation_args,
        target=target,
        parameterization=parameterization,
        preset=preset,
        max_iterations=max_iterations,
        starts=starts,
        bootstrap=bootstrap,
        seed=seed,
    )
    ordered = ordered_of(asked, specification, source)
    options = options_of(asked, specification, source, ordered)
    moments = moments_of(source, specification, options, ordered)
    table, moments = _laid_out(specification.arranged(moments.labels), options, moments, ordered)
    fitted = _estimated(table, options, moments, engine, raising=chosen("on_failure", on_failure, _FAILING) == "raise")
    if table.ordered:
        fitted = fitted._noting(categories.examine(table, moments))
        fitted = fitted._noting(categories.equal_residuals(table, options.group_equal))
    elif estimator is None and ordered is None:
        fitted = fitted._noting(categories.few_categories(table, moments))
    return _resampled(fitted) if options.bootstrap and fitted.converged else fitted


_FAILING = ("raise", "return")


def _laid_out(
    specification: Specification, options: Options, moments: Moments, ordered: bool | Sequence[str] | None
) -> tuple[ParameterTable, Moments]:
    """Lay the model out parameter by parameter, and the moments in the order of its variables."""
    _require_groups(options, moments)
    cut = answers_of.categories(moments, specification, options, ordered) if any_ordered(ordered) else {}
    thresholds = tuple((name, len(values) - 1) for name, values in cut.items())
    table = parameter_table(specification, options, len(moments.labels), thresholds)
    moments = moments.of(table.observed)
    if table.ordered:
        moments = answers_of.condensed(table, moments, cut)
    if table.definitions:  # unknown labels are found before the search
        labelled(table, np.ones(table.n_free))
        restrictions(table, np.ones(table.n_free))
    if table.means and moments.mean is None:
        raise SpecificationError(_NEEDS_MEANS)
    if options.method.needs_answers and moments.answers is None:
        raise SpecificationError(_NEEDS_ANSWERS.filled(name=repr(options.estimator)))
    return table, moments


def _require_groups(options: Options, moments: Moments) -> None:
    for name, asked in (("group_equal", options.group_equal), ("group_partial", options.group_partial)):
        if asked and len(moments.labels) == 1:
            raise SpecificationError(_ABOUT_GROUPS.filled(name=name) + GIVE_GROUPS)


def _estimated(table: ParameterTable, options: Options, moments: Moments, engine: str, *, raising: bool) -> Fit:
    """Find the estimates by the engine that was asked for, exploratory blocks turned as was asked."""
    blocks = blocks_of(table)
    unturned = table
    if blocks:
        sample = sample_of(table, moments, options)
        unturned = anchored(table, blocks, sample)
        refuse_restrictions(table, unturned, blocks, sample, oblique=options.oblique)
    fitted = fit_table(unturned, options, moments, raising=raising)
    if chosen("engine", engine, ("sme", "semopy")) == "semopy":
        fitted = by_semopy(fitted)
    return rotated(fitted, table, blocks) if blocks and fitted.converged and options.rotation != "none" else fitted


def _resampled(fitted: Fit) -> Fit:
    from ..resampling.bootstrap import bootstrap

    seed = 1 if fitted.options.seed is None else fitted.options.seed
    kind: Literal["cluster", "nonparametric"] = "cluster" if fitted.options.cluster else "nonparametric"
    return replace(fitted, bootstrapped=bootstrap(fitted, fitted.options.bootstrap, seed=seed, kind=kind, bca=False))


_NEEDS_MEANS = Words(
    "the model has a mean structure: give mean= beside cov=, or the data themselves.",
    "模型含均值结构：请在cov=之外给出mean=，或直接给出数据。",
)
_NEEDS_ANSWERS = Words(
    "estimator={name} needs the answers themselves: give data=, or take 'ML' with cov=.",
    "estimator={name}需要原始作答：请给出data=，或对cov=使用'ML'。",
)
_ABOUT_GROUPS = Words("{name}= is about several groups, and here is one: ", "{name}=针对多个组，而此处只有一个组：")
