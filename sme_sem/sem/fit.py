"""Fit a model to answers, and read everything off the result.

``fit`` is the door: specification and data go in, a :class:`Fit` comes out.  A model that is not identified
or whose estimates were not found raises, unless ``on_failure="return"`` asks for the Fit with what went wrong
in ``diagnostics``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from scipy import special

from ..errors import ConvergenceError, IdentificationError, SmeSemError, SpecificationError
from ..kernels import discrepancy, fit_indices, linalg, minimise, ram
from ..kernels.constrained import active, constrained_scoring, null_space
from ..kernels.discrepancy import Sample
from ..kernels.minimise import Status
from ..responses.moments import Moments, moments_of_answers, moments_of_summary
from ..tables import Tabled
from . import diagnosis, indices, robust
from .constraints import constrained, restrictions
from .diagnosis import Diagnostic
from .estimators import ESTIMATORS, Estimator
from .expressions import Quantity
from .modification import Candidates, modification_indices
from .options import Options, Preset, chosen, group_equal_of
from .parameters import Parameter, ParameterTable, baseline_table, parameter_table
from .solution import Point, stacked, standard_errors
from .specification import Specification
from .start import plain_start, start_values

if TYPE_CHECKING:
    from ..tables import Table


@dataclass(frozen=True, eq=False)
class Fit(Tabled):
    """A fitted model.

    estimates(), standardized(), measures(), r_squared(), modification_indices(), residuals() and
    effects() give DataFrames at full precision; ``converged`` and ``diagnostics`` say whether to
    believe them; printing a fit shows its tables.
    """

    table: ParameterTable
    options: Options
    moments: Moments
    sample: Sample
    pattern: ram.Pattern
    theta: np.ndarray
    status: Status
    iterations: int
    diagnostics: tuple[Diagnostic, ...]

    # --- what was fitted ---------------------------------------------------------------------------

    @property
    def specification(self) -> Specification:
        """The model as it was written."""
        return self.table.specification

    @property
    def estimator(self) -> str:
        """Which estimator was used."""
        return self.options.estimator

    @property
    def observed(self) -> tuple[str, ...]:
        """Observed variables of the model."""
        return self.table.observed

    @property
    def latent(self) -> tuple[str, ...]:
        """Constructs of the model."""
        return self.table.latent

    @property
    def n(self) -> int:
        """How many respondents were analysed."""
        return self.moments.total

    @property
    def converged(self) -> bool:
        """Whether the estimates were found and the model is identified."""
        return self.status is Status.CONVERGED and not any(d.severity == "error" for d in self.diagnostics)

    @property
    def admissible(self) -> bool:
        """Whether it converged without a warning such as a negative variance."""
        return self.converged and not any(d.severity == "warning" for d in self.diagnostics)

    # --- the mathematics behind the tables ---------------------------------------------------------

    @cached_property
    def _point(self) -> Point:
        return Point.at(self.table, self.pattern, self.theta, self.sample.covariance, self.sample.mean)

    @cached_property
    def _white(self) -> discrepancy.Whitened:
        return discrepancy.whitened(self.pattern, self.sample, self._point.moments)

    @cached_property
    def _total(self) -> float:
        """N of the test statistic: n, or n - G where covariances are divided by n - 1."""
        return float(self.n - self.table.groups * (self.options.likelihood == "wishart"))

    @cached_property
    def vcov(self) -> pd.DataFrame:
        """Covariance matrix of the free parameters' estimates."""
        names = self.table.names()
        return pd.DataFrame(self._vcov, index=names, columns=names)

    @cached_property
    def _vcov(self) -> np.ndarray:
        kind = self._estimator.se
        if kind == "standard":
            return self._bread / self._total
        around_sample = kind == "robust_sem"
        B = robust.spread(robust.scores(self.pattern, self.moments, self._point.moments, around_sample=around_sample))
        if kind == "first_order":
            return self._inverse(B) / self._total
        return np.asarray(self._bread @ B @ self._bread / self._total)

    @cached_property
    def _bread(self) -> np.ndarray:
        """Inverse of the information per respondent."""
        exact = self.options.information == "observed"
        slope = discrepancy.maximum_likelihood_slope(self.pattern, self.sample, self.theta, exact=exact)
        return self._inverse(slope.hessian / 2)

    def _inverse(self, information: np.ndarray) -> np.ndarray:
        """Inverse within the directions that the binding constraints leave free."""
        N = self._directions
        W = linalg.whitener(N.T @ information @ N) @ N.T
        return np.asarray(W.T @ W)

    @cached_property
    def _directions(self) -> np.ndarray:
        """Directions in which the parameters can move: (q, q), or fewer columns under constraints."""
        limits = restrictions(self.table, self.theta)
        return null_space(limits.slopes[active(limits)], self.table.n_free)

    @cached_property
    def _n_parameters(self) -> int:
        """Free parameters less equality constraints."""
        limits = restrictions(self.table, self.theta)
        return null_space(limits.slopes[: limits.equalities], self.table.n_free).shape[1]

    @property
    def _estimator(self) -> Estimator:
        return ESTIMATORS[self.options.estimator]

    @cached_property
    def _baseline(self) -> Fit:
        """The independence model, fitted to the same answers: variances (and means) only."""
        table = baseline_table(self.table)
        pattern = table.pattern()
        free = [p for p in table.parameters if p.free]
        place = {name: i for i, name in enumerate(table.observed)}
        theta = np.zeros(table.n_free)
        for p in free:
            i = place[p.lhs]
            if p.op == "~1":
                assert self.sample.mean is not None
                theta[p.index] = self.sample.mean[p.group, i]
            else:
                theta[p.index] = self.sample.covariance[p.group, i, place[p.rhs]]
        return replace(self, table=table, pattern=pattern, theta=theta, diagnostics=())

    @cached_property
    def _scaling(self) -> robust.Scaling:
        return robust.scaling(
            self._estimator,
            self.pattern,
            self.moments,
            self.sample,
            self._point.moments,
            self._bread,
            self._test.df,
        )

    @cached_property
    def _test(self) -> indices.Test:
        value = float((self._white.distance * self.sample.share).sum())
        p, G = len(self.table.observed), self.table.groups
        x = len(self.table.exogenous)
        moments = p * (p + 1) // 2 - x * (x + 1) // 2 + self.table.means * (p - x)
        independence, df = indices.baseline(self.sample, len(self.table.covariates))
        return indices.Test(
            max(self._total * value, 0.0),
            G * moments - self._n_parameters,
            self._total * independence,
            df,
            self._n_parameters,
            self._total,
            self.n,
            G,
        )

    @cached_property
    def _defined(self) -> Quantity:
        return stacked(list(self._point.defined().values()), self.table.n_free)

    # --- tables ------------------------------------------------------------------------------------

    def estimates(self, *, level: float = 0.95) -> pd.DataFrame:
        """All parameters: lhs op rhs group label free est se z pvalue ci_lower ci_upper std_lv std_all.

        Fixed parameters have no standard error (NaN).  Intervals are est -+ z se.
        """
        rows = self.table.parameters
        se = np.full(len(rows), np.nan)
        free = np.array([r for r, row in enumerate(rows) if row.free], dtype=int)
        se[free] = np.sqrt(np.diagonal(self._vcov))[[rows[r].index for r in free]]
        lv, all_ = self._point.standardized(observed=False), self._point.standardized(observed=True)
        frame = self._rows()
        frame["est"], frame["se"] = self._point.estimates, se
        frame["std_lv"], frame["std_all"] = lv.value, all_.value
        defined = self._defined_rows()
        if len(defined):
            defined["est"] = self._defined.value
            defined["se"] = standard_errors(self._defined.gradient, self._vcov)
            defined["std_lv"] = [float(x.value) for x in self._point.defined(lv).values()]
            defined["std_all"] = [float(x.value) for x in self._point.defined(all_).values()]
            frame = pd.concat([frame, defined], ignore_index=True)
        frame = _with_tests(frame, "est", level)
        order = ["lhs", "op", "rhs", "group", "label", "free", "est", "se", "z", "pvalue", "ci_lower", "ci_upper"]
        return frame[[*order, "std_lv", "std_all"]]

    def standardized(self, *, level: float = 0.95) -> pd.DataFrame:
        """Completely standardized solution with delta-method errors: lhs op rhs group est_std se z pvalue ci_lower ci_upper."""
        values = self._point.standardized(observed=True)
        frame = self._rows().drop(columns=["label", "free"])
        frame["est_std"], frame["se"] = values.value, _positive(standard_errors(values.gradient, self._vcov))
        defined = self._defined_rows().drop(columns=["label", "free"])
        if len(defined):
            quantities = stacked(list(self._point.defined(values).values()), self.table.n_free)
            defined["est_std"] = quantities.value
            defined["se"] = standard_errors(quantities.gradient, self._vcov)
            frame = pd.concat([frame, defined], ignore_index=True)
        return _with_tests(frame, "est_std", level)

    def measures(self) -> pd.Series[float]:
        """Fit measures by lavaan's names with ``_`` for ``.``: chisq df pvalue cfi tli rmsea srmr aic bic ..."""
        return pd.Series(self._measures, name="value", dtype=float)

    @cached_property
    def _measures(self) -> dict[str, float]:
        m = self._point.moments
        found = indices.measures(self._test, self.table, self.sample, self._white, m.sigma, m.mu, self.moments.n)
        if self._estimator.test != "standard":
            found |= indices.scaled_measures(self._test, self._scaling, self._baseline._scaling, self._estimator.test)
        return found

    def r_squared(self) -> pd.Series[float]:
        """Share of variance explained, by variable (and group, if there are several)."""
        found = self._point.r_squared()
        if self.table.groups == 1:
            return pd.Series({name: value for _, name, value in found}, name="r_squared", dtype=float)
        labels = self.moments.labels
        return pd.Series({(labels[g], name): value for g, name, value in found}, name="r_squared", dtype=float)

    def modification_indices(self) -> pd.DataFrame:
        """Score test of every parameter left out: lhs op rhs group mi epc sepc_all, largest first.

        ``epc`` is the value the parameter would take, ``sepc_all`` the same standardized.
        """
        found = self._candidates
        place, total = self._point.place, np.linalg.diagonal(self._point.moments.cov)
        residual = np.abs(np.linalg.diagonal(self._point.S))
        standardized = [
            value * _scale(p, total[p.group], residual[p.group], place)
            for p, value in zip(found.parameters, found.epc, strict=True)
        ]
        frame = pd.DataFrame(
            {
                "lhs": [p.lhs for p in found.parameters],
                "op": [p.op for p in found.parameters],
                "rhs": [p.rhs for p in found.parameters],
                "group": [self.moments.labels[p.group] for p in found.parameters],
                "mi": found.mi,
                "epc": found.epc,
                "sepc_all": np.array(standardized, dtype=float),
            }
        )
        frame = frame[frame["mi"].notna()]
        return frame.sort_values("mi", ascending=False, kind="stable", ignore_index=True)

    @cached_property
    def _candidates(self) -> Candidates:
        return modification_indices(self.table, self.sample, self.theta, self.n, self._directions)

    def residuals(self) -> pd.DataFrame | dict[str, pd.DataFrame]:
        """Correlation residuals, cor(sample) - cor(implied); a dict of them by group if there are several."""
        values = fit_indices.correlation_residuals(self.sample.covariance, self._point.moments.sigma)
        frames = [pd.DataFrame(v, index=self.observed, columns=self.observed) for v in values]
        return frames[0] if len(frames) == 1 else dict(zip(self.moments.labels, frames, strict=True))

    def implied(self) -> pd.DataFrame:
        """The covariance matrix the model implies (of the first group)."""
        return pd.DataFrame(self._point.moments.sigma[0], index=self.observed, columns=self.observed)

    def construct_correlations(self) -> pd.DataFrame:
        """Correlations among the constructs that the model implies (of the first group)."""
        p = len(self.observed)
        values = linalg.correlation(self._point.moments.cov[0][p:, p:])
        return pd.DataFrame(values, index=self.latent, columns=self.latent)

    def effects(self, outcome: str, predictor: str) -> pd.DataFrame:
        """Direct, each indirect, total indirect and total effect of ``predictor`` on ``outcome``.

        Columns: effect, route, est, se, z, pvalue, ci_lower, ci_upper, est_std.  First-order delta-method errors.
        """
        from .effects import effects

        return _with_tests(effects(self._point, self._vcov, outcome, predictor), "est", 0.95)

    # --- shown -------------------------------------------------------------------------------------

    def tables(self) -> tuple[Table, ...]:
        """Fit indices, measurement model, structural paths and R-squared."""
        from .presentation import fit_tables

        return fit_tables(self)

    def summary(self) -> str:
        """Everything as text, as printing the fit shows it."""
        return str(self)

    # --- helpers -----------------------------------------------------------------------------------

    def _rows(self) -> pd.DataFrame:
        rows = self.table.parameters
        return pd.DataFrame(
            {
                "lhs": [p.lhs for p in rows],
                "op": [p.op for p in rows],
                "rhs": [p.rhs for p in rows],
                "group": [self.moments.labels[p.group] for p in rows],
                "label": [p.label for p in rows],
                "free": [p.free for p in rows],
            }
        )

    def _defined_rows(self) -> pd.DataFrame:
        terms = [t for t in self.table.definitions if t.op == ":="]
        return pd.DataFrame(
            {
                "lhs": [t.lhs for t in terms],
                "op": [t.op for t in terms],
                "rhs": [t.rhs for t in terms],
                "group": ["" for _ in terms],
                "label": [t.lhs for t in terms],
                "free": [False for _ in terms],
            }
        )


