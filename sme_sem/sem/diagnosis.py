"""What is wrong, or odd, about a model or its estimates, in words that tell what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise, product
from typing import Literal

import numpy as np

from ..kernels import constrained as kernel
from ..kernels import linalg, ram
from ..kernels.minimise import Status
from ..tables import NOTHING, Kind, Words
from ..tables.format import cell
from .composites import WEIGHT
from .parameters import ParameterTable
from .solution import Point


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One observation about a fit: how bad, a code to test for, and a sentence with its remedy."""

    severity: Literal["error", "warning", "info"]
    code: str
    words: Words

    @property
    def message(self) -> str:
        """The sentence in English; ``words`` has both languages."""
        return self.words.en

    def __str__(self) -> str:
        return f"{self.severity}: {self.message}"


def inseparable(
    information: np.ndarray, table: ParameterTable, constraints: np.ndarray, labels: Sequence[str] = ()
) -> tuple[str, ...]:
    """Name the parameters that cannot be told apart; labels of the groups, the rest as in the kernel."""
    places = kernel.inseparable(information, constraints)
    if not len(places):
        return ()
    names = table.names(labels)
    return tuple(names[place] for place in places)


def unidentified_message(names: tuple[str, ...], table: ParameterTable) -> Words:
    """Say that, and how to help it."""
    some = ", ".join(names[:8])
    said = Words(
        "the model is not identified: these parameters cannot be told apart: {names}. Fix one of them, set some "
        "equal by a common label, or give every construct a fixed loading (or a fixed variance) and enough indicators.",
        "模型不可识别：下列参数无法区分：{names}。请固定其中之一，用同一标签令若干参数相等，或为每个潜变量固定一个载荷"
        "（或方差）并配备足够的题项。",
    ).filled(names=Words(some, some) + _more(len(names) - 8))
    return said + _light_markers(table) if any(" <~ " in name for name in names) else said


def _more(count: int) -> Words:
    return Words(" and {n} more", "等另外{n}个").filled(n=count) if count > 0 else NOTHING


def too_many_parameters_message(parameters: int, moments: int) -> Words:
    """Say that there are fewer statistics than parameters."""
    return Words(
        "the model is not identified: {q} free parameters for {m} sample moments (df = {df}). Remove paths, fix "
        "loadings, or measure constructs with more indicators.",
        "模型不可识别：自由参数{q}个，样本矩只有{m}个（df = {df}）。请删去路径、固定载荷，或为潜变量增加题项。",
    ).filled(q=parameters, m=moments, df=moments - parameters)


_ENDINGS = {
    Status.ITERATION_LIMIT: Words(
        Status.ITERATION_LIMIT.value,
        "估计值稳定之前迭代已结束。请检查数据中的异常值、只有一两个弱题项的潜变量。也可增大max_iterations，或给出初始值",
    ),
    Status.NO_DESCENT: Words(
        Status.NO_DESCENT.value,
        "斜率不为零，但没有任何一步能再降低差异函数。模型可能不可识别，或最优解处某个方差为零或负值",
    ),
    Status.BAD_START: Words(Status.BAD_START.value, "初始值所隐含的协方差矩阵不是正定矩阵"),
}


def contradiction_message(constraints: tuple[str, ...], bounds: str = "none") -> Words:
    """Name the constraints that cannot be kept together; ``bounds=`` may have added some."""
    added = NOTHING if bounds == "none" else _ADDED_BOUNDS.filled(kind=bounds)
    said = Words(
        "no values of the parameters were found that keep {these}: {constraints}. Loosen or remove {one}.",
        "找不到能满足{these}的参数值：{constraints}。请放宽或删去{one}。",
    )
    return (said + added).filled(
        these=Words("these constraints together", "下列全部约束")
        if len(constraints) > 1
        else Words("this constraint", "下列约束"),
        constraints="; ".join(constraints),
        one=Words("one of them", "其中之一") if len(constraints) > 1 else Words("it", "该约束"),
    )


