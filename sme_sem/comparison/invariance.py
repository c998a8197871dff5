"""Measurement invariance: whether the same questions measure the same in every group, step by step.

::

    configural   the same items for the same constructs
    thresholds   + equal thresholds (ordered items only); their intercepts and residual variances are free but in
                 the first group
    metric       + equal loadings
    scalar       + equal intercepts; means of constructs are free but in the first group
    strict       + equal residual variances
    means        + equal means of constructs, after scalar or strict; only where it is asked for

Meredith (1993), Psychometrika 58, 525-543; for ordered items, fitted in the theta parameterization, Wu and Estabrook
(2016), Psychometrika 81, 1014-1045.  Items with two categories cannot have thresholds, loadings and intercepts tested
one after the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from ..arguments import probability, require_kind, texts, whole
from ..errors import DataProblem, SmeSemError, SpecificationError
from ..kernels import fit_indices
from ..relation import Relation, bare
from ..sem.columns import measure_columns
from ..sem.composites import WEIGHT
from ..sem.fit import Fit
from ..sem.fit import fit as fit_model
from ..sem.options import any_ordered
from ..sem.ordered import marked
from ..sem.presentation import Labels, require_labels
from ..sem.quoted import corrected, held_back, objections, reported_alike
from ..sem.rivals import DIFFERENCE_COLUMNS, PLAIN_CHISQ
from ..sem.specification import Specification
from ..sem.spelling import missing_of
from ..syntax import Term
from ..tables import Column, Kind, Table, Tabled, Text, Words, joined, term
from ..tables.format import cell
from ..tasks import Progress
from ..threads import one_thread
from ..words import at
from . import by_group
from .nesting import translated
from .own_labels import across_groups, own_labels
from .pairs import Pair, pair
from .permutation import permutation_table, permuted
from .refit import table_like

HELD = {
    "thresholds": "thresholds",
    "metric": "loadings",
    "scalar": "intercepts",
    "strict": "residuals",
    "means": "means",
}
STEPS = ("configural", *HELD)
CFI_FALL, RMSEA_RISE = 0.01, 0.015  # Cheung & Rensvold (2002); Chen (2007)
_SIGNIFICANT = 0.05
_INDICES = ("cfi", "tli", "rmsea", "srmr")
_RMSEA_INTERVAL = ("rmsea_ci_lower", "rmsea_ci_upper")


@dataclass(frozen=True, eq=False)
class Design:
    """What all steps have in common.

    ordered : the ordered items, and how many thresholds each has    groups : how many
    steps : those that are taken
    options : further arguments of ``sme.fit``
    """

    model: Specification
    data: pd.DataFrame
    group: str
    ordered: Mapping[str, int]
    groups: int
    steps: Sequence[str]
    options: Mapping[str, Any]

    def fitted(self, step: str, released: Sequence[str]) -> Fit:
        """Fit the model of one step, some relations not held equal."""
        equal = self.held(step)
        model = own_labels(self.model, self.groups, lambda term: self._kind(term) in equal)
        names = {bare(text) for text in released}
        lines = self._of_ordered(step, names)
        for line in lines.values():
            model = model.add(line)
        apart = [text for text in released if bare(text) not in lines]
        if not equal:
            apart = []
        return fit_model(model, self.data, group=self.group, group_equal=equal, group_partial=apart, **self.options)

    def alone(self, rows: np.ndarray) -> Fit | SmeSemError:
        """Fit the model to the respondents of one group, or give the reason why it cannot be."""
        try:
            return fit_model(self.model, self.data.iloc[rows], **{"meanstructure": True, **self.options})
        except SmeSemError as problem:
            return problem

    @property
    def own_labels(self) -> tuple[str, ...]:
        """Labels of the model that do not reach across groups, unless a step holds their relations equal."""
        return across_groups(self.model, lambda _: False)

    def _kind(self, term: Term) -> str:
        return "regressions" if term.op == "~" else _kind(str(Relation(*term.key)), self.model.latent)

    def held(self, step: str) -> tuple[str, ...]:
        """Which kinds of parameters a step holds equal."""
        reached = STEPS[: STEPS.index(step) + 1]
        left_out = "strict" if step == "means" and "strict" not in self.steps else None
        kinds = [kind for name, kind in HELD.items() if name in reached and name != left_out]
        if "loadings" in kinds and any(term.op == WEIGHT for term in self.model.terms):
            kinds.insert(kinds.index("loadings") + 1, "composite_weights")
        return tuple(kind for kind in kinds if self.ordered or kind != "thresholds")

    def _of_ordered(self, step: str, released: set[str]) -> dict[str, str]:
        """Lines for the scales of ordered items: fixed once they are to be equal.

        That of an item with two categories is free once all else is equal, but for one relation that may differ.
        """
        held = self.held(step)
        if "residuals" in held:
            own = {item: f"{item}~~{item}" for item in self.ordered}
            return {name: f"{item} ~~ {self._each(free=name in released)}*{item}" for item, name in own.items()}
        told = [item for item, n in self.ordered.items() if n == 1 and _differs_in(item, released) < 2]
        return {f"{x}~~{x}": f"{x} ~~ {self._each(free=True)}*{x}" for x in told if "intercepts" in held}

    def _each(self, *, free: bool) -> str:
        """One in the first group, and in the others one or free."""
        return f"c({', '.join(['1'] + ['NA' if free else '1'] * (self.groups - 1))})"


@dataclass(frozen=True, eq=False)
class Invariance(Tabled):
    """The steps of an invariance analysis.

    table : one row per step: step, npar, df, chisq, chisq_diff, df_diff, pvalue_diff, test, and cfi, tli, rmsea, srmr
        each with ``_diff``, and the 90% interval rmsea_ci_lower, rmsea_ci_upper; differences are from the step above,
        corrected tests where the estimator asks for them
    fits : by step
    permutation : one row per step and measure, where permutations were asked for: step, measure, observed, critical,
        pvalue, permutations, failed (see :mod:`sme_sem.comparison.permutation`)
    released : relations that differ between groups by choice, or as found by :meth:`partial`
    found : those of them that were found
    """

    table: pd.DataFrame
    fits: Mapping[str, Fit]
    released: tuple[str, ...]
    _design: Design
    permutation: pd.DataFrame | None = None
    found: tuple[str, ...] = ()

    def tables(self) -> tuple[Table, ...]:
        """Give the steps, what permutations say of them, the fit of each group, and the paths side by side."""
        return self.labelled()

    def labelled(self, labels: Labels | None = None, groups: Labels | None = None) -> tuple[Table, ...]:
        """Give the same tables in a reader's words.

        Parameters
        ----------
        labels
            What to print for variables.
        groups
            What to print for each group, in the order in which they are to stand.

        Examples
        --------
        >>> import numpy as np, sme_sem as sme
        >>> answers = sme.simulate("trust =~ 0.8*t1 + 0.8*t2 + 0.8*t3 + 0.8*t4", 300, seed=1)
        >>> answers["shop"] = np.arange(300) % 2
        >>> steps = sme.invariance("trust =~ t1 + t2 + t3 + t4", answers, group="shop")
        >>> [table.name for table in steps.labelled(groups={"1": "Online", "0": "In town"})]
        ['invariance', 'fit_by_group']
        """
        require_labels(labels)
        require_labels(groups, "groups")
        own = {label: label for label in self.groups} if groups is None else _all_named(groups, self.groups)
        frame = self.fit_by_group.set_index("group").loc[list(own)].reset_index()
        fits = by_group.fit_table(frame, {label: self._alone[label] for label in own}, own)
        equal = "loadings" in self._design.held(self._step_of_paths)
        paths = by_group.path_table(self.fits[self._step_of_paths], equal_loadings=equal, labels=labels, groups=own)
        return (*self._steps(), fits, *((paths,) if paths.rows else ()))

    def _steps(self) -> tuple[Table, ...]:
        rows = tuple(
            (STEP_NAMES[row["step"]], *(row[c.name] for c in _COLUMNS[1:])) for row in self.table.to_dict("records")
        )
        notes: list[Text] = [_ABOVE, *_disagreeing(self.table)]
        if self._design.own_labels:
            notes.append(_OWN_LABELS.filled(names=", ".join(self._design.own_labels)))
        if self.released:
            notes.append(_RELEASED.filled(names=", ".join(self.released)))
        if self.found:
            notes.append(_FOUND.filled(names=", ".join(self.found)))
        if any(corrected(fit) for fit in self.fits.values()):
            notes.append(PLAIN_CHISQ)
        for step, fit in self.fits.items():
            notes += [_OF.filled(step=STEP_NAMES[step], said=said) for said in (*objections(fit), *held_back(fit))]
        steps = Table("invariance", term("Measurement invariance"), _COLUMNS, rows, tuple(notes))
        return (steps,) if self.permutation is None else (steps, permutation_table(self.permutation, STEP_NAMES))

    def releases(self, step: str) -> pd.DataFrame:
        """Score test of every equality that a step adds: relation, statistic, df, pvalue, largest first.

        What the plain chi-square would fall by, about, if the relation were free in every group; of ``ULS`` and
        ``DWLS`` (ordered items) it has no chi-square distribution, and no p.

        Parameters
        ----------
        step
            One of those fitted, not the first.

        Raises
        ------
        SpecificationError
            There is no such step, or it holds nothing equal that is tested one by one.

        Examples
        --------
        >>> import numpy as np, sme_sem as sme
        >>> answers = sme.simulate("trust =~ 0.8*t1 + 0.8*t2 + 0.8*t3 + 0.8*t4", 300, seed=1)
        >>> answers["shop"] = np.arange(300) % 2
        >>> answers["t3"] += answers["shop"]
        >>> steps = sme.invariance("trust =~ t1 + t2 + t3 + t4", answers, group="shop")
        >>> steps.releases("scalar").head(2)[["relation", "statistic", "df"]].round(2)
          relation  statistic  df
        0   t3 ~ 1      32.63   1
        1   t4 ~ 1       7.03   1
        """
        _require_known_steps((step,), self.fits)
        equal = self._design.held(step)
        kind = {**HELD, "configural": ""}[step]
        if kind not in equal or (self._design.ordered and step in ("scalar", "strict")):
            raise SpecificationError(_NOT_ONE_BY_ONE.filled(step=repr(step)))
        fit = self.fits[step]
        relations = _held_relations(fit)
        before = self._before(step)
        weaker = set(_held_relations(before))
        tested = [relation for relation in relations if relation not in weaker]
        tested += [relation for relation in _free_relations(before) if relation not in _free_relations(fit)]
        rows = [(relation, *_score_test(fit, relation)) for relation in tested]
        frame = pd.DataFrame(rows, columns=["relation", "statistic", "df"])
        distributed = fit.options.method.discrepancy not in ("ULS", "DWLS")
        frame["pvalue"] = fit_indices.p_value(frame["statistic"], frame["df"]) if distributed else np.nan
        return frame.sort_values("statistic", ascending=False, kind="stable", ignore_index=True)

    def partial(self, step: str = "scalar", *, alpha: float = 0.05, most: int = 20) -> Invariance:
        """Release equalities, the largest score test first, until a step's difference is not significant.

        What is found so fits these respondents by construction: it needs a reason, and other respondents.

        Parameters
        ----------
        step
            The step to be reached.
        alpha
            Level of its difference test.
        most
            How many relations are released at most.

        Returns
        -------
        Invariance
            All steps anew; ``.released`` names what is not held equal, ``.found`` what of it was found here.

        Raises
        ------
        DataProblem
            The step differs even so.
        SpecificationError
            There is no such step, its equalities are not tested one by one, or an argument is out of range.

        Examples
        --------
        >>> import numpy as np, sme_sem as sme
        >>> answers = sme.simulate("trust =~ 0.8*t1 + 0.8*t2 + 0.8*t3 + 0.8*t4", 300, seed=1)
        >>> answers["shop"] = np.arange(300) % 2
        >>> answers["t3"] += answers["shop"]
        >>> steps = sme.invariance("trust =~ t1 + t2 + t3 + t4", answers, group="shop")
        >>> steps.partial("scalar").released
        ('t3 ~ 1',)
        """
        probability("alpha", alpha, 0.05)
        most = whole(
            "most", most, 1, Words("how many relations may be released, one or more", "最多放开几个关系，不小于1")
        )
        _require_known_steps((step,), self.fits)
        current = self
        for _ in range(most):
            row = current.table.set_index("step").loc[step]
            if not row["pvalue_diff"] < alpha:
                new = current.released[len(self.released) :]
                return replace(current, found=(*self.found, *new))
            candidates = current.releases(step)
            if len(candidates) < 2:
                break
            released = (*current.released, str(candidates["relation"][0]))
            current = _run(self._design, tuple(self.fits), released)
        raise DataProblem(_NOT_EVEN_PARTIAL.filled(step=repr(step), n=len(current.released)))

    @property
    def paths(self) -> pd.DataFrame:
        """Wald test that a path is equal in all groups, at the metric step: lhs op rhs, estimates, chisq df pvalue.

        Loadings are equal there, so that paths are in the same units; without that step, at the last one.
        """
        fit = self.fits[self._step_of_paths]
        rows = [
            (f"{test.outcome} ~ {test.cause}", *test.estimates, test.chisq, test.df, test.pvalue)
            for test in by_group.path_tests(fit)
        ]
        return pd.DataFrame(rows, columns=["path", *fit.moments.labels, "chisq", "df", "pvalue"])

    @property
    def groups(self) -> tuple[str, ...]:
        """Labels of the groups, in the order of the data's categories, or else as they first occur."""
        design = self._design
        return by_group.ordered_groups(self._configural.moments.labels, design.data[design.group])

    @property
    def fit_by_group(self) -> pd.DataFrame:
        """Fit of the model in each group alone: group n chisq df pvalue cfi tli rmsea with its interval, and srmr.

        As they are quoted: corrected where the estimator asks for it; NaN for a group that has no fit of its own.
        """
        moments = self._configural.moments
        return by_group.measures_of(self._alone, dict(zip(moments.labels, np.rint(moments.n).astype(int), strict=True)))

    @cached_property
    def _alone(self) -> dict[str, Fit | SmeSemError]:
        moments = self._configural.moments
        assert moments.rows is not None
        rows = dict(zip(moments.labels, moments.rows, strict=True))
        return {label: self._design.alone(rows[label]) for label in self.groups}

    @property
    def _configural(self) -> Fit:
        return next(iter(self.fits.values()))

    @property
    def _step_of_paths(self) -> str:
        return "metric" if "metric" in self.fits else list(self.fits)[-1]

    def _before(self, step: str) -> Fit:
        names = list(self.fits)
        return self.fits[names[names.index(step) - 1]]


