"""The fit measures of a model, by lavaan's names with ``_`` for ``.``.

Each comes from ``kernels.fit_indices``, where its formula and source stand. ``gfi`` and ``agfi`` are LISREL's
and AMOS's, and stand as ``gfi_lisrel`` and ``agfi_lisrel`` too, lavaan 0.7's names for them; ``pcfi`` is AMOS's
alone. ``scaling_factor_h0`` and ``scaling_factor_h1`` correct the log-likelihoods of MLR, per free parameter as
in Mplus (lavaan counts every one of those held equal).
Scaled measures are NaN where the correction is not positive.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..kernels import fiml, fit_indices, gaps, linalg
from ..kernels.discrepancy import Sample
from ..responses.moments import Moments
from .parameters import ParameterTable
from .robust import Scaling

NOTHING_LEFT_OUT = {
    "cfi_robust": 1.0,
    "tli_robust": 1.0,
    "nnfi_robust": 1.0,
    "rni_robust": 1.0,
    "rmsea_robust": 0.0,
    "rmsea_ci_lower_robust": 0.0,
    "rmsea_ci_upper_robust": 0.0,
    "rmsea_pvalue_robust": np.nan,
    "rmsea_notclose_pvalue_robust": np.nan,
}
"""The robust measures of a model without degrees of freedom."""
_BEYOND_ROUNDING = 1e-6


@dataclass(frozen=True, eq=False)
class Test:
    """A likelihood-ratio test against the saturated model, and what indices need besides.

    total : N as the statistic counts it (n, or n - G for ``likelihood="wishart"``)
    respondents : n
    weight : (G,) n_g / n, by which residuals are averaged over groups
    """

    chi_square: float
    df: int
    baseline: float
    baseline_df: int
    parameters: int
    total: float
    respondents: int
    groups: int
    weight: np.ndarray


def baseline(sample: Sample, covariates: int) -> tuple[np.ndarray, int]:
    """Discrepancy (...) and degrees of freedom of the independence model.

    All covariances zero, except among the ``covariates`` (the last variables), which keep the sample's;
    means are free.  sample with axes (..., G, ...).
    """
    S = sample.covariance
    p = S.shape[-1]
    y = p - covariates
    variances = np.linalg.diagonal(S)[..., :y]
    logs = np.log(variances).sum(axis=-1) - linalg.log_determinant_of(S)
    if covariates:
        logs = logs + linalg.log_determinant_of(S[..., y:, y:])
    df = (y * (y - 1) // 2 + y * covariates) * S.shape[-3]
    return (sample.share * logs).sum(axis=-1), df


def log_likelihoods(sample: Sample, moments: Moments, value: float, exogenous: int) -> tuple[float, float]:
    """Log-likelihood of the model and of the saturated model, given the exogenous variables.

    value : the model's discrepancy.  With ``likelihood="wishart"`` the sample's covariances are the unbiased
    ones here too, as in lavaan.
    """
    n = moments.n

    def of(S: np.ndarray) -> np.ndarray:
        p = S.shape[-1]
        return -0.5 * n * (p * np.log(2 * np.pi) + linalg.log_determinant_of(S) + p)

    if moments.patterns is None:
        saturated = float(of(sample.covariance).sum())
    else:
        answers = (moments.patterns.mask.sum(axis=1) * moments.patterns.n).sum()
        saturated = float(-0.5 * (answers * np.log(2 * np.pi) + n.sum() * moments.saturated))
    if exogenous:
        saturated -= float(of(sample.covariance[..., -exogenous:, -exogenous:]).sum())
    return saturated - 0.5 * float(n.sum()) * value, saturated


def measures(
    test: Test,
    table: ParameterTable,
    sample: Sample,
    moments: Moments,
    sigma: np.ndarray,
    mu: np.ndarray,
    *,
    minimum: float,
    log_likelihood: tuple[float, float] | None = None,
    parts: tuple[np.ndarray, np.ndarray] | None = None,
) -> dict[str, float]:
    """All measures: sample and implied moments with axes (G, ...).

    minimum : half the discrepancy at the estimates
    log_likelihood : of the model and of the saturated one; None for least squares, which have none
    parts : e^T V e and s^T V s by group, of which the GFI is made; without them those of normal theory
    """
    x2, df, b, bdf, N, G = test.chi_square, test.df, test.baseline, test.baseline_df, test.total, test.groups
    k = test.parameters
    lower, upper = fit_indices.rmsea_interval(x2, df, N, G)
    found = {
        "npar": k,
        "fmin": minimum,
        "chisq": x2,
        "df": df,
        "pvalue": fit_indices.p_value(x2, df),
        "baseline_chisq": b,
        "baseline_df": bdf,
        "baseline_pvalue": fit_indices.p_value(b, bdf),
        **against_baseline(x2, df, b, bdf),
        **likelihood_measures(test, log_likelihood),
        "ntotal": test.respondents,
        "rmsea": fit_indices.rmsea(x2, df, N, G),
        "rmsea_ci_lower": lower,
        "rmsea_ci_upper": upper,
        "rmsea_ci_level": 0.90,
        "rmsea_pvalue": fit_indices.close_fit_p_value(x2, df, N, G),
        "rmsea_close_h0": fit_indices.CLOSE,
        "rmsea_notclose_pvalue": fit_indices.not_close_fit_p_value(x2, df, N, G),
        "rmsea_notclose_h0": fit_indices.NOT_CLOSE,
        **_residual_measures(test, table, sample, sigma, mu),
        "cn_05": fit_indices.critical_n(x2, df, N, 0.05),
        "cn_01": fit_indices.critical_n(x2, df, N, 0.01),
        **_goodness(test, table, parts or _gfi_parts(table, sample, moments, sigma, mu)),
        "mfi": fit_indices.mcdonald(x2, df, N),
        "ecvi": fit_indices.ecvi(x2, k, N),
    }
    return {name: float(value) for name, value in found.items()}


def against_baseline(x2: float, df: float, b: float, bdf: float, ending: str = "") -> dict[str, float]:
    """Indices that compare a statistic with the baseline model's."""
    cfi, tli = fit_indices.cfi(x2, df, b, bdf), fit_indices.tli(x2, df, b, bdf)
    found = {
        "cfi": cfi,
        "tli": tli,
        "nnfi": tli,
        "rfi": fit_indices.rfi(x2, df, b, bdf),
        "nfi": fit_indices.nfi(x2, b),
        "pnfi": df / bdf * fit_indices.nfi(x2, b) if bdf else np.nan,
        "pcfi": df / bdf * cfi if bdf else np.nan,
        "ifi": fit_indices.ifi(x2, df, b),
        "rni": fit_indices.rni(x2, df, b, bdf),
    }
    return {f"{name}{ending}": value for name, value in found.items()}