_ADDED_BOUNDS = Words(
    " Limits that the model does not state come from bounds='{kind}'.", "模型中未写明的界限来自bounds='{kind}'。"
)


def without_value_message(constraints: tuple[str, ...]) -> Words:
    """Name the constraints that cannot be evaluated where the search begins."""
    return Words(
        "these constraints have no value at the start of the search, as where one divides by zero or takes a logarithm "
        "of a negative number: {constraints}. Correct them, or give start values by start(0.5)*.",
        "下列约束在迭代初始值处无法计算（如除以零或对负数取对数）：{constraints}。请更正，或用start(0.5)*给出初始值。",
    ).filled(constraints="; ".join(constraints))


def at_limit(constraints: tuple[str, ...]) -> Diagnostic:
    """Say which inequalities and bounds hold estimates back, and what that means for errors and tests."""
    return Diagnostic("info", "at_limit", _AT_LIMIT.filled(constraints="; ".join(constraints)))


_AT_LIMIT = Words(
    "estimates are held back by these limits: {constraints}. The answers alone would lead beyond. Standard errors take "
    "what is held as fixed there, and the chi-square test is approximate. Look whether the model is wrong there.",
    "估计值受下列界限限制：{constraints}；若无限制，数据会使估计超出该界限。标准误将其视为固定值，卡方检验仅为近似。请检查"
    "模型在此处的设定是否有误。",
)


def stopped_message(status: Status, iterations: int) -> Words:
    """Say that the search failed, and why."""
    return Words("the model did not converge after {n} iterations: {why}.", "模型在{n}次迭代后未收敛：{why}。").filled(
        n=iterations, why=_ENDINGS[status]
    )


def unconverged_message(
    status: Status, iterations: int, table: ParameterTable, theta: np.ndarray, constraints: tuple[str, ...] = ()
) -> Words:
    """Say that the search failed, and what to try; variances below zero are named, and constraints that bind."""
    said = stopped_message(status, iterations)
    fixed = [str(p) for p in table.parameters if p.op == "~~" and p.lhs == p.rhs and not p.free and p.value < 0]
    if fixed:
        said += Words(" A variance is fixed below zero: {names}.", "有方差被固定为负值：{names}。").filled(
            names=", ".join(fixed)
        )
    elif constraints:
        said += Words(
            " It was held by these constraints: {names}. They may be far from what the answers say, or be kept by no "
            "ordinary values: loosen one of them.",
            "迭代受下列约束限制：{names}。这些约束可能与数据相去甚远，或没有合理的参数值能满足；请放宽其中之一。",
        ).filled(names="; ".join(constraints[:8]))
    elif status is Status.BAD_START:
        said += _without_variance(table) or Words(
            " Look at the values fixed in the model, and give start values by start(0.5)*.",
            "请检查模型中固定的数值，并用start(0.5)*给出初始值。",
        )
    else:
        said += _negative(table, theta)
    return said + _light_markers(table) if table.composites else said


def _light_markers(table: ParameterTable) -> Words:
    """What may be wrong with the unit of composites."""
    first = table.composites[0].marker
    names = ", ".join(f"{composite.name} <~ {composite.marker}" for composite in table.composites)
    return Words(
        " Weights are hardly known where the item of fixed weight counts for nearly nothing in its composite: {names}? "
        "Then fix the weight of another item, by NA* before {first} and 1* before one of large weight.",
        "若合成构念中固定权重的题项几乎不起作用（{names}），其余权重便难以估计：请改为固定另一题项的权重，在{first}前写NA*，"
        "在权重较大的题项前写1*。",
    ).filled(names=names, first=first)


