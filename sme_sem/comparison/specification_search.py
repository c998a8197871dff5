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

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import special

from ..arguments import chosen, probability, require_kind, texts, whole
from ..errors import SmeSemError, SpecificationError
from ..kernels import fit_indices
from ..relation import Relation, circular
from ..responses.moments import Moments
from ..sem.columns import measure_columns
from ..sem.fit import Fit
from ..sem.fitted import require_solution
from ..sem.quoted import objections
from ..sem.specification import Specification
from ..suggestions import did_you_mean
from ..tables import Column, Kind, Table, Tabled, Text, Words, rows_from
from ..tasks import Progress, done, seeded
from ..threads import one_thread
from .refit import refitted, refitted_among

KINDS = ("modification", "neighbours")
OPERATORS = ("=~", "~", "~~")
POST_HOC = "post hoc"


class Rule(NamedTuple):
    """How to search: by which kind, from which relations, how far, and which modification index is too small."""

    kind: str
    operators: tuple[str, ...]
    allowed: frozenset[tuple[str, str, str]] | None
    most: int
    least: float


class Step(NamedTuple):
    """One change: what, how many models were looked at to find it, and the model it gave."""

    change: str
    mi: float
    looked_at: int
    fit: Fit


class Way(NamedTuple):
    """A whole search: where it ended, its steps, and how many models it looked at."""

    fit: Fit
    steps: tuple[Step, ...]
    looked_at: int


class Repeat(NamedTuple):
    """One repetition: the way and the samples of the respondents' rows it was done in and is measured in, by group."""

    start: Fit
    rule: Rule
    here: tuple[np.ndarray, ...]
    there: tuple[np.ndarray, ...]


class Gain(NamedTuple):
    """Falls of chi-square where the search was done and where it was not, and what it changed."""

    here: float
    there: float
    changes: tuple[str, ...]


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
    require_solution(fit, "there is nothing to begin with: mend it first.")
    rule = _rule(fit, kind, relations, allowed, most, alpha)
    seeded(seed)
    found = _searched(fit, rule)
    repeats = _repeats(fit, rule, halves, bootstrap, seed)
    gains = done(_repeated, repeats, title="Searches", workers=workers, progress=progress)
    return Search(
        _steps(fit, found),
        found.fit,
        fit,
        found.looked_at,
        _optimism(fit, found, gains, 2 * halves),
        _stability(found, gains),
        tuple(step.fit for step in found.steps),
    )


def _rule(
    fit: Fit, kind: str, relations: Sequence[str], allowed: Sequence[str] | None, most: int, alpha: float
) -> Rule:
    chosen("kind", kind, KINDS)
    operators = texts("relations", relations, "~~")
    for one in operators:
        chosen("relations", one, OPERATORS)
    most = whole("most", most, 1, Words("how many changes may be made, one or more", "最多修改几处，不小于1"))
    probability("alpha", alpha, 0.05)
    if fit.table.ordered or fit.options.method.discrepancy != "ML":
        raise SpecificationError(
            f"search compares models by likelihood, which estimator={fit.estimator!r} does not have: fit with 'ML' or "
            "'MLR'."
        )
    keys = None if allowed is None else _allowed(fit, allowed)
    least = float(special.chdtri(fit.table.groups, alpha))
    return Rule(kind, operators, keys, most, least)


def _allowed(fit: Fit, allowed: Sequence[str]) -> frozenset[tuple[str, str, str]]:
    """Read the relations that may be freed; refuse what the model knows nothing of."""
    require_kind("allowed", allowed, Iterable, "relations, such as ['use ~ age', 't1 ~~ t2']")
    lines = [allowed] if isinstance(allowed, (str, Specification)) else allowed
    known = (*fit.observed, *fit.latent)
    spelled = {_factors(name): name for name in known}
    terms = [_spelled(t, spelled) for line in lines for t in Specification.read(line).relations]
    if unknown := [name for t in terms for name in (t.lhs, t.rhs) if name and name not in known]:
        raise SpecificationError(
            f"allowed: the model has no variable {unknown[0]!r}.{did_you_mean(unknown[0], known)} Relations are freed "
            "between variables of the model."
        )
    return frozenset(t.key for t in terms)