def fit(
    model: str | Specification,
    data: pd.DataFrame | None = None,
    *,
    estimator: str = "ML",
    missing: str = "listwise",
    group: str | None = None,
    group_equal: str | Sequence[str] = (),
    group_partial: str | Sequence[str] = (),
    std_lv: bool = False,
    orthogonal: bool = False,
    fixed_x: bool = True,
    meanstructure: bool | None = None,
    likelihood: Literal["normal", "wishart"] = "normal",
    information: Literal["expected", "observed"] | None = None,
    preset: Preset = "sem",
    cov: pd.DataFrame | None = None,
    mean: pd.Series[float] | None = None,
    n: int | None = None,
    max_iterations: int | None = None,
    on_failure: Literal["raise", "return"] = "raise",
) -> Fit:
    """Fit a structural equation model by maximum likelihood.

    Parameters
    ----------
    estimator
        ``"ML"``, or with robust errors and tests ``"MLR"``, ``"MLM"``, ``"MLMV"``, ``"MLMVS"``; ``"MLF"`` takes the
        errors from first derivatives (see :mod:`sme_sem.sem.estimators`).
    model
        lavaan syntax, or a :class:`Specification`.
    data
        One row per respondent, one numeric column per observed variable; other columns are ignored.
        Rows with a missing answer to a variable of the model are set aside (``missing="listwise"``).
    cov, mean, n
        In place of ``data``: a covariance matrix divided by n - 1, means if wanted, and the number of respondents.
    group
        A column whose values divide the respondents into groups, each with its own parameters.
    group_equal
        Kinds of parameters held equal across groups: loadings, intercepts, means, residuals,
        residual_covariances, lv_variances, lv_covariances, regressions.
    group_partial
        Relations excepted from that, such as ``"visual =~ x2"`` or ``"x3 ~ 1"``.
    std_lv
        Fix constructs' variances to one instead of their first loadings.
    orthogonal
        Fix covariances among constructs to zero unless the model states them.
    fixed_x
        Keep the sample moments of exogenous observed variables and count no parameters for them.
    meanstructure
        Model means as well; otherwise only if the model has intercepts.
    likelihood
        ``"normal"`` (covariances divided by n, as lavaan and Mplus) or ``"wishart"`` (n - 1, as AMOS and LISREL).
    information
        ``"expected"`` (the default) or ``"observed"`` for standard errors.
    preset
        ``"sem"`` (also for CFA), ``"growth"``, or ``"explicit"`` (nothing is added to the model).
    on_failure
        ``"return"`` gives a model that failed back with ``fit.converged == False`` instead of raising.

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
    The discrepancy and its derivatives are described in ``sme_sem.kernels.discrepancy``; defaults are lavaan's.
    """
    options = Options(
        chosen("estimator", estimator, tuple(ESTIMATORS)),
        chosen("missing", missing, ("listwise",)),
        chosen("preset", preset, ("sem", "growth", "explicit")),  # type: ignore[arg-type]
        std_lv,
        orthogonal,
        fixed_x,
        bool(meanstructure) or (mean is not None and meanstructure is None),
        chosen("likelihood", likelihood, ("normal", "wishart")),  # type: ignore[arg-type]
        chosen("information", information or _default_information(estimator), ("expected", "observed")),  # type: ignore[arg-type]
        300 if max_iterations is None else max_iterations,
        group_equal_of(group_equal),
        (group_partial,) if isinstance(group_partial, str) else tuple(group_partial),
    )
    specification = Specification.read(model)
    moments = _moments(specification, data, cov, mean, n, group)
    table = parameter_table(specification, options, len(moments.labels))
    moments = moments.of(table.observed)
    if table.means and moments.mean is None:
        raise SpecificationError("the model has a mean structure: give mean= beside cov=, or the data themselves.")
    if ESTIMATORS[options.estimator].robust and moments.answers is None:
        raise SpecificationError(
            f"estimator={options.estimator!r} needs the answers themselves: give data=, or use estimator='ML' with cov=."
        )
    return _fitted(table, options, moments, raising=chosen("on_failure", on_failure, ("raise", "return")) == "raise")


