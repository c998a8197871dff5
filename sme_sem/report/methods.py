"""What every number of the report means: its definition, and who gave it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..sem.cutoffs import profile
from ..sem.estimators import ESTIMATORS
from ..tables import Column, Table, Words, cited, term

if TYPE_CHECKING:
    from .results import Results


def definitions(results: Results) -> Table:
    """Table of the definitions of what this report contains; what it does not contain is left out."""
    columns = (
        Column("name", Words("Quantity", "统计量")),
        Column("definition", Words("Definition", "定义")),
        Column("source", Words("Source", "来源")),
    )
    rows = tuple((name, definition, cited(source)) for name, definition, source in _rows(results))
    return Table("definitions", Words("Definitions", "定义"), columns, rows)


def _rows(results: Results) -> Iterator[tuple[Words, Words, str]]:
    if results.reliability is not None:
        yield from _RELIABILITY
    if results.adequacy is not None:
        yield from _ADEQUACY
    if results.components is not None:
        yield from _COMPONENTS
    if results.factors is not None:
        yield _FACTORS
    if results.fits:
        yield _full_information() if results.options["missing"] == "fiml" else _LISTWISE
        yield from _errors(results.options["estimator"])
        yield from _FITS
    if results.fits and "nfi" in profile(results.options["thresholds"]).cutoffs:
        yield from _FURTHER_FITS
    if any(fit.table.composites for fit in results.fits.values()):
        yield _COMPOSITES


def _full_information() -> tuple[Words, Words, str]:
    return (
        term("Full information maximum likelihood"),
        Words(
            "Maximizes the likelihood of every answer given; means are modelled; presumes answers missing at random. "
            "Standard errors from the observed information.",
            "最大化全部实际作答的似然函数，含均值结构；假定数据随机缺失。标准误由观测信息矩阵得到。",
        ),
        "Arbuckle (1996)",
    )


def _errors(estimator: str) -> Iterator[tuple[Words, Words, str]]:
    found = ESTIMATORS[estimator]
    name = Words(f"Estimator {estimator}", f"估计方法{estimator}")
    if found.discrepancy != "ML":
        yield name, _LEAST_SQUARES[found.discrepancy], "Browne (1984)"
    if found.se in _ROBUST:
        source = "Satorra & Bentler (1994); Yuan & Bentler (2000)" if found.scaled else "–"
        yield name, _ROBUST[found.se], source


_LEAST_SQUARES = {
    "GLS": Words(
        "Generalized least squares: squared residual covariances in the metric of the sample's covariances.",
        "广义最小二乘法：以样本协方差为度量的残差协方差平方和最小。",
    ),
    "ULS": Words(
        "Unweighted least squares: the sum of squared residual variances and covariances is smallest.",
        "未加权最小二乘法：残差方差与协方差的平方和最小。",
    ),
    "WLS": Words(
        "Asymptotically distribution free: residuals weighted by the inverse of their covariance matrix.",
        "渐近分布自由法（加权最小二乘）：残差以其协方差矩阵之逆加权。",
    ),
    "DWLS": Words(
        "Diagonally weighted least squares: every squared residual divided by its sampling variance.",
        "对角加权最小二乘法：每个残差平方除以其抽样方差。",
    ),
}
_ROBUST = {
    "robust_sem": Words(
        "Standard errors and χ² corrected for answers that are not normal, from complete answers.",
        "标准误与χ²按非正态数据校正，基于完整作答样本。",
    ),
    "robust_sem_nt": Words(
        "Sandwich standard errors under normal theory; χ² is Browne's residual statistic.",
        "标准误为正态理论下的三明治估计；χ²为Browne残差统计量。",
    ),
    "robust_huber_white": Words(
        "Maximum likelihood estimates; sandwich standard errors (Huber and White) and a χ² corrected for answers "
        "that are not normal.",
        "极大似然估计；标准误为Huber-White三明治估计，χ²按非正态数据校正。",
    ),
    "first_order": Words(
        "Maximum likelihood estimates; standard errors from first derivatives.", "极大似然估计；标准误由一阶导数得到。"
    ),
}
_COMPOSITES = (
    Words("Composite", "合成构念"),
    Words(
        "Weighted sum of its items, without error; items covary freely, and everything else they have to do with the "
        "model goes through the composite. One weight is fixed, the others are estimated with the model.",
        "题项的加权和，不含误差；题项之间自由相关，题项与模型其他部分的关系均通过合成构念。其中一个权重固定，其余与模型一并估计。",
    ),
    "Schamberger, Schuberth, Henseler & Rosseel (2025)",
)
_LISTWISE = (
    term("Maximum likelihood"),
    Words(
        "F = log det Σ + tr(SΣ⁻¹) − log det S − p at its minimum; covariances divided by n; standard errors "
        "from the information matrix. Respondents with a missing answer to an item of the model are left out.",
        "F = log det Σ + tr(SΣ⁻¹) − log det S − p 的最小值；协方差以n为分母；标准误由信息矩阵得到。"
        "对模型题项有缺失的样本按列表删除。",
    ),
    "Jöreskog (1969)",
)
_RELIABILITY = (
    (
        term("Cronbach's alpha"),
        Words(
            "k / (k − 1) · (1 − sum of item variances / variance of the total); Feldt's interval. Each scale uses the "
            "respondents who answered all its items.",
            "k / (k − 1) ·（1 − 题项方差之和 / 总分方差）；置信区间采用Feldt方法。各量表使用完整作答其全部题项的样本。",
        ),
        "Cronbach (1951); Feldt (1965)",
    ),
    (
        term("Corrected item-total correlation"),
        Words(
            "Correlation of an item with the sum of the other items of its scale.",
            "题项与所属量表其余题项总分的相关。",
        ),
        "–",
    ),
    (
        term("McDonald's omega"),
        Words(
            "Variance due to the factor, divided by the variance that a one-factor maximum likelihood model implies.",
            "单因子极大似然模型中，因子所致方差与模型隐含总方差之比。",
        ),
        "McDonald (1999)",
    ),
)
_ADEQUACY = (
    (
        Words.same("KMO"),
        Words(
            "Σr² / (Σr² + Σ partial r²) over all pairs of items.",
            "所有题项对的 Σr² /（Σr² + Σ偏相关²）。",
        ),
        "Kaiser & Rice (1974)",
    ),
    (
        term("Bartlett's test of sphericity"),
        Words(
            "−(n − 1 − (2p + 5) / 6) · log det R, p (p − 1) / 2 degrees of freedom.",
            "−(n − 1 − (2p + 5) / 6) · log det R，自由度为 p (p − 1) / 2。",
        ),
        "Bartlett (1950)",
    ),
)
_COMPONENTS = (
    (
        term("Principal component analysis"),
        Words(
            "Of the correlation matrix of complete answers; rotation with Kaiser's normalization.",
            "基于完整作答样本的相关矩阵；旋转采用凯撒正态化。",
        ),
        "–",
    ),
)
_FACTORS = (
    term("Exploratory factor analysis"),
    Words(
        "Common factors of the correlation matrix of complete answers, those that leave the smallest residuals or are "
        "most likely; their number, where it is not chosen, from eigenvalues beyond the 95th percentile of noise.",
        "基于完整作答样本相关矩阵的公因子，按残差最小或似然最大提取；未指定因子数时，取特征值超过随机数据第95百分位数的个数。",
    ),
    "Harman & Jones (1966); Horn (1965)",
)
_FITS = (
    (
        term("Chi-square"),
        Words(
            "n · F, against the saturated model.",
            "n · F，与饱和模型比较。",
        ),
        "–",
    ),
    (
        term("Comparative fit index"),
        Words(
            "1 − max(χ² − df, 0) / max(χ²₀ − df₀, χ² − df, 0), ₀ the model without any covariance.",
            "1 − max(χ² − df, 0) / max(χ²₀ − df₀, χ² − df, 0)，下标₀表示无协方差的基准模型。",
        ),
        "Bentler (1990)",
    ),
    (
        term("Tucker-Lewis index (non-normed fit index)"),
        Words("(χ²₀/df₀ − χ²/df) / (χ²₀/df₀ − 1).", "(χ²₀/df₀ − χ²/df) / (χ²₀/df₀ − 1)。"),
        "Tucker & Lewis (1973)",
    ),
    (
        term("Root mean square error of approximation"),
        Words(
            "√(max(χ² − df, 0) / (n · df)); 90% interval from the noncentral χ² distribution.",
            "√(max(χ² − df, 0) / (n · df))；90%置信区间由非中心χ²分布得到。",
        ),
        "Steiger & Lind (1980); Browne & Cudeck (1993)",
    ),
    (
        term("Standardized root mean square residual"),
        Words(
            "Root mean square of the residuals of S, each divided by the standard deviations of its two items; "
            "variances included.",
            "S的残差除以两题项标准差后的均方根，含方差项。",
        ),
        "Bentler (1995)",
    ),
    (
        Words("AIC, BIC", "AIC、BIC"),
        Words(
            "−2 log L + 2q; −2 log L + q · log n, q free parameters.",
            "−2 log L + 2q；−2 log L + q · log n，q为自由参数个数。",
        ),
        "Akaike (1974); Schwarz (1978)",
    ),
    (
        term("R-squared"),
        Words("1 − residual variance / total variance of the model.", "1 − 残差方差 / 模型隐含总方差。"),
        "–",
    ),
    (
        term("Modification index"),
        Words(
            "Score test of a parameter that is fixed: about how much χ² would fall if it were freed.",
            "对固定参数的得分检验：若放开该参数，χ²约减少的量。",
        ),
        "Sörbom (1989)",
    ),
)

_FURTHER_FITS = (
    (
        term("Normed fit index"),
        Words("1 − χ² / χ²₀; RFI: 1 − (χ²/df) / (χ²₀/df₀).", "1 − χ² / χ²₀；RFI：1 − (χ²/df) / (χ²₀/df₀)。"),
        "Bentler & Bonett (1980); Bollen (1986)",
    ),
    (
        term("Incremental fit index (Bollen)"),
        Words("(χ²₀ − χ²) / (χ²₀ − df).", "(χ²₀ − χ²) / (χ²₀ − df)。"),
        "Bollen (1989)",
    ),
    (
        term("Parsimonious fit index"),
        Words(
            "PNFI: NFI · df/df₀; PGFI: GFI · df / number of moments.",
            "PNFI：NFI · df/df₀；PGFI：GFI · df / 样本矩个数。",
        ),
        "James, Mulaik & Brett (1982); Mulaik et al. (1989)",
    ),
)

DEFINITIONS = (*_RELIABILITY, *_ADEQUACY, *_COMPONENTS, *_FITS, *_FURTHER_FITS)
"""Name, definition and source of every statistic."""
