"""How choices, their levels and paths are printed: by the labels of an instrument, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from ..sem.presentation import Labels, path_label, route_label
from ..tables import Text, Words, joined

CHOICE = {
    "model": Words("model", "模型"),
    "paths": Words("paths", "路径"),
    "items": Words("items", "题项"),
    "covariates": Words("covariates", "控制变量"),
    "screening": Words("screening", "问卷筛选"),
    "subset": Words("subset", "子样本"),
    "estimator": Words("estimator", "估计方法"),
    "missing": Words("missing", "缺失值处理"),
    "options": Words("options", "其他选项"),
}
_WAYS = {
    "listwise": Words("listwise", "列表删除"),
    "pairwise": Words("pairwise", "成对删除"),
    "fiml": Words("fiml", "完全信息最大似然法"),
    "two_stage": Words("two_stage", "两阶段法"),
    "robust_two_stage": Words("robust_two_stage", "稳健两阶段法"),
}
_RULES = {
    "empty": Words("empty", "空白问卷"),
    "preview": Words("preview", "预览或试填"),
    "unfinished": Words("unfinished", "未答完"),
    "missing": Words("missing", "缺失过多"),
    "attention": Words("attention", "注意力检测"),
    "duplicate_id": Words("duplicate_id", "编号重复"),
    "duplicate_row": Words("duplicate_row", "整行重复"),
    "careless": Words("careless", "不认真作答"),
}
_NONE = Words("none", "无")


def level_of(choice: str, level: str, labels: Labels | None, titles: Mapping[str, Text] | None) -> Text:
    """Write a level: a model by its title, a way to meet gaps and screening rules in words, variables by their labels.

    >>> str(level_of("missing", "listwise", None, None)), level_of("missing", "listwise", None, None).zh
    ('listwise', '列表删除')
    >>> level_of("screening", "empty, attention", None, None).zh
    '空白问卷、注意力检测'
    """
    if choice == "model":
        return (titles or {}).get(level, level)
    if choice == "missing" and level in _WAYS:
        return _WAYS[level]
    if level == "none":
        return _NONE
    known: Labels = _RULES if choice == "screening" else labels or {}
    names = [level] if level in known else level.split(", ")
    return joined((known[name] for name in names), ", ", "、") if all(name in known for name in names) else level


def relation(text: str, labels: Labels | None) -> Text:
    """Write ``"use ~ trust"`` and routes as tables of paths do; anything else that is expected stays as it is.

    >>> str(relation("use ~ trust", {"use": "Use"})), str(relation("indirect", None))
    ('Use ← trust', 'indirect')
    """
    outcome, path, cause = text.partition(" ~ ")
    if " → " in text:
        return route_label(text.split(" → "), labels)
    return path_label(outcome, cause, labels) if path else text
