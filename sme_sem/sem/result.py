"""A fitted model, and everything that is read off it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pandas as pd

from ..arguments import chosen, probability
from ..errors import SpecificationError
from ..kernels import latent_response, linalg, ram
from ..kernels.discrepancy import Sample, Slope
from ..kernels.latent_response import OrderedPattern
from ..kernels.minimise import Status
from ..responses.moments import Moments
from ..threads import computed, one_thread
from ..words import Words, joined
from .diagnosis import Diagnostic
from .expressions import Quantity
from .inference import Inference
from .judged import Judged
from .modification import with_given_moments
from .options import Options
from .parameters import ParameterTable
from .rows import Estimated, estimated
from .solution import Point, parameter_errors, standard_errors, without_constants, z_tests
from .specification import Specification

if TYPE_CHECKING:
    from ..diagrams.picture import Picture
    from ..resampling.bootstrap import Bootstrap
    from ..tables import Language, Table
    from .presentation import Labels
    from .second_engine import CrossCheck


_Own = TypeVar("_Own")


@dataclass(frozen=True, eq=False)
class Fit(Judged):
    """A fitted model.

    estimates(), standardized(), measures(), r_squared(), composites(), modification_indices(), residuals()
    and effects() give DataFrames at full precision; ``converged`` and ``diagnostics`` say whether to
    believe them; printing a fit shows its tables.

    table, options : the model parameter by parameter, and the options it was fitted with
    moments, sample : what is known of the answers, and what of it the estimator compares with the model
    pattern, theta : where the free parameters stand in the model's matrices, and their estimates, (q,)
    status, iterations : how the search for the estimates ended, and after how many steps
    diagnostics : what is to be minded, each with ``severity`` ("error", "warning", "info"), ``code`` and ``message``
    slope : value, gradient and expected Hessian of the discrepancy at the estimates
    settled : slopes of the conditions that hold at a rotation, (k, q)
    bootstrapped : the samples that standard errors come from, where ``bootstrap=`` asked for them
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
    slope: Slope
    settled: np.ndarray | None = None
    bootstrapped: Bootstrap | None = None

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
    def _ended(self) -> Status:
        return self.status

    @cached_property
    def inference(self) -> Inference:
        """What the tables are made from: errors, test and measures as arrays (:mod:`sme_sem.sem.inference`)."""
        searched = self.table, self.pattern, self.theta, self.sample, self.moments, self.options
        return Inference(*searched, self.slope, self.settled, self.bootstrapped)

    @property
    def _measures(self) -> dict[str, float]:
        return self.inference.measures

    @computed
    def vcov(self) -> pd.DataFrame:
        """Covariance matrix of the free parameters' estimates; with groups a name tells its own, unless it is all."""
        names = self.table.names(self.moments.labels)
        return pd.DataFrame(self.inference.vcov, index=names, columns=names)

    # --- tables ------------------------------------------------------------------------------------

    @one_thread()
    def estimates(self, *, level: float = 0.95) -> pd.DataFrame:
        """All parameters: lhs op rhs group label free est se z pvalue ci_lower ci_upper std_lv std_all.

        Fixed parameters have no standard error (NaN).  Intervals are est -+ z se, or percentiles of the samples where
        ``bootstrap=`` gave the errors; p-values are those of z, as in lavaan (``fit.bootstrapped`` has those that agree
        with its intervals).  ``std_lv`` is standardized by the constructs' deviations, ``std_all`` by those of all
        variables; see :mod:`sme_sem.sem.solution`.  Of a composite (``<~``), ``~>`` and ``~~`` say how its items but
        the marker go with it, and with one another beside it (:mod:`sme_sem.sem.composites`).

        Parameters
        ----------
        level
            Confidence of the intervals.

        Raises
        ------
        SpecificationError
            ``level`` does not lie between 0 and 1.

        Examples
        --------
        >>> import sme_sem as sme
        >>> answers = sme.simulate("trust =~ 0.8*t1 + 0.7*t2 + 0.6*t3; use ~ 0.5*trust", 200, seed=1)
        >>> fit = sme.fit("trust =~ t1 + t2 + t3; use ~ trust", answers)
        >>> fit.estimates(level=0.90).query("op == '~'")[["lhs", "rhs", "est", "ci_lower", "ci_upper"]].round(3)
           lhs    rhs    est  ci_lower  ci_upper
        3  use  trust  0.714     0.431     0.997
        """
        inference, index = self.inference, self.table.index
        point, defined, vcov = inference.point, inference.defined, inference.vcov
        estimate = np.concatenate([point.estimates, defined.value])
        se = np.concatenate([parameter_errors(vcov, index), standard_errors(defined.gradient, vcov)])
        by_constructs = point.standardized_values(observed=False)
        also = point.defined(Quantity(by_constructs, np.zeros((len(index), 0)))).values()
        standardized = {
            "std_lv": np.concatenate([by_constructs, [float(x.value) for x in also]]),
            "std_all": inference.standardized.value,
        }
        tests = self._tests(estimate, se, level, standardized=False)
        return pd.DataFrame(self._relations() | {"est": estimate} | tests | standardized)

    @computed
    def rows(self) -> tuple[Estimated, ...]:
        """The rows of ``estimates()``, for what is printed of them again and again."""
        return estimated(self.estimates())

    @one_thread()
    def standardized(self, type: str = "all", *, level: float = 0.95) -> pd.DataFrame:
        """Completely standardized solution with delta-method errors; see :mod:`sme_sem.sem.solution`.

        Columns: lhs, op, rhs, group, est_std, se, z, pvalue, ci_lower, ci_upper.  Where ``bootstrap=`` gave the errors,
        these too come from the samples.

        Parameters
        ----------
        type
            ``"all"``: by the deviations of all variables (Mplus's STDYX).  ``"nox"``: covariates keep their units, as
            suits those of two values (lavaan's ``std.nox``, STDY).  ``"lv"``: by the constructs' deviations (STD).
        level
            Confidence of the intervals.

        Raises
        ------
        SpecificationError
            ``level`` does not lie between 0 and 1, or ``type`` is unknown or one without errors from samples.

        Examples
        --------
        >>> import sme_sem as sme
        >>> answers = sme.simulate("trust =~ 0.8*t1 + 0.7*t2 + 0.6*t3; use ~ 0.5*trust", 200, seed=1)
        >>> fit = sme.fit("trust =~ t1 + t2 + t3; use ~ trust", answers)
        >>> fit.standardized().query("op == '~'")[["lhs", "rhs", "est_std", "se"]].round(3)
           lhs    rhs  est_std    se
        3  use  trust    0.469  0.08
        """
        type = chosen("type", type, ("all", "nox", "lv"))
        if type != "all" and self.bootstrapped is not None:
            raise SpecificationError(_BOOTSTRAP_OF_ALL.filled(type=repr(type)))
        columns = self._relations()
        del columns["label"], columns["free"]
        inference = self.inference
        if type == "all":
            solution = inference.standardized
        else:
            solution = inference.point.solution(observed=type == "nox", covariates=type == "lv")
        se = standard_errors(solution.gradient, inference.vcov)
        constant = len(self.table.parameters)
        se[:constant] = without_constants(se[:constant])
        tests = self._tests(solution.value, se, level, standardized=True)
        return pd.DataFrame(columns | {"est_std": solution.value} | tests)

    def _tests(
        self, estimate: np.ndarray, se: np.ndarray, level: float, *, standardized: bool
    ) -> dict[str, np.ndarray]:
        """Errors, tests and intervals of all rows, from the samples if there are any."""
        probability("level", level, 0.95)
        if self.bootstrapped is None:
            return z_tests(estimate, se, level)
        errors, lower, upper = self.bootstrapped.errors(level, standardized=standardized)
        varies = np.isfinite(se)
        tests = z_tests(estimate, np.where(varies, errors, np.nan), level)
        limits = {"ci_lower": np.where(varies, lower, np.nan), "ci_upper": np.where(varies, upper, np.nan)}
        return tests | limits

    @one_thread()
    def measures(self) -> pd.Series[float]:
        """Fit measures by lavaan's names with ``_`` for ``.``: chisq df pvalue cfi tli rmsea srmr aic bic ...

        Which there are depends on the estimator; see :mod:`sme_sem.sem.indices`.

        Examples
        --------
        >>> import sme_sem as sme
        >>> answers = sme.simulate("trust =~ 0.8*t1 + 0.7*t2 + 0.6*t3; use ~ 0.5*trust", 200, seed=1)
        >>> fit = sme.fit("trust =~ t1 + t2 + t3; use ~ trust", answers)
        >>> fit.measures()[["df", "chisq", "srmr"]].round(3).to_dict()
        {'df': 2.0, 'chisq': 1.751, 'srmr': 0.022}
        """
        return _series(self._measures.values(), tuple(self._measures), "value")

    def r_squared(self) -> pd.Series[float]:
        """Share of variance explained, by variable (and group, if there are several).

        Examples
        --------
        >>> import sme_sem as sme
        >>> answers = sme.simulate("trust =~ 0.8*t1 + 0.7*t2 + 0.6*t3; use ~ 0.5*trust", 200, seed=1)
        >>> fit = sme.fit("trust =~ t1 + t2 + t3; use ~ trust", answers)
        >>> fit.r_squared().round(2).to_dict()
        {'t1': 0.36, 't2': 0.35, 't3': 0.22, 'use': 0.22}
        """
        return shares_explained(self.inference.point, self.moments.labels)

    @property
    def shares(self) -> dict[tuple[str, str], float]:
        """R-squared by group and variable."""
        return _shares(self.inference.point, self.moments.labels)

    @one_thread()
    def modification_indices(self) -> pd.DataFrame:
        """Score test of every parameter left out: lhs op rhs group mi epc sepc_lv sepc_all, largest first.

        ``epc`` is the value the parameter would take; ``sepc_lv`` the same standardized by the constructs' deviations,
        ``sepc_all`` by all.  With robust estimators too these are the plain statistics, as lavaan's ``mi``.  See
        :mod:`sme_sem.sem.modification`.

        Examples
        --------
        >>> import sme_sem as sme
        >>> measured = "trust =~ t1 + 1*t2 + 1*t3; use =~ u1 + 1*u2 + 1*u3 + 1*u4; use ~ 0.4*trust"
        >>> answers = sme.simulate(measured + "; trust =~ 0.5*u4", 500, seed=1)
        >>> fit = sme.fit("trust =~ t1 + t2 + t3; use =~ u1 + u2 + u3 + u4", answers)
        >>> fit.modification_indices().head(1)[["lhs", "op", "rhs", "epc"]].round(2)
             lhs  op rhs   epc
        0  trust  =~  u4  0.38
        """
        return with_given_moments(self._modifications(), self.table, self.moments.labels)

    @one_thread()
    def _modifications(self) -> pd.DataFrame:
        """The same without the given moments of covariates, which nothing would change."""
        return self.inference.modifications.frame(self.inference.point, self.moments.labels)

    @one_thread()
    def score_tests(self) -> pd.DataFrame:
        """Score test of every equality (label shared, ``group_equal``, ``==``) and of all together.

        Columns: lhs op rhs group_lhs group_rhs x2 df pvalue epc, with robust estimators also x2_robust and
        pvalue_robust; the last row is the total.  ``epc`` is the difference lhs - rhs to be expected if the equality
        were given up.  See :mod:`sme_sem.sem.score_tests`.

        Raises
        ------
        SpecificationError
            The model holds no parameters equal.
        ConvergenceError
            The model did not converge.

        Examples
        --------
        >>> import sme_sem as sme
        >>> answers = sme.simulate("trust =~ 0.8*t1 + 0.7*t2 + 0.6*t3 + 0.6*t4", 200, seed=1)
        >>> fit = sme.fit("trust =~ t1 + a*t2 + a*t3 + a*t4", answers)
        >>> fit.score_tests()[["lhs", "op", "rhs", "df"]]
                 lhs  op          rhs  df
        0  trust =~ t2  ==  trust =~ t3   1
        1  trust =~ t2  ==  trust =~ t4   1
        2        total                    2
        """
        from .score_tests import score_tests

        return score_tests(self)

    @one_thread()
    def model_tests(self, tests: str | Sequence[str] | None = None) -> pd.DataFrame:
        """Chi-square tests of the model by several statistics: test chisq df pvalue scaling_factor shift.

        ``chisq = plain / scaling_factor + shift``; both are NaN where the statistic is its own.  The estimates, and so
        the fit, are the same for all.  See :mod:`sme_sem.sem.model_tests`.

        Parameters
        ----------
        tests
            Their names as of ``test=`` of :func:`sme_sem.fit`; left out, all that go with the fit, its own first, but
            for Yuan and Bentler's own, which takes long where items are many.

        Raises
        ------
        ConvergenceError
            The model did not converge.
        SpecificationError
            A test is unknown, or needs what the fit has not: all answers, no gaps, no clusters.

        Examples
        --------
        >>> import sme_sem as sme
        >>> answers = sme.simulate("trust =~ 0.8*t1 + 0.7*t2 + 0.6*t3 + 0.6*t4", 200, seed=1)
        >>> fit = sme.fit("trust =~ t1 + t2 + t3 + t4", answers)
        >>> fit.model_tests(["standard", "satorra_bentler", "browne_residual_adf"])[["test", "chisq", "df"]].round(3)
                          test  chisq   df
        0             standard  1.663  2.0
        1      satorra_bentler  1.669  2.0
        2  browne_residual_adf  1.779  2.0
        """
        from .model_tests import model_tests

        return model_tests(self, tests)

    @one_thread()
    def srmr_tests(self, *, level: float = 0.90, close: float = 0.05) -> pd.DataFrame:
        """Tests of the SRMR, and the unbiased SRMR, which leaves out what any sample adds.

        One row for each group and kind of moments, ``of``: ``cov``, and with means ``mean`` and ``total`` (of ordered
        answers ``cov``, ``thresholds``, ``slopes`` on covariates, ``total``).  ``srmr se z pvalue`` test exact fit;
        ``usrmr usrmr_se ci_lower ci_upper`` are the unbiased SRMR, not below zero; ``close_z close_pvalue`` test
        that it is ``close`` at most.  NaN where the model leaves nothing over.  See :mod:`sme_sem.sem.srmr_tests`.

        Parameters
        ----------
        level
            Confidence of the interval; 0.90 as for the RMSEA.
        close
            What is called close fit.

        Raises
        ------
        ConvergenceError, SpecificationError
            The model did not converge, or ``missing`` is one whose residuals have no errors.

        Examples
        --------
        >>> import sme_sem as sme
        >>> answers = sme.simulate("trust =~ 0.8*t1 + 0.7*t2 + 0.6*t3 + 0.6*t4", 500, seed=1)
        >>> fit = sme.fit("trust =~ t1 + t2 + t3 + t4", answers)
        >>> fit.srmr_tests()[["of", "srmr", "usrmr", "ci_upper"]].round(3)
            of   srmr  usrmr  ci_upper
        0  cov  0.022  0.019     0.039
        """
        from .srmr_tests import srmr_tests

        return srmr_tests(self, probability("level", level, 0.90), probability("close", close, 0.05))

    @one_thread()
    def wald_tests(self, constraints: str) -> pd.DataFrame:
        """Wald test of equalities that the model was estimated without, of each and of all together.

        Columns: lhs op rhs difference se x2 df pvalue; the last row is the total.  ``difference`` is the left side
        less the right one.  Errors are the fit's own, so a robust fit gives robust tests.  See
        :mod:`sme_sem.sem.wald_tests`.

        Parameters
        ----------
        constraints
            Equalities between labels, definitions and numbers, as in ``"a == b; c == 0.5"``.

        Raises
        ------
        SpecificationError
            What is written is no equality, names no label of the model, or cannot hold.
        SyntaxProblem
            It cannot be read.
        ConvergenceError
            The model did not converge.

        Examples
        --------
        >>> import sme_sem as sme
        >>> answers = sme.simulate("trust =~ 0.8*t1 + 0.7*t2 + 0.6*t3 + 0.6*t4", 200, seed=1)
        >>> fit = sme.fit("trust =~ t1 + a*t2 + b*t3 + c*t4", answers)
        >>> fit.wald_tests("a == b; b == c")[["lhs", "op", "rhs", "df"]]
             lhs  op rhs  df
        0      a  ==   b   1
        1      b  ==   c   1
        2  total           2
        """
        from .wald_tests import wald_tests

        return wald_tests(self, constraints)

    @one_thread()
    def residuals(self, type: str = "cor") -> pd.DataFrame | dict[str, pd.DataFrame]:
        """What the model leaves unexplained of each covariance; a dict by group if there are several.

        Parameters
        ----------
        type
            ``"cor"``: cor(sample) - cor(implied).  ``"raw"``: of covariances.  ``"standardized"``: the raw ones
            divided by their standard errors, z statistics.  ``"normalized"``: divided by those of the sample's
            covariances alone.  See :mod:`sme_sem.sem.residuals`.

        Raises
        ------
        SpecificationError
            ``type`` is unknown, or ``missing`` is one whose residuals have no errors.
        ConvergenceError
            The model did not converge, so residuals have no errors.

        Examples
        --------
        >>> import sme_sem as sme
        >>> answers = sme.simulate("trust =~ 0.8*t1 + 0.7*t2 + 0.6*t3; use ~ 0.5*trust", 200, seed=1)
        >>> fit = sme.fit("trust =~ t1 + t2 + t3; use ~ trust", answers)
        >>> fit.residuals().loc["use", ["t1", "t2", "t3"]].round(3).tolist()
        [0.026, 0.008, -0.052]
        """
        from .residuals import residuals

        return self._matrices(residuals(self, type))

    def implied(self, group: str | None = None) -> pd.DataFrame | dict[str, pd.DataFrame]:
        """The covariance matrix the model implies; a dict by group if there are several and ``group`` names none.

        Of ordered answers in the unit of their polychoric correlations, as :meth:`residuals` and lavaan's ``fitted``.

        Parameters
        ----------
        group
            Label of one group.

        Raises
        ------
        SpecificationError
            There is no such group.

        Examples
        --------
        >>> import sme_sem as sme
        >>> answers = sme.simulate("trust =~ 0.8*t1 + 0.7*t2 + 0.6*t3; use ~ 0.5*trust", 200, seed=1)
        >>> fit = sme.fit("trust =~ t1 + t2 + t3; use ~ trust", answers)
        >>> fit.implied().loc[["t1", "use"], ["t1", "use"]].round(2)
               t1   use
        t1   1.44  0.37
        use  0.37  1.20
        """
        unit, sigma = self._unit, self.inference.point.moments.sigma
        return self._matrices(unit[:, :, None] * sigma * unit[:, None, :], group)

    def implied_means(self, group: str | None = None) -> pd.Series[float] | dict[str, pd.Series[float]]:
        """The means the model implies, by group as in :meth:`implied`; the sample's where it models none.

        Parameters
        ----------
        group
            Label of one group.

        Raises
        ------
        SpecificationError
            There is no such group, or the fit knows no means: it came from a covariance matrix alone.

        Examples
        --------
        >>> import sme_sem as sme
        >>> answers = sme.simulate("trust =~ 0.8*t1 + 0.7*t2 + 0.6*t3; use ~ 0.5*trust", 200, seed=1)
        >>> fit = sme.fit("trust =~ t1 + t2 + t3; use ~ trust", answers)
        >>> fit.implied_means().round(2).to_dict()
        {'t1': -0.09, 't2': -0.05, 't3': -0.21, 'use': -0.07}
        """
        means = self._unit * self.inference.point.moments.mu if self.table.means else self.moments.mean
        if means is None:
            raise SpecificationError(_NO_MEANS)
        by_group = [pd.Series(m, index=list(self.observed), name="mean") for m in means]
        return self._of_groups(by_group, group)

    @property
    def _unit(self) -> np.ndarray:
        """(G, p) what takes the responses behind ordered answers to the unit of the sample's moments, else one."""
        unit = np.ones(self.inference.point.moments.mu.shape)
        if isinstance(self.pattern, OrderedPattern):
            unit[:, : self.pattern.modelled] = latent_response.responses(self.pattern, self.theta).D
        return unit

    @one_thread()
    def construct_correlations(self, group: str | None = None) -> pd.DataFrame | dict[str, pd.DataFrame]:
        """Correlations among the constructs that the model implies, by group as in :meth:`implied`.

        Parameters
        ----------
        group
            Label of one group.

        Raises
        ------
        SpecificationError
            There is no such group.

        Examples
        --------
        >>> import sme_sem as sme
        >>> model = "trust =~ 0.8*t1 + 0.7*t2 + 0.6*t3; use =~ 0.8*u1 + 0.7*u2 + 0.6*u3; trust ~~ 0.5*use"
        >>> fit = sme.fit("trust =~ t1 + t2 + t3; use =~ u1 + u2 + u3", sme.simulate(model, 300, seed=1))
        >>> fit.construct_correlations().round(2)
               trust  use
        trust    1.0  0.4
        use      0.4  1.0
        """
        p = len(self.observed)
        values = linalg.correlation(self.inference.point.moments.cov[:, p:, p:])
        return self._of_groups([pd.DataFrame(correlations, self.latent, self.latent) for correlations in values], group)

    @one_thread()
    def composites(self, *, level: float = 0.95) -> pd.DataFrame:
        """What composites (``<~``) are made of: weights, loadings and collinearity of their items.

        Columns: construct item group weight weight_std se z pvalue ci_lower ci_upper loading vif.  ``weight_std`` is
        the weight of standardized items for a standardized composite; errors, test and interval are those of it, as of
        the weights themselves one is fixed.  ``loading`` is the correlation of item and composite, ``vif`` how far the
        other items explain the item (beyond 5 its weight says little).  No rows without composites.

        Parameters
        ----------
        level
            Confidence of the intervals.

        Raises
        ------
        SpecificationError
            ``level`` does not lie between 0 and 1.

        Examples
        --------
        >>> import sme_sem as sme
        >>> answers = sme.simulate("use ~ 0.4*price + 0.2*range; buy ~ 0.4*price + 0.2*range", 500, seed=1)
        >>> fit = sme.fit("offer <~ price + range; use ~ offer; buy ~ offer", answers)
        >>> fit.composites()[["item", "weight", "weight_std", "se"]].round(2)
            item  weight  weight_std    se
        0  price    1.00        0.84  0.04
        1  range    0.66        0.58  0.05
        """
        from .composition import composition

        return composition(self, level)

    @one_thread()
    def scores(
        self, method: str = "regression", *, data: pd.DataFrame | None = None, errors: bool = False
    ) -> pd.DataFrame:
        """Factor scores: a row for each analysed respondent, with the index of the data, a column for each construct.

        With ``missing="fiml"`` each score comes from the answers the respondent gave.  See :mod:`sme_sem.sem.scores`.

        Parameters
        ----------
        method
            ``"regression"`` (Thurstone's; ``"ebm"`` and ``"eap"`` are other names for it) or ``"bartlett"``.  From
            ordered answers: the mode of the construct given them, under the first two names, or with ``"eap"`` the
            mean, for up to four constructs and correlated residuals together.
        data
            Other respondents, with the model's columns (and that of its groups): each of them has a row then, without
            scores (NaN) where a fit would have set the respondent aside.
        errors
            Add the scores' standard errors as columns ``<construct>_se``.

        Raises
        ------
        SpecificationError
            ``method`` is unknown, the model has no constructs, it was fitted to a covariance matrix without means, or
            ``data`` lack a column.
        DataProblem
            ``data`` have a group, or an answer to an ordered item, that the model was not fitted to.
        ConvergenceError
            The model did not converge.

        Examples
        --------
        >>> import sme_sem as sme
        >>> answers = sme.simulate("trust =~ 0.8*t1 + 0.7*t2 + 0.6*t3", 200, seed=1)
        >>> fit = sme.fit("trust =~ t1 + t2 + t3", answers)
        >>> fit.scores().shape, abs(float(fit.scores()["trust"].mean())) < 1e-9
        ((200, 1), True)
        >>> fit.scores(data=answers.tail(2).mul(2)).shape
        (2, 1)
        """
        from .scores import scores

        return scores(self, method, data, errors=errors)

    @one_thread()
    def predict(
        self,
        data: pd.DataFrame | None = None,
        *,
        outcomes: str | Sequence[str] | None = None,
        given: str | Sequence[str] | None = None,
        errors: bool = False,
    ) -> pd.DataFrame:
        """Foretell answers, or constructs, from other answers: their expectation by the model, a row per respondent.

        What :mod:`sme_sem.sem.prediction` says of the formula.

        Parameters
        ----------
        data
            Respondents with the ``given`` columns (and that of the model's groups), analysed before or not; those of
            the fit if left out.  Without all of them a row has no prediction (NaN), but ``missing="fiml"`` and the
            like foretell from what was answered.
        outcomes
            Observed variables or constructs; if left out, the observed variables that regressions explain and the items
            of constructs that they explain.
        given
            Observed variables; if left out, those that no regression explains, directly or by way of constructs.
        errors
            Add the standard deviations of what is left open, as columns ``<outcome>_se``; they do not count that the
            estimates themselves are uncertain.

        Raises
        ------
        SpecificationError
            A name is no variable of the model or stands in both lists, nothing is left to foretell or to start from,
            the answers were taken as ordered categories, or ``data`` lack a column.
        DataProblem
            ``data`` have a group that the model was not fitted to.
        ConvergenceError
            The model did not converge.

        Examples
        --------
        >>> import sme_sem as sme
        >>> answers = sme.simulate("trust =~ 0.8*t1 + 0.7*t2; use =~ 0.8*u1 + 0.7*u2; use ~ 0.5*trust", 300, seed=1)
        >>> fit = sme.fit("trust =~ t1 + t2; use =~ u1 + u2; use ~ trust", answers.head(200))
        >>> fit.predict(answers.tail(100)).head(2).round(2)
               u1    u2
        200 -0.40 -0.30
        201  0.05  0.18
        """
        from .prediction import predict

        return predict(self, data, outcomes, given, errors=errors)

    def effects(self, outcome: str, predictor: str) -> pd.DataFrame:
        """Direct, each indirect, total indirect and total effect of ``predictor`` on ``outcome``.

        Columns: effect, route, group, est, se, z, pvalue, ci_lower, ci_upper, est_std.  Errors by the delta method,
        95% intervals; see :mod:`sme_sem.sem.effects`.  Where ``bootstrap=`` gave the errors, from its samples, with
        percentiles.  Of more than a thousand routes the shortest are listed; totals hold all.

        Parameters
        ----------
        outcome, predictor
            Variables of the model, observed or constructs.

        Raises
        ------
        SpecificationError
            One is no variable of the model, or an item of a composite; or both are the same.

        Examples
        --------
        >>> import sme_sem as sme
        >>> answers = sme.simulate("trust ~ 0.5*cost; use ~ 0.4*trust + 0.2*cost", 300, seed=1)
        >>> effects = sme.fit("trust ~ cost; use ~ trust + cost", answers).effects("use", "cost")
        >>> effects[["effect", "est"]].round(3)
                   effect    est
        0          direct  0.209
        1        indirect  0.191
        2  total indirect  0.191
        3           total  0.399
        """
        from .effects import effects

        rows = effects(self, [(outcome, predictor)])
        return rows[["effect", "route", "group", "est", "se", "z", "pvalue", "ci_lower", "ci_upper", "est_std"]]

    def cross_check(self) -> CrossCheck:
        """Fit the same specification with semopy, an independent program, and lay both results side by side.

        Prints as a table; ``.frame`` has quantity, ours, theirs, difference, confirmed; ``.confirmed`` counts
        agreements.  What counts as one: :func:`sme_sem.sem.second_engine.cross_check`.

        Raises
        ------
        SpecificationError
            semopy cannot estimate such a model; the message says what it lacks.
        ConvergenceError
            The model did not converge.

        Examples
        --------
        >>> import sme_sem as sme
        >>> answers = sme.simulate("trust =~ 0.8*t1 + 0.7*t2 + 0.6*t3; use ~ 0.5*trust", 200, seed=1)
        >>> fit = sme.fit("trust =~ t1 + t2 + t3; use ~ trust", answers)
        >>> check = fit.cross_check()
        >>> check.confirmed, check.compared
        (20, 20)
        """
        from .second_engine import cross_check

        return cross_check(self)

    def syntax(self, program: str = "lavaan", *, data: str | None = None) -> str:
        """Write this fit for another program: a complete file, to be run beside a file of answers.

        Parameters
        ----------
        program
            ``"lavaan"`` (an R script), ``"mplus"``, ``"amos"`` (Visual Basic for its engine) or ``"semopy"`` (Python).
        data
            The file of answers it is to read; ``answers.csv`` (Mplus: ``answers.dat``) if left out.
            :func:`sme_sem.write_syntax` writes both.

        Raises
        ------
        SpecificationError
            The program is unknown, or has no words for this model; the message says for what.

        Examples
        --------
        >>> import sme_sem as sme
        >>> answers = sme.simulate("trust =~ 0.8*t1 + 0.7*t2 + 0.6*t3", 200, seed=1)
        >>> print(sme.fit("trust =~ t1 + t2 + t3", answers).syntax("lavaan"))
        # A model of 200 respondents. Run it in the folder of answers.csv:  Rscript <this file>
        library(lavaan)
        <BLANKLINE>
        answers <- read.csv("answers.csv", check.names = FALSE, fileEncoding = "UTF-8")
        <BLANKLINE>
        model <- '
        trust =~ t1 + t2 + t3
        '
        <BLANKLINE>
        fit <- sem(model,
          data = answers,
          estimator = "ML"
        )
        summary(fit, fit.measures = TRUE, standardized = TRUE)
        <BLANKLINE>
        """
        from .exchange import syntax

        return syntax(self, program, data=data)

    # --- shown -------------------------------------------------------------------------------------

    def tables(self) -> tuple[Table, ...]:
        """List the tables that printing shows: the test, fit indices, loadings, paths, R-squared, what stands out."""
        from .presentation import fit_tables

        return fit_tables(self)

    def diagram(
        self, *, labels: Labels | None = None, language: Language = "en", items: bool = True, grey: bool = False
    ) -> Picture:
        """Draw the standardized solution; :func:`sme_sem.diagram` also draws two fits side by side.

        Parameters
        ----------
        labels
            What to write on variables; a variable without a label shows its name.
        language : {"en", "zh"}
            Of labels given in two languages.
        items
            Whether to draw the items; without them the structural model remains.
        grey
            Whether to do without colour, for print.

        Raises
        ------
        ConvergenceError
            The model did not converge: it has no solution to show.
        SpecificationError
            It was fitted to more than two groups.

        Examples
        --------
        >>> import sme_sem as sme
        >>> answers = sme.simulate("trust =~ 0.8*t1 + 0.7*t2 + 0.6*t3; use ~ 0.5*trust", 200, seed=1)
        >>> fit = sme.fit("trust =~ t1 + t2 + t3; use ~ trust", answers)
        >>> picture = fit.diagram(labels={"trust": "Trust in the shop"}, items=False)
        >>> "Trust in the shop" in picture.svg, "t1" in picture.svg
        (True, False)
        """
        from .diagram import diagram

        return diagram(self, labels=labels, language=language, items=items, grey=grey)

    # --- helpers -----------------------------------------------------------------------------------

    def _matrices(self, values: np.ndarray, group: str | None = None) -> pd.DataFrame | dict[str, pd.DataFrame]:
        names = self.observed[: values.shape[-1]]
        return self._of_groups([pd.DataFrame(v, index=names, columns=names) for v in values], group)

    def _of_groups(self, values: list[_Own], group: str | None) -> _Own | dict[str, _Own]:
        """One group's, or all by label; without groups the only one."""
        labels = self.moments.labels
        if group is not None:
            if len(labels) == 1:
                raise SpecificationError(_ONE_GROUP.filled(group=repr(group)))
            require_group(group, labels)
            return values[labels.index(str(group))]
        return values[0] if len(values) == 1 else dict(zip(labels, values, strict=True))

    def _relations(self) -> dict[str, Any]:
        """Columns that say what the rows of a table of estimates are: the parameters, then the definitions."""
        texts = _texts(self.table, self.moments.labels)
        free = np.zeros(len(texts["lhs"]), dtype=bool)
        free[: len(self.table.index)] = self.table.index >= 0
        return texts | {"free": free}


