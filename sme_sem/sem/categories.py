"""What is odd about answers in few categories, in words that tell what to do.

Rare categories, combinations of answers that nobody gave, and correlations at their bound make polychoric correlations
uncertain: Brown and Benedetti (1977), Psychometrika 42, 347-355; Savalei (2011), Structural Equation Modeling 18,
253-273.  That items with fewer than five or six categories are better analysed as ordered is from Rhemtulla,
Brosseau-Liard and Savalei (2012), Psychological Methods 17, 354-373.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..kernels import contingency, influence
from ..responses.findings import listed
from ..responses.moments import Moments
from ..tables import NOTHING, Words
from .diagnosis import Diagnostic
from .parameters import ParameterTable

FEW = 5  # categories, up to which answers are hardly continuous
RARE = 5  # answers, below which a category tells little
EMPTY = 0.5  # share of a pair's combinations of answers that nobody gave
_GLANCE = 100  # respondents looked at first
_NAMED = 3  # how many offenders a sentence names


def few_categories(table: ParameterTable, moments: Moments) -> list[Diagnostic]:
    """Advise ``ordered=True`` where every item has whole numbers in at most ``FEW`` categories."""
    items = len(table.observed) - len(table.covariates)  # they come first
    if moments.answers is None or not items:
        return []
    answers = np.concatenate([own[:_GLANCE, :items] for own in moments.answers])
    if not _whole(answers) or _most(answers) > FEW:  # a glance is enough to see that most surveys are not meant
        return []
    answers = np.concatenate([own[:, :items] for own in moments.answers])
    if not _whole(answers) or (most := _most(answers)) > FEW:
        return []
    return [Diagnostic("info", "few_categories", _FEW.filled(k=most))]


def _most(answers: np.ndarray) -> int:
    """How many different whole numbers at most an item can have, or else how many it has: (n, p)"""
    widest = np.fmax.reduce(np.fmax.reduce(answers, axis=0) - np.fmin.reduce(answers, axis=0))  # NaN is passed over
    if widest < FEW:
        return int(widest) + 1
    return int(1 + (np.diff(np.sort(answers, axis=0), axis=0) > 0).sum(axis=0).max())  # NaN stands last, and is none


def _whole(answers: np.ndarray) -> bool:
    return bool(((answers == np.round(answers)) | np.isnan(answers)).all())


def without_weight(table: ParameterTable, moments: Moments) -> Words:
    """Say which correlations have no weight because nothing speaks against a perfect one; empty where none."""
    said = [one for one in examine(table, moments) if one.code == "perfect_correlation"] if table.ordered else []
    return Words(" Mind that ", "另请注意：") + said[0].words if said else NOTHING


def examine(table: ParameterTable, moments: Moments) -> list[Diagnostic]:
    """Look for what makes the moments of ordered answers uncertain, in every group."""
    assert moments.ordered is not None and moments.answers is not None
    modelled = [name for name in table.observed if name not in table.exogenous]
    found = []
    for label, own, answers in zip(moments.labels, moments.ordered, moments.answers, strict=True):
        group = Words(" in group {g}", "（组别{g}）").filled(g=label) if label else NOTHING
        found += [*_perfect(own, modelled, group), *_indefinite(own, group)]
        names = [name for name in table.observed if name in table.ordered]
        answers = answers[:, [table.observed.index(name) for name in names]]
        size = np.array([table.ordered[name] + 1 for name in names])
        found += _thin(_counted(own, answers, size), names, answers, group)
    return found


def equal_residuals(table: ParameterTable, group_equal: Sequence[str]) -> list[Diagnostic]:
    """Say that equal residuals ask for nothing where those of ordered answers follow from everything else."""
    if "residuals" not in group_equal or not table.delta or table.groups < 2:
        return []
    return [Diagnostic("info", "residuals_follow", _FOLLOW)]


_FOLLOW = Words(
    "residual variances of ordered answers are no parameters in the delta parameterization, so that "
    "group_equal='residuals' does not restrict them: take parameterization='theta'.",
    "delta参数化下，有序作答的残差方差不是参数，group_equal='residuals'对其不起约束作用：请用parameterization='theta'。",
)


class _Counts(NamedTuple):
    """How often each answer (o, K) and each combination of two (pairs, K, K) was given; number of categories (o,)"""

    single: np.ndarray
    pairs: np.ndarray
    size: np.ndarray


def _counted(own: influence.Moments, answers: np.ndarray, size: np.ndarray) -> _Counts:
    if isinstance(own.influence, influence.Lookup):
        return _Counts(own.influence.counts[:, :-1], own.influence.tables[:, :-1, :-1], size)
    codes = np.full(answers.shape, -1)
    for i, column in enumerate(answers.T):
        given = ~np.isnan(column)
        codes[given, i] = np.unique(column[given], return_inverse=True)[1]
    joint = contingency.joint(codes, size.max())
    return _Counts(contingency.margins(joint), contingency.of_pairs(joint), size)


def _perfect(own: influence.Moments, names: Sequence[str], group: Words) -> list[Diagnostic]:
    pairs = own.layout.covariance[own.at_bound]
    if not len(pairs):
        return []
    said = _PERFECT.filled(pairs=listed((f"{names[a]} – {names[b]}" for a, b in pairs), _NAMED), group=group)
    return [Diagnostic("warning", "perfect_correlation", said)]


def _indefinite(own: influence.Moments, group: Words) -> list[Diagnostic]:
    smallest = np.linalg.eigvalsh(own.correlation)[0]
    if smallest > 1e-10:
        return []
    return [
        Diagnostic("warning", "correlations_not_definite", _INDEFINITE.filled(group=group, value=f"{smallest:.2g}"))
    ]


def _thin(counts: _Counts, names: Sequence[str], answers: np.ndarray, group: Words) -> list[Diagnostic]:
    """Rare categories and empty combinations of answers."""
    found, size = [], counts.size
    few = (counts.single < RARE) & (np.arange(counts.single.shape[1]) < size[:, None])
    rare = [
        f"{names[i]} = {value:g} ({count:.0f})"
        for i in map(int, np.flatnonzero(few.any(axis=1)))
        for value, count, own in zip(_known(answers[:, i]), counts.single[i], few[i], strict=False)
        if own
    ]
    if rare:
        found.append(
            Diagnostic("info", "rare_category", _RARE.filled(group=group, bound=RARE, these=listed(rare, _NAMED)))
        )
    first, second = contingency.pairs(len(names))
    cells = size[first] * size[second]
    empty = cells - (counts.pairs > 0).sum(axis=(-2, -1))
    binary = (cells == 4) & (empty == 1)
    sparse = (cells > 4) & (empty >= EMPTY * cells)
    for code, words, which in (("empty_cell", _EMPTY_CELL, binary), ("sparse_table", _SPARSE, sparse)):
        worst = np.flatnonzero(which)[np.argsort(-(empty / cells)[which], kind="stable")]
        these = listed((f"{names[first[k]]} – {names[second[k]]}" for k in worst), _NAMED)
        if len(worst):
            found.append(Diagnostic("info", code, words.filled(group=group, these=these)))
    return found


def _known(column: np.ndarray) -> np.ndarray:
    return np.unique(column[~np.isnan(column)])


_FEW = Words(
    "every item has at most {k} different answers, which are analysed as if they were continuous. ordered=True takes "
    "them as ordered categories (WLSMV); sme.compare_estimators shows whether conclusions differ.",
    "各题项最多只有{k}种不同回答，此处按连续变量分析。ordered=True将其作为有序类别处理（WLSMV）；"
    "sme.compare_estimators可比较两种方法的结论是否不同。",
)
_PERFECT = Words(
    "no answers speak against a perfect correlation of {pairs}{group}: it is set to .999 in size, and neither its "
    "standard error nor the test of the model can be trusted. They may ask the same thing: leave one out, or bring "
    "categories together.",
    "没有任何回答与{pairs}完全相关相矛盾{group}：相关系数的绝对值被设为.999，其标准误与模型检验均不可信。"
    "两题可能在问同一件事：请删去其一，或合并类别。",
)
_INDEFINITE = Words(
    "the correlations behind the ordered answers contradict each other{group}: their matrix is not positive definite "
    "(smallest eigenvalue {value}), as with few respondents or rare categories, and robust CFI, TLI and RMSEA do not "
    "exist. Bring rare categories together, leave out items that repeat others, or collect more answers.",
    "有序回答背后的相关系数相互矛盾{group}：其矩阵不是正定矩阵（最小特征值{value}），常见于样本量小或类别稀少时，"
    "此时稳健的CFI、TLI与RMSEA不存在。请合并稀少类别、删去重复的题项，或收集更多回答。",
)
_RARE = Words(
    "categories with fewer than {bound} answers{group}: {these}. Their thresholds are uncertain, and so are the "
    "correlations that rest on them; bring neighbouring categories together.",
    "回答少于{bound}个的类别{group}：{these}。其阈值及相应的相关系数均不稳定；请合并相邻类别。",
)
_EMPTY_CELL = Words(
    "one of the four combinations of answers was given by nobody{group}: {these}. Half an answer is put there, or the "
    "correlation would be perfect; it is uncertain all the same.",
    "四种回答组合中有一种无人选择{group}：{these}。该格补入半个回答，否则相关系数将为1；但其估计仍不稳定。",
)
_SPARSE = Words(
    "half of the combinations of answers or more were given by nobody{group}: {these}. Standard errors and the test of "
    "the model are rough; bring rare categories together, or collect more answers.",
    "有一半或更多的回答组合无人选择{group}：{these}。标准误与模型检验较为粗略；请合并稀少类别，或收集更多回答。",
)
