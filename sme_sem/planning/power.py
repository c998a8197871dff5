"""Power, bias and coverage of every parameter, by drawing respondents from a population again and again.

::

    power      share of samples in which the parameter differs from zero
    bias       mean of its estimates minus its value in the population
    coverage   share of samples whose interval holds that value

Muthen and Muthen (2002), Structural Equation Modeling 9, 599-620.  The respondents needed follow from the z statistics,
whose mean m grows with the square root of n while their deviation s stays: n ((z_alpha + z_power s) / m)^2.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import special

from ..arguments import probability, whole
from ..diagrams.picture import Picture
from ..errors import ConvergenceError, SmeSemError, SpecificationError
from ..kernels import discrepancy, minimise
from ..kernels.discrepancy import Sample, Slope
from ..kernels.minimise import Status
from ..ledger import HYPOTHESIZED, Entry, record, versions
from ..responses.moments import Moments
from ..sem import diagnosis
from ..sem.constraints import constrained
from ..sem.effects import effects, mediated
from ..sem.fit import Fit
from ..sem.fit import fit as fit_model
from ..sem.specification import Specification
from ..sem.stack import searched
from ..tables import Column, Kind, Language, Table, Tabled, Words, rows_from
from ..tables.format import level
from ..tasks import Progress, done, fixed_seed
from ..words import at
from .population import Population, analysis_of, population, truth

CHUNK = 100  # samples a worker takes at a time
INDIRECT = "indirect"
_KEY = ["lhs", "op", "rhs", "label"]


class Task(NamedTuple):
    """Some samples of one size; ``template`` is a fit of the same kind where they can be fitted together."""

    population: Population
    analysis: Specification
    options: Mapping[str, Any]
    n: int
    seed: int
    draws: range
    keys: tuple[tuple[str, ...], ...]
    template: Fit | None


class Drawn(NamedTuple):
    """What samples gave: estimates and standard errors (draws, k), NaN for none; whether inadmissible (draws,)"""

    est: np.ndarray
    se: np.ndarray
    inadmissible: np.ndarray


@dataclass(frozen=True, eq=False)
class Power(Tabled):
    """What a study of so many respondents would find.

    table : one row per n and parameter: n, lhs, op, rhs, label, truth, mean, bias, relative_bias, sd (of the
        estimates), mean_se, coverage, power, power_se (its simulation error), needed_n (for the power wanted);
        and per n and route of an indirect effect, with op ``indirect`` and the route as label
    samples : one row per n: draws, failed (no estimates), inadmissible (kept in the figures above)
    alpha, wanted : level of the tests, and the power that ``needed_n`` is for
    """

    table: pd.DataFrame
    samples: pd.DataFrame
    alpha: float
    wanted: float

    def tables(self) -> tuple[Table, ...]:
        """Give paths, indirect and defined effects (covariances of constructs where no path is), and failed samples."""
        shown = self.table[self.table["op"].isin(("~", INDIRECT, ":="))]
        shown = self.table[self.table["lhs"] != self.table["rhs"]] if shown.empty else shown
        rows = tuple((_written(row), *(row[c.name] for c in _COLUMNS[1:])) for row in shown.to_dict("records"))
        note = _RULE.filled(alpha=level(self.alpha), wanted=level(self.wanted))
        failed = rows_from(self.samples, _SAMPLES)
        return (
            Table("power", _TITLE, _COLUMNS, rows, (note,)),
            Table("power_samples", _DRAWN, _SAMPLES, failed, (_KEPT,)),
        )

    def figure(self, *, language: Language = "en") -> Picture:
        """Draw power over n for each path and defined effect.

        Parameters
        ----------
        language : {"en", "zh"}
            Of the words in it.

        Returns
        -------
        Picture
            Shown by notebooks; its ``save`` writes SVG, PNG or PDF.

        Raises
        ------
        SpecificationError
            There is no such language.

        Examples
        --------
        >>> import sme_sem as sme
        >>> sme.power("use ~ 0.3*trust", [50, 100], draws=20, progress=False).figure()[:4]
        '<svg'
        """
        from ..report.curves import power_curves

        own = self.table[self.table["op"].isin(("~", ":="))]
        lines: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        for _, rows in (own if len(own) else self.table).groupby(_KEY, sort=False):
            lines[_written(rows.iloc[0].to_dict())] = rows["n"].to_numpy(dtype=float), rows["power"].to_numpy()
        return power_curves(lines, self.wanted, language)


def power(
    model: str | Specification,
    n: int | Sequence[int],
    draws: int = 1000,
    seed: int = 1,
    *,
    analysis: str | Specification | None = None,
    missing: float | Mapping[str, float] = 0.0,
    ordered: int | Mapping[str, int | Sequence[float]] | None = None,
    alpha: float = 0.05,
    wanted: float = 0.8,
    workers: int | None = None,
    progress: bool | Progress = True,
    ledger: str | Path | None = None,
    **options: Any,
) -> Power:
    """Find power, bias and coverage for every parameter and indirect effect of a model by simulation.

    Parameters
    ----------
    model
        The population, with a value for every parameter, as for :func:`sme_sem.simulate`; ``:=`` lines are effects of
        interest, their labels written as ``0.4*a*trust``.
    n
        Respondents, or several numbers of them for a curve.
    draws
        Samples for each n.
    seed
        The same seed gives the same result, however many workers there are.
    analysis
        The model fitted to the samples; the population's without its values where None.
    missing
        Share of answers that are missing completely at random, for all observed variables or by name.  They are met by
        ``missing="fiml"``, or ``"pairwise"`` where answers are ordered.
    ordered
        How many categories answers have (cut where ``sme.simulate``'s normal answers pass equal steps from -2 to 2
        standard deviations): for all indicators, or by name, where thresholds can be given as well.
    alpha, wanted
        Level of the tests, and the power that ``needed_n`` is for.
    workers
        Processes that share the work, -1 for all cores; None for what ``joblib.parallel_config`` says, or one.
    progress
        True for a bar on a terminal, False for silence, or a function called with what is done and what there is.
    ledger
        A file in which it is recorded what was planned, and with what result for each n (:mod:`sme_sem.ledger`); of a
        study's ledger, so that it can be seen that this came before the answers were fitted.
    **options
        Options of :func:`sme_sem.fit`, such as ``estimator="MLR"``.

    Returns
    -------
    Power
        ``.table``, ``.samples``, ``.figure()``.

    Raises
    ------
    SpecificationError
        If the population or the model makes no sense, or an argument is out of range.
    SyntaxProblem
        If one of the models cannot be read.
    ConvergenceError
        If no sample could be fitted.
    StudyError
        If the ledger cannot be read or written.

    Examples
    --------
    >>> import sme_sem as sme
    >>> found = sme.power("use ~ 0.3*trust", 100, draws=200, progress=False)
    >>> found.table.set_index("op").loc["~", ["truth", "coverage", "power"]].round(2).tolist()
    [0.3, 0.94, 0.84]
    """
    sizes = tuple(n) if isinstance(n, Iterable) and not isinstance(n, str) else (n,)
    _sensible(sizes, draws, alpha, wanted)
    seed = fixed_seed(seed)
    of = population(model, missing, ordered)
    specification = analysis_of(model, tuple(of.cuts)) if analysis is None else Specification.read(analysis)
    options = _options(of, options)
    exact = truth(of, specification, options)
    values = {key: est for key, (est, _) in _estimated(exact).items()}
    for name, thresholds in of.cuts.items():
        values |= {(name, "|", f"t{i}", ""): float(cut) for i, cut in enumerate(thresholds, start=1)}
    tasks, keys = _tasks(of, specification, options, sizes, draws, seed)
    found = done(_drawn, tasks, title="Samples", workers=workers, progress=progress, size=lambda task: len(task.draws))
    rows, samples = [], []
    for size in sizes:
        own = [result for task, result in zip(tasks, found, strict=True) if task.n == size]
        together = Drawn(*(np.concatenate(part) for part in zip(*own, strict=True)))
        rows += _rows(size, keys, together, values, alpha, wanted)
        failed = int(np.isnan(together.est).all(axis=1).sum())
        samples.append({"n": size, "draws": draws, "failed": failed, "inadmissible": int(together.inadmissible.sum())})
    result = Power(pd.DataFrame(rows), pd.DataFrame(samples), alpha, wanted)
    if ledger is not None:
        asked = {"alpha": alpha, "draws": draws, "seed": seed, "missing": missing, "ordered": ordered, **options}
        record(ledger, _entries(result, str(Specification.read(model)), str(specification), asked))
    return result


def _entries(found: Power, of: str, analysis: str, asked: Mapping[str, Any]) -> Iterator[Entry]:
    """Describe the plan for each n; the answers are drawn, so that their population stands for them."""
    drawn = hashlib.sha256(of.encode()).hexdigest()
    told = {name: str(value) for name, value in asked.items()}
    for n, own in found.table.groupby("n", sort=False):
        power_of = {
            _written(row): round(row["power"], 6) for row in own[own["op"].isin(("~", ":="))].to_dict("records")
        }
        options = {"simulated": of, "n": n, **told}
        outcome = {"n": n, "power": power_of}
        yield Entry(drawn, analysis, options, versions(), HYPOTHESIZED, f"power, n = {n}", outcome=outcome)


def _sensible(sizes: Sequence[int], draws: int, alpha: float, wanted: float) -> None:
    for name, value in (*(("n", size) for size in sizes), ("draws", draws)):
        whole(name, value, 2, Words("a whole number, two or more", "不小于2的整数"))
    if not sizes or len(set(sizes)) < len(sizes):
        raise SpecificationError(at(f"n={sizes!r}", _SIZES))
    probability("alpha", alpha, 0.05)
    probability("wanted", wanted, 0.8)
    if not alpha < wanted:
        raise SpecificationError(at(f"alpha={alpha!r}, wanted={wanted!r}", _LEVELS))


def _options(of: Population, options: Mapping[str, Any]) -> dict[str, Any]:
    refused = {"group", "cluster", "weights", "cov", "mean", "n"} & set(options)
    if refused:
        raise SpecificationError(
            Words(
                f"{sorted(refused)[0]}= has no meaning here: one group is drawn, one by one.",
                f"{sorted(refused)[0]}=在此无意义：只逐一抽取一个组。",
            )
        )
    found = dict(options)
    if of.cuts:
        found["ordered"] = list(of.cuts)
    if of.gaps:
        found["missing"] = "pairwise" if of.cuts else "fiml"
    return found


def _tasks(
    of: Population, analysis: Specification, options: Mapping[str, Any], sizes: Sequence[int], draws: int, seed: int
) -> tuple[list[Task], tuple[tuple[str, ...], ...]]:
    """Cut the samples into tasks; the first sample that can be fitted says what the parameters are."""
    template = _first(of, analysis, options, max(sizes), seed, draws)
    frame = template.estimates()
    wanted = frame[frame["free"].astype(bool) | (frame["op"] == ":=")]
    keys = (*(_key(row) for row in wanted.to_dict("records")), *_indirect(template))
    together = template if _simple(template) else None
    parts = [range(at, min(at + CHUNK, draws)) for at in range(0, draws, CHUNK)]
    return [Task(of, analysis, options, n, seed, part, keys, together) for n in sizes for part in parts], keys


def _first(of: Population, analysis: Specification, options: Mapping[str, Any], n: int, seed: int, draws: int) -> Fit:
    problem: SmeSemError | None = None
    for draw in range(min(draws, 20)):
        try:
            return fit_model(analysis, of.answers(n, (seed, n, draw)), **options)
        except SmeSemError as said:
            problem = said
    if isinstance(problem, SpecificationError):
        raise problem
    assert problem is not None
    why = Words(str(problem), problem.in_chinese())
    raise ConvergenceError(_NONE_OF_THE_FIRST.filled(draws=min(draws, 20), n=n, why=why))


def _simple(fit: Fit) -> bool:
    """Whether samples can be fitted together: complete answers, plain maximum likelihood, no constraints."""
    plain = fit.estimator == "ML" and fit.options.missing == "listwise" and fit.options.method.se == "standard"
    return plain and not constrained(fit.table) and not fit.options.starts and fit.options.rotation is None


def _drawn(task: Task) -> Drawn:
    answers = [task.population.answers(task.n, (task.seed, task.n, draw)) for draw in task.draws]
    fits = _fitted_together(task.template, answers) if task.template is not None else [None] * len(answers)
    est, se = np.full((2, len(answers), len(task.keys)), np.nan)
    inadmissible = np.zeros(len(answers), dtype=bool)
    for place, (own, fit) in enumerate(zip(answers, fits, strict=True)):
        try:
            found = fit_model(task.analysis, own, **task.options) if fit is None else fit
        except SmeSemError:
            continue
        inadmissible[place] = not found.admissible
        by_key = _estimated(found)
        est[place], se[place] = np.array([by_key.get(key, (np.nan, np.nan)) for key in task.keys]).T
    return Drawn(est, se, inadmissible)


def _fitted_together(template: Fit, answers: Sequence[pd.DataFrame]) -> list[Fit | None]:
    """Fit all samples at once from one start; None for those that must be looked at one by one."""
    values = np.stack([own[list(template.observed)].to_numpy() for own in answers])
    mean = values.mean(axis=1)
    centred = values - mean[:, None]
    covariance = centred.mT @ centred / values.shape[1]
    n = float(values.shape[1])
    unbiased = n / (n - 1) if template.options.likelihood == "wishart" else 1.0
    means = mean[:, None] if template.table.means else None
    batch = Sample(unbiased * covariance[:, None], means, np.ones((len(values), 1)))
    best = searched(template, batch)
    with np.errstate(all="ignore"):
        slopes = discrepancy.slope(template.pattern, batch, best.theta)
    fits: list[Fit | None] = []
    for i, status in enumerate(best.status):
        moments = replace(
            template.moments,
            covariance=covariance[i, None],
            mean=mean[i, None],
            n=np.array([n]),
            n_collected=int(n),
            answers=None,
            index=None,
            rows=None,
        )
        fits.append(_member(template, moments, batch, slopes, best, i) if status is Status.CONVERGED else None)
    return fits


def _member(template: Fit, moments: Moments, batch: Sample, slopes: Slope, best: minimise.Minimum, place: int) -> Fit:
    own = Sample(batch.covariance[place], None if batch.mean is None else batch.mean[place], np.ones(1))
    found = replace(
        template,
        moments=moments,
        sample=own,
        theta=best.theta[place],
        status=best.status[place],
        iterations=int(best.iterations[place]),
        diagnostics=(),
        slope=Slope(*(part[place] for part in slopes)),
    )
    return replace(found, diagnostics=tuple(diagnosis.examine(found.inference.point, found.n, found.moments.labels)))


def _key(row: Mapping[Any, Any]) -> tuple[str, ...]:
    return tuple(str(row[name]) for name in _KEY)


def _estimated(fit: Fit) -> dict[tuple[str, ...], tuple[float, float]]:
    """Estimate and standard error of every parameter, and of every indirect effect."""
    return {_key(row): (row["est"], row["se"]) for row in fit.estimates().to_dict("records")} | _indirect(fit)


def _indirect(fit: Fit) -> dict[tuple[str, ...], tuple[float, float]]:
    """Estimate and standard error of the effect along each route of two and more paths."""
    pairs = [(p.lhs, p.rhs) for p in fit.table.parameters if p.op == "~"]
    between = [(outcome, cause) for cause, outcome in mediated((cause, outcome) for outcome, cause in pairs)]
    if not between:
        return {}
    found = effects(fit, between).query("effect == 'indirect'")
    return {
        (row["outcome"], INDIRECT, row["predictor"], row["route"]): (row["est"], row["se"])
        for row in found.to_dict("records")
    }


def _rows(
    n: int,
    keys: Sequence[tuple[str, ...]],
    found: Drawn,
    values: Mapping[tuple[str, ...], float],
    alpha: float,
    wanted: float,
) -> list[dict[str, Any]]:
    z = float(special.ndtri(1 - alpha / 2))
    rows = []
    for place, key in enumerate(keys):
        usable = np.isfinite(found.est[:, place]) & (found.se[:, place] > 0)
        est, se, true = found.est[usable, place], found.se[usable, place], float(values.get(key, np.nan))
        k = len(est)
        if not k:
            raise ConvergenceError(_NONE.filled(n=n))
        share = float((abs(est) > z * se).mean())
        sd = float(est.std(ddof=1)) if k > 1 else np.nan
        if abs(true) < 1e-6 * sd:
            true = 0.0  # found as zero up to rounding
        m, s = (est / se).mean(), (est / se).std()
        needed = n * ((z + float(special.ndtri(wanted)) * s) / m) ** 2 if true else np.nan
        rows.append(
            {
                "n": n,
                **dict(zip(_KEY, key, strict=True)),
                "truth": true,
                "mean": float(est.mean()),
                "bias": float(est.mean()) - true,
                "relative_bias": (float(est.mean()) - true) / true if true else np.nan,
                "sd": sd,
                "mean_se": float(se.mean()),
                "coverage": float((abs(est - true) <= z * se).mean()) if np.isfinite(true) else np.nan,
                "power": share,
                "power_se": float(np.sqrt(share * (1 - share) / k)),
                "needed_n": float(np.ceil(needed)) if np.isfinite(needed) else np.nan,
            }
        )
    return rows


def _written(row: Mapping[Any, Any]) -> str:
    if row["op"] == INDIRECT:
        return str(row["label"])
    return str(row["lhs"]) if row["op"] == ":=" else f"{row['lhs']} {row['op']} {row['rhs']}".replace("~1", "~ 1")


_TITLE = Words("Power by simulation", "模拟法统计功效")
_DRAWN = Words("Samples drawn", "模拟样本")
_COLUMNS = (
    Column("parameter", Words("Parameter", "参数")),
    Column("n", "N", Kind.COUNT),
    Column("truth", Words("Population", "总体值"), Kind.ESTIMATE),
    Column("mean", Words("Mean estimate", "估计均值"), Kind.ESTIMATE),
    Column("sd", Words("S.D.", "估计标准差"), Kind.ESTIMATE),
    Column("mean_se", Words("Mean S.E.", "平均标准误"), Kind.ESTIMATE),
    Column("coverage", Words("Coverage", "区间覆盖率"), Kind.COEFFICIENT),
    Column("power", Words("Power", "统计功效"), Kind.COEFFICIENT),
    Column("needed_n", Words("N needed", "所需样本量"), Kind.COUNT),
)
_SAMPLES = (
    Column("n", "N", Kind.COUNT),
    Column("draws", Words("Samples", "样本数"), Kind.COUNT),
    Column("failed", Words("Without estimates", "未得到估计"), Kind.COUNT),
    Column("inadmissible", Words("Inadmissible", "解不可接受"), Kind.COUNT),
)
_RULE = Words(
    "Power: share of samples in which the parameter differs from zero at {alpha}; N needed: for a power of {wanted}, "
    "from the mean and spread of the z statistics.",
    "统计功效：参数在{alpha}水平上显著的样本比例；所需样本量：由z统计量的均值与离散程度推算，使功效达到{wanted}。",
)
_KEPT = Words(
    "Inadmissible solutions (such as negative variances) are counted and kept; samples without estimates are left out.",
    "解不可接受（如方差为负）的样本计数后保留；未得到估计的样本不计入。",
)
_SIZES = Words("give at least one number of respondents, and none twice.", "请给出至少一个受访者人数，且互不相同。")
_LEVELS = Words("levels lie between 0 and 1, as 0.05 and 0.8.", "二者均应在0与1之间，且alpha小于wanted，如0.05与0.8。")
_NONE_OF_THE_FIRST = Words(
    "none of the first {draws} samples of {n} respondents could be fitted: {why}",
    "前{draws}个样本（各{n}名受访者）均无法拟合：{why}",
)
_NONE = Words(
    "no sample of {n} respondents could be fitted: take more respondents.",
    "{n}名受访者的样本均无法拟合：请增加受访者。",
)
