"""Fit a model to answers: the door.

A model that is not identified or whose estimates were not found raises, unless ``on_failure="return"`` asks
for the :class:`~sme_sem.sem.result.Fit` with what went wrong in ``diagnostics``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from inspect import signature
from typing import Any, Literal, NamedTuple, Never

import numpy as np
import pandas as pd

from ..errors import ConvergenceError, IdentificationError, SmeSemError, SpecificationError, texts
from ..kernels.constrained import active
from ..kernels.discrepancy import Sample
from ..kernels.minimise import Status
from ..responses.design import Drawn
from ..responses.moments import Moments, moments_of_answers, moments_of_summaries
from ..responses.summaries import summaries
from ..tasks import seeded
from ..threads import one_thread
from ..words import Words
from . import categories, diagnosis, exhausted, interactions, least_squares, objective, sampling, two_stage
from . import ordered as answers_of
from .bounds import KINDS, ROOMS, Bounds, within_moments
from .completion import parameter_table
from .constraints import at_limit, binding, contradictory, labelled, restrictions, without_value
from .contradictions import NOTHING_OBSERVED
from .diagnosis import Diagnostic
from .estimators import chosen_estimator
from .options import (
    Options,
    Parameterization,
    Preset,
    any_ordered,
    bootstrap_of,
    effect_coding_of,
    errors_of_first_order,
    flag,
    group_equal_of,
    max_iterations_of,
    starts_of,
)
from .origin import centred
from .parameters import ParameterTable
from .result import Fit
from .roles import given_variables
from .rotation import anchored, blocks_of, refuse_restrictions, rotated
from .rotation_args import BIFACTOR, OBLIQUE, ORTHOGONAL, rotation_args_of
from .rotation_target import aims_of
from .search import estimated
from .second_engine import by_semopy
from .specification import Specification
from .spelling import chosen, covariates_too, missing_of, no_such_option
from .starts import from_several_starts, second_chance

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
    test: str | None = None,
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
        or residual variances.
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
        browne_residual_adf.  ``measures``
        gives it in place of the estimator's own.
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
        no_such_option("fit", unknown, tuple(signature(fit).parameters)[:-1])
    specification = Specification.read(model)
    drawn = Drawn(weights, cluster)
    fixed_x = flag("fixed_x", fixed_x) and not covariates_too(missing)
    std_lv = flag("std_lv", std_lv)
    missing = chosen("missing", missing_of(missing), sampling.MISSING)
    if ordered is None:
        ordered = answers_of.marked(specification, data, estimator, missing)
        if ordered and drawn != Drawn():
            raise SpecificationError(
                f"{ordered[0]!r} is a column of ordered categories, which cluster= and weights= do not go with: "
                "ordered=False takes categories as numbers."
            )
    ordered = _of_this_model(ordered, specification, data, fixed_x=fixed_x)
    categorical = any_ordered(ordered)
    draws = bootstrap_of(bootstrap, se)
    information = information and chosen("information", information, ("expected", "observed", "first_order"))
    if information == "first_order":
        se, information = errors_of_first_order(se), None
    method = chosen_estimator(estimator, None if draws else se, test, gaps=missing == "fiml", ordered=categorical)
    method = sampling.estimator(method, missing, drawn)
    information = information or ("observed" if missing == "fiml" else method.information)
    if missing == "fiml" and not method.takes_gaps:
        named = f"test={test!r}" if test and method.discrepancy == "ML" else f"estimator={method.name!r}"
        raise SpecificationError(_COMPLETE_ONLY.filled(named=named))
    if method.discrepancy != "ML" and information == "observed":
        raise SpecificationError(f"estimator={method.name!r} knows the expected information only.")
    stages = missing in two_stage.WAYS
    turning = _rotation_of(specification, rotation)
    means = missing == "fiml" or stages or cluster is not None
    options = Options(
        method=method,
        missing=missing,
        preset=chosen("preset", preset, ("sem", "growth", "explicit")),
        std_lv=std_lv,
        orthogonal=flag("orthogonal", orthogonal),
        orthogonal_x=flag("orthogonal_x", orthogonal_x),
        orthogonal_y=flag("orthogonal_y", orthogonal_y),
        std_ov=flag("std_ov", std_ov),
        fixed_x=fixed_x and (method.discrepancy == "ML" or categorical) and not stages,
        meanstructure=_meanstructure(meanstructure, mean is not None, means, cov is None),
        likelihood=chosen("likelihood", likelihood, ("normal", "wishart")),
        information=information,
        max_iterations=max_iterations_of(max_iterations),
        group_equal=group_equal_of(group_equal),
        group_partial=texts("group_partial", group_partial, "x3 ~ 1"),
        effect_coding=effect_coding_of(effect_coding, std_lv=std_lv),
        starts=starts_of(starts),
        seed=seeded(seed),
        rotation=turning,
        rotation_args=rotation_args_of(turning, rotation_args),
        target=aims_of(specification, turning, target),
        cluster=cluster,
        weights=weights,
        parameterization=chosen("parameterization", parameterization, ("delta", "theta")),
        bootstrap=draws,
        bounds=chosen("bounds", bounds, KINDS),
    )
    if options.orthogonal and turning == "promax":
        raise SpecificationError("promax lets constructs correlate; with orthogonal=True take rotation='varimax'.")
    sampling.agreeing(options, ordered=categorical)
    if categorical and options.bounds in ROOMS and options.parameterization == "theta":
        raise SpecificationError(
            f"bounds={bounds!r} rests on the variances of the items, which parameterization='theta' leaves open: take "
            "'delta', or bounds='pos_var'."
        )
    if cov is not None and missing != "listwise":
        raise SpecificationError(f"missing={missing!r} needs data=; a covariance matrix has no gaps.")
    given = given_variables(specification, options) if missing == "fiml" or categorical else None
    kept = "available" if categorical and missing == "pairwise" else options.missing
    if specification.blocks and data is not None and group is None:
        specification.arranged(())
    scaled = _standardized(specification, options, ordered)
    moments = _moments(specification, data, cov, mean, n, group, kept, given, drawn, scaled)
    specification = specification.arranged(moments.labels)
    for name, asked in (("group_equal", options.group_equal), ("group_partial", options.group_partial)):
        if asked and len(moments.labels) == 1:
            raise SpecificationError(
                f"{name}= is about several groups, and here is one: name the column that divides respondents (group=), "
                "or give the covariance matrix of each group (cov=)."
            )
    cut = answers_of.categories(moments, specification, options, ordered) if categorical else {}
    thresholds = tuple((name, len(own) - 1) for name, own in cut.items())
    table = parameter_table(specification, options, len(moments.labels), thresholds)
    moments = moments.of(table.observed)
    if table.ordered:
        moments = answers_of.condensed(table, moments, cut)
    if table.definitions:  # unknown labels are found before the search
        labelled(table, np.ones(table.n_free))
        restrictions(table, np.ones(table.n_free))
    if table.means and moments.mean is None:
        raise SpecificationError("the model has a mean structure: give mean= beside cov=, or the data themselves.")
    if method.needs_answers and moments.answers is None:
        raise SpecificationError(
            f"estimator={options.estimator!r} needs the answers themselves: give data=, or take 'ML' with cov=."
        )
    raising = chosen("on_failure", on_failure, ("raise", "return")) == "raise"
    blocks = blocks_of(table)
    if blocks:
        sample = sample_of(table, moments, options)
        first = anchored(table, blocks, sample)
        refuse_restrictions(table, first, blocks, sample, oblique=options.oblique)
    found = fit_table(first if blocks else table, options, moments, raising=raising)
    if chosen("engine", engine, ("sme", "semopy")) == "semopy":
        found = by_semopy(found)
    if blocks and found.converged and options.rotation != "none":
        found = rotated(found, table, blocks)
    noticed: list[Diagnostic] = []
    if table.ordered:
        noticed = categories.examine(table, moments) + categories.equal_residuals(table, options.group_equal)
    elif estimator is None and ordered is None:
        noticed = categories.few_categories(table, moments)
    found = found._noting(noticed)
    return _resampled(found) if draws and found.converged else found


def _of_this_model(
    ordered: bool | Sequence[str] | None, specification: Specification, data: pd.DataFrame | None, *, fixed_x: bool
) -> bool | Sequence[str] | None:
    """Leave out columns that are not in the model, so that one list serves several, and given covariates."""
    if ordered is None or isinstance(ordered, bool) or not isinstance(data, pd.DataFrame):
        return ordered
    elsewhere = set(data.columns).difference(specification.observed)
    elsewhere.update(given_variables(specification, Options(fixed_x=fixed_x)))
    return [name for name in texts("ordered", ordered, "q1") if name not in elsewhere]


def _meanstructure(asked: bool | None, given: bool, needed: bool, answers: bool) -> bool | None:
    """Whether means are modelled: always, never, or (None) as the model and its groups have it."""
    asked = None if asked is None else flag("meanstructure", asked)
    if asked or needed or (asked is None and given):
        return True
    return None if asked is None and answers else False


def _resampled(found: Fit) -> Fit:
    from ..resampling.bootstrap import bootstrap

    seed = 1 if found.options.seed is None else found.options.seed
    kind: Literal["cluster", "nonparametric"] = "cluster" if found.options.cluster else "nonparametric"
    return replace(found, bootstrapped=bootstrap(found, found.options.bootstrap, seed=seed, kind=kind, bca=False))


def _rotation_of(specification: Specification, rotation: str | None) -> str | None:
    block_of = {term.lhs: term.block for term in specification.terms if term.block}
    if block_of:
        turning = chosen("rotation", rotation or "geomin", (*OBLIQUE, *ORTHOGONAL, "none"))
        of_two = [name for name, constructs in Counter(block_of.values()).items() if constructs < 3]
        if turning in BIFACTOR and of_two:
            raise SpecificationError(_NO_GROUP_FACTORS.filled(rotation=repr(turning), block=repr(of_two[0])))
        return turning
    if rotation is None:
        return None
    raise SpecificationError(_NOTHING_TO_ROTATE.filled(rotation=repr(rotation)))


def _moments(
    specification: Specification,
    data: pd.DataFrame | None,
    cov: Any,
    mean: Any,
    n: Any,
    group: str | None,
    missing: str,
    given: Sequence[str] | None,
    drawn: Drawn,
    standardized: Sequence[str],
) -> Moments:
    if (data is None) == (cov is None):
        raise SpecificationError("give either data= (one row per respondent) or cov= with n=, and not both.")
    if not specification.observed:
        raise SpecificationError(NOTHING_OBSERVED)
    if cov is not None:
        if drawn != Drawn():
            raise SpecificationError("cluster= and weights= tell about respondents, so they need data=.")
        if group is not None:
            raise SpecificationError("group= divides respondents, so it needs data=; a covariance matrix has none.")
        if standardized:
            raise SpecificationError("std_ov= standardizes answers, so it needs data=; give correlations as cov=.")
        return moments_of_summaries(summaries(cov, n, mean), specification.observed)
    if not isinstance(data, pd.DataFrame):
        raise SpecificationError(f"data must be a pandas DataFrame, not {type(data).__name__}.")
    if n is not None or mean is not None:
        raise SpecificationError("n= and mean= go with cov=; of data= they follow from the answers. Leave them out.")
    no_columns(specification.latent, data)
    data = interactions.with_interactions(data, specification)
    return moments_of_answers(
        data,
        specification.observed,
        group,
        missing=missing,
        given=given or (),
        drawn=drawn,
        constructs=specification.latent,
        standardized=standardized,
    )


def _standardized(
    specification: Specification, options: Options, ordered: bool | Sequence[str] | None
) -> tuple[str, ...]:
    """Which variables are standardized before the analysis: numbers whose moments are not given."""
    if not options.std_ov or ordered is True:
        return ()
    apart = {*given_variables(specification, options), *(texts("ordered", ordered, "q1") if ordered else ())}
    return tuple(name for name in specification.observed if name not in apart)


def no_columns(constructs: Sequence[str], data: pd.DataFrame) -> None:
    """Refuse a construct that has the name of a column."""
    clash = [name for name in constructs if name in data.columns]
    if clash:
        raise SpecificationError(_CLASH.filled(name=repr(clash[0])))


def fit_table(table: ParameterTable, options: Options, moments: Moments, *, raising: bool) -> Fit:
    """Fit a model that is laid out to moments in its order; without ``raising`` a failure is one of its diagnostics."""
    pattern = table.pattern
    sample = sample_of(table, moments, options)
    table = within_moments(table, options.bounds, np.diagonal(sample.covariance, axis1=-2, axis2=-1))
    _enough_moments(table, moments.labels)
    moved = centred(table, pattern, sample, moments)
    near, around = (sample, moments) if moved is None else (moved.sample, moved.moments)
    best = estimated(table, pattern, near, around, options.max_iterations)
    found: list[Diagnostic] = []
    if options.starts and best.status[0] not in (Status.BAD_START, Status.CONTRADICTION):
        best, said = from_several_starts(
            table, pattern, near, around, best, options.starts, options.seed, options.max_iterations
        )
        found.append(said)
    elif not options.starts:
        best, found = second_chance(table, pattern, near, around, best, options.max_iterations)
    status, theta = best.status[0], best.theta[0]
    with np.errstate(over="ignore", invalid="ignore"):  # a search that failed can end anywhere
        slope = objective.slope(pattern, near, around, theta)
    own = theta if moved is None else moved.back(theta)
    if status is Status.CONVERGED and not (np.isfinite(slope.value).all() and np.isfinite(own).all()):
        status = Status.NO_DESCENT
    fit = Fit(table, options, around, near, pattern, theta, status, int(best.iterations[0]), tuple(found), slope)
    failure = _failure(fit)
    if failure is not None:
        if raising:
            raise failure.error
        fit = replace(fit, status=failure.status)._noting([Diagnostic("error", failure.code, failure.words)])
    if moved is not None:
        with np.errstate(over="ignore", invalid="ignore"):
            slope = objective.slope(pattern, sample, moments, own)
        fit = replace(fit, moments=moments, sample=sample, theta=own, slope=slope)
    return fit._noting(_examined(fit)) if failure is None else fit


class _Failure(NamedTuple):
    """Why a search found no solution; parameters : those that cannot be told apart"""

    status: Status
    code: str
    words: Words
    parameters: tuple[str, ...] = ()

    @property
    def error(self) -> SmeSemError:
        return IdentificationError(self.words, self.parameters) if self.parameters else ConvergenceError(self.words)


def _failure(fit: Fit) -> _Failure | None:
    """Judge where a search ended; None where that is a solution."""
    table, labels, theta, status = fit.table, fit.moments.labels, fit.theta, fit.status
    if status is Status.CONTRADICTION:
        message = diagnosis.contradiction_message(contradictory(table, theta, labels), fit.options.bounds)
        return _Failure(status, "contradictory_constraints", message)
    if status is not Status.BAD_START:
        limits = restrictions(table, theta)
        held = limits.slopes[active(limits, fit.slope)]
        names = diagnosis.inseparable(fit.slope.hessian, table, held, labels)
        if status is Status.CONVERGED and not names:
            return None
        gone = exhausted.exhausted(table, fit.pattern, fit.sample, fit.moments, theta)
        if gone:
            return _Failure(Status.NO_DESCENT, "not_converged", exhausted.message(gone))
        if names:
            message = diagnosis.unidentified_message(names, table) + categories.without_weight(table, fit.moments)
            return _Failure(status, "not_identified", message, names)
    undefined = without_value(table, theta, labels)
    if undefined:
        return _Failure(status, "not_converged", diagnosis.without_value_message(undefined))
    holding = binding(table, theta, fit.slope, labels)
    message = diagnosis.unconverged_message(status, fit.iterations, table, theta, holding)
    return _Failure(status, "not_converged", message)


def _examined(fit: Fit) -> list[Diagnostic]:
    """Look for what is odd about estimates that were found."""
    table, labels, point = fit.table, fit.moments.labels, fit.inference.point
    found = diagnosis.examine(point, fit.n, labels)
    found += [*sampling.examine(fit.moments.design, fit.options, table), *interactions.examine(point, fit.sample)]
    nowhere = [name for name, own in point.defined().items() if not np.isfinite(own.value)]
    found += [diagnosis.undefined(nowhere)] if nowhere else []
    held = at_limit(table, fit.theta, fit.slope, labels)
    found += [diagnosis.at_limit(held)] if held else []
    if fit.options.method.se == "first_order" and not np.isfinite(fit.inference.vcov).all():
        found.append(diagnosis.NO_FIRST_ORDER)
    return found


def sample_of(table: ParameterTable, moments: Moments, options: Options) -> Sample:
    """Put what the discrepancy needs to know of the answers together, as the estimator takes it."""
    if table.ordered:
        return answers_of.sample(table, moments, options.method)
    n = moments.n.astype(float)
    covariance = moments.covariance * (n / (n - 1))[:, None, None] if options.unbiased else moments.covariance
    weight = n - options.unbiased
    plain = Sample(covariance, moments.mean if table.means else None, weight / weight.sum())
    least_squares.residual_weight(plain, moments, options.method, len(table.exogenous))  # refuses too few answers
    return least_squares.weighted(plain, moments, options.method)


def _enough_moments(table: ParameterTable, labels: Sequence[str]) -> None:
    available = table.moments
    equalities = len(table.sums) + sum(term.op == "==" for term in table.definitions)
    if table.n_free - equalities > available:
        message = diagnosis.too_many_parameters_message(table.n_free, available)
        raise IdentificationError(message, table.names(labels))


_COMPLETE_ONLY = Words(
    "{named} needs complete answers; with missing='fiml' use 'ML' or 'MLR'.",
    "{named}需要完整的作答；missing='fiml'时请用'ML'或'MLR'。",
)
_CLASH = Words(
    "{name} is a construct of the model (it stands left of =~) and a column of the data as well: rename one.",
    "{name}既是模型的潜变量（位于=~左侧），又是数据中的列：请为其一改名。",
)
_NO_GROUP_FACTORS = Words(
    "rotation={rotation} turns the constructs beside a general factor, and exploratory block {block} has fewer than "
    "two of these: name a third construct, or take another rotation.",
    "rotation={rotation}旋转一般因子之外的潜变量，而探索性区块{block}中此类潜变量不足两个：请加入第三个潜变量，或改用其他旋转方法。",
)
_NOTHING_TO_ROTATE = Words(
    'rotation={rotation} turns exploratory blocks, and the model has none: mark its constructs by efa("name")*, as in '
    'efa("b")*f1 + efa("b")*f2 =~ x1 + x2 + x3 + x4.',
    'rotation={rotation}旋转探索性区块，而模型中没有：请以efa("名称")*标记其潜变量，如'
    'efa("b")*f1 + efa("b")*f2 =~ x1 + x2 + x3 + x4。',
)
