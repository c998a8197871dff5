"""What a statistic means, by the name it carries in tables."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from ..tables import Language, Words, cited, term, written
from .methods import DEFINITIONS


@cache
def hints(language: Language) -> Mapping[str, str]:
    """Definition and source by name and abbreviation, in one language.

    >>> hints("en")["CFI"].endswith("Bentler (1990)")
    True
    """
    found: dict[str, str] = {}
    for name, definition, source in (*DEFINITIONS, *_MORE):
        said = written(definition, language) + (f" {written(cited(source), language)}" if source != "–" else "")
        for alias in (written(name, language), *_ALIASES.get(name.en, ())):
            found.setdefault(alias, said)
    return MappingProxyType(found)


_ALIASES: Mapping[str, tuple[str, ...]] = {
    "Comparative fit index": ("CFI",),
    "Tucker-Lewis index (non-normed fit index)": ("TLI", "Tucker-Lewis index", "Tucker-Lewis指数"),
    "Root mean square error of approximation": ("RMSEA",),
    "Standardized root mean square residual": ("SRMR",),
    "Chi-square": ("χ²",),
    "AIC, BIC": ("AIC", "BIC", "ΔAIC", "ΔBIC"),
    "R-squared": ("R²",),
    "Cronbach's alpha": ("α", "Cronbach's α"),
    "McDonald's omega": ("ω", "McDonald's ω"),
    "Modification index": ("MI",),
    "Composite reliability": ("组合信度 CR",),
    "β": ("β", "标准化效应 β", "Standardized factor loading", "标准化因子载荷"),
    "VIF": ("Variance inflation factor", "方差膨胀因子"),
    "S.E.": ("S.E.",),
    "Square root of AVE": ("√AVE",),
    "KMO": ("KMO measure of sampling adequacy", "KMO取样适切性量数"),
}
_MORE = (
    (
        Words("C.R. (z)", "C.R.（临界比 z）"),
        Words(
            "Critical ratio: an estimate divided by its standard error; beyond 1.96 it differs from zero at .05.",
            "临界比：估计值除以其标准误；绝对值大于1.96时在.05水平上显著。",
        ),
        "–",
    ),
    (
        Words("S.E.", "标准误 S.E."),
        Words("Standard error: how much an estimate varies between samples.", "标准误：估计值在样本间的变动程度。"),
        "–",
    ),
    (
        Words.same("CR"),
        Words(
            "Composite reliability: share of the variance of a construct's total score that the construct explains "
            "(unstandardized loadings, observed variance).",
            "组合信度：构念总分的方差中由该构念解释的比例（非标准化载荷，观测方差）。",
        ),
        "Fornell & Larcker (1981)",
    ),
    (
        term("Composite reliability"),
        Words(
            "Share of the variance of a construct's total score that the construct explains (unstandardized loadings, "
            "observed variance).",
            "构念总分的方差中由该构念解释的比例（非标准化载荷，观测方差）。",
        ),
        "Fornell & Larcker (1981)",
    ),
    (
        Words.same("AVE"),
        Words(
            "Average variance extracted: share of the variances of a construct's items, added up, that the construct "
            "explains.",
            "平均方差提取量：构念各题项方差之和中由该构念解释的比例。",
        ),
        "Fornell & Larcker (1981)",
    ),
    (
        Words.same("MSV"),
        Words(
            "Maximum shared variance: the largest squared correlation of a construct with another.",
            "最大共享方差：构念与其他构念相关系数平方的最大值。",
        ),
        "Hair et al. (2010)",
    ),
    (
        Words.same("χ²/df"),
        Words("Chi-square divided by its degrees of freedom.", "卡方值除以自由度。"),
        "Wheaton et al. (1977)",
    ),
    (
        Words.same("VIF"),
        Words(
            "Variance inflation factor: 1 / (1 − R²) of a predictor regressed on the others.",
            "方差膨胀因子：以其余自变量对某自变量回归，1 /（1 − R²）。",
        ),
        "Marquardt (1970)",
    ),
    (
        Words("β", "标准化系数 β"),
        Words("The estimate when all variables have a standard deviation of one.", "所有变量标准差为1时的估计值。"),
        "–",
    ),
    (
        Words("Importance (total β)", "重要性（总效应β）"),
        Words(
            "Total standardized effect on the outcome, direct and indirect.", "对结果变量的标准化总效应（直接与间接）。"
        ),
        "Ringle & Sarstedt (2016)",
    ),
    (
        Words("Performance (0-100)", "绩效（0-100）"),
        Words(
            "Mean answer, rescaled from 0 (lowest of the scale) to 100 (highest).",
            "题项均值换算为0（量表最低分）至100（最高分）。",
        ),
        "Ringle & Sarstedt (2016)",
    ),
    (
        Words("b", "非标准化系数 b"),
        Words(
            "Change of the outcome when the cause rises by one of its units.", "自变量增加一个单位时结果变量的变化量。"
        ),
        "–",
    ),
    (
        Words.same("p"),
        Words(
            "Probability of a result at least as far from the null hypothesis, if that were true.",
            "原假设成立时出现至少同样极端结果的概率。",
        ),
        "–",
    ),
    (
        Words.same("df"),
        Words(
            "Degrees of freedom of a test; of a model: moments of the answers minus free parameters.",
            "检验的自由度；模型的自由度为样本矩个数减去自由参数个数。",
        ),
        "–",
    ),
    (
        term("Skewness"),
        Words("Third standardized moment; zero of a symmetric distribution.", "三阶标准化矩；对称分布时为0。"),
        "–",
    ),
    (
        term("Kurtosis"),
        Words("Fourth standardized moment minus 3; zero of a normal distribution.", "四阶标准化矩减3；正态分布时为0。"),
        "–",
    ),
    (
        term("Communality"),
        Words("Share of an item's variance that the components explain.", "成分所解释的题项方差比例。"),
        "–",
    ),
    (
        Words("p of close fit", "近似拟合检验P值"),
        Words(
            "Probability of such an RMSEA or a larger one if it were .05.", "若真实RMSEA为.05，出现该值或更大值的概率。"
        ),
        "Browne & Cudeck (1993)",
    ),
    (
        Words("Square root of AVE", "AVE平方根"),
        Words("To be above the construct's correlations with all others.", "应大于该构念与其他构念的相关系数。"),
        "Fornell & Larcker (1981)",
    ),
    (
        term("Expected parameter change"),
        Words("What a fixed parameter would become, about, if it were freed.", "放开固定参数后其取值的近似改变量。"),
        "Saris, Satorra & Sörbom (1987)",
    ),
    (
        Words.same("Δχ²"),
        Words(
            "Difference of the chi-squares of two nested models; a test of what one has and the other lacks.",
            "两个嵌套模型卡方值之差，用于检验二者的差异。",
        ),
        "–",
    ),
    (
        Words.same("ΔCFI"),
        Words("Difference of the CFI of two models.", "两个模型CFI之差。"),
        "Cheung & Rensvold (2002)",
    ),
)
