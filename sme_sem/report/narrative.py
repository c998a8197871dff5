"""Sentences that say what the tables show, in both languages, with the numbers in them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ..comparison.invariance import STEP_NAMES
from ..sem import cutoffs
from ..sem.cutoffs import ACCEPTABLE, GOOD, NOT_MET
from ..sem.estimators import ESTIMATORS
from ..sem.hypotheses import OPPOSITE
from ..sem.presentation import Labels, named
from ..sem.quoted import chisq_per_df, measures_to_judge, objections
from ..sem.rivals import comparable, equivalent_models
from ..tables import NOTHING, Kind, Text, Words, joined
from ..tables.format import cell

if TYPE_CHECKING:
    from ..comparison.invariance import Invariance
    from ..measurement import Importance
    from ..sem.fit import Fit
    from .results import Results

_NORMAL = 0.05
_KMO = (  # Kaiser (1974), Psychometrika 39, 31-36
    (0.9, Words("marvellous", "极佳")),
    (0.8, Words("meritorious", "良好")),
    (0.7, Words("middling", "中等")),
    (0.6, Words("mediocre", "普通")),
    (0.5, Words("miserable", "欠佳")),
    (-math.inf, Words("unacceptable", "不可接受")),
)


def sample(results: Results) -> Words:
    """How many answered, were kept and were analysed."""
    counts = results.counts
    sent = results.options.get("distributed")
    said = _COLLECTED.filled(**counts) if sent is None else _returned(sent, counts["collected"], counts["valid"])
    if "analysed" in counts and results.options["missing"] == "fiml":
        said += _ANALYSED_FIML.filled(n=counts["analysed"])
    elif "analysed" in counts:
        left = counts["valid"] - counts["analysed"]
        said += (_ANALYSED_ALL if not left else _ANALYSED).filled(n=counts["analysed"], left=left)
    return said


def _returned(sent: int, returned: int, valid: int) -> Words:
    """How many questionnaires were sent out, came back and are valid."""
    shares = {"rate": returned / sent, "share": valid / returned, "effective": valid / sent}
    written = {name: cell(100 * share, Kind.PERCENT) for name, share in shares.items()}
    return _RETURNED.filled(sent=sent, returned=returned, valid=valid, **written)


def quality(results: Results) -> Words:
    """How many things were noticed on reading, by how grave they are."""
    severity = results.screening.screened.findings["severity"]
    counts = {name: int((severity == name).sum()) for name in ("error", "warning", "info")}
    said = _NOTICED.filled(**{name: Words(counted(n, _NOUNS[name]), str(n)) for name, n in counts.items()})
    excluded = int((~results.screening.kept).sum())
    who = Words(counted(excluded, "respondent"), str(excluded))
    return said + (_EXCLUDED.filled(who=who) if excluded else _NOBODY)


def counted(n: int, noun: str, one: str = "", many: str = "") -> str:
    """Write a number before what it counts, and a verb behind it.

    >>> counted(1, "warning"), counted(2, "respondent", "was", "were")
    ('1 warning', '2 respondents were')
    """
    return f"{n} {noun}{'s' * (n != 1)} {one if n == 1 else many}".rstrip()


def normality(results: Results) -> Words | None:
    """Whether the items of the hypothesized model could be normal together, and what the estimator makes of it."""
    found = results.normality
    if found is None:
        return None
    p = len(found.items)
    said = _MARDIA.filled(
        p=p,
        normal=p * (p + 2),
        b=cell(found.mardia_kurtosis, Kind.ESTIMATE),
        excess=cell(found.mardia_kurtosis - p * (p + 2), Kind.ESTIMATE),
        z=cell(found.mardia_kurtosis_z, Kind.STATISTIC),
        pvalue=_p(found.mardia_kurtosis_pvalue),
    )
    if min(found.mardia_kurtosis_pvalue, found.mardia_skew_pvalue) >= _NORMAL:
        return said + _COULD_BE_NORMAL
    estimator = results.options["estimator"]
    return said + (_CORRECTED if ESTIMATORS[estimator].needs_answers else _NOT_CORRECTED).filled(estimator=estimator)


def reliability(results: Results) -> Words | None:
    """The range of alpha, and how many scales reach the customary bound."""
    if results.reliability is None:
        return None
    scales = results.reliability.scales.sort_values("alpha", kind="stable")
    low, high = scales.iloc[0], scales.iloc[-1]
    labels = results.labels
    if len(scales) == 1:
        said = _ONE_ALPHA.filled(scale=labels.get(low["scale"], low["scale"]), alpha=_r(low["alpha"]))
    else:
        said = _ALPHAS.filled(
            low=_r(low["alpha"]),
            lowest=labels.get(low["scale"], low["scale"]),
            high=_r(high["alpha"]),
            highest=labels.get(high["scale"], high["scale"]),
        )
    reached = int((scales["alpha"] >= cutoffs.ALPHA).sum())
    if len(scales) == 1:
        words = _IT_REACHES if reached else _IT_STAYS_BELOW
    else:
        words = _ALL_REACHED if reached == len(scales) else _REACHED
    return said + words.filled(reached=reached, all=len(scales), bound=_r2(cutoffs.ALPHA))


def components(results: Results) -> Words | None:
    """Whether the items can be condensed, and what the components explain."""
    said = NOTHING
    if results.adequacy is not None:
        found = results.adequacy
        judged = next(words for bound, words in _KMO if found.kmo >= bound) if found.kmo == found.kmo else "–"
        said += _ADEQUATE.filled(
            kmo=_r(found.kmo),
            judged=judged,
            df=found.bartlett_df,
            chisq=cell(found.bartlett_chisq, Kind.STATISTIC),
            p=_p(found.bartlett_pvalue),
        )
    if results.components is not None:
        loadings, variance = results.components.loadings, results.components.variance
        m = loadings.shape[1]
        percent = cell(float(variance["extraction_cumulative"].iloc[m - 1]), Kind.PERCENT)
        number = Words(counted(m, "component", "explains", "explain"), str(m))
        said += _CONDENSED.filled(m=number, percent=percent, p=len(loadings))
        suggested = {} if results.retention is None else results.retention.suggested
        others = [(_CRITERIA[name], n) for name, n in suggested.items() if name in _CRITERIA and n != m]
        if others:
            told = [_SUGGESTS.filled(criterion=criterion, n=n) for criterion, n in others]
            said += _DISAGREE.filled(m=m, rule=rule(results), others=_joined(told))
    return said if said.en else None


def factors(results: Results) -> Words | None:
    """How many common factors there are, by which rule, and what they explain."""
    found = results.factors
    if found is None:
        return None
    m = len(found.variance)
    said = _FACTORED.filled(
        m=Words(counted(m, "factor", "explains", "explain"), str(m)),
        rule=_AS_CHOSEN if "n_factors" in results.options["factors"] else _CRITERIA["parallel"],
        percent=cell(float(found.variance["cumulative"].iloc[-1]), Kind.PERCENT),
        p=len(found.loadings),
    )
    if not math.isfinite(found.chisq):
        return said
    value = cell(found.chisq, Kind.STATISTIC)
    return said + _SUFFICE.filled(df=found.df, chisq=value, p=_p(found.pvalue), rmsr=_r(found.rmsr))


def rule(results: Results) -> Words:
    """By which rule the number of components was kept."""
    return _AS_CHOSEN if "n_components" in results.options.get("components", {}) else _KAISER


def loadings(fit: Fit) -> Words | None:
    """The range of the standardized loadings."""
    estimates = fit.estimates()
    values = estimates.loc[(estimates["op"] == "=~") & ~estimates["rhs"].isin(fit.latent), "std_all"]
    if values.empty:
        return None
    high, low = cutoffs.LOADINGS
    said = _RANGE.filled(low=_r(values.min()), high=_r(values.max()))
    reached = int((values >= high).sum())
    return (
        said
        + (_ALL_LOADED if reached == len(values) else _LOADED).filled(reached=reached, all=len(values), bound=_r2(high))
        + (_WEAK.filled(weak=int((values < low).sum()), bound=_r2(low)) if (values < low).any() else NOTHING)
        + _doubt(fit)
    )


def validity(results: Results) -> Words | None:
    """How many constructs reach the customary CR and AVE, and how far the closest two are apart."""
    if results.validity is None:
        return None
    scales = results.validity.scales
    parts = [
        (_ALL_CONSTRUCTS if reached == len(known) else _SOME_CONSTRUCTS).filled(
            name=name, bound=_r2(bound), reached=reached, all=len(known)
        )
        for name, bound in (("CR", cutoffs.CR), ("AVE", cutoffs.AVE))
        if len(known := scales[name].dropna())
        for reached in [int((known >= bound).sum())]
    ]
    said = joined(parts, ", ", "，") + _FORNELL if parts else NOTHING
    said += _closest(results)
    return said if said.en else None


def _closest(results: Results) -> Words:
    """The pair of constructs with the largest HTMT, against the customary bound."""
    assert results.validity is not None
    found = results.validity.htmt
    pairs = {
        (a, b): float(found.loc[a, b])
        for k, a in enumerate(found.index)
        for b in found.columns[:k]
        if not math.isnan(found.loc[a, b])
    }
    if not pairs:
        return NOTHING
    (one, other), value = max(pairs.items(), key=lambda pair: pair[1])
    words = _HTMT_BELOW if value < cutoffs.HTMT else _HTMT_NOT_BELOW
    return words.filled(
        value=_r(value), a=named(other, results.labels), b=named(one, results.labels), bound=_r2(cutoffs.HTMT)
    )


def invariance(found: Invariance) -> Words | None:
    """Up to which step the fall of the CFI stays within the customary bound."""
    steps = list(zip(found.table["step"], found.table["cfi_diff"], strict=True))
    if len(steps) < 2:
        return None
    held, failed = str(steps[0][0]), None
    for name, change in steps[1:]:
        if change < -cutoffs.CFI_FALL:
            failed = _FAILS.filled(step=STEP_NAMES[str(name)], change=_r(change))
            break
        held = str(name)
    said = _HOLDS.filled(step=STEP_NAMES[held], bound=_r2(cutoffs.CFI_FALL))
    return said + (failed if failed is not None else _NONE_FAILS)


def measured_apart(fit: Fit) -> Words:
    """How a measurement model fits in which constructs correlate freely."""
    return _APART + _fit(measures_to_judge(fit))


def _fit(found: Mapping[str, float]) -> Words:
    return _FIT.filled(
        df=f"{found['df']:g}",
        chisq=cell(found["chisq"], Kind.STATISTIC),
        p=_p(found["pvalue"]),
        lower=_r(found["rmsea_ci_lower"]),
        upper=_r(found["rmsea_ci_upper"]),
        **{name: _r(found[name]) for name in ("cfi", "tli", "rmsea", "srmr")},
    )


def fit_judgement(fit: Fit, thresholds: str) -> Words:
    """Chi-square and indices as a paper reports them, and how many reach their thresholds."""
    found = measures_to_judge(fit)
    said = _fit(found)
    used = cutoffs.profile(thresholds)
    values = {"chisq_df": chisq_per_df(found), **found}
    verdicts = {name: t.verdict(float(values.get(name, math.nan))) for name, t in used.cutoffs.items()}
    counts = [sum(v is level for v in verdicts.values()) for level in (GOOD, ACCEPTABLE, NOT_MET)]
    missed = [_INDEX.get(name, name.upper()) for name, v in verdicts.items() if v is NOT_MET]
    counted = _JUDGED.filled(all=sum(counts), good=counts[0], acceptable=counts[1], profile=used.title)
    judged = (
        said + counted + (_MISSED.filled(n=len(missed), names=joined(missed, ", ", "、")) if missed else _NONE_MISSED)
    )
    return judged + _doubt(fit)


def hypotheses(results: Results) -> Words | None:
    """How many hypotheses are supported, which, and which not."""
    if results.hypotheses is None:
        return None
    tests = results.hypotheses.tests
    supported = [t.id for t in tests if t.supported]
    words = _SUPPORTED
    if len(supported) == len(tests):
        words = _IT_IS_SUPPORTED if len(tests) == 1 else _ALL_SUPPORTED
    said = words.filled(n=len(supported), all=len(tests))
    if supported:
        said += _WHICH.filled(ids=joined(supported, ", ", "、"))
    of = NOTHING if results.hypotheses.correction == "none" else _CORRECTED_P
    for test in (t for t in tests if t.supported is False):
        path = test.relation(results.labels)
        rejected = _OPPOSITE if test.verdict.en.startswith(OPPOSITE.en) else _REJECTED
        said += rejected.filled(id=test.id, path=path, beta=_r(test.beta), p=of + _p(test.pvalue_adjusted))
    for test in (t for t in tests if t.supported is None):
        said += _UNTESTED.filled(id=test.id, why=test.verdict)
    behind = [fit for fit in results.fits.values() if set(objections(fit)) & set(results.hypotheses.notes)]
    return said + Words(".", "。") + _doubt(*behind)


def explained(results: Results) -> Words | None:
    """What share of the outcomes' variance the hypothesized model explains."""
    fit = results.fit
    if fit is None:
        return None
    estimates, values = fit.estimates(), fit.r_squared()
    outcomes = [n for n in dict.fromkeys(estimates.loc[estimates["op"] == "~", "lhs"]) if n in values.index]
    if not outcomes:
        return None
    parts = [
        _SHARE.filled(percent=cell(100 * float(values[n]), Kind.PERCENT), name=results.labels.get(n, n))
        for n in outcomes
    ]
    return _EXPLAINS.filled(shares=_joined(parts)) + _doubt(fit)


