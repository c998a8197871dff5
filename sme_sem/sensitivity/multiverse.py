"""Every combination of defensible choices, hypothesis by hypothesis.

The share of analyses that support a hypothesis is no probability that it is true: it says how far the conclusion
depends on choices that others would have made differently.  Steegen, Tuerlinckx, Gelman and Vanpaemel (2016),
Perspectives on Psychological Science 11, 702-712; Simonsohn, Simmons and Nelson (2020), Nature Human Behaviour 4,
1208-1214.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from ..arguments import among, probability
from ..diagrams.picture import Picture
from ..errors import DataProblem, SmeSemError, SpecificationError
from ..kernels.variance_shares import variance_shares
from ..ledger import POST_HOC, Entry, entry
from ..moderation import with_products
from ..sem.presentation import Labels
from ..sem.quoted import objections
from ..sem.specification import Specification
from ..tables import Column, Kind, Language, Table, Tabled, Text, Words, joined, written
from ..tables.format import level
from ..tasks import Progress, done
from . import wording
from .choices import Choice, combinations, read_choices
from .expectations import ABSENT, FITTED, FIXED, Expectation, Finding, expectations, findings, require_known
from .plans import Base, Plan, base_of_model, base_of_study, names_of, plan, prepared
from .recording import book_of

if TYPE_CHECKING:
    from .plans import ScreenedStudy

UNSEEN = 5e-4  # a difference that three decimals print as nothing
CHUNK = 8  # plans a worker takes at a time
INADMISSIBLE, FAILED = "inadmissible", "failed"
_REASON = ("reason", "reason_zh")


class Outcome(NamedTuple):
    """What became of one plan: status, why, how many respondents, what it says of each expectation, what to record."""

    status: str
    reason: Text
    n: int
    findings: tuple[Finding, ...]
    entry: Entry | None = None


class Task(NamedTuple):
    """Some plans of the same respondents; ``sha256`` of all answers where fits are recorded, or ''."""

    data: pd.DataFrame
    models: tuple[tuple[Specification, Mapping[str, Any]], ...]
    expected: tuple[Expectation, ...]
    level: float
    sha256: str


@dataclass(frozen=True, eq=False)
class Multiverse(Tabled):
    """What became of each hypothesis in each analysis.

    table : one row per hypothesis: how many analyses estimate it, its standardized estimates in the middle and at the
        ends, and the shares of analyses that support it, and that find the opposite, significantly
    curve : one row per analysis and hypothesis, by the standardized estimate: the levels chosen, status, n, est, se,
        ci_lower, ci_upper, pvalue, the same standardized (``std_``), supported
    influence : one row per hypothesis and choice: the shares of the variance of the standardized estimate, alone and
        together with other choices, and the levels that are furthest apart
    levels : one row per hypothesis, choice and level: analyses, median, share that support
    failures : analyses without an admissible solution, with the reason in English and in Chinese
    specifications, distinct : analyses, and how many of them differ
    alpha : level at which a hypothesis is supported
    labels, titles : what to print for variables and for models, of a study's instrument
    """

    table: pd.DataFrame
    curve: pd.DataFrame
    influence: pd.DataFrame
    levels: pd.DataFrame
    failures: pd.DataFrame
    specifications: int
    distinct: int
    alpha: float
    labels: Labels | None = None
    titles: Mapping[str, Text] | None = None

    def tables(self) -> tuple[Table, ...]:
        """Give the hypotheses, what moves them, and what failed."""
        notes: list[Text] = [_RULE.filled(alpha=level(self.alpha)), _SHARE]
        notes.append(_COUNTED.filled(n=self.specifications, distinct=self.distinct))
        found = [
            Table("multiverse", _TITLE, _COLUMNS, _rows(self._labelled(), _COLUMNS), tuple(notes)),
            Table("multiverse_choices", _MOVES, _INFLUENCE, tuple(self._moved()), (_SHARES,)),
        ]
        if len(self.failures):
            found.append(Table("multiverse_failures", _WITHOUT, _FAILURES, tuple(self._failures()), ()))
        return tuple(found)

    def specification_curve(self, hypothesis: str | None = None, *, language: Language = "en") -> Picture:
        """Draw the standardized estimates in ascending order, and below each the levels it rests on.

        Parameters
        ----------
        hypothesis
            Its name; the first where none is named.
        language : {"en", "zh"}
            Of the words in it.

        Returns
        -------
        Picture
            Shown by notebooks; its ``save`` writes SVG, PNG or PDF.

        Raises
        ------
        SpecificationError
            There is no such hypothesis or language.

        Examples
        --------
        >>> import sme_sem as sme
        >>> answers = sme.simulate("use ~ 0.4*trust", 200, seed=1)
        >>> result = sme.multiverse("use ~ trust", answers, choices={"estimator": ["ML", "MLR"]},
        ...                         hypotheses={"H1": "use ~ trust > 0"}, progress=False)
        >>> result.specification_curve("H1")[:4]
        '<svg'
        """
        from ..report.curves import specification_curve

        name = str(self.table["hypothesis"].iloc[0]) if hypothesis is None else hypothesis
        if not among(name, set(self.table["hypothesis"])):
            raise SpecificationError(
                Words(
                    f"no hypothesis is named {name!r}; there are {', '.join(map(repr, self.table['hypothesis']))}.",
                    f"没有名为{name!r}的假设；现有{'、'.join(map(repr, self.table['hypothesis']))}。",
                )
            )
        own = self.curve[(self.curve["hypothesis"] == name) & (self.curve["status"] == FITTED)]
        if own.empty:
            raise DataProblem(
                Words(
                    f"no analysis has an admissible estimate of {name!r}; see .failures.",
                    f"没有一种分析得到{name!r}的可接受估计；见.failures。",
                )
            )
        path = self._labelled().set_index("hypothesis").loc[name, "path"]
        chosen = [str(choice) for choice in dict.fromkeys(self.levels["choice"])]
        title = _DESCRIBED.filled(what=name, how=path)
        return specification_curve(own, chosen, title, language, describe=self._described)

    def _labelled(self) -> pd.DataFrame:
        return self.table.assign(path=self.table["path"].map(lambda path: wording.relation(str(path), self.labels)))

    def _level(self, choice: str, level: str) -> Text:
        return wording.level_of(choice, level, self.labels, self.titles)

    def _described(self, choice: str, level: str) -> Words:
        return _DESCRIBED.filled(what=wording.CHOICE[choice], how=self._level(choice, level))

    def _moved(self) -> Iterator[tuple[Any, ...]]:
        """What each choice moves; where that is nothing, no level is the lowest."""
        for hypothesis, choice, *sizes, lowest, highest in _rows(self.influence, _INFLUENCE):
            moved = sizes[-1] >= UNSEEN
            ends = (self._level(choice, lowest), self._level(choice, highest)) if moved else (None, None)
            yield hypothesis, wording.CHOICE[choice], *sizes, *ends

    def _failures(self) -> Iterator[tuple[Any, ...]]:
        """Gather the analyses that failed alike, and name what they have in common."""
        chosen = [c for c in self.failures.columns if c not in ("specification", "status", *_REASON)]
        for (status, en, zh), own in self.failures.groupby(["status", *_REASON], sort=False):
            common = [self._described(c, str(own[c].iloc[0])) for c in chosen if own[c].nunique() == 1]
            yield _STATUS[str(status)], len(own), joined(common) if common else Words.same("–"), Words(str(en), str(zh))


def multiverse(
    study_or_model: ScreenedStudy | str | Specification | None,
    data: pd.DataFrame | None = None,
    *,
    choices: Mapping[str, Any],
    hypotheses: Mapping[str, str] | Sequence[str] | str | None = None,
    alpha: float = 0.05,
    workers: int | None = None,
    progress: bool | Progress = True,
    ledger: str | Path | None = None,
    **options: Any,
) -> Multiverse:
    """Fit every combination of defensible choices and see what is left of each hypothesis.

    Parameters
    ----------
    study_or_model
        A study (``sme.load_study``), or a model; None where ``choices`` names the models.
    data
        The answers, with a model.
    choices
        What could as well have been done otherwise, each with its levels as a list, or as a mapping of names to
        values: ``model``, ``paths``, ``items``, ``covariates``, ``screening``, ``subset``, ``estimator``, ``missing``,
        ``options`` (see :mod:`sme_sem.sensitivity.choices`).
    hypotheses
        Such as ``{"H1": "use ~ trust > 0"}``; those of the study where none are given.
    alpha
        Supported is a hypothesis whose two-sided p is below it and whose sign is the expected one.
    workers
        Processes that share the work, -1 for all cores; None for what ``joblib.parallel_config`` says, or one.  The
        result is the same.
    progress
        True for a bar on a terminal, False for silence, or a function called with what is done and what there is.
    ledger
        A file in which every fit is recorded (:mod:`sme_sem.ledger`); the study's own where None.
    **options
        Options of :func:`sme_sem.fit` that are no choice.

    Returns
    -------
    Multiverse
        ``.table``, ``.curve``, ``.influence``, ``.levels``, ``.failures``, ``.specification_curve()``.

    Raises
    ------
    SpecificationError
        If a choice or a hypothesis makes no sense, or a hypothesis names what is in none of the models and answers.
        Analyses that cannot be fitted do not raise: they are counted.
    SyntaxProblem
        If a model or a hypothesis cannot be read.
    StudyError
        If the ledger cannot be read or written.

    Examples
    --------
    >>> import sme_sem as sme
    >>> answers = sme.simulate("trust =~ 1*t1 + 1*t2 + 1*t3; use =~ 1*u1 + 1*u2 + 1*u3; use ~ 0.4*trust", 300, seed=1)
    >>> result = sme.multiverse(
    ...     "trust =~ t1 + t2 + t3; use =~ u1 + u2 + u3; use ~ trust", answers,
    ...     choices={"items": {"all": (), "without t3": "t3"}, "estimator": ["ML", "MLR"]},
    ...     hypotheses={"H1": "use ~ trust > 0"}, progress=False)
    >>> result.specifications, result.table["share_supported"].tolist()
    (4, [1.0])
    """
    probability("alpha", alpha, 0.05)
    base, stated = _base(study_or_model, data, options, hypotheses)
    expected = expectations(stated)
    chosen = prepared(base, read_choices(choices))
    if hypotheses is not None:  # those of a study name constructs of its instrument
        require_known(expected, *names_of(base, chosen))
    combined = list(combinations(chosen))
    plans = [plan(base, chosen, one) for one in combined]
    book = book_of(study_or_model, base, ledger)
    outcomes, distinct = _outcomes(base, plans, expected, 1 - alpha, workers, progress, book.sha256 if book else "")
    if book is not None:
        book.record(combined, plans, [outcome.entry for outcome in outcomes], [str(o.reason) for o in outcomes])
    curve = _curve(combined, outcomes, expected, alpha)
    fitted = curve[curve["status"] == FITTED]
    levels = [(c.name, level) for c in chosen for level in c.levels]
    return Multiverse(
        pd.DataFrame([_row(e, curve[curve["hypothesis"] == e.id], alpha) for e in expected]),
        curve,
        pd.DataFrame([r for e in expected for r in _influence(fitted[fitted["hypothesis"] == e.id], e.id, chosen)]),
        pd.DataFrame([_of_level(fitted[fitted["hypothesis"] == e.id], e.id, *one) for e in expected for one in levels]),
        _failures(combined, outcomes),
        len(plans),
        distinct,
        alpha,
        *_labels_of(study_or_model, base),
    )


def _labels_of(study_or_model: Any, base: Base) -> tuple[Labels | None, Mapping[str, Text] | None]:
    """What a study's instrument calls variables and models; nothing of a model."""
    instrument = getattr(study_or_model, "instrument", None)
    if instrument is None:
        return None, None
    return base.categories.labels(instrument), {name: model.title.words for name, model in instrument.models.items()}