def likelihood_measures(test: Test, log_likelihood: tuple[float, float] | None) -> dict[str, float]:
    """Measures that rest on the likelihood, of the model and of the saturated one."""
    if log_likelihood is None:
        return {}
    (logl, saturated), k, n = log_likelihood, test.parameters, test.respondents
    return {
        "logl": logl,
        "unrestricted_logl": saturated,
        "aic": -2 * logl + 2 * k,
        "bic": -2 * logl + k * np.log(n),
        "bic2": -2 * logl + k * np.log((n + 2) / 24),
    }


def _residual_measures(
    test: Test, table: ParameterTable, sample: Sample, sigma: np.ndarray, mu: np.ndarray
) -> dict[str, float]:
    """Root mean square residuals, averaged over groups; ``nomean`` leaves residual means out."""
    kernels: dict[str, Callable[..., np.ndarray]] = {
        "rmr": fit_indices.rmr,
        "srmr_bentler": fit_indices.srmr,
        "crmr": fit_indices.crmr,
        "srmr_mplus": fit_indices.srmr_mplus,
    }

    def averaged(name: str, *means: np.ndarray | None) -> float:
        return float((test.weight * kernels[name](sample.covariance, sigma, *means)).sum())

    found = {}
    for name in kernels:
        without = averaged(name)
        found[name] = averaged(name, sample.mean, mu) if table.means else without
        found[f"{name}_nomean"] = without
    return found | {"srmr": found["srmr_bentler"]}