def _default_information(estimator: str) -> str:
    return ESTIMATORS[estimator].information if estimator in ESTIMATORS else "expected"


def _moments(
    specification: Specification,
    data: pd.DataFrame | None,
    cov: pd.DataFrame | None,
    mean: Any,
    n: int | None,
    group: str | None,
) -> Moments:
    if (data is None) == (cov is None):
        raise SpecificationError("give either data= (one row per respondent) or cov= with n=, and not both.")
    if not specification.observed:
        raise SpecificationError("the model names no observed variable: write at least one '=~', '~' or '~~' line.")
    if cov is not None:
        if group is not None:
            raise SpecificationError("group= divides respondents, so it needs data=; a covariance matrix has none.")
        return moments_of_summary(cov, n, specification.observed, mean)  # type: ignore[arg-type]
    if not isinstance(data, pd.DataFrame):
        raise SpecificationError(f"data must be a pandas DataFrame, not {type(data).__name__}.")
    clash = [name for name in specification.latent if name in data.columns]
    if clash:
        raise SpecificationError(
            f"{clash[0]!r} is a construct of the model (it stands left of =~) and a column of the data as well: rename one."
        )
    return moments_of_answers(data, specification.observed, group)


def _fitted(table: ParameterTable, options: Options, moments: Moments, *, raising: bool) -> Fit:
    pattern = table.pattern()
    sample = _sample(moments, options, means=table.means)
    _enough_moments(table)
    best = _estimated(table, pattern, sample, options.max_iterations)
    status, theta = best.status[0], best.theta[0]
    found: list[Diagnostic] = []
    problem: SmeSemError | None = None
    slope = discrepancy.maximum_likelihood_slope(pattern, sample, theta)
    if status is not Status.BAD_START:
        names = diagnosis.inseparable(slope.hessian, table, restrictions(table, theta).slopes)
        if names:
            problem = IdentificationError(diagnosis.unidentified_message(names), names)
            found.append(Diagnostic("error", "not_identified", str(problem)))
    if problem is None and status is not Status.CONVERGED:
        problem = ConvergenceError(f"the model did not converge after {best.iterations[0]} iterations: {status.value}.")
        found.append(Diagnostic("error", "not_converged", str(problem)))
    if problem is not None and raising:
        raise problem
    if problem is None:
        found += diagnosis.examine(
            Point.at(table, pattern, theta, sample.covariance, sample.mean), moments.total
        )
    return Fit(table, options, moments, sample, pattern, theta, status, int(best.iterations[0]), tuple(found))