def _without_variance(table: ParameterTable) -> Words | None:
    """Name the variables left without a variance by ``preset="explicit"``, or as a construct's only item."""
    own = [p for p in table.parameters if p.op == "~~" and p.lhs == p.rhs and p.lhs not in table.made]
    left = [p.lhs for p in own if not (p.free or p.user or p.value)]
    if not left:
        return None
    return Words(
        " The model states no variance of {names}, and adds none (preset='explicit', or the only item of a construct): "
        "write {first} ~~ {first}.",
        "模型未写明{names}的方差，也不会自动添加（preset='explicit'，或潜变量仅有的题项）：请写{first} ~~ {first}。",
    ).filled(names=", ".join(dict.fromkeys(left)), first=left[0])


def _negative(table: ParameterTable, theta: np.ndarray) -> Words:
    """Name the variances that ended below zero, and say what keeps them from it."""
    own = [p for p in table.parameters if p.op == "~~" and p.lhs == p.rhs and p.free and theta[p.index] < 0]
    if not own:
        return Words(" Or search from several starts: starts=20.", "也可从多个初始值搜索：starts=20。")
    return Words(
        " Variances that became negative on the way: {names}. Keep them from it by bounds='pos_var'{more}, or search "
        "from several starts by starts=20.",
        "搜索过程中变为负值的方差：{names}。可用bounds='pos_var'限制方差非负{more}，或用starts=20从多个初始值搜索。",
    ).filled(names=", ".join(dict.fromkeys(map(str, own))), more=_ALL_BOUNDED if table.delta else NOTHING)


_ALL_BOUNDED = Words(
    ", keep all estimates within what the items' variances allow by bounds='standard'",
    "，或用bounds='standard'将全部估计值限制在题项方差允许的范围内",
)


def undefined(names: Sequence[str]) -> Diagnostic:
    """Say which definitions have no value at the estimates."""
    message = Words(
        "these definitions have no value at the estimates, as where one divides by zero or takes a logarithm of a "
        "negative number: {names}.",
        "下列定义在估计值处无法计算（如除以零或对负数取对数）：{names}。",
    )
    return Diagnostic("warning", "undefined", message.filled(names=", ".join(names)))


def vanished_message(names: tuple[str, ...]) -> Words:
    """Say of which parameters the answers say nothing at all, for they ended at zero."""
    return _VANISHED.filled(names=", ".join(names))


_VANISHED = Words(
    "nothing depends on {names} where the search ended, at zero: it counts by its square or by a product, the answers "
    "would have that below zero, and there is no standard error. Fix it at zero, which fits as well.",
    "迭代止于{names}为零之处，而在该处没有任何量依赖于它：它以平方或乘积的形式起作用，数据则要求该项为负，因而没有标准误。"
    "请将其固定为零，拟合不变。",
)


def hardly_told(names: Sequence[str]) -> Diagnostic:
    """Say of which parameters the answers say next to nothing where the estimates are."""
    return Diagnostic("warning", "hardly_told", _HARDLY_TOLD.filled(names=", ".join(names)))


_HARDLY_TOLD = Words(
    "the answers say next to nothing of {names} at the estimates, and the standard errors mean nothing there. That is "
    "so where something counts by its square or by a product and is near zero, and where a construct hardly varies or "
    "its marker hardly tells of it. Fix it there and compare the two models, or take another marker.",
    "在估计值处，数据几乎不含关于{names}的信息，其标准误没有意义。参数以平方或乘积的形式起作用且接近零，潜变量几乎没有变异，"
    "或标识题项与其几乎无关时即如此。请将其固定于该值并比较两个模型，或另选标识题项。",
)