def _base(
    study_or_model: Any, data: pd.DataFrame | None, options: Mapping[str, Any], hypotheses: Any
) -> tuple[Base, Any]:
    if study_or_model is not None and hasattr(study_or_model, "instrument"):
        if data is not None:
            raise SpecificationError(
                Words("a study brings its own answers: leave data= out.", "研究自带作答：请删去data=。")
            )
        base = base_of_study(study_or_model)
        return (
            replace(base, options={**base.options, **options}),
            study_or_model.instrument.hypotheses if hypotheses is None else hypotheses,
        )
    if data is None:
        raise SpecificationError(
            Words("give data= beside the model, or a study.", "请在模型之外给出data=，或给出研究。")
        )
    if "group" in options:
        raise SpecificationError(
            Words(
                "a curve is of one sample: choose groups by conditions in choices={'subset': ...}.",
                "曲线只针对一个样本：请在choices={'subset': ...}中以条件选取组别。",
            )
        )
    return base_of_model(study_or_model, data, options), () if hypotheses is None else hypotheses


def _outcomes(
    base: Base,
    plans: Sequence[Plan],
    expected: tuple[Expectation, ...],
    level: float,
    workers: int | None,
    progress: bool | Progress,
    sha256: str,
) -> tuple[list[Outcome], int]:
    """Fit what differs, once each, and give every plan its outcome."""
    different: dict[Any, Plan] = {}
    for one in plans:
        different.setdefault(one.key, one)
    by_rows: dict[bytes, list[Any]] = {}
    for key, one in different.items():
        if one.model is not None:
            by_rows.setdefault(one.rows.tobytes(), []).append(key)
    parts = [keys[at : at + CHUNK] for keys in by_rows.values() for at in range(0, len(keys), CHUNK)]
    tasks = [_task(base, [different[key] for key in part], expected, level, sha256) for part in parts]
    found = done(
        _fitted, tasks, title="Specifications", workers=workers, progress=progress, size=lambda task: len(task.models)
    )
    known = {
        key: outcome for part, own in zip(parts, found, strict=True) for key, outcome in zip(part, own, strict=True)
    }
    for key, one in different.items():
        if one.model is None:
            known[key] = Outcome(FAILED, one.problem, 0, tuple(Finding(FAILED) for _ in expected))
    return [known[one.key] for one in plans], len(different)


