"""Other models that no answers can tell from the one that was chosen.

Where the causes of an effect include those of its source, a path may be replaced by a covariance of what is left
unexplained; where they are the same, it may point the other way; and back (the replacing rule).  Every such change of
one relation among constructs, and variables on paths, is tried and kept if the two models reproduce each other's
moments exactly (``nesting``), so that each model listed is equivalent by calculation and not by rule alone.

Lee and Hershberger (1990), Multivariate Behavioral Research 25, 313-334; MacCallum, Wegener, Uchino and Fabrigar
(1993), Psychological Bulletin 114, 185-199.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ..errors import SmeSemError
from ..relation import circular
from ..sem import objective
from ..sem.columns import measure_columns
from ..sem.completion import parameter_table
from ..sem.fit import Fit
from ..sem.fitted import require_solution
from ..sem.parameters import Parameter
from ..sem.presentation import Labels, named, require_labels
from ..sem.quoted import corrected, objections, reported
from ..sem.specification import Specification
from ..syntax import DEFINING, Term
from ..tables import Column, Table, Tabled, Text, Words
from ..threads import one_thread
from .nesting import reproduced, translated
from .refit import estimated_again, table_like

Key = tuple[str, str, str]


@dataclass(frozen=True)
class Change:
    """One relation in place of another."""

    old: Key
    new: Key

    @property
    def words(self) -> Words:
        """Say it in both languages."""
        return self.labelled()

    def labelled(self, labels: Labels | None = None) -> Words:
        """Say it with labels in place of names."""
        return _IN_PLACE.filled(old=_drawn(self.old, labels), new=_drawn(self.new, labels))


@dataclass(frozen=True, eq=False)
class Equivalents(Tabled):
    """Models equivalent to a fitted one.

    table : one row per model: change, change_zh, chisq, df (corrected where the estimator corrects them), discrepancy
        (from the fitted model's moments), model (its syntax)
    models : the specifications, in the same order; fit them with the options of the original
    tried : how many changes were tried
    """

    table: pd.DataFrame
    models: tuple[Specification, ...]
    tried: int
    changes: tuple[Change, ...]
    notes: tuple[Text, ...] = ()

    def tables(self) -> tuple[Table, ...]:
        """List the models by what they change."""
        return self.labelled()

    def labelled(self, labels: Labels | None = None) -> tuple[Table, ...]:
        """Give the same list with labels.

        Parameters
        ----------
        labels
            What to print for variables.

        Examples
        --------
        >>> import sme_sem as sme
        >>> answers = sme.simulate("trust ~ 0.5*price; use ~ 0.5*trust", 200, seed=1)
        >>> found = sme.equivalents(sme.fit("trust ~ price; use ~ trust", answers))
        >>> str(found.labelled({"price": "Price", "trust": "Trust"})[0].rows[0][0])
        'Price ← Trust in place of Trust ← Price'
        """
        require_labels(labels)
        rows = tuple(
            (change.labelled(labels), row["chisq"], row["df"])
            for change, row in zip(self.changes, self.table.to_dict("records"), strict=True)
        )
        note = (_SAME if rows else _NONE).filled(tried=self.tried)
        return (Table("equivalent_models", _TITLE, _COLUMNS, rows, (note, *self.notes)),)


@one_thread()
def equivalents(fit: Fit) -> Equivalents:
    """List the models, one relation away, that no answers can tell from a fitted one.

    Sources: :mod:`sme_sem.comparison.equivalents`.

    Parameters
    ----------
    fit : Fit
        A fitted model with paths or covariances among constructs or observed variables; indicators stay where they
        are.

    Returns
    -------
    Equivalents
        ``.table``, ``.models``, ``.tried``; prints as a table.

    Raises
    ------
    ConvergenceError
        If the fit did not converge.

    Examples
    --------
    >>> import pandas as pd, sme_sem as sme
    >>> names = ["price", "trust", "use"]
    >>> S = pd.DataFrame([[1, 0.5, 0.3], [0.5, 1, 0.4], [0.3, 0.4, 1]], index=names, columns=names)
    >>> fit = sme.fit("trust ~ price; use ~ trust", cov=S, n=200)
    >>> sme.equivalents(fit).table["change"].tolist()
    ['price ← trust in place of trust ← price', 'price ↔ trust in place of trust ← price']
    """
    require_solution(fit, Words("it has no equivalents: mend it first.", "没有等价模型：请先修正模型。"))
    fit.specification.for_all_groups(Words("equivalents", "等价模型"))
    base = _with_free_covariates(fit)
    found: list[tuple[Change, Specification, Fit, float]] = []
    changes = list(_changes(base))
    for change in changes:
        try:
            specification = _specification(base, change)
            other, discrepancy = _reproducing(base, specification)
        except SmeSemError:
            continue  # the changed model contradicts itself, or a constraint names what was replaced
        if other is not None:
            found.append((change, specification, other, discrepancy))
    rows = [
        {
            "change": change.words.en,
            "change_zh": change.words.zh,
            **_test(fit, other),
            "discrepancy": discrepancy,
            "model": str(specification),
        }
        for change, specification, other, discrepancy in found
    ]
    columns = ["change", "change_zh", "chisq", "df", "discrepancy", "model"]
    return Equivalents(
        pd.DataFrame(rows, columns=columns),
        tuple(specification for _, specification, *_ in found),
        len(changes),
        tuple(change for change, *_ in found),
        (*((_CORRECTED,) if found and corrected(fit) else ()), *objections(fit)),
    )


def _test(fit: Fit, other: Fit) -> dict[str, float]:
    """Chi-square and df of an equivalent; a correction rests on what the moments may be, which is the same for both."""
    if corrected(fit):
        measures = reported(fit)
        return {"chisq": measures["chisq"], "df": measures["df"]}
    return {"chisq": other.inference.test.chi_square, "df": other.inference.df}


def _with_free_covariates(fit: Fit) -> Fit:
    """The same model with the moments of given variables among its parameters, so that arrows may point at them."""
    specification = Specification(tuple(t for t in fit.specification.terms if t.op != ":="))
    if not fit.table.exogenous or fit.table.ordered:
        return estimated_again(fit, specification)
    freed = replace(fit, options=replace(fit.options, fixed_x=False), table=replace(fit.table, exogenous=()))
    return estimated_again(freed, specification)


def _reproducing(fit: Fit, specification: Specification) -> tuple[Fit | None, float]:
    """Lay out another specification where it implies the moments of a fit, and what is left of a discrepancy.

    None where it does not.  With as many parameters, each of the two is then a special case of the other.
    """
    table = table_like(fit, specification)
    if table.n_free != fit.table.n_free:
        return None, np.nan
    other = replace(fit, table=table, pattern=table.pattern, diagnostics=())
    found = reproduced(replace(other, theta=translated(other, fit)), fit)
    if not found.exactly:
        return None, found.discrepancy
    sample = fit.sample._replace(mean=fit.sample.mean if table.means else None)
    expected = objective.slope(other.pattern, sample, fit.moments, found.theta)
    return replace(other, theta=found.theta, slope=expected), found.discrepancy


def _structural(fit: Fit) -> dict[Key, Parameter]:
    """Free paths and covariances of the first group among constructs, and variables that are no indicators."""
    indicators = {p.rhs for p in fit.table.parameters if p.op == "=~"} - set(fit.latent) | fit.table.made
    return {
        p.key: p
        for p in fit.table.parameters
        if p.free and p.group == 0 and p.op in ("~", "~~") and p.lhs != p.rhs and not {p.lhs, p.rhs} & indicators
    }


def _changes(fit: Fit) -> Iterator[Change]:
    """Every exchange of one path or covariance that makes no feedback loop where there was none."""
    given = set(fit.table.exogenous)
    relations = _structural(fit)
    paths = {(key[0], key[2]) for key in relations if key[1] == "~"}
    loops = circular(paths)
    for key in relations:
        lhs, op, rhs = key
        if {lhs, rhs} & given:
            continue
        turned, covaried = (rhs, "~", lhs), Term(lhs, "~~", rhs).key
        ways = [turned, covaried] if op == "~" else [(lhs, "~", rhs), turned]
        for new in ways:
            after = paths - {(lhs, rhs)} | ({(new[0], new[2])} if new[1] == "~" else set())
            if new not in relations and (loops or not circular(after)):
                yield Change(key, new)


def _specification(fit: Fit, change: Change) -> Specification:
    """Write the changed model so that nothing else changes, whatever is added to a model by default."""
    terms = tuple(t for t in fit.specification.terms if t.op in DEFINING or t.key != change.old)
    changed = Specification(terms).add(_line(change.new))
    wanted = set(_structural(fit)) - {change.old} | {change.new}
    table = parameter_table(changed, fit.options, fit.table.groups, tuple(fit.table.ordered.items()))
    present = set(_structural(replace(fit, table=table)))
    for key in sorted(present - wanted):
        changed = changed.add(_line(key, "0*"))
    for key in sorted(wanted - present):
        changed = changed.add(_line(key))
    return changed


def _line(key: Key, modifier: str = "") -> str:
    return f"{key[0]} {key[1]} {modifier}{key[2]}"


def _drawn(key: Key, labels: Labels | None) -> Words:
    return (_PATH if key[1] == "~" else _COVARIANCE).filled(a=named(key[0], labels), b=named(key[2], labels))


_IN_PLACE = Words("{new} in place of {old}", "以“{new}”代替“{old}”")
_PATH, _COVARIANCE = Words.same("{a} ← {b}"), Words.same("{a} ↔ {b}")
_TITLE = Words("Equivalent models", "等价模型")
_COLUMNS = (Column("change", Words("Change", "改动")), *measure_columns("chisq", "df"))
_SAME: Words = Words(
    "Each of these models fits exactly as well as the one reported, in these answers and in any others: only theory, "
    "time order or an experiment can choose. {tried} changes of one relation were tried.",
    "以上模型对本数据及任何其他数据的拟合均与所报告模型完全相同，只能依据理论、时间顺序或实验取舍。"
    "共尝试{tried}种单一关系的改动。",
)
_NONE: Words = Words(
    "No model that differs in one relation is equivalent; {tried} changes were tried.",
    "没有仅改动一条关系的等价模型；共尝试{tried}种改动。",
)
_CORRECTED: Words = Words("χ² is corrected, as that of the model reported is.", "χ²与所报告模型的χ²一样，均为校正值。")