def examine(point: Point, n: int, labels: Sequence[str] = ("",)) -> list[Diagnostic]:
    """Look for inadmissible values and thin data at a solution that was found.

    labels : of the groups
    """
    groups = [Words(f" [{label}]", f" [{label}]") if label else NOTHING for label in labels]
    found = [*_negative_variances(point, groups), *_latent_covariance(point, groups), *_implied_covariance(point)]
    found += [*_descending(point, groups), *_feedback(point, groups), *_markers(point, groups)]
    found += [*_weak_markers(point, groups)]
    found += [*_uncorrelated(point.table), *_means_of_zero(point.table)]
    if n < 5 * point.table.n_free / max(point.table.groups, 1) and n < 100:
        message = Words(
            "{n} respondents for {q} free parameters: standard errors and tests are rough.",
            "{n}个样本估计{q}个自由参数：标准误与检验较为粗略。",
        ).filled(n=n, q=point.table.n_free)
        found.append(Diagnostic("info", "small_sample", message))
    return found


def _descending(point: Point, groups: Sequence[Words]) -> Iterator[Diagnostic]:
    """Thresholds that do not ascend, so that the category between two of them has no probability."""
    table = point.table
    known = {(p.lhs, p.rhs, p.group): point.estimate(p) for p in table.parameters if p.op == "|"}
    for name, (group, label) in product(table.ordered, enumerate(groups)):
        cuts = [known[item, cut, group] for item, cut in table.thresholds if item == name]
        if any(a >= b for a, b in pairwise(cuts)):
            message = _DESCENDING.filled(name=Words(name, name) + label)
            yield Diagnostic("warning", "thresholds_out_of_order", message)


_DESCENDING = Words(
    "the thresholds of {name} do not ascend, so that an answer between two of them has no probability; do not "
    "interpret this solution. Look at which of them the model fixes or holds equal.",
    "{name}的阈值并非递增，其间的作答选项概率为零；请勿解释该结果。请检查模型固定或设为相等的阈值。",
)


def _means_of_zero(table: ParameterTable) -> Iterator[Diagnostic]:
    """Covariates whose means a growth model holds at zero, as those of occasions; where they are given nothing does."""
    means = [p for p in table.parameters if p.op == "~1"]
    held = {p.lhs for p in means if not (p.varies or p.user)}
    names = [name for name in table.covariates if name in held]
    if names and any(p.free and p.lhs in table.latent for p in means):
        said = _MEANS_OF_ZERO.filled(names=", ".join(names), lines="; ".join(f"{name} ~ 1" for name in names))
        yield Diagnostic("warning", "means_at_zero", said)


_MEANS_OF_ZERO = Words(
    "a growth model holds the means of its observed variables at zero, and so, where covariates are estimated and not "
    "given, also those of {names} (lavaan's convention): unless they are centred, nothing fits. Write {lines}.",
    "增长模型将观测变量的均值固定为零；若协变量为待估而非给定，{names}的均值亦固定为零（lavaan惯例），除非已中心化，否则模型无法拟合。"
    "请写{lines}。",
)


def _markers(point: Point, groups: Sequence[Words]) -> Iterator[Diagnostic]:
    """Markers that go against their composite, which turns the signs of all its paths, or count for little in it."""
    cov, place = point.moments.cov, point.table.place
    sizes = np.abs(point.standardized_values(observed=True)).tolist() if point.table.composites else []
    for composite, (group, label) in product(point.table.composites, enumerate(groups)):
        own = (composite.name, WEIGHT, group)
        rows = zip(point.table.parameters, sizes, strict=True)
        weights = {p.rhs: size for p, size in rows if (p.lhs, p.op, p.group) == own}
        values = {"name": Words(composite.name, composite.name) + label, "marker": composite.marker}
        if cov[group, place[composite.name], place[composite.marker]] < 0:
            yield Diagnostic("info", "reversed_composite", _REVERSED.filled(**values))
        elif weights[composite.marker] < LIGHT * max(weights.values()):
            yield Diagnostic("info", "light_marker", _LIGHT.filled(**values))


