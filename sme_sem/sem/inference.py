"""What follows from the estimates of a model: their errors, its test and its fit measures, as arrays and numbers.

With A the information about the parameters, B the spread of the respondents' slopes and F the discrepancy::

    vcov = A^-1 / N    or    A^-1 B A^-1 / N        T = N F    and    T / c where tests are robust

Which A, B and c these are depends on the answers (complete, with gaps, in two stages, ordered) and on the estimator;
:attr:`Inference.information`, :meth:`Inference.spread` and :meth:`Inference.scaling_by` choose.  N is n, or n - G where
covariances are divided by n - 1.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ..kernels import discrepancy, fiml, linalg, ram
from ..kernels.constrained import active, free_directions
from ..kernels.discrepancy import Sample, Slope
from ..kernels.latent_response import OrderedPattern
from ..responses.moments import Moments
from ..threads import computed
from . import indices, least_squares, objective, ordered, robust, two_stage
from .baseline import baseline_table
from .constraints import restrictions
from .estimators import Estimator
from .expressions import Quantity
from .modification import Indices, modification_indices
from .options import Options
from .parameters import ParameterTable
from .robust import Scaling
from .search import search
from .solution import Point, stacked

if TYPE_CHECKING:
    from ..resampling.bootstrap import Bootstrap


@dataclass(frozen=True, eq=False)
class Inference:
    """A model at some values of its parameters, the estimates or others.

    table, pattern, theta : the model, where its parameters stand in its matrices, and their values, (q,)
    sample, moments : what the estimator compares with the model, and what else is known of the answers
    slope : value, gradient and expected Hessian of the discrepancy at theta
    settled : (k, q) slopes of the conditions that hold at a rotation
    bootstrapped : the samples that errors come from, where there are some
    """

    table: ParameterTable
    pattern: ram.Pattern
    theta: np.ndarray
    sample: Sample
    moments: Moments
    options: Options
    slope: Slope
    settled: np.ndarray | None = None
    bootstrapped: Bootstrap | None = None

    def at(self, theta: np.ndarray) -> Inference:
        """Take the same model at other values of its parameters."""
        slope = objective.slope(self.pattern, self.sample, self.moments, theta)
        return replace(self, theta=theta, slope=slope)

    @property
    def method(self) -> Estimator:
        """The estimator."""
        return self.options.method

    @computed
    def point(self) -> Point:
        """The model's matrices and what is derived from them."""
        return Point.at(self.table, self.pattern, self.theta, self.sample.covariance, self.sample.mean)

    @computed
    def defined(self) -> Quantity:
        """What ``:=`` lines define."""
        found = stacked(list(self.point.defined().values()), self.table.n_free)
        known = np.isfinite(found.value)
        return Quantity(found.value, np.where(known[:, None], found.gradient, np.nan))

    @computed
    def standardized(self) -> Quantity:
        """The completely standardized solution."""
        return self.point.solution(observed=True)

    @computed
    def modifications(self) -> Indices:
        """What would change if a fixed parameter were freed."""
        return modification_indices(self.table, self.sample, self.moments, self.theta, self.directions)

    # --- errors ------------------------------------------------------------------------------------

    @computed
    def total(self) -> float:
        """N of errors and test statistic."""
        return float(self.moments.total - self.table.groups * self.options.unbiased)

    @computed
    def vcov(self) -> np.ndarray:
        """Covariances of the estimates: (q, q)"""
        if self.bootstrapped is not None:
            return self.bootstrapped.vcov
        kind = self.method.se
        if kind == "none":
            return np.full((self.table.n_free, self.table.n_free), np.nan)
        if kind == "standard":
            return self.bread / self.total
        B = self.spread(around_sample=kind == "robust_sem", normal=kind == "robust_sem_nt")
        if kind == "first_order":
            return self.inverse(B) / self.total
        with np.errstate(over="ignore", invalid="ignore"):  # a search that failed can end anywhere
            return np.asarray(self.bread @ B @ self.bread / self.total)

    @computed
    def bread(self) -> np.ndarray:
        """Inverse of the information per respondent: (q, q)"""
        return self.inverse(self.information)

    @property
    def information(self) -> np.ndarray:
        """A: information per respondent as the errors take it, (q, q); of two stages at the first one's moments."""
        observed = self.options.information == "observed" and self.moments.first_stage is None
        return self.observed_information if observed else self.expected_information

    @property
    def observed_information(self) -> np.ndarray:
        """Half the second derivatives of the discrepancy: (q, q)"""
        return objective.slope(self.pattern, self.sample, self.moments, self.theta, exact=True).hessian / 2

    @property
    def expected_information(self) -> np.ndarray:
        """Their expectation for respondents who answer what these did: (q, q)"""
        if self.moments.patterns is None and self.moments.first_stage is None:
            return self.slope.hessian / 2
        return objective.expected_information(self.pattern, self.sample, self.moments, self.theta) / 2

    def inverse(self, information: np.ndarray) -> np.ndarray:
        """Inverse within the directions that the binding constraints leave free."""
        N = self.directions
        bound = N.shape[1] < N.shape[0]
        W = linalg.whitener(N.T @ information @ N) @ N.T if bound else linalg.whitener(information)
        return np.asarray(W.T @ W)

    @computed
    def directions(self) -> np.ndarray:
        """Directions in which the parameters can move: (q, q), or fewer columns under constraints."""
        limits = restrictions(self.table, self.theta)
        known = np.isfinite(limits.slopes).all(axis=1)  # where a search ended, a constraint may have no value
        slopes = limits.slopes[active(limits, self.slope) & known]
        if self.settled is not None:
            slopes = np.concatenate([slopes, self.settled])
        return free_directions(slopes, self.slope.hessian)

    def spread(self, *, around_sample: bool, normal: bool = False) -> np.ndarray:
        """B: how the slopes vary from respondent to respondent, (q, q).

        around_sample : of likelihoods, whether slopes are taken around the sample's moments or the model's
        normal : of least squares, whether answers are taken as normal
        """
        if self.method.discrepancy != "ML":
            own = self.pattern, self.sample, self.moments, self.theta
            squared = self.method.test in ("scaled_shifted", "mean_var_adjusted")
            return least_squares.spread(*own, normal=normal, whole=squared)
        if self.moments.first_stage is not None:
            return self._spread_of_stages
        return self._spread_around_sample if around_sample else self._spread_around_model

    @computed
    def _spread_around_sample(self) -> np.ndarray:
        return robust.spread(self.pattern, self.sample, self.moments, self.point.moments, around_sample=True)

    @computed
    def _spread_around_model(self) -> np.ndarray:
        return robust.spread(self.pattern, self.sample, self.moments, self.point.moments, around_sample=False)

    @computed
    def _spread_of_stages(self) -> np.ndarray:
        own = self.pattern, self.moments, self.sample, self.point.moments
        return two_stage.spread(*own, robust=self.options.missing == "robust_two_stage")

    # --- the test ----------------------------------------------------------------------------------

    @property
    def value(self) -> float:
        """The discrepancy."""
        return float(self.slope.value)

    @property
    def statistic(self) -> float:
        """What the test statistic is, per respondent."""
        if self.method.residual:
            weight = least_squares.residual_weight(self.sample, self.moments, self.method, len(self.table.exogenous))
            return least_squares.browne_residual(self.pattern, self.sample, self.theta, self.directions, weight)
        return self.value

    @computed
    def n_parameters(self) -> int:
        """Free parameters less equality constraints and conditions of a rotation."""
        limits = restrictions(self.table, self.theta)
        slopes = limits.slopes[: limits.equalities]
        known = np.isfinite(slopes).all(axis=1)
        free = free_directions(slopes[known], self.slope.hessian).shape[1]
        return free - (0 if self.settled is None else len(self.settled))

    @property
    def df(self) -> int:
        """Degrees of freedom: moments less parameters."""
        return self.table.moments - self.n_parameters

    @computed
    def test(self) -> indices.Test:
        """The plain test statistic, and the baseline model's."""
        logs, df = indices.baseline(self.sample, len(self.table.covariates))
        independence = float(logs)
        if self.table.ordered:
            df = self.baseline.table.moments - self.baseline.table.n_free
        likelihood = self.method.discrepancy == "ML" and not self.method.residual
        if self.moments.patterns is not None or not likelihood:
            independence = self.baseline.statistic
        return indices.Test(
            max(self.total * self.statistic, 0.0),
            self.df,
            self.total * independence,
            df,
            self.n_parameters,
            self.total,
            self.moments.total,
            self.table.groups,
            self.moments.n / self.moments.total,
        )

    @computed
    def scaling(self) -> Scaling:
        """What turns the plain statistic into the robust one."""
        return self.scaling_by(self.bread, self.directions, self.df)

    def scaling_by(self, bread: np.ndarray, directions: np.ndarray, df: int) -> Scaling:
        """The same by an inverse of the information, directions and degrees of freedom that are given."""
        own = self.pattern, self.sample, self.moments
        if self.method.discrepancy != "ML":
            return least_squares.scaling(self.method, *own, self.theta, bread, directions, df)
        B = self.spread(around_sample=self.method.test_around_sample)
        if self.moments.first_stage is not None:
            whatever = self.options.missing == "robust_two_stage"
            return two_stage.scaling(self.moments, len(self.pattern.exogenous), bread, B, df, robust=whatever)
        expected = self.options.information == "expected"
        return robust.scaling(self.method, *own, self.point.moments, bread, B, df, directions, expected=expected)

    @computed
    def baseline(self) -> Inference:
        """The independence model, fitted to the same answers: variances (and means) only."""
        table = baseline_table(self.table)
        pattern = table.pattern
        free = [p for p in table.parameters if p.free]
        place = {name: i for i, name in enumerate(table.observed)}
        theta = np.zeros(table.n_free)
        covariance, mean = self._moments_of_each_variable
        for p in free:
            i = place[p.lhs]
            if p.op == "|":
                assert self.sample.target is not None
                theta[p.index] = self.sample.target[p.group, table.thresholds.index((p.lhs, p.rhs))]
            elif p.op == "~1":
                assert mean is not None
                theta[p.index] = mean[p.group, i]
            elif p.op == "~~":
                theta[p.index] = covariance[p.group, i, place[p.rhs]]
        gaps = self.moments.patterns is not None
        if (gaps and self.table.covariates) or self.method.discrepancy != "ML":
            theta = search(pattern, self.sample, self.moments, theta, self.options.max_iterations).theta[0]
        slope = objective.slope(pattern, self.sample, self.moments, theta)
        return Inference(table, pattern, theta, self.sample, self.moments, self.options, slope)

    @property
    def _moments_of_each_variable(self) -> tuple[np.ndarray, np.ndarray | None]:
        """Moments that fit the independence model; with gaps, a variable's own answers determine them."""
        covariance, mean = self.sample.covariance.copy(), self.sample.mean
        if self.moments.patterns is None or mean is None:
            return covariance, mean
        own = np.arange(len(self.table.observed) - len(self.table.covariates))
        alone = fiml.uncorrelated(self.moments.patterns, self.table.groups)
        covariance[:, own, own] = alone[:, own, own]
        mean = mean.copy()
        mean[:, own] = alone[:, own, -1]
        return covariance, mean

    # --- fit measures ------------------------------------------------------------------------------

    @computed
    def measures(self) -> dict[str, float]:
        """Fit measures by name; see :mod:`sme_sem.sem.indices`."""
        m, minimum = self.point.moments, max(self.value, 0.0) / 2
        if self.method.discrepancy == "ML":
            logl = indices.log_likelihoods(self.sample, self.moments, self.value, len(self.table.exogenous))
            parts = None
        else:
            logl, parts = None, least_squares.goodness_parts(self.pattern, self.sample, self.theta)
            minimum *= self.total / self.moments.total
        own = self.test, self.table, self.sample, self.moments, m.sigma, m.mu
        found = indices.measures(*own, minimum=minimum, log_likelihood=logl, parts=parts)
        if isinstance(self.pattern, OrderedPattern):
            found |= ordered.residual_measures(self.pattern, self.sample, self.theta, self.test.weight)
            del found["srmr_mplus"], found["srmr_mplus_nomean"]
            found["wrmr"] = float(np.sqrt(self.test.chi_square * self.table.groups / self.table.moments))
        if not self.method.chi_square:
            found["pvalue"] = found["baseline_pvalue"] = np.nan
        if self.method.scaled:
            found |= indices.scaled_measures(self.test, self.scaling, self.baseline.scaling, self.method.test)
        if not self.test.df:
            robust_too = self.method.scaled or self.moments.patterns is not None
            return found | (indices.robust_without_df(self.test) if robust_too else {})
        if self.moments.patterns is not None:
            found |= self._complete_data_measures()
        if isinstance(self.pattern, OrderedPattern) and self.method.scaled:
            found |= self._polychoric_measures(self.pattern)
        return found

    def _polychoric_measures(self, pattern: OrderedPattern) -> dict[str, float]:
        """Robust indices of ordered answers (Savalei 2021); NaN where they do not exist, or see part of the model."""
        statistics = None
        if not ordered.restricts_thresholds(pattern, self.theta, self.directions, self.test.df):
            statistics = ordered.robust_statistics(pattern, self.sample, self.moments, self.theta, self.bread)
        if statistics is None:
            return dict.fromkeys(indices.NOTHING_LEFT_OUT, np.nan)
        value, baseline, total, independence = statistics
        n = self.moments.total
        test = replace(self.test, chi_square=n * value, baseline=n * baseline, total=float(n))
        c, cb = total / test.df, independence / test.baseline_df
        return indices.robust_measures(test, c, cb, interval=(test.chi_square / c, c))

    def _complete_data_measures(self) -> dict[str, float]:
        """Robust indices under missing answers: the complete-data statistic, rescaled (Zhang and Savalei 2023)."""
        (value, factor), (base, base_factor) = (own._of_complete_data() for own in (self, self.baseline))
        test = replace(self.test, chi_square=value, baseline=base)
        c, cb = factor / test.df, base_factor / test.baseline_df
        return indices.robust_measures(test, c, cb, interval=(value / c, c))

    def _of_complete_data(self) -> tuple[float, float]:
        """The statistic of complete data at these estimates, and what scales it."""
        implied = self.point.moments
        distance = discrepancy.whitened(self.pattern, self.sample, implied).distance
        own = self.pattern, self.moments, self.sample, implied, self.directions
        factor = robust.complete_data_factor(*own, robust=self.method.scaled)
        return self.total * float((distance * self.sample.share).sum()), factor