def _task(base: Base, plans: Sequence[Plan], expected: tuple[Expectation, ...], level: float, sha256: str) -> Task:
    needed = {name for one in plans if one.model is not None for name in one.model.variables}
    needed |= {str(one.options[name]) for one in plans for name in ("cluster", "weights") if one.options.get(name)}
    columns = [name for name in base.frame.columns if name in needed]
    models = tuple((one.model, one.options) for one in plans if one.model is not None)
    return Task(base.frame.loc[plans[0].rows, columns], models, expected, level, sha256)


def _fitted(task: Task) -> list[Outcome]:
    return [_outcome(task, model, options) for model, options in task.models]


def _outcome(task: Task, model: Specification, options: Mapping[str, Any]) -> Outcome:
    try:
        fit = with_products(model, task.data).fit(**options)
    except SmeSemError as problem:
        return Outcome(FAILED, problem.said, 0, tuple(Finding(FAILED) for _ in task.expected))
    found = findings(fit, task.expected, task.level)
    recorded = entry(fit, task.sha256, POST_HOC) if task.sha256 else None
    if fit.admissible:
        return Outcome(FITTED, "", fit.n, found, recorded)
    said = joined(objections(fit), " ", "")
    return Outcome(INADMISSIBLE, said, fit.n, tuple(_inadmissible(one) for one in found), recorded)