def _weak_markers(point: Point, groups: Sequence[Words]) -> Iterator[Diagnostic]:
    """Markers that hardly go with the construct whose unit they give."""
    sizes = np.abs(point.standardized_values(observed=True)).tolist()
    for place, beside in _markers_of_constructs(point.table):
        if sizes[place] < LIGHT * max([sizes[other] for other in beside], default=0.0):
            marker = point.table.parameters[place]
            values = {"name": Words(marker.lhs, marker.lhs) + groups[marker.group], "marker": marker.rhs}
            yield Diagnostic("info", "weak_marker", _WEAK.filled(**values))


@lru_cache(maxsize=64)
def _markers_of_constructs(table: ParameterTable) -> tuple[tuple[int, tuple[int, ...]], ...]:
    """Where the loading stands that gives a construct its unit, and the others of the construct.

    Of several that are fixed the unit is what the model says, as in growth.
    """
    loadings: dict[tuple[str, int], list[int]] = {}
    for place, p in enumerate(table.parameters):
        if p.op == "=~":
            loadings.setdefault((p.lhs, p.group), []).append(place)
    found = []
    for own in loadings.values():
        fixed = [place for place in own if not table.parameters[place].free]
        if len(fixed) == 1 and table.parameters[fixed[0]].value:
            found.append((fixed[0], tuple(place for place in own if place != fixed[0])))
    return tuple(found)


def _uncorrelated(table: ParameterTable) -> Iterator[Diagnostic]:
    """Constructs that stand beside observed predictors, with which they are uncorrelated unless told."""
    related = {frozenset((p.lhs, p.rhs)) for p in table.parameters if p.op in ("~", "~~")}
    explained = {p.lhs if p.op == "~" else p.rhs for p in table.parameters if p.op in ("~", "=~")} | table.made
    reflected = [name for name in table.latent if name not in table.composed]
    for names, code, said in (
        (table.composed, "uncorrelated_composite", _UNCORRELATED_COMPOSITE),
        (reflected, "uncorrelated_construct", _UNCORRELATED),
    ):
        lines = []
        for name in names:
            apart = [x for x in table.covariates if frozenset((name, x)) not in related]
            if apart and name not in explained:
                lines.append(f"{name} ~~ {' + '.join(apart)}")
        if lines:
            yield Diagnostic("info", code, said.filled(pairs="; ".join(lines)))


_UNCORRELATED = Words(
    "constructs are taken as uncorrelated with the observed predictors of the model (lavaan's convention): where they "
    "do correlate, paths are biased. To estimate the correlations write {pairs}.",
    "模型将潜变量与观测自变量设为不相关（与lavaan的约定一致）；若二者实际相关，路径系数会有偏差。如需估计其相关，请写{pairs}。",
)
_UNCORRELATED_COMPOSITE = Words(
    "composites are taken as uncorrelated with the observed predictors beside them, which bends their weights where "
    "items do correlate with these. To estimate the correlations write {pairs}.",
    "合成构念与模型中的观测自变量被设为不相关；若其题项与这些变量相关，权重估计会产生偏差。如需估计其相关，请写{pairs}。",
)
LIGHT = 0.2  # of the largest standardized weight or loading: samples where a marker of less is nothing are not rare
_LIGHT = Words(
    "the composite {name} has its unit from {marker}, which counts for little in it: its other weights and its paths "
    "have large errors in that unit (not the standardized ones), and bootstrap samples fail. Fix the weight of another "
    "item: NA* before {marker}, and 1* before an item of large weight.",
    "合成构念{name}的单位取自{marker}，而该题项的作用很小：以此为单位，其余权重与路径的标准误很大（标准化结果不受影响），"
    "Bootstrap抽样也容易失败。请改为固定权重较大的题项：在{marker}前写NA*，在该题项前写1*。",
)
_WEAK = Words(
    "the construct {name} has its unit from {marker}, which hardly goes with it: its other loadings and its paths have "
    "large errors in that unit (not the standardized ones), so that their tests say little. Let another item give the "
    "unit: put it first, or write NA* before {marker} and 1* before the other; or use std_lv=True.",
    "潜变量{name}的单位取自{marker}，而该题项与其几乎无关：以此为单位，其余载荷与路径的标准误很大（标准化结果不受影响），"
    "其检验意义有限。请改由其他题项提供单位：将其放在首位，或在{marker}前写NA*并在另一题项前写1*；也可用std_lv=True。",
)
_REVERSED = Words(
    "the composite {name} is high where its marker {marker} is low, because the weight of {marker} is fixed and the "
    "other items outweigh it: the signs of its paths are turned. Fix the weight of another item: NA* before {marker}, "
    "and 1* before an item of large weight.",
    "合成构念{name}在标记题项{marker}取值低时反而高：{marker}的权重被固定，而其他题项的作用更大，其路径的符号因此反转。"
    "请改为固定权重较大的题项：在{marker}前写NA*，在该题项前写1*。",
)


