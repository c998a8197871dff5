"""A fitted two-level model, and what is read off it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from ..arguments import probability
from ..kernels import linalg
from ..kernels.minimise import Status
from ..sem.diagnosis import Diagnostic
from ..sem.expressions import Quantity, define
from ..sem.judged import Judged
from ..sem.options import Options
from ..sem.rows import Estimated, estimated
from ..sem.solution import Point, parameter_errors, stacked, standard_errors, without_constants, z_tests
from ..tables import Table
from . import measures, search
from .answers import Answers
from .levels import WITHIN, Level, TwoLevels


@dataclass(frozen=True, eq=False)
class TwoLevelFit(Judged):
    """A fitted two-level model.

    estimates(), standardized(), measures(), r_squared() and intraclass() give DataFrames at full precision;
    ``converged`` and ``diagnostics`` say whether to believe them; printing a fit shows its tables.

    levels, options : the model, parameter by parameter at each level, and what it was fitted with
    answers : what is known of the respondents and their clusters      found : where the search ended
    diagnostics : what is to be minded, each with ``severity`` ("error", "warning", "info"), ``code`` and ``message``
    """

    levels: TwoLevels
    options: Options
    answers: Answers
    found: search.Found
    diagnostics: tuple[Diagnostic, ...]

    # --- what was fitted ---------------------------------------------------------------------------

    @property
    def n(self) -> int:
        """How many respondents were analysed."""
        return self.answers.n

    @property
    def clusters(self) -> int:
        """How many clusters they belong to."""
        return self.answers.clusters

    @property
    def estimator(self) -> str:
        """Which estimator was used."""
        return self.options.estimator

    @property
    def _ended(self) -> Status:
        return self.found.status

    # --- the mathematics behind the tables ---------------------------------------------------------

    @cached_property
    def points(self) -> tuple[Point, Point]:
        """Each level's model at the estimates."""
        within, between = (
            Point.at(level.table, level.table.pattern, self.found.theta[level.parameters], *_nothing(level))
            for level in self.levels.both
        )
        return within, between

    @cached_property
    def unrestricted(self) -> search.Found:
        """The model that fits all covariances at both levels, against which this one is tested."""
        return search.unrestricted(self.levels, self.answers, self.options.max_iterations)

    @cached_property
    def independent(self) -> search.Found:
        """The model without covariances, with which CFI and TLI compare."""
        return search.independent(self.levels, self.answers, self.options.max_iterations)

    @cached_property
    def vcov(self) -> pd.DataFrame:
        """Covariance matrix of the free parameters' estimates."""
        names = self.levels.names()
        return pd.DataFrame(self._vcov, index=names, columns=names)

    @cached_property
    def _vcov(self) -> np.ndarray:
        W = linalg.whitener(self.found.information)
        bread = W.T @ W / self.n
        if self.options.method.se == "standard":
            return np.asarray(bread)
        return np.asarray(bread @ (self.n * self.found.spread) @ bread)

    @cached_property
    def _defined(self) -> Quantity:
        return self._definitions([None, None])

    @cached_property
    def _standardized(self) -> tuple[Quantity, ...]:
        """Of each level, then of what is defined from them."""
        own = [point.standardized(observed=True) for point in self.points]
        return (*map(self._of_all, self.levels.both, own), self._definitions(own))

    def _definitions(self, values: list[Quantity] | list[None]) -> Quantity:
        """Evaluate the ``:=`` lines on the estimates, or on standardized values."""
        known: dict[str, Quantity] = {}
        for level, point, own in zip(self.levels.both, self.points, values, strict=True):
            for name, quantity in point.known(own).items():
                known.setdefault(name, self._of_all(level, quantity))
        return stacked(list(define(self.levels.definitions, known).values()), self.levels.n_free)

    def _of_all(self, level: Level, quantity: Quantity) -> Quantity:
        """Gradients by a level's parameters as those by all parameters."""
        gradient = np.zeros((*quantity.gradient.shape[:-1], self.levels.n_free))
        gradient[..., level.parameters] = quantity.gradient
        return Quantity(quantity.value, gradient)

    # --- tables ------------------------------------------------------------------------------------

    def estimates(self, *, level: float = 0.95) -> pd.DataFrame:
        """All parameters: lhs op rhs level label free est se z pvalue ci_lower ci_upper std_lv std_all.

        ``level`` is "within" or "between", empty for what ``:=`` defines; values standardized by the deviations of the
        same level.  Fixed parameters have no standard error (NaN).

        Parameters
        ----------
        level
            Confidence of the intervals.

        Raises
        ------
        SpecificationError
            ``level`` does not lie between 0 and 1.
        """
        probability("level", level, 0.95)
        frames = []
        for own, point, by_all in zip(self.levels.both, self.points, self._standardized, strict=False):
            index = np.append(own.parameters, -1)[own.table.index]
            frame = _relations(own).assign(free=index >= 0, est=point.estimates, se=parameter_errors(self._vcov, index))
            frames.append(frame.assign(std_lv=point.standardized_values(observed=False), std_all=by_all.value))
        defined = self._defined
        terms = self.levels.definitions
        last = pd.DataFrame({"lhs": [t.lhs for t in terms], "op": ":=", "rhs": [t.rhs for t in terms], "level": ""})
        last = last.assign(label=last["lhs"], free=False, est=defined.value)
        last = last.assign(se=standard_errors(defined.gradient, self._vcov), std_lv=np.nan)
        frames.append(last.assign(std_all=self._standardized[-1].value))
        found = pd.concat([frame for frame in frames if len(frame)], ignore_index=True)
        found = found.assign(**z_tests(found["est"].to_numpy(), found["se"].to_numpy(), level))
        return found[[name if name != "group" else "level" for name in Estimated._fields]]

    def standardized(self, *, level: float = 0.95) -> pd.DataFrame:
        """Completely standardized solution of each level, with delta-method errors.

        Columns: lhs op rhs level est_std se z pvalue ci_lower ci_upper.  What is defined stands last.

        Parameters
        ----------
        level
            Confidence of the intervals.

        Raises
        ------
        SpecificationError
            ``level`` does not lie between 0 and 1.
        """
        probability("level", level, 0.95)
        rows = self.estimates()[["lhs", "op", "rhs", "level"]]
        value = np.concatenate([own.value for own in self._standardized])
        se = standard_errors(np.concatenate([own.gradient for own in self._standardized]), self._vcov)
        constant = len(rows) - len(self.levels.definitions)
        se[:constant] = without_constants(se[:constant])
        return rows.assign(est_std=value, **z_tests(value, se, level))

    def measures(self) -> pd.Series[float]:
        """Fit measures by lavaan's names with ``_`` for ``.``; ``srmr_within`` and ``srmr_between`` by level.

        N of the RMSEA and of BIC is that of respondents.  ``srmr`` is the sum of both levels', as in lavaan.
        """
        return pd.Series(self._measures, name="value")

    @cached_property
    def _measures(self) -> dict[str, float]:
        return measures.measures(self)

    def r_squared(self) -> pd.Series[float]:
        """Share of variance explained, by level and variable."""
        names, values = [], []
        for level, point in zip(self.levels.both, self.points, strict=True):
            names += [(level.name, variable) for _, variable in level.table.explained]
            values += list(point.r_squared())
        index = pd.MultiIndex.from_tuples(names, names=["level", "variable"]) if names else pd.Index([])
        return pd.Series(np.array(values, dtype=float), index=index, name="r_squared")

    def intraclass(self) -> pd.DataFrame:
        """How much of each variable of both levels lies between clusters, by the unrestricted model.

        Columns: within, between (variances), icc (the share between), design_effect.  The design effect, 1 + (d - 1)
        icc for clusters of d on average, is how many times too small the variance of a mean is where clusters are
        ignored (Muthen and Satorra 1995, Sociological Methodology 25, 267-316); beyond 2 they should not be.  NaN where
        the unrestricted model was not found.
        """
        within, between = measures.unrestricted_covariances(self)
        both = [name for name in self.levels.within.table.observed if name in between.columns]
        w, b = (np.array([own.loc[name, name] for name in both], dtype=float) for own in (within, between))
        icc = b / (w + b)
        effect = 1 + (self.n / self.clusters - 1) * icc
        return pd.DataFrame({"within": w, "between": b, "icc": icc, "design_effect": effect}, index=both)

    def implied_covariance(self, level: str = WITHIN) -> pd.DataFrame:
        """Covariances of the observed variables of one level, ``"within"`` or ``"between"``, as the model has them."""
        return measures.implied(self, level)

    @cached_property
    def rows(self) -> tuple[Estimated, ...]:
        """The rows of ``estimates()``, the level in the place of a group."""
        return estimated(self.estimates().rename(columns={"level": "group"}))

    # --- shown -------------------------------------------------------------------------------------

    def tables(self) -> tuple[Table, ...]:
        """List the tables that printing shows: test, indices, variance between clusters, then the estimates."""
        from .presentation import two_level_tables

        return two_level_tables(self)


def _relations(level: Level) -> pd.DataFrame:
    rows = [(p.lhs, p.op, p.rhs, level.name, p.label) for p in level.table.parameters]
    return pd.DataFrame(rows, columns=["lhs", "op", "rhs", "level", "label"])


def _nothing(level: Level) -> tuple[np.ndarray, np.ndarray]:
    """No moments are taken from the sample."""
    k = len(level.table.observed)
    return np.zeros((1, k, k)), np.zeros((1, k))