def _spelled(relation: Relation, names: Mapping[tuple[str, ...], str]) -> Relation:
    """Write products as the model does: ``b:a`` is ``a:b``."""
    lhs, rhs = (names.get(_factors(name), name) for name in (relation.lhs, relation.rhs))
    return Relation(lhs, relation.op, rhs)


def _factors(name: str) -> tuple[str, ...]:
    return tuple(sorted(name.split(":")))


def _searched(start: Fit, rule: Rule) -> Way:
    """Change the model until nothing improves it."""
    at, steps, looked_at = start, [], 0
    for _ in range(rule.most):
        step, looked = (_widened if rule.kind == "modification" else _best_neighbour)(at, rule)
        looked_at += looked
        if step is None:
            break
        steps.append(step)
        at = step.fit
    return Way(at, tuple(steps), looked_at)


def _widened(fit: Fit, rule: Rule) -> tuple[Step | None, int]:
    """Free the relation with the largest modification index that gives a model with estimates."""
    candidates = _candidates(fit, rule)
    for line, mi in candidates:
        if not mi > rule.least:
            break
        wider = _fitted(fit, fit.specification.add(line))
        if wider is not None:
            return Step(line, mi, len(candidates), wider), len(candidates)
    return None, len(candidates)


def _best_neighbour(fit: Fit, rule: Rule) -> tuple[Step | None, int]:
    """Fit every model one relation away and take the lowest BIC, if it is lower than now."""
    best, lowest, looked_at = None, _bic(fit), 0
    for line, mi, specification in _neighbours(fit, rule):
        looked_at += 1
        other = _fitted(fit, specification)
        if other is not None and _bic(other) < lowest - 1e-8:
            best, lowest = Step(line, mi, 0, other), _bic(other)
    return (None if best is None else best._replace(looked_at=looked_at)), looked_at


def _neighbours(fit: Fit, rule: Rule) -> Iterator[tuple[str, float, Specification]]:
    for line, mi in _candidates(fit, rule):
        yield line, mi, fit.specification.add(line)
    free = {p.key for p in fit.table.parameters if p.free and p.lhs != p.rhs}
    for term in fit.specification.relations:
        usable = term.op in ("~", "~~") and term.op in rule.operators and term.key in free
        if usable and (rule.allowed is None or term.key in rule.allowed):
            yield f"- {term}", np.nan, fit.specification.drop(str(term)).add(f"{term.lhs} {term.op} 0*{term.rhs}")


def _candidates(fit: Fit, rule: Rule) -> list[tuple[str, float]]:
    """Relations that may be freed, the largest modification index (summed over groups) first."""
    frame = fit.modification_indices()
    paths = {(p.lhs, p.rhs) for p in fit.table.parameters if p.op == "~"}
    loops = circular(paths)
    sums: dict[tuple[str, str, str], float] = {}
    fixed = {p.key for p in fit.table.parameters if p.op == "=~"}
    for lhs, op, rhs, mi in zip(frame["lhs"], frame["op"], frame["rhs"], frame["mi"], strict=True):
        key = Relation(lhs, op, rhs).key
        if op not in rule.operators or lhs == rhs or key in fixed:
            continue
        if rule.allowed is not None and key not in rule.allowed:
            continue
        if op == "~" and not loops and circular(paths | {(lhs, rhs)}):
            continue
        sums[key] = sums.get(key, 0.0) + mi
    stated = {term.key for term in fit.specification.relations}
    return [
        (f"{key[0]} {key[1]} {'NA*' if key in stated else ''}{key[2]}", mi)
        for key, mi in sorted(sums.items(), key=lambda item: -item[1])
    ]


def _fitted(fit: Fit, specification: Specification) -> Fit | None:
    """Fit another specification to the same moments; None where it has no admissible estimates."""
    try:
        found = refitted(fit, specification)
    except SmeSemError:
        return None
    return found if found.admissible or (not fit.admissible and found.converged) else None


def _bic(fit: Fit) -> float:
    test = fit.inference.test
    return float(test.chi_square + np.log(fit.n) * test.parameters)