def _negative_variances(point: Point, groups: Sequence[Words]) -> list[Diagnostic]:
    found = []
    for r in np.flatnonzero(point.estimates < 0):
        row, value = point.table.parameters[r], point.estimates[r]
        if row.op == "~~" and row.lhs == row.rhs and (row.free or row.derived):
            latent = row.lhs in point.table.latent
            what = Words("variance", "方差") if latent else Words("residual variance", "残差方差")
            size = cell(value, Kind.ESTIMATE) if value <= -0.0005 else f"{value:.1g}"
            message = _HEYWOOD.filled(what=what, name=Words(row.lhs, row.lhs) + groups[row.group], value=size)
            found.append(Diagnostic("warning", "negative_variance", message))
    return found


_HEYWOOD = Words(
    "Heywood case: the {what} of {name} is negative ({value}), which no variance can be; do not interpret this "
    "solution. Usual causes: a small sample, a construct with two indicators, an outlier, or a wrong model. Look at "
    "its item, give the construct more indicators, or reconsider the paths at it.",
    "Heywood情形：{name}的{what}为负（{value}），而方差不可能为负；请勿解释这一结果。常见原因：样本量小、"
    "潜变量只有两个题项、异常值或模型设定有误。请检查相应题项，增加题项，或重新考虑与之相连的路径。",
)
_NOT_DEFINITE = Words(
    "the {matrix} is not positive definite; the largest correlation is {r}, between {a} and {b}. They may be one "
    "construct, or an indicator belongs elsewhere: merge them, or reconsider the measurement of both.",
    "{matrix}不是正定矩阵；最大的相关系数为{r}，在{a}与{b}之间。二者可能是同一潜变量，或某个题项归属有误：请合并，"
    "或重新考虑二者的测量。",
)


_WITHOUT_VARIANCE = Words(
    "the {matrix} is not positive definite: the variance of {a} is zero, and yet its covariance with {b} is not. Fix "
    "that covariance to zero too, or free the variance.",
    "{matrix}不是正定矩阵：{a}的方差为零，与{b}的协方差却不为零。请将该协方差也固定为零，或释放该方差。",
)


def _implied_covariance(point: Point) -> list[Diagnostic]:
    """Least squares can end where no respondents could have answered so."""
    if all(linalg.has_cholesky(own) for own in linalg.correlation(np.asarray(point.moments.sigma))):
        return []
    return [Diagnostic("warning", "implied_not_positive_definite", _IMPOSSIBLE)]


_IMPOSSIBLE = Words(
    "the covariance matrix the model implies is not positive definite: no respondents could have answered so, and "
    "tests and fit indices mean little. Items may be nearly copies of each other; remove one, or use estimator='ML'.",
    "模型隐含的协方差矩阵不是正定矩阵：不可能有样本如此作答，检验与拟合指标意义不大。某些题项可能几乎重复；请删去其一，"
    "或改用estimator='ML'。",
)
NO_FIRST_ORDER = Diagnostic(
    "warning",
    "no_first_order_errors",
    Words(
        "there are no standard errors from first derivatives: the respondents' scores are linearly dependent, as with "
        "fewer respondents than parameters or an item of two values. Use the errors of estimator='MLR' or 'ML'.",
        "无法由一阶导数得到标准误：各样本的得分线性相关，例如样本数少于参数个数，或某题项只有两个取值。请改用"
        "estimator='MLR'或'ML'的标准误。",
    ),
)