def _inadmissible(one: Finding) -> Finding:
    return one._replace(status=INADMISSIBLE) if one.status == FITTED else one


def _curve(
    combined: Sequence[Mapping[str, str]], outcomes: Sequence[Outcome], expected: Sequence[Expectation], alpha: float
) -> pd.DataFrame:
    rows = []
    for place, one in enumerate(expected):
        for number, (combination, outcome) in enumerate(zip(combined, outcomes, strict=True), start=1):
            found = outcome.findings[place]
            head = {"hypothesis": one.id, "specification": number, **combination}
            supported = found.status == FITTED and _supports(found.est, found.pvalue, one.sign, alpha)
            rows.append(head | {"n": outcome.n} | found._asdict() | {"supported": supported})
    frame = pd.DataFrame(rows)
    place_of = {one.id: place for place, one in enumerate(expected)}
    frame["_place"] = frame["hypothesis"].map(place_of)
    return frame.sort_values(["_place", "std", "specification"], kind="stable", ignore_index=True).drop(
        columns="_place"
    )


def _supports(estimate: float, p_value: float, sign: str, alpha: float) -> bool:
    as_expected = {"+": estimate > 0, "-": estimate < 0, "": True}[sign]
    return bool(as_expected and p_value < alpha)  # False for NaN