@one_thread()
def invariance(
    model: str | Specification,
    data: pd.DataFrame,
    *,
    group: str,
    steps: Sequence[str] | None = None,
    ordered: bool | Sequence[str] | None = None,
    group_partial: str | Sequence[str] = (),
    permutations: int = 0,
    seed: int = 1,
    workers: int | None = None,
    progress: bool | Progress = True,
    **options: Any,
) -> Invariance:
    """Test step by step whether a measurement model is the same in all groups.

    Parameters
    ----------
    model, data, group, ordered
        As for :func:`sme_sem.fit`; but a label that is written once holds relations equal within each group, not across
        groups, and definitions that need it are left out.
    steps : sequence of str, optional
        From configural, thresholds (ordered items only), metric, scalar, strict and means, in this order; all but
        means by default, which takes scalar or strict before it.
    group_partial : str or sequence of str
        Relations that are not held equal, such as ``"visual =~ x2"`` or ``"x3 ~ 1"``.
    permutations : int
        How often respondents are dealt out to the groups at random and every step is fitted again, for p-values of
        chi-square and fit indices that suppose no distribution (:mod:`sme_sem.comparison.permutation`); 0 for none.
    seed : int
        Of the permutations.
    workers : int, optional
        Processes that share the permutations, -1 for all cores; None for what ``joblib.parallel_config`` says, or one.
    progress : bool or callable
        True for a bar on a terminal, False for silence, or a function called with what is done and what there is.
    **options
        Further arguments of :func:`sme_sem.fit`, such as ``estimator="MLR"`` or ``missing="fiml"``.

    Returns
    -------
    Invariance
        ``.table``, ``.fits``, ``.permutation``, ``.releases(step)``, ``.partial(step)``, ``.fit_by_group``, ``.paths``;
        prints as tables.

    Raises
    ------
    SpecificationError
        If the steps are unknown or out of order, or the items cannot tell them apart.
    ConvergenceError
        If a step, or every second permutation of the respondents, has no estimates.
    SmeSemError
        If the first step cannot be fitted to these groups, see :func:`sme_sem.fit`.

    Examples
    --------
    >>> import numpy as np, pandas as pd, sme_sem as sme
    >>> answers = sme.simulate("trust =~ 1*t1 + 0.8*t2 + 0.9*t3 + 0.7*t4", 400, seed=1)
    >>> answers["region"] = np.where(np.arange(400) < 200, "north", "south")
    >>> result = sme.invariance("trust =~ t1 + t2 + t3 + t4", answers, group="region")
    >>> result.table[["step", "df", "df_diff"]]
             step  df  df_diff
    0  configural   4      NaN
    1      metric   7      3.0
    2      scalar  10      3.0
    3      strict  14      4.0
    """
    if "group_equal" in options:
        raise SpecificationError(_BY_STEPS)
    require_kind("group", group, str, _A_COLUMN)
    specification = Specification.read(model).for_all_groups(_OF_GROUPS)
    if steps is not None:
        _require_known_steps(texts("steps", steps, "configural"), STEPS)
    if ordered is None:
        ordered = marked(specification, data, options.get("estimator"), missing_of(options.get("missing", "listwise")))
    categorical = any_ordered(ordered)
    if categorical and options.get("parameterization", "theta") != "theta":
        raise SpecificationError(_ONLY_THETA)
    if categorical:
        options = {"parameterization": "theta", "ordered": ordered, **options}
    first = fit_model(specification, data, group=group, **options)
    cut = first.table.ordered
    usual = tuple(s for s in STEPS if s != "means" and (cut or s != "thresholds"))
    chosen = texts("steps", usual if steps is None else steps, "configural")
    _require_known_steps(chosen, STEPS)
    _require_order(chosen)
    _require_categories_for(chosen, cut)
    released = texts("group_partial", group_partial, "x3 ~ 1")
    design = Design(specification, data, group, cut, first.table.groups, chosen, options)
    found = _run(design, chosen, released)
    if permutations == 0:
        return found
    free = {step: _in_force(design, step, released) for step in chosen}
    dealt = permuted(design, found.fits, free, permutations=permutations, seed=seed, workers=workers, progress=progress)
    return replace(found, permutation=dealt)


