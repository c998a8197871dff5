"""Search for a better model, and how much of what it finds is chance.

A model found by search fits these answers better by construction: among many candidates some improve the fit by
chance alone.  The search is therefore repeated where it can be checked: in one half of the respondents, its gain
measured in the other (split half), or in samples drawn from the respondents, its gain measured in the respondents
themselves (bootstrap; Efron 1983, Journal of the American Statistical Association 78, 316-331).

::

    optimism = mean of (gain where the search was done - gain of the same change where it was not)

Gains are falls of chi-square.  MacCallum (1986), Psychological Bulletin 100, 107-120; MacCallum, Roznowski and Necowitz
(1992), Psychological Bulletin 111, 490-504.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ..kernels import fit_indices
from ..sem.columns import measure_columns
from ..sem.fit import Fit
from ..sem.fitted import require_solution
from ..sem.quoted import objections
from ..tables import Column, Kind, Table, Tabled, Text, Words, rows_from
from ..tasks import Progress, done, seeded
from ..threads import one_thread
from .optimism import gain_of, optimism_of, repeated, repeats_of, stability_of
from .stepwise import OPERATORS, Way, rule_of, searched

POST_HOC = "post hoc"


@dataclass(frozen=True, eq=False)
class Search(Tabled):
    """What a search found, post hoc.

    steps : one row per change: change, mi, looked_at, chisq, df, chisq_drop, pvalue (as if it had been planned), cfi,
        rmsea, bic
    fit, start : the model found, and the one the search began with
    looked_at : how many models were considered
    optimism : one row per way of checking: method, repetitions, failed, gain, optimism, gain_corrected
    stability : how often each change was found again, as a share of the repetitions
    fits : the model after each change
    label : ``"post hoc"``; :func:`sme_sem.ledger.entries_of_search` describes the steps for a study's ledger
    """

    steps: pd.DataFrame
    fit: Fit
    start: Fit
    looked_at: int
    optimism: pd.DataFrame
    stability: pd.DataFrame
    fits: tuple[Fit, ...]
    label: str = POST_HOC

    def tables(self) -> tuple[Table, ...]:
        """Give the steps, and what remains of their gain."""
        notes: list[Text] = [_POST_HOC.filled(n=self.looked_at), *objections(self.fit)]
        if not len(self.steps):
            notes.append(_NOTHING)
        found = [Table("search", _TITLE, _STEPS, rows_from(self.steps, _STEPS), tuple(notes))]
        if len(self.optimism):
            rows = tuple(
                (_METHODS[row["method"]], *(row[c.name] for c in _OPTIMISM[1:]))
                for row in self.optimism.to_dict("records")
            )
            found.append(Table("search_optimism", _CHANCE, _OPTIMISM, rows, (_MEASURED,)))
        if len(self.stability):
            found.append(Table("search_stability", _AGAIN, _STABILITY, rows_from(self.stability, _STABILITY)))
        return tuple(found)


@one_thread()
def search(
    fit: Fit,
    *,
    kind: str = "modification",
    relations: Sequence[str] = OPERATORS,
    allowed: Sequence[str] | None = None,
    most: int = 5,
    alpha: float = 0.05,
    halves: int = 20,
    bootstrap: int = 0,
    seed: int = 1,
    workers: int | None = None,
    progress: bool | Progress = True,
) -> Search:
    """Search for a better model of the same answers, and find out how much of the gain is chance.

    Formulas and sources: :mod:`sme_sem.comparison.specification_search`.

    Parameters
    ----------
    fit
        The model to begin with.
    kind
        ``"modification"`` frees the relation with the largest modification index, again and again; ``"neighbours"``
        fits every model that is one relation wider, or one stated path or covariance narrower, and takes the lowest
        BIC.
    relations
        Which kinds may be freed: ``"=~"``, ``"~"``, ``"~~"``; never so that a variable becomes its own cause.
    allowed
        The only relations that may be freed or, by neighbours, taken out, such as ``["use ~ age"]``; all, where None.
    most
        Changes made at most.
    alpha
        A modification index must be significant at this level.
    halves
        How many times the respondents are halved and both halves searched; 0 for none.
    bootstrap
        How many samples of the respondents are searched; 0 for none.
    seed
        Of halves and samples.
    workers
        Processes that share the work, -1 for all cores; None for what ``joblib.parallel_config`` says, or one.
    progress
        True for a bar on a terminal, False for silence, or a function called with what is done and what there is.

    Returns
    -------
    Search
        ``.steps``, ``.fit``, ``.looked_at``, ``.optimism``, ``.stability``; labelled post hoc.

    Raises
    ------
    SpecificationError
        If the search is asked for what it cannot do, such as halving a covariance matrix, or ``allowed`` names a
        variable that is not in the model.
    SyntaxProblem
        If one of the relations ``allowed`` cannot be read.
    ConvergenceError
        If the fit did not converge.

    Examples
    --------
    >>> import sme_sem as sme
    >>> answers = sme.simulate("trust =~ 1*t1 + 1*t2 + 1*t3 + 1*t4 + 1*t5; t1 ~~ 0.5*t2", 400, seed=1)
    >>> found = sme.search(sme.fit("trust =~ t1 + t2 + t3 + t4 + t5", answers), most=1, halves=2, progress=False)
    >>> found.steps["change"].tolist(), found.looked_at
    (['t1 ~~ t2'], 10)
    """
    require_solution(fit, Words("there is nothing to begin with: mend it first.", "无从开始搜索：请先修正模型。"))
    rule = rule_of(fit, kind, relations, allowed, most, alpha)
    seeded(seed)
    found = searched(fit, rule)
    repeats = repeats_of(fit, rule, halves, bootstrap, seed)
    gains = done(repeated, repeats, title="Searches", workers=workers, progress=progress)
    return Search(
        _steps(fit, found),
        found.fit,
        fit,
        found.looked_at,
        optimism_of(fit, found, gains, 2 * halves),
        stability_of(found, gains),
        tuple(step.fit for step in found.steps),
    )


def _steps(start: Fit, found: Way) -> pd.DataFrame:
    rows: list[dict[str, Any]] = []
    before = start
    for step in found.steps:
        measures, drop = step.fit.measures(), gain_of(before, step.fit)
        df = before.inference.df - step.fit.inference.df
        rows.append(
            {
                "change": step.relation,
                "mi": step.mi,
                "looked_at": step.looked_at,
                "chisq": float(measures["chisq"]),
                "df": int(measures["df"]),
                "chisq_drop": drop,
                "pvalue": float(fit_indices.p_value(abs(drop), abs(df))),
                "cfi": float(measures["cfi"]),
                "rmsea": float(measures["rmsea"]),
                "bic": float(measures["bic"]),
            }
        )
        before = step.fit
    columns = ["change", "mi", "looked_at", "chisq", "df", "chisq_drop", "pvalue", "cfi", "rmsea", "bic"]
    return pd.DataFrame(rows, columns=columns)


_TITLE = Words("Specification search (post hoc)", "模型探索（事后）")
_CHANCE = Words("How much of the gain is chance", "改进中有多少出于偶然")
_AGAIN = Words("Changes found again", "各项改动的重现比例")
_METHODS = {"split half": Words("split half", "折半"), "bootstrap": Words("bootstrap", "自助法")}
_STEPS = (
    Column("change", Words("Change", "改动")),
    Column("mi", Words("Modification index", "修正指数"), Kind.STATISTIC),
    Column("looked_at", Words("Models looked at", "考察的模型数"), Kind.COUNT),
    *measure_columns("chisq", "df"),
    Column("chisq_drop", Words("Fall of χ²", "χ²下降"), Kind.STATISTIC),
    *measure_columns("cfi", "rmsea", "bic"),
)
_OPTIMISM = (
    Column("method", Words("Checked by", "检验方式")),
    Column("repetitions", Words("Repetitions", "重复次数"), Kind.COUNT),
    Column("failed", Words("Failed", "失败"), Kind.COUNT),
    Column("gain", Words("Fall of χ²", "χ²下降"), Kind.STATISTIC),
    Column("optimism", Words("Optimism", "乐观偏差"), Kind.STATISTIC),
    Column("gain_corrected", Words("Fall without optimism", "校正后的下降"), Kind.STATISTIC),
)
_STABILITY = (
    Column("change", Words("Change", "改动")),
    Column("share", Words("Share of repetitions", "重现比例"), Kind.COEFFICIENT),
)
_POST_HOC = Words(
    "Post hoc: {n} models were looked at. A model found so fits these answers by construction; it needs a reason, and "
    "other respondents.",
    "事后探索：共考察{n}个模型。由此得到的模型对本数据的拟合必然较好，须有理论依据并以新样本验证。",
)
_NOTHING = Words("No change improved the model.", "没有可改进模型的改动。")
_MEASURED = Words(
    "Optimism: by how much χ² fell further where the search was done than where it was not.",
    "乐观偏差：χ²在搜索样本中比在未参与搜索的样本中多下降的量。",
)