def _goodness(test: Test, table: ParameterTable, parts: tuple[np.ndarray, np.ndarray]) -> dict[str, float]:
    """GFI, adjusted and parsimonious, from 1 - GFI = parts[0] / parts[1] in every group."""
    gfi = float((test.weight * (1 - parts[0] / parts[1])).sum())
    p, df = len(table.observed), test.df
    moments = table.moments if table.ordered else test.groups * (p * (p + 1) // 2 + p * table.means)
    agfi = 1 - moments / df * (1 - gfi) if df > 0 else 1.0
    return {"gfi": gfi, "agfi": agfi, "gfi_lisrel": gfi, "agfi_lisrel": agfi, "pgfi": df / moments * gfi}


def _gfi_parts(
    table: ParameterTable, sample: Sample, moments: Moments, sigma: np.ndarray, mu: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Parts of the GFI; a model fitted in two stages is weighed at the first stage's moments, as its errors are."""
    x = len(table.exogenous)
    if moments.patterns is not None:
        return fiml.gfi_parts(moments.patterns, sigma, mu, *_moments_with_gaps(moments), x)
    mean, implied_mean = (sample.mean, mu) if table.means else (None, None)
    metric = None if moments.first_stage is None else sample.covariance
    return fit_indices.gfi_parts(sample.covariance, sigma, x, mean, implied_mean, metric)


def _moments_with_gaps(moments: Moments) -> tuple[np.ndarray, np.ndarray]:
    """Moments of the answers there are, or the saturated ones if answers have weights, as in lavaan."""
    assert moments.answers is not None and moments.mean is not None
    if moments.design.weights is not None:
        return moments.covariance, moments.mean
    covariance, mean = (np.stack(own) for own in zip(*map(gaps.available_moments, moments.answers), strict=True))
    return covariance, mean


def scaled_measures(test: Test, own: Scaling, base: Scaling, kind: str) -> dict[str, float]:
    """Measures from the scaled statistics (``*_scaled``) and from the population's point of view (``*_robust``).

    The robust CFI, TLI and RMSEA estimate what the plain ones would be under normality (Brosseau-Liard, Savalei
    and Li 2012, Multivariate Behavioral Research 47, 904-930; Brosseau-Liard and Savalei 2014, ibid. 49, 460-470).
    """
    df, bdf, N, G = test.df, test.baseline_df, test.total, test.groups
    x2 = test.chi_square / own.factor + own.shift if df else test.chi_square
    b = test.baseline / base.factor + base.shift if bdf else test.baseline
    sdf, sbdf = own.df, base.df
    c, cb = own.mean_factor, base.mean_factor
    # the interval of a mean-adjusted statistic: the plain one against tr(U Gamma) degrees of freedom
    spread = (x2, float(df)) if kind == "scaled_shifted" or not df else (test.chi_square, c * df)
    lower, upper = fit_indices.rmsea_interval(*spread, N, G)
    found = {
        "chisq_scaled": x2,
        "df_scaled": sdf,
        "pvalue_scaled": fit_indices.p_value(x2, sdf),
        "chisq_scaling_factor": own.factor,
        "baseline_chisq_scaled": b,
        "baseline_df_scaled": sbdf,
        "baseline_pvalue_scaled": fit_indices.p_value(b, sbdf),
        "baseline_chisq_scaling_factor": base.factor,
        **against_baseline(x2, sdf, b, sbdf, "_scaled"),
        "rmsea_scaled": fit_indices.rmsea(x2, sdf, N, G),
        "rmsea_ci_lower_scaled": lower,
        "rmsea_ci_upper_scaled": upper,
        "rmsea_pvalue_scaled": fit_indices.close_fit_p_value(*spread, N, G),
        "rmsea_notclose_pvalue_scaled": fit_indices.not_close_fit_p_value(*spread, N, G),
    }
    if kind == "scaled_shifted":
        found["chisq_shift_parameters"] = own.shift
        found["baseline_chisq_shift_parameters"] = base.shift
    if kind == "yuan_bentler_mplus" and df:
        k = test.parameters
        found["scaling_factor_h1"] = (own.likelihood + c * df) / (k + df)
        found["scaling_factor_h0"] = own.likelihood / k if k else np.nan
    if df:
        factor = own.factor if kind == "scaled_shifted" else c
        adjusted = x2 if kind == "scaled_shifted" else test.chi_square / c
        found |= robust_measures(test, c, cb, interval=(adjusted, factor))
    return {name: float(value) for name, value in found.items()}


def robust_without_df(test: Test) -> dict[str, float]:
    """Give the robust measures of a model without degrees of freedom.

    Where an inequality keeps it from the answers all the same, nothing tells how its chi-square is to be corrected.
    """
    if not test.chi_square > _BEYOND_ROUNDING:
        return NOTHING_LEFT_OUT
    return NOTHING_LEFT_OUT | {"cfi_robust": np.nan, "rni_robust": np.nan}


def robust_measures(test: Test, c: float, cb: float, *, interval: tuple[float, float]) -> dict[str, float]:
    """Robust CFI, TLI and RMSEA from mean factors c (model) and cb (baseline).

    interval : the statistic, and its factor, that the RMSEA's interval rests on
    """
    df, bdf, N, G = test.df, test.baseline_df, test.total, test.groups
    adjusted, factor = interval
    lower, upper = fit_indices.rmsea_interval(adjusted, df, N / factor, G)
    against = test.chi_square, c * df, test.baseline, cb * bdf
    tli = float(fit_indices.robust_tli(test.chi_square, df, c, test.baseline, bdf, cb))
    return {
        "cfi_robust": float(fit_indices.cfi(*against)),
        "tli_robust": tli,
        "nnfi_robust": tli,
        "rni_robust": float(fit_indices.rni(*against)),
        "rmsea_robust": float(fit_indices.rmsea(test.chi_square / c, df, N / c, G)),
        "rmsea_ci_lower_robust": lower,
        "rmsea_ci_upper_robust": upper,
        "rmsea_pvalue_robust": fit_indices.close_fit_p_value(adjusted, df, N / factor, G),
        "rmsea_notclose_pvalue_robust": fit_indices.not_close_fit_p_value(adjusted, df, N / factor, G),
    }