def _all_named(given: Labels, groups: Sequence[str]) -> dict[str, Text]:
    """Name every group, in the order given; those left out keep their labels and stand last."""
    own = {label: given[label] for label in given if label in groups}
    return own | {label: label for label in groups if label not in own}


def _require_known_steps(steps: Sequence[str], known: Sequence[str] | Mapping[str, Any]) -> None:
    unknown = [step for step in steps if not isinstance(step, str) or step not in known]
    if unknown or not steps:
        own = repr(unknown[0] if unknown else "")
        raise SpecificationError(_NO_SUCH_STEP.filled(step=own, known=joined(known, ", ", "、")))


def _require_order(steps: tuple[str, ...]) -> None:
    if steps[0] != "configural" or list(steps) != sorted(steps, key=STEPS.index):
        raise SpecificationError(at(f"steps={steps}", _IN_ORDER.filled(steps=joined(STEPS, ", ", "、"))))
    if "means" in steps and not {"scalar", "strict"} & set(steps):
        raise SpecificationError(at(f"steps={steps}", _INTERCEPTS_FIRST))


def _require_categories_for(steps: Sequence[str], cut: Mapping[str, int]) -> None:
    """Refuse steps that need ordered answers, or more than two categories of them."""
    if "thresholds" in steps and not cut:
        raise SpecificationError(at("steps", _OF_ORDERED))
    two = [name for name, thresholds in cut.items() if thresholds == 1]
    if two and {"thresholds", "metric"} & set(steps):
        raise SpecificationError(at(", ".join(map(repr, two[:3])), _BINARY))


