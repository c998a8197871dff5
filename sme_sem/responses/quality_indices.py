"""Which numbers tell how attentively somebody answered, who proposed them, and from where on they raise a flag.

No cut-off tells careless from careful by itself, which is why a respondent is called careless for several flags only
(Curran, 2016, Journal of Experimental Social Psychology 66, 4-19).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import NamedTuple

from ..errors import ResponseError
from ..tables import Kind, Words
from ..tables.format import percent


class Index(NamedTuple):
    """A number of each respondent: its name, what it is, and its source."""

    label: Words
    meaning: Words
    source: str
    kind: Kind


@dataclass(frozen=True)
class Cutoffs:
    """From where on an index raises a flag, and how many flags make a respondent careless.

    flags : flags that are needed; even-odd consistency, synonyms and antonyms are one together
    seconds_per_item : fewer are too fast to read (Huang et al., 2012)
    long_string : share of the items answered alike in a row (Curran, 2016); not below eight items
    even_odd : correlations below it (Jackson, 1976, in Johnson, 2005)
    synonyms : correlations below it, over pairs of items that correlate above ``pair_correlation`` in all respondents
    antonyms : correlations above it, over pairs that correlate below minus ``pair_correlation`` (Johnson, 2005)
    pair_correlation : of the pairs (Meade & Craig, 2012)
    mahalanobis_pvalue : probabilities below it
    fence : interquartile ranges beyond the quartiles, for Guttman errors and the spread of a respondent's answers
        (Tukey's fences: Zijlstra, van der Ark & Sijtsma, 2007); even-odd consistency, synonyms and antonyms must lie
        beyond it as well, as over few scales or pairs they are low for many who read

    Examples
    --------
    >>> Cutoffs(flags=3).seconds_per_item
    2.0
    """

    flags: int = 2
    seconds_per_item: float = 2.0
    long_string: float = 0.5
    even_odd: float = 0.3
    synonyms: float = 0.0
    antonyms: float = -0.03
    pair_correlation: float = 0.6
    mahalanobis_pvalue: float = 0.001
    fence: float = 1.5

    def __post_init__(self) -> None:
        for field in fields(self):
            value, (low, high) = getattr(self, field.name), _ALLOWED[field.name]
            if not low <= value <= high:
                span = {"low": f"{low:g}", "high": f"{high:g}", "value": repr(value)}
                raise ResponseError(_SPAN.filled(name=field.name, **span))


SOME_CUTOFFS = Words("cut-offs such as Cutoffs(flags=3)", "界限，如Cutoffs(flags=3)")
_SPAN = Words("{name} is a number from {low} to {high}; got {value}", "{name}应为{low}至{high}的数，实为{value}")
_ALLOWED = {
    "flags": (1, 7),
    "seconds_per_item": (0, 3600),
    "long_string": (0, 1),
    "even_odd": (-1, 1),
    "synonyms": (-1, 1),
    "antonyms": (-1, 1),
    "pair_correlation": (0, 1),
    "mahalanobis_pvalue": (0, 1),
    "fence": (0, 100),
}
CONSISTENCY = ("even_odd", "synonyms", "antonyms")
"""Indices that tell nearly the same; their flags count as one."""
SHORTEST_STRING = 8
"""Attentive people give some equal answers in a row to a short scale."""

INDICES: dict[str, Index] = {
    "seconds_per_item": Index(
        Words("Seconds per item", "每题秒数"),
        Words("Duration divided by the number of items asked.", "作答总时长除以题项数。"),
        "Huang, Curran, Keeney, Poposki & DeShon (2012)",
        Kind.ESTIMATE,
    ),
    "long_string": Index(
        Words("Longest string", "最长相同作答串"),
        Words(
            "Most items in a row with one and the same answer, as worded.",
            "连续给出同一答案的最多题数（反向题按原题面）。",
        ),
        "Johnson (2005)",
        Kind.COUNT,
    ),
    "average_string": Index(
        Words("Average string", "平均相同作答串"),
        Words("Average length of the strings of identical answers.", "相同作答串的平均长度。"),
        "Meade & Craig (2012)",
        Kind.ESTIMATE,
    ),
    "irv": Index(
        Words("Response variability", "个体内作答变异"),
        Words(
            "Standard deviation (n − 1) of a respondent's answers, as worded.",
            "受访者各题作答的标准差（n − 1，反向题按原题面）。",
        ),
        "Dunn, Heggestad, Shanock & Theilgard (2018)",
        Kind.ESTIMATE,
    ),
    "even_odd": Index(
        Words("Even-odd consistency", "奇偶一致性"),
        Words(
            "Correlation over scales of the means of their odd and their even items, 2r / (1 + r).",
            "各量表奇数题与偶数题均值在量表间的相关，按2r / (1 + r)校正。",
        ),
        "Johnson (2005)",
        Kind.COEFFICIENT,
    ),
    "resampled": Index(
        Words("Resampled individual reliability", "重抽样个体信度"),
        Words(
            "As even-odd consistency, averaged over random halves of the scales.",
            "同奇偶一致性，对量表随机折半的结果取平均。",
        ),
        "Curran (2016)",
        Kind.COEFFICIENT,
    ),
    "synonyms": Index(
        Words("Psychometric synonyms", "心理测量同义题"),
        Words(
            "Correlation of the answers over pairs of items that correlate highly in all respondents.",
            "在全样本高度正相关的题对上，受访者作答的相关。",
        ),
        "Meade & Craig (2012)",
        Kind.COEFFICIENT,
    ),
    "antonyms": Index(
        Words("Psychometric antonyms", "心理测量反义题"),
        Words(
            "The same over pairs that correlate highly and negatively.",
            "在全样本高度负相关的题对上，受访者作答的相关。",
        ),
        "Johnson (2005)",
        Kind.COEFFICIENT,
    ),
    "person_total": Index(
        Words("Person-total correlation", "个人—总体相关"),
        Words(
            "Correlation of the answers with the means of all other respondents.", "作答与其余受访者各题均值的相关。"
        ),
        "Donlon & Fischer (1968)",
        Kind.COEFFICIENT,
    ),
    "mahalanobis": Index(
        Words("Mahalanobis distance (D²)", "马氏距离（D²）"),
        Words(
            "Squared distance from the means, in the metric of the covariances.", "以协方差为度量的与均值的距离平方。"
        ),
        "Meade & Craig (2012)",
        Kind.ESTIMATE,
    ),
    "mahalanobis_pvalue": Index(
        Words("p of the distance", "马氏距离的p值"),
        Words("From χ² with as many degrees of freedom as items answered.", "由χ²分布得到，自由度为作答题数。"),
        "Meade & Craig (2012)",
        Kind.PROBABILITY,
    ),
    "guttman": Index(
        Words("Normed Guttman errors", "标准化Guttman误差"),
        Words(
            "Person fit: steps of the scales not taken although less popular ones were, relative to the most possible.",
            "个人拟合：跨过较难步骤却未跨过较易步骤的次数，除以可能的最大值。",
        ),
        "Emons (2008)",
        Kind.COEFFICIENT,
    ),
    "missing": Index(
        Words("Share missing", "缺失比例"),
        Words("Share of the items without a usable answer.", "无有效作答的题项比例。"),
        "–",
        Kind.COEFFICIENT,
    ),
    "attention_failed": Index(
        Words("Attention checks failed", "未通过的注意力检测"),
        Words("Attention checks answered otherwise than asked.", "未按要求作答的注意力检测题数。"),
        "Meade & Craig (2012)",
        Kind.COUNT,
    ),
    "same_answers": Index(
        Words("Respondents with the same answers", "作答完全相同者"),
        Words("Other respondents who gave the same answers to every item.", "全部题项作答均相同的其他受访者人数。"),
        "–",
        Kind.COUNT,
    ),
}

_LOW = Words(
    "below the first quartile by more than {fence:g} interquartile ranges", "低于第一四分位数{fence:g}倍四分位距以上"
)
_HIGH = Words(
    "above the third quartile by more than {fence:g} interquartile ranges", "高于第三四分位数{fence:g}倍四分位距以上"
)
_AND_LOW, _AND_HIGH = Words(", and ", "，且") + _LOW, Words(", and ", "，且") + _HIGH
RULES: dict[str, Words] = {
    "seconds_per_item": Words("less than {seconds_per_item:g} s an item", "每题少于{seconds_per_item:g}秒"),
    "long_string": Words(
        "at least {long_string} of the items asked, and at least " + str(SHORTEST_STRING),
        "不少于题项数的{long_string}，且不少于" + str(SHORTEST_STRING) + "题",
    ),
    "irv": _LOW + Words(", or 0", "，或为0"),
    "even_odd": Words("below {even_odd:g}", "低于{even_odd:g}") + _AND_LOW,
    "synonyms": Words("below {synonyms:g}", "低于{synonyms:g}") + _AND_LOW,
    "antonyms": Words("above {antonyms:g}", "高于{antonyms:g}") + _AND_HIGH,
    "mahalanobis_pvalue": Words("below {mahalanobis_pvalue:g}", "低于{mahalanobis_pvalue:g}"),
    "guttman": _HIGH,
    "attention_failed": Words("at least one", "至少一题"),
}
"""The indices that raise flags, each with its cut-off in words."""


def rule_in_words(name: str, cutoffs: Cutoffs) -> Words | None:
    """Say from where on an index raises a flag; None for one that never does.

    >>> rule_in_words("seconds_per_item", Cutoffs()).en
    'less than 2 s an item'
    """
    if name not in RULES:
        return None
    values = {field.name: getattr(cutoffs, field.name) for field in fields(cutoffs)}
    values["long_string"] = percent(cutoffs.long_string)
    return Words(RULES[name].en.format(**values), RULES[name].zh.format(**values))