def _row(one: Expectation, curve: pd.DataFrame, alpha: float) -> dict[str, Any]:
    fitted, counts = curve[curve["status"] == FITTED], curve["status"].value_counts()
    std, n = fitted["std"], len(fitted)
    other = {"+": "-", "-": "+"}.get(one.sign)
    opposite = [
        other is not None and _supports(est, p, other, alpha)
        for est, p in zip(fitted["est"], fitted["pvalue"], strict=True)
    ]
    low, lower, middle, upper, high = std.quantile([0, 0.25, 0.5, 0.75, 1]) if n else [np.nan] * 5
    return {
        "hypothesis": one.id,
        "path": one.text,
        "sign": one.sign,
        "specifications": len(curve),
        "estimated": n,
        "inadmissible": int(counts.get(INADMISSIBLE, 0)),
        "failed": int(counts.get(FAILED, 0)),
        "untested": int(counts.get(ABSENT, 0) + counts.get(FIXED, 0)),
        "minimum": low,
        "lower_quartile": lower,
        "median": middle,
        "upper_quartile": upper,
        "maximum": high,
        "share_supported": float(fitted["supported"].mean()) if n else np.nan,
        "share_opposite": float(np.mean(opposite)) if n else np.nan,
    }


def _influence(fitted: pd.DataFrame, hypothesis: str, choices: Sequence[Choice]) -> Iterator[dict[str, Any]]:
    """What each choice with several levels moves, the largest share first."""
    names = [choice.name for choice in choices if len(choice.levels) > 1]
    std = fitted["std"].to_numpy(dtype=float)
    codes = (
        np.stack([pd.factorize(fitted[name])[0] for name in names], axis=1) if names else np.zeros((len(std), 0), int)
    )
    alone, together = variance_shares(std, codes) if len(std) else np.full((2, len(names)), np.nan)
    for at in np.argsort(-alone, kind="stable"):
        means = fitted.groupby(names[at], sort=False)["std"].mean()
        yield {
            "hypothesis": hypothesis,
            "choice": names[at],
            "share": alone[at],
            "share_with_others": together[at],
            "largest_difference": float(means.max() - means.min()) if len(means) else np.nan,
            "lowest_level": means.idxmin() if len(means) else "",
            "highest_level": means.idxmax() if len(means) else "",
        }


def _of_level(fitted: pd.DataFrame, hypothesis: str, choice: str, level: str) -> dict[str, Any]:
    own = fitted[fitted[choice] == level]
    return {
        "hypothesis": hypothesis,
        "choice": choice,
        "level": level,
        "estimated": len(own),
        "median": float(own["std"].median()) if len(own) else np.nan,
        "share_supported": float(own["supported"].mean()) if len(own) else np.nan,
    }


def _failures(combined: Sequence[Mapping[str, str]], outcomes: Sequence[Outcome]) -> pd.DataFrame:
    rows = [
        (number, *combination.values(), outcome.status, written(outcome.reason), written(outcome.reason, "zh"))
        for number, (combination, outcome) in enumerate(zip(combined, outcomes, strict=True), start=1)
        if outcome.status != FITTED
    ]
    return pd.DataFrame(rows, columns=["specification", *combined[0], "status", *_REASON])