def _run(design: Design, steps: Sequence[str], released: tuple[str, ...]) -> Invariance:
    fits = {step: design.fitted(step, _in_force(design, step, released)) for step in steps}
    rows: list[dict[str, Any]] = []
    previous: str | None = None
    for (step, fit), found in zip(fits.items(), reported_alike(fits.values()), strict=True):
        p = None if previous is None else pair((previous, step), fits[previous], fit, "auto")
        row = {"step": step, "npar": int(found["npar"]), "df": fit.inference.df, "chisq": fit.inference.test.chi_square}
        row |= _tested(p)
        for name in _INDICES:
            row[name] = float(found[name])
            row[f"{name}_diff"] = row[name] - rows[-1][name] if rows else np.nan
        row |= {name: float(found[name]) for name in _RMSEA_INTERVAL}
        rows.append(row)
        previous = step
    return Invariance(pd.DataFrame(rows), fits, released, design)


def _in_force(design: Design, step: str, released: Sequence[str]) -> tuple[str, ...]:
    """The released relations of kinds that a step holds equal."""
    held = design.held(step)
    return tuple(text for text in released if _kind(text, design.model.latent) in held)


def _differs_in(binary: str, released: Iterable[str]) -> int:
    """How many relations of an item with two categories are not held equal."""
    return sum(name in (f"{binary}~1", f"{binary}|t1") or name.endswith(f"=~{binary}") for name in released)