def countermeasures(found: Importance, labels: Labels, groups: Labels) -> Words:
    """Which drivers count most, and which of these do badly; of each group, if there are several."""
    said = NOTHING
    for group, every in found.table.groupby("group", sort=False):
        own = every[every["importance"].notna()]
        if own.empty:
            said += _GROUP.filled(group=groups.get(str(group), str(group)), said=_NO_EFFECT) if group else _NO_EFFECT
            continue
        first, lower = (
            [named(name, labels) for name in own.loc[own["first"] & sign, "construct"]]
            for sign in (own["importance"] > 0, own["importance"] < 0)
        )
        strongest = own.iloc[0]
        one = _STRONGEST.filled(driver=named(strongest["construct"], labels), beta=_r(strongest["importance"]))
        if (own["importance"] < 0).any():
            one += _NEGATIVE
        one += _FIRST.filled(drivers=_joined(first)) if first else _NONE_FIRST
        if lower:
            one += _LOWER.filled(drivers=_joined(lower))
        said += _GROUP.filled(group=groups.get(str(group), str(group)), said=one) if group else one
    return said


def rivals(results: Results) -> Words | None:
    """Which of the comparable models the information criteria prefer, and which cannot be told apart."""
    base, titles = results.fit, results.model_titles
    if base is None or len(results.fits) < 2:
        return None
    alike = {name: fit for name, fit in results.fits.items() if fit.converged and comparable(fit, base)}
    if len(alike) < 2:
        return _NO_RIVAL
    if "aic" not in base.measures():
        return _NO_LIKELIHOOD
    best = {measure: min(alike, key=lambda name: alike[name].measures()[measure]) for measure in ("aic", "bic")}
    same = {name for pair in equivalent_models(alike) if best["aic"] in pair for name in pair}
    if best["aic"] == best["bic"] or best["bic"] in same:
        preferred = [titles.get(name, name) for name in alike if name in (same or {best["aic"]})]
        said = _PREFERRED.filled(n=len(alike), names=_joined([_QUOTED.filled(name=p) for p in preferred]))
    else:
        said = _DIVIDED.filled(
            n=len(alike), aic=titles.get(best["aic"], best["aic"]), bic=titles.get(best["bic"], best["bic"])
        )
    doubtful = [_QUOTED.filled(name=titles.get(name, name)) for name, fit in alike.items() if objections(fit)]
    said += _DOUBTFUL_MODELS.filled(names=_joined(doubtful)) if doubtful else NOTHING
    return said + (_SAME_FIT if equivalent_models(results.fits) else NOTHING)