def _rows(frame: pd.DataFrame, columns: Iterable[Column]) -> tuple[tuple[Any, ...], ...]:
    return tuple(frame.reindex(columns=[c.name for c in columns]).itertuples(index=False, name=None))


_DESCRIBED = Words("{what}: {how}", "{what}：{how}")
_TITLE = Words("Hypotheses across all specifications", "多重设定分析：各假设在全部设定下的结果")
_MOVES = Words("Which choice moves the estimate", "各项选择对估计值的影响")
_WITHOUT = Words("Specifications without an admissible solution", "未得到可接受解的设定")
_COLUMNS = (
    Column("hypothesis", Words("Hypothesis", "假设")),
    Column("path", Words("Path", "路径")),
    Column("sign", Words("Expected sign", "预期方向")),
    Column("estimated", Words("Estimated", "已估计"), Kind.COUNT),
    Column("inadmissible", Words("Inadmissible", "解不可接受"), Kind.COUNT),
    Column("failed", Words("Failed", "拟合失败"), Kind.COUNT),
    Column("untested", Words("Without the path", "不含该路径"), Kind.COUNT),
    Column("minimum", Words("Minimum β", "β最小值"), Kind.COEFFICIENT),
    Column("median", Words("Median β", "β中位数"), Kind.COEFFICIENT),
    Column("maximum", Words("Maximum β", "β最大值"), Kind.COEFFICIENT),
    Column("share_supported", Words("Share supporting", "支持比例"), Kind.COEFFICIENT),
    Column("share_opposite", Words("Share opposite", "显著相反比例"), Kind.COEFFICIENT),
)
_INFLUENCE = (
    Column("hypothesis", Words("Hypothesis", "假设")),
    Column("choice", Words("Choice", "选择")),
    Column("share", Words("Share of variance, alone", "方差份额（单独）"), Kind.COEFFICIENT),
    Column("share_with_others", Words("with interactions", "方差份额（含交互）"), Kind.COEFFICIENT),
    Column("largest_difference", Words("Largest difference of mean β", "β均值最大差"), Kind.COEFFICIENT),
    Column("lowest_level", Words("Lowest at", "最低水平")),
    Column("highest_level", Words("Highest at", "最高水平")),
)
_FAILURES = (
    Column("status", Words("What", "情况")),
    Column("count", Words("Specifications", "设定数"), Kind.COUNT),
    Column("common", Words("All of them have", "共同水平")),
    Column("reason", Words("Reason", "原因")),
)
_STATUS = {FAILED: Words("failed", "拟合失败"), INADMISSIBLE: Words("inadmissible", "解不可接受")}
_RULE = Words(
    "Supporting: the expected sign and a two-sided p below {alpha}; opposite: the other sign and p below it. Shares "
    "are of the specifications with an admissible estimate.",
    "支持：方向与预期一致且双尾p值小于{alpha}；显著相反：方向与预期相反且p值小于该水平。比例以得到可接受估计的设定为分母。",
)
_SHARE = Words(
    "A share is not the probability that a hypothesis is true: it tells how far the conclusion depends on choices.",
    "该比例并非假设为真的概率，而是反映结论对分析选择的依赖程度。",
)
_COUNTED = Words(
    "{n} specifications, {distinct} of them different from one another.",
    "共{n}种设定，其中互不相同者{distinct}种。",
)
_SHARES = Words(
    "Share alone: variance of the standardized estimate between the levels of a choice; with interactions: what "
    "remains when all other choices are held (Sobol 2001; Homma and Saltelli 1996). Where combinations failed, shares "
    "of different choices may overlap.",
    "单独份额：标准化估计值在该选择各水平之间的方差占比；含交互：其余选择固定时的剩余方差占比"
    "（Sobol，2001；Homma与Saltelli，1996）。若部分组合失败，各份额可能重叠。",
)