def _sample(moments: Moments, options: Options, *, means: bool) -> Sample:
    n = moments.n.astype(float)
    wishart = options.likelihood == "wishart"
    covariance = moments.covariance * (n / (n - 1))[:, None, None] if wishart else moments.covariance
    weight = n - 1 if wishart else n
    return Sample(covariance, moments.mean if means else None, weight / weight.sum())


def _enough_moments(table: ParameterTable) -> None:
    p, x = len(table.observed), len(table.exogenous)
    available = table.groups * (p * (p + 1) // 2 - x * (x + 1) // 2 + table.means * (p - x))
    equalities = sum(term.op == "==" for term in table.definitions)
    if table.n_free - equalities > available:
        message = diagnosis.too_many_parameters_message(table.n_free, available)
        raise IdentificationError(message, table.names())


def _estimated(table: ParameterTable, pattern: ram.Pattern, sample: Sample, max_iterations: int) -> minimise.Minimum:
    """Search from the good start, and from the cautious one if that failed."""
    batch = Sample(sample.covariance[None], None if sample.mean is None else sample.mean[None], sample.share[None])

    def slope_at(theta: np.ndarray, members: np.ndarray, exact: bool) -> discrepancy.Slope:
        return discrepancy.maximum_likelihood_slope(pattern, batch.of(members), theta, exact=exact)

    if constrained(table):
        return _estimated_within(table, pattern, sample, max_iterations)
    best = None
    with np.errstate(all="ignore"):  # a trial step may leave the admissible region; it is then rejected
        for start in (start_values, plain_start):
            theta = start(table, sample.covariance, sample.mean)
            found = minimise.scoring(slope_at, theta[None], max_iterations=max_iterations)
            if best is None or found.status[0] is Status.CONVERGED or found.value[0] < best.value[0]:
                best = found
            if best.status[0] is Status.CONVERGED:
                break
    assert best is not None
    return best


def _estimated_within(
    table: ParameterTable, pattern: ram.Pattern, sample: Sample, max_iterations: int
) -> minimise.Minimum:
    """Search under constraints, from the unconstrained estimates if there are any."""

    def slope_at(theta: np.ndarray, exact: bool) -> discrepancy.Slope:
        return discrepancy.maximum_likelihood_slope(pattern, sample, theta, exact=exact)

    free = replace(table, definitions=())
    start = _estimated(free, pattern, sample, max_iterations)
    with np.errstate(all="ignore"):
        for theta in (start.theta[0], start_values(table, sample.covariance, sample.mean)):
            found = constrained_scoring(slope_at, lambda t: restrictions(table, t), theta, max_iterations=max_iterations)
            if found.status[0] is Status.CONVERGED:
                break
    return found


def _with_tests(frame: pd.DataFrame, column: str, level: float) -> pd.DataFrame:
    """Add z, two-sided p and the interval behind ``column`` and ``se``."""
    se = frame["se"].to_numpy(dtype=float)
    estimate = frame[column].to_numpy(dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(se > 0, estimate / se, np.nan)
    half = special.ndtri(0.5 + level / 2) * se
    frame = frame.copy()
    frame["z"], frame["pvalue"] = z, 2 * special.ndtr(-np.abs(z))
    frame["ci_lower"], frame["ci_upper"] = estimate - half, estimate + half
    return frame


def _positive(se: np.ndarray) -> np.ndarray:
    """A standard error of zero belongs to a constant: no error at all."""
    return np.where(se > 1e-12, se, np.nan)


def _scale(p: Parameter, total: np.ndarray, residual: np.ndarray, place: dict[str, int]) -> float:
    """What standardizes an expected parameter change."""
    i, j = place[p.lhs], place[p.rhs] if p.rhs else 0
    if p.op == "=~":
        return float(np.sqrt(total[i] / total[j]))
    if p.op == "~":
        return float(np.sqrt(total[j] / total[i]))
    if p.op == "~1":
        return float(1 / np.sqrt(total[i]))
    if i == j:
        return float(1 / total[i])
    with np.errstate(divide="ignore"):
        return float(1 / np.sqrt(residual[i] * residual[j]))