def _doubt(*fits: Fit) -> Words:
    """Say beside what is read off a solution that a warning stands against it, so that it is not quoted without."""
    return _DOUBTFUL if any(objections(fit) for fit in fits) else NOTHING


def _r(value: Any) -> str:
    return cell(float(value), Kind.COEFFICIENT)


def _r2(value: float) -> str:
    return _r(value)[:-1]


def _p(value: Any) -> str:
    text = cell(float(value), Kind.PROBABILITY)
    return f"p {text}" if text.startswith("<") else f"p = {text}"


def _joined(parts: Iterable[Text]) -> Words:
    """Join with commas and a last "and"."""
    *others, last = [NOTHING + part for part in parts]
    if not others:
        return last
    return Words(", ".join(p.en for p in others) + " and " + last.en, "、".join(p.zh for p in others) + "和" + last.zh)


_INDEX = {"chisq_df": "χ²/df"}
_STRONGEST = Words(
    "The largest total effect is that of {driver} (β = {beta}). ", "总效应最大的是{driver}（β = {beta}）。"
)
_NO_EFFECT = Words(
    "Standardized effects do not exist: a variance of the solution is negative. ", "解中有负方差，标准化效应不存在。"
)
_FIRST = Words(
    "Above average in importance and below average in performance, and so where an effort pays first: {drivers}. ",
    "重要性高于平均而绩效低于平均、应优先改进的是：{drivers}。",
)
_NONE_FIRST = Words(
    "No driver with a positive effect of more than average importance does worse than the average. ",
    "没有效应为正、重要性高于平均而绩效低于平均的因素。",
)
_NEGATIVE = Words("With a negative effect higher scores lower the outcome. ", "效应为负时，得分越高结果越低。")
_LOWER = Words(
    "With a negative effect above average in size, and with scores above average, so to be lowered first: {drivers}. ",
    "效应为负、绝对值高于平均且得分高于平均、应优先降低的是：{drivers}。",
)
_GROUP = Words("{group}: {said}\n\n", "{group}：{said}\n\n")
_COLLECTED = Words(
    "{collected} questionnaires were collected and {valid} kept after screening.",
    "共回收问卷{collected}份，筛选后有效问卷{valid}份。",
)
_RETURNED = Words(
    "{sent} questionnaires were sent out and {returned} returned, a response rate of {rate}%; {valid} were kept after "
    "screening, {share}% of those returned and {effective}% of those sent out.",
    "共发放问卷{sent}份，回收{returned}份，回收率为{rate}%；筛选后有效问卷{valid}份，有效率为{share}%，有效回收率为{effective}%。",
)
_ANALYSED = Words(
    " The hypothesized model is estimated from {n} of them; {left} did not answer every item it needs "
    "(listwise deletion).",
    "假设模型使用其中{n}份进行估计，另有{left}份因模型所需题项存在缺失而按列表删除。",
)
_ANALYSED_FIML = Words(
    " The hypothesized model uses every answer of {n} of them, also of those who left an item open "
    "(full information maximum likelihood).",
    "假设模型采用完全信息最大似然法，利用其中{n}份问卷的全部作答，包括存在缺失的问卷。",
)
_ANALYSED_ALL = Words(
    " All {n} of them answered every item of the hypothesized model and are analysed.",
    "全部{n}份均完整作答假设模型所需题项，用于模型估计。",
)
_NOTICED = Words(
    "Reading the answers noted {error} (an answer or a column could not be used), {warning} and {info} on what was "
    "done as expected.",
    "数据读取共发现{error}个错误（无法使用的答案或列）、{warning}个警告，以及{info}条常规处理说明。",
)
_NOUNS = {"error": "error", "warning": "warning", "info": "remark"}
_EXCLUDED = Words(" Screening set {who} aside.", "筛选共剔除{who}份问卷。")
_NOBODY = Words(" Screening set nobody aside.", "筛选未剔除任何问卷。")
_MARDIA = Words(
    "Mardia's kurtosis of the {p} items of the hypothesized model is {b}; normal answers have {normal} (difference "
    "{excess}, z = {z}, {pvalue}).",
    "假设模型{p}个题项的Mardia多元峰度为{b}，正态分布时为{normal}（差值{excess}，Z = {z}，{pvalue}）。",
)
_COULD_BE_NORMAL = Words(" Nothing speaks against normal answers.", "未发现明显偏离多元正态分布。")
_CORRECTED = Words(
    " They are not normal together; {estimator} does not need them to be.",
    "数据不服从多元正态分布；{estimator}估计不要求正态。",
)
_NOT_CORRECTED = Words(
    " They are not normal together, which standard errors and χ² of {estimator} assume: compare them with those of "
    "the estimator MLR.",
    "数据不服从多元正态分布，而{estimator}的标准误与χ²以正态为前提，宜与稳健估计方法MLR的结果相比较。",
)
_ALPHAS = Words(
    "Cronbach's alpha runs from {low} ({lowest}) to {high} ({highest}).",
    "克隆巴赫α系数介于{low}（{lowest}）与{high}（{highest}）之间。",
)
_ONE_ALPHA = Words("Cronbach's alpha of {scale} is {alpha}.", "{scale}的克隆巴赫α系数为{alpha}。")
_REACHED = Words(
    " {reached} of {all} scales reach {bound} (Nunnally, 1978).",
    "{all}个量表中有{reached}个达到{bound}（Nunnally，1978）。",
)
_ALL_REACHED = Words(
    " All {all} scales reach {bound} (Nunnally, 1978).", "{all}个量表的α系数均达到{bound}（Nunnally，1978）。"
)
_IT_REACHES = Words(" It reaches {bound} (Nunnally, 1978).", "达到{bound}（Nunnally，1978）。")
_IT_STAYS_BELOW = Words(" It stays below {bound} (Nunnally, 1978).", "低于{bound}（Nunnally，1978）。")
_ADEQUATE = Words(
    "KMO is {kmo}, {judged} in Kaiser's (1974) words, and Bartlett's test gives χ²({df}) = {chisq}, {p}. ",
    "KMO值为{kmo}，按Kaiser（1974）的标准为“{judged}”；巴特利特球形度检验χ²({df}) = {chisq}，{p}。",
)
_CONDENSED = Words(
    "{m} {percent}% of the variance of {p} items.",
    "{m}个成分共解释{p}个题项总方差的{percent}%。",
)
_KAISER, _AS_CHOSEN = Words("eigenvalue above 1", "特征值大于1"), Words("chosen in the study file", "研究文件指定")
_FACTORED = Words(
    "{m} {percent}% of the variance of {p} items (number: {rule}).",
    "{m}个公因子共解释{p}个题项总方差的{percent}%（因子数：{rule}）。",
)
_SUFFICE = Words(
    " The test that so many suffice gives χ²({df}) = {chisq}, {p}; the residual correlations have a root mean square "
    "of {rmsr}.",
    "因子数充分性检验：χ²({df}) = {chisq}，{p}；残差相关的均方根为{rmsr}。",
)
_DISAGREE = Words(
    " The rules disagree about their number: {m} kept ({rule}), while {others}.",
    "各准则并不一致：本报告保留{m}个（{rule}），而{others}。",
)
_CRITERIA = {
    "parallel": Words("parallel analysis", "平行分析"),
    "map": Words("the minimum average partial", "最小平均偏相关"),
    "kaiser": Words("the rule of eigenvalues above 1", "特征值大于1准则"),
}
_SUGGESTS = Words("{criterion} suggests {n}", "{criterion}建议{n}个")
_RANGE = Words("Standardized loadings run from {low} to {high};", "标准化因子载荷介于{low}与{high}之间，")
_LOADED = Words(" {reached} of {all} reach {bound}.", "{all}个载荷中有{reached}个达到{bound}。")
_ALL_LOADED = Words(" all {all} reach {bound}.", "{all}个载荷均达到{bound}。")
_WEAK = Words(" {weak} stay below {bound}.", "有{weak}个低于{bound}。")
_ALL_CONSTRUCTS = Words("{name} of all {all} constructs reaches {bound}", "{all}个构念的{name}均达到{bound}")
_SOME_CONSTRUCTS = Words(
    "{name} of {reached} of {all} constructs reaches {bound}", "{all}个构念中有{reached}个的{name}达到{bound}"
)
_FORNELL = Words(" (Fornell & Larcker, 1981; Hair et al., 2010). ", "（Fornell与Larcker，1981；Hair等，2010）。")
_HTMT_BELOW = Words(
    "The largest HTMT, {value} ({a} and {b}), is below {bound} (Henseler et al., 2015).",
    "HTMT最大值为{value}（{a}与{b}），低于{bound}（Henseler等，2015）。",
)
_HTMT_NOT_BELOW = Words(
    "The largest HTMT, {value} ({a} and {b}), is not below {bound} (Henseler et al., 2015): these two are hardly "
    "distinct.",
    "HTMT最大值为{value}（{a}与{b}），未低于{bound}（Henseler等，2015）：二者的区分效度不足。",
)
_HOLDS = Words(
    "Judged by a fall of the CFI of no more than {bound} from step to step (Cheung & Rensvold, 2002), the steps hold "
    "up to: {step}.",
    "以相邻步骤CFI下降不超过{bound}为标准（Cheung与Rensvold，2002），成立至：{step}。",
)
_FAILS = Words(" The next, {step}, does not (ΔCFI = {change}).", "下一步{step}不成立（ΔCFI = {change}）。")
_NONE_FAILS = Words(" No step that was fitted fails by it.", "以此为准，所拟合的步骤均成立。")
_APART = Words(
    "Loadings, reliability and validity are those of the measurement model, in which all constructs correlate freely "
    "(Anderson and Gerbing, 1988): ",
    "载荷、信度与效度来自测量模型，其中各构念自由相关（Anderson与Gerbing，1988）：",
)
_FIT = Words(
    "χ²({df}) = {chisq}, {p}; CFI = {cfi}, TLI = {tli}, RMSEA = {rmsea}, 90% CI [{lower}, {upper}], SRMR = {srmr}.",
    "χ²({df}) = {chisq}，{p}；CFI = {cfi}，TLI = {tli}，RMSEA = {rmsea}，90% CI [{lower}, {upper}]，SRMR = {srmr}。",
)
_JUDGED = Words(
    " Judged by the thresholds called {profile}, of {all} indices good: {good}, acceptable: {acceptable};",
    "按{profile}判断{all}项指标：良好{good}项，可接受{acceptable}项，",
)
_MISSED = Words(" not met: {n} ({names}).", "未达标{n}项（{names}）。")
_NONE_MISSED = Words(" not met: none.", "无未达标指标。")
_DOUBTFUL = Words(
    " Caution: a warning stands against this solution; see the notes under its tables.",
    "注意：该解存在警告，见相关表注。",
)
_DOUBTFUL_MODELS = Words(
    " Caution: a warning stands against the solution of {names}; see the notes under the tables.",
    "注意：{names}的解存在警告，见相关表注。",
)
_SUPPORTED = Words("{n} of {all} hypotheses are supported", "{all}个研究假设中有{n}个成立")
_ALL_SUPPORTED = Words("All {all} hypotheses are supported", "{all}个研究假设全部成立")
_IT_IS_SUPPORTED = Words("The hypothesis is supported", "研究假设成立")
_WHICH = Words(" ({ids})", "（{ids}）")
_CORRECTED_P = Words("corrected ", "校正")
_REJECTED = Words("; {id} is not ({path}: β = {beta}, {p})", "；{id}不成立（{path}：β = {beta}，{p}）")
_OPPOSITE = Words(
    "; {id} is not: the path is significant in the opposite direction ({path}: β = {beta}, {p})",
    "；{id}不成立，路径显著但方向与预期相反（{path}：β = {beta}，{p}）",
)
_UNTESTED = Words("; {id} could not be tested ({why})", "；{id}未能检验（{why}）")
_NO_LIKELIHOOD = Words(
    "Least squares have no likelihood, so AIC and BIC prefer none of these models.",
    "最小二乘估计没有似然函数，因此无法用AIC和BIC比较这些模型。",
)
_EXPLAINS = Words("The hypothesized model explains {shares}.", "假设模型解释了{shares}。")
_SHARE = Words("{percent}% of the variance of {name}", "{name}{percent}%的方差")
_QUOTED = Words.same("“{name}”")
_NO_RIVAL = Words(
    "No rival explains the same variables of the same respondents, so only indices that do not depend on "
    "them can be set side by side.",
    "没有竞争模型与假设模型使用相同的变量和样本，只能比较不依赖于变量构成的指标。",
)
_PREFERRED = Words(
    "Of the {n} models of the same answers, AIC and BIC are lowest for {names}.",
    "在使用相同数据的{n}个模型中，AIC与BIC最低的是{names}。",
)
_DIVIDED = Words(
    "Of the {n} models of the same answers, AIC is lowest for “{aic}”, BIC for “{bic}”.",
    "在使用相同数据的{n}个模型中，“{aic}”的AIC最低，“{bic}”的BIC最低。",
)
_SAME_FIT = Words(
    " Some of the models fit exactly alike (see the notes of the table): only theory can choose between them.",
    "部分模型的拟合完全相同（见表注），只能依据理论取舍。",
)