def _kind(text: str, constructs: Sequence[str]) -> str:
    relation = bare(text)
    if relation.removesuffix("~1") in constructs:
        return "means"
    if "=~" in relation:
        return "loadings"
    if WEIGHT in relation:
        return "composite_weights"
    if "|" in relation:
        return "thresholds"
    return "residuals" if "~~" in relation else "intercepts"


def _tested(p: Pair | None) -> dict[str, Any]:
    if p is None:
        return {"chisq_diff": np.nan, "df_diff": np.nan, "pvalue_diff": np.nan, "test": ""}
    return {"chisq_diff": p.statistic, "df_diff": p.df, "pvalue_diff": p.pvalue, "test": p.test}


def _held_relations(fit: Fit) -> list[str]:
    """Relations whose parameter is one and the same in several groups."""
    groups: dict[str, list[int]] = {}
    for p in fit.table.parameters:
        if p.free:
            groups.setdefault(str(p), []).append(p.index)
    return [name for name, index in groups.items() if len(index) > len(set(index))]


def _free_relations(fit: Fit) -> list[str]:
    """Relations with a free parameter in some group."""
    return list(dict.fromkeys(str(p) for p in fit.table.parameters if p.free))


def _score_test(fit: Fit, relation: str) -> tuple[float, int]:
    """What chi-square would fall by, about, if one relation were free in every group, and the degrees of freedom."""
    options = replace(fit.options, group_partial=(*fit.options.group_partial, relation))
    table = table_like(fit, fit.specification, options)
    freed = replace(fit, table=table, pattern=table.pattern)
    there = freed.inference.at(translated(freed, fit))
    gradient = there.slope.gradient / 2
    statistic = there.total * float(gradient @ np.linalg.solve(there.expected_information, gradient))
    return statistic, table.n_free - fit.table.n_free