def _latent_covariance(point: Point, groups: Sequence[Words]) -> list[Diagnostic]:
    """Correlations beyond one among constructs, which no single variance shows, and covariances without a variance."""
    p, found = point.pattern.observed, []
    latent = np.array(point.table.latent)
    for group in range(point.table.groups):
        matrices = (
            (Words("covariance matrix of the constructs", "潜变量协方差矩阵"), point.moments.cov[group, p:, p:]),
            (Words("residual covariance matrix of the constructs", "潜变量残差协方差矩阵"), point.S[group, p:, p:]),
        )
        for name, matrix in matrices:
            message = _impossible(name + groups[group], matrix, latent)
            if message is not None:
                found.append(Diagnostic("warning", "latent_not_positive_definite", message))
                break
    return found


def _impossible(name: Words, matrix: np.ndarray, latent: np.ndarray) -> Words | None:
    """Say why nothing has these covariances; negative variances are told elsewhere."""
    variance = np.diagonal(matrix)
    still, moving = np.flatnonzero(variance == 0), variance > 0
    if matrix[still].any():
        i, j = np.argwhere(matrix[still])[0]
        return _WITHOUT_VARIANCE.filled(matrix=name, a=latent[still[i]], b=latent[j])
    correlation, names = linalg.correlation(matrix[np.ix_(moving, moving)]), latent[moving]
    each = np.eye(len(correlation))
    if linalg.has_cholesky(correlation + 1e-8 * each):
        return None
    off = np.abs(correlation - each)
    i, j = np.unravel_index(off.argmax(), off.shape)
    return _NOT_DEFINITE.filled(matrix=name, r=cell(correlation[i, j], Kind.COEFFICIENT), a=names[i], b=names[j])


def _feedback(point: Point, groups: Sequence[Words]) -> list[Diagnostic]:
    """Say of paths that lead back to where they began whether their effects die out.

    The stability index is the largest modulus of an eigenvalue of the paths among variables in loops (Bentler and
    Freeman 1983); AMOS prints it too.
    """
    table, found = point.table, []
    place, v = point.place, len(table.variables)
    for group, label in enumerate(groups if table.feedback else ()):
        A = np.zeros((v, v))
        for p, value in zip(table.parameters, point.estimates, strict=True):
            if p.effect and p.group == group:
                A[place[p.effect], place[p.cause]] = value
        looped = np.flatnonzero(np.diagonal(ram.reached(A != 0)))
        if not len(looped):
            continue
        index = abs(np.linalg.eigvals(A[np.ix_(looped, looped)])).max()
        names = ", ".join(table.variables[i] for i in looped)
        message = _FEEDBACK + (_SETTLES if index < 1 else _GROWS)
        message = message.filled(names=Words(names, names) + label, index=cell(index, Kind.ESTIMATE))
        found.append(
            Diagnostic("info", "feedback", message) if index < 1 else Diagnostic("warning", "unstable", message)
        )
    return found


_FEEDBACK = Words(
    "paths lead back to where they began, among {names}; the stability index is {index}",
    "存在回到起点的路径（{names}）；稳定性指数为{index}",
)
_SETTLES = Words(", below one, so that effects settle.", "，小于1，效应会趋于稳定。")
_GROWS = Words(
    ", not below one: effects grow with every round, and total effects mean nothing. The model is wrong, or there are "
    "too few respondents to estimate it.",
    "，不小于1：效应每循环一次都会增大，总效应没有意义。模型设定有误，或样本量不足以估计该模型。",
)