def _repeats(fit: Fit, rule: Rule, halves: int, bootstrap: int, seed: int) -> list[Repeat]:
    for name, number in (("halves", halves), ("bootstrap", bootstrap)):
        whole(name, number, 0, Words("how many repetitions, zero or more", "重复次数，不小于0"))
    if not halves and not bootstrap:
        return []
    by_design = fit.options.cluster or fit.options.weights
    if fit.moments.answers is None or by_design or fit.options.missing not in ("listwise", "fiml"):
        raise SpecificationError(
            "respondents can only be halved or drawn where their answers are known, with missing='listwise' or 'fiml' "
            "and without cluster= or weights=; otherwise search with halves=0, bootstrap=0."
        )
    seeds = np.random.SeedSequence(seed).spawn(halves + bootstrap)
    repeats = []
    for own in seeds[:halves]:
        a, b = _halves(fit.moments, np.random.default_rng(own))
        repeats += [Repeat(fit, rule, a, b), Repeat(fit, rule, b, a)]
    everyone = tuple(np.arange(n) for n in _sizes(fit.moments))
    for own in seeds[halves:]:
        random = np.random.default_rng(own)
        drawn = tuple(random.integers(n, size=n) for n in _sizes(fit.moments))
        repeats.append(Repeat(fit, rule, drawn, everyone))
    return repeats


def _halves(moments: Moments, random: np.random.Generator) -> tuple[tuple[np.ndarray, ...], tuple[np.ndarray, ...]]:
    mixed = [random.permutation(n) for n in _sizes(moments)]
    first = tuple(np.sort(order[: len(order) // 2]) for order in mixed)
    return first, tuple(np.sort(order[len(order) // 2 :]) for order in mixed)


def _sizes(moments: Moments) -> list[int]:
    assert moments.answers is not None
    return [len(own) for own in moments.answers]


def _repeated(repeat: Repeat) -> Gain | None:
    """Search among some respondents and measure what was found among others; None where a model was not found."""
    try:
        here, there = (refitted_among(repeat.start, rows) for rows in (repeat.here, repeat.there))
        found = _searched(here, repeat.rule)
        other = refitted(there, found.fit.specification)
    except SmeSemError:
        return None
    changes = tuple(_plain(step.change) for step in found.steps)
    return Gain(_gain(here, found.fit), _gain(there, other), changes)


def _gain(before: Fit, after: Fit) -> float:
    return float(before.inference.test.chi_square - after.inference.test.chi_square)


def _steps(start: Fit, found: Way) -> pd.DataFrame:
    rows: list[dict[str, Any]] = []
    before = start
    for step in found.steps:
        measures, drop = step.fit.measures(), _gain(before, step.fit)
        df = before.inference.df - step.fit.inference.df
        rows.append(
            {
                "change": _plain(step.change),
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


def _plain(change: str) -> str:
    return change.replace("NA*", "")


def _optimism(fit: Fit, found: Way, gains: Sequence[Gain | None], split: int) -> pd.DataFrame:
    rows = []
    for method, own in (("split half", gains[:split]), ("bootstrap", gains[split:])):
        if own:
            apart = [gain.here - gain.there for gain in own if gain is not None]
            optimism = float(np.mean(apart)) if apart else np.nan
            gain = _gain(fit, found.fit)
            rows.append(
                {
                    "method": method,
                    "repetitions": len(own),
                    "failed": len(own) - len(apart),
                    "gain": gain,
                    "optimism": optimism,
                    "gain_corrected": gain - optimism,
                }
            )
    columns = ["method", "repetitions", "failed", "gain", "optimism", "gain_corrected"]
    return pd.DataFrame(rows, columns=columns)


def _stability(found: Way, gains: Sequence[Gain | None]) -> pd.DataFrame:
    """How often each change was found, those of the full search first."""
    done_ = [gain for gain in gains if gain is not None]
    chosen_ = [_plain(step.change) for step in found.steps]
    counts = {change: 0 for change in chosen_}
    for gain in done_:
        for change in gain.changes:
            counts[change] = counts.get(change, 0) + 1
    others = sorted((c for c in counts if c not in chosen_), key=lambda change: (-counts[change], change))
    rows = [
        {"change": change, "share": counts[change] / len(done_), "chosen": change in chosen_}
        for change in (*chosen_, *others[:_MOST_SHOWN])
        if done_
    ]
    return pd.DataFrame(rows, columns=["change", "share", "chosen"])


_MOST_SHOWN = 10
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