def _disagreeing(table: pd.DataFrame) -> list[Text]:
    """Name the steps that the fall of the CFI leaves standing and other criteria do not."""
    said: list[Text] = []
    for row in table.to_dict("records"):
        if row["cfi_diff"] < -CFI_FALL:
            break
        against = []
        if row["pvalue_diff"] < _SIGNIFICANT:
            p = cell(row["pvalue_diff"], Kind.PROBABILITY)
            against.append(_DIFFERS.filled(p=p if p.startswith("<") else f"= {p}"))
        if row["rmsea_diff"] >= RMSEA_RISE:
            against.append(_RISES.filled(rise=cell(row["rmsea_diff"], Kind.COEFFICIENT)))
        if against:
            said.append(_DISAGREE.filled(step=STEP_NAMES[row["step"]], what=joined(against, " and ", "，且")))
    return said


STEP_NAMES: dict[str, Text] = {
    "configural": term("Configural invariance"),
    "thresholds": Words("Threshold invariance", "阈值不变性"),
    "metric": term("Metric (weak) invariance"),
    "scalar": term("Scalar (strong) invariance"),
    "strict": term("Strict invariance"),
    "means": term("Latent mean invariance"),
}
_COLUMNS = (
    Column("step", Words("Step", "步骤")),
    *measure_columns("chisq", "df"),
    *DIFFERENCE_COLUMNS,
    *measure_columns("cfi"),
    Column("cfi_diff", "ΔCFI", Kind.COEFFICIENT),
    *measure_columns("tli", "rmsea", *_RMSEA_INTERVAL),
    Column("rmsea_diff", "ΔRMSEA", Kind.COEFFICIENT),
    *measure_columns("srmr"),
    Column("srmr_diff", "ΔSRMR", Kind.COEFFICIENT),
)
_ABOVE = Words("Δ: from the step above.", "Δ为与上一步骤之差。")
_DISAGREE = Words(
    "{step}: ΔCFI lies within the customary bound of .01, but {what}; judge the equalities of this step with care.",
    "{step}：ΔCFI未超出惯用界限.01，但{what}；该步骤的等值设定须谨慎判断。",
)
_DIFFERS = Words("Δχ² is significant (p {p})", "Δχ²显著（p {p}）")
_RISES = Words("ΔRMSEA = {rise} is not below .015 (Chen, 2007)", "ΔRMSEA = {rise}（不低于.015；Chen，2007）")
_OWN_LABELS = Words(
    "Each group has these labels for itself, so that nothing is equal between groups but what a step holds equal: "
    "{names}.",
    "下列标签在各组内分别使用，除各步骤设定的等值外不限制跨组相等：{names}。",
)
_RELEASED = Words("Not held equal: {names}.", "未设定相等：{names}。")
_FOUND = Words(
    "Found by score tests in these answers, which it therefore fits by construction: {names}. That needs a reason, and "
    "other respondents.",
    "以下为依据本数据的得分检验搜索所得，拟合改善在所难免：{names}；须有理论依据并以其他样本验证。",
)
_OF = Words("{step}: {said}", "{step}：{said}")
_OF_GROUPS = Words("invariance", "测量不变性检验")
_NOT_ONE_BY_ONE = Words(
    "step {step}: its equalities are not tested one by one for these items; release relations by name, with "
    "group_partial=.",
    "步骤{step}：对这些题项不逐一检验其等值；请以group_partial=按名称放开关系。",
)
_NOT_EVEN_PARTIAL = Words(
    "step {step} still differs significantly with {n} relations released: there is no partial invariance to speak of.",
    "放开{n}个关系后，步骤{step}的差异仍然显著：不存在部分不变性。",
)
_IN_ORDER = Words("begin with 'configural' and keep the order {steps}.", "请从'configural'开始，并按{steps}的顺序。")
_INTERCEPTS_FIRST = Words(
    "means of constructs can be compared once intercepts are equal; put 'scalar' or 'strict' before 'means'.",
    "截距相等后才能比较潜变量均值；请在'means'之前加入'scalar'或'strict'。",
)
_NO_SUCH_STEP = Words("step {step} is none of {known}.", "没有步骤{step}；可选{known}。")
_OF_ORDERED = Words(
    "'thresholds' belong to ordered items; name them in ordered=.", "'thresholds'用于有序题项；请列入ordered。"
)
_BINARY = Words(
    "with two categories, thresholds, loadings and intercepts cannot be told apart; take steps=('configural', "
    "'scalar', 'strict').",
    "只有两个类别时，阈值、载荷与截距无法区分；请设steps=('configural', 'scalar', 'strict')。",
)
_BY_STEPS = Words(
    "invariance holds parameters equal by steps=; leave group_equal= out.",
    "测量不变性检验以steps=设定哪些参数相等；请删去group_equal=。",
)
_A_COLUMN = Words("the name of a column, whose values are the groups that are compared", "列名，其取值即为所比较的各组")
_ONLY_THETA = Words(
    "invariance of ordered items is tested in the theta parameterization, in which residual variances are parameters "
    "that can be equal: leave parameterization= out.",
    "有序题项的测量不变性在theta参数化下检验，其中残差方差是可以相等的参数：请删去parameterization=。",
)