def shares_explained(point: Point, labels: Sequence[str]) -> pd.Series[float]:
    """R-squared by variable, and by group if there are several."""
    shares = _shares(point, labels)
    names = tuple(shares) if point.table.groups > 1 else tuple(name for _, name in shares)
    return _series(shares.values(), names, "r_squared")


def _shares(point: Point, labels: Sequence[str]) -> dict[tuple[str, str], float]:
    shares = zip(point.table.explained, point.r_squared().tolist(), strict=True)
    return {(labels[g], name): share for (g, name), share in shares}


def _series(values: Iterable[float], names: tuple[Hashable, ...], name: str) -> pd.Series[float]:
    """A column of numbers; the index is a view, because its own name can be changed."""
    return pd.Series(np.array(list(values), dtype=float), index=_index(names).view(), name=name)


@lru_cache(maxsize=64)
def _index(names: tuple[Hashable, ...]) -> pd.Index:
    return pd.Index(names)


@lru_cache(maxsize=64)
def _texts(table: ParameterTable, labels: tuple[str, ...]) -> dict[str, Any]:
    """Columns lhs, op, rhs, group and label of the parameters, then the definitions."""
    rows = [(p.lhs, p.op, p.rhs, labels[p.group], p.label) for p in table.parameters]
    rows += [(t.lhs, t.op, t.rhs, "", t.lhs) for t in table.definitions if t.op == ":="]
    columns = enumerate(("lhs", "op", "rhs", "group", "label"))
    return {name: pd.array([row[place] for row in rows], dtype="str") for place, name in columns}


def require_group(group: object, labels: Iterable[str]) -> None:
    """Refuse a group that is none of those analysed."""
    if str(group) not in (known := tuple(labels)):
        groups = joined(map(repr, known), ", ", "、")
        raise SpecificationError(_NO_SUCH_GROUP.filled(group=repr(group), groups=groups))


_NO_SUCH_GROUP = Words("group {group} is not among {groups}.", "没有组{group}；各组为{groups}。")
_ONE_GROUP = Words("group {group} was not asked for by group=.", "未以group=划分出组{group}。")
_BOOTSTRAP_OF_ALL = Words(
    "bootstrap= gives errors of standardized values of type='all', not of {type}.",
    "bootstrap=只给出type='all'的标准化值的标准误，不给出{type}的。",
)
_NO_MEANS = Words(
    "the model has no means: fit with data=, or give mean= beside cov=.",
    "模型没有均值：请以data=拟合，或在cov=之外给出mean=。",
)
