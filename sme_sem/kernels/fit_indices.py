"""How well a model fits, from its chi-square and from its residuals.

N is the number of respondents as the test statistic counts them (n; n - G where covariances are
divided by n - 1), G the number of groups.
"""

import numpy as np
from scipy import special

from . import linalg

CLOSE, NOT_CLOSE = 0.05, 0.08  # RMSEAs of close and of not close fit
FAR = 1e9  # chi-squares beyond which the noncentral distribution is not computed by its series
_ROUNDING = 1e-8  # a chi-square beyond its expectation that is none


def p_value(chi_square, df):
    """Upper tail of the chi-square distribution, NaN without degrees of freedom: (...), (...) -> (...)"""
    df = np.asarray(df, dtype=float)
    return np.where(df > 0, special.chdtrc(np.where(df > 0, df, 1.0), np.maximum(chi_square, 0)), np.nan)


def cfi(chi_square, df, baseline, baseline_df):
    """Comparative fit index: 1 - max(chi2 - df, 0) / max(chi2 - df, chi2_b - df_b, 0)

    One where neither model is worse than chance, but for rounding: the chi-square of a saturated model is seldom zero
    to the last bit.  Bentler (1990), Psychological Bulletin 107, 238-246.
    """
    own = np.maximum(chi_square - df, 0)
    worst = np.maximum(own, np.maximum(baseline - baseline_df, 0))
    nothing = worst < _ROUNDING
    return np.where(nothing, 1.0, 1 - own / np.where(nothing, 1, worst))


def tli(chi_square, df, baseline, baseline_df):
    """Tucker-Lewis index: ((chi2_b / df_b) - (chi2 / df)) / ((chi2_b / df_b) - 1), not clipped.

    One where df = 0.  Tucker and Lewis (1973), Psychometrika 38, 1-10.
    """
    return _by_ratios(chi_square, df, baseline, baseline_df, 1)


def robust_tli(chi_square, df, factor, baseline, baseline_df, baseline_factor):
    """TLI where chi-squares are expected to be c df: 1 - ((chi2 - c df) / df) / ((chi2_b - c_b df_b) / df_b)

    Brosseau-Liard and Savalei (2014), Multivariate Behavioral Research 49, 460-470.
    """
    excess, worst = chi_square - factor * df, baseline - baseline_factor * baseline_df
    return 1 - _ratio(excess, worst) * baseline_df / df


def nfi(chi_square, baseline):
    """Normed fit index: (chi2_b - chi2) / chi2_b.  Bentler and Bonett (1980), Psychological Bulletin 88, 588-606."""
    return _ratio(baseline - chi_square, baseline)


def rfi(chi_square, df, baseline, baseline_df):
    """Relative fit index: (chi2_b / df_b - chi2 / df) / (chi2_b / df_b).  Bollen (1986), Psychometrika 51, 375-377.

    One where df = 0, and, as lavaan prints it, where the model is worse than the baseline for its degrees of freedom:
    there the index means nothing, and TLI and RNI, which are not cut off, say so.
    """
    value = _by_ratios(chi_square, df, baseline, baseline_df, 0)
    return np.where(value < 0, 1.0, value)


def ifi(chi_square, df, baseline):
    """Incremental fit index: (chi2_b - chi2) / (chi2_b - df); one where chi2_b < df, as in lavaan.  Bollen (1989)."""
    return np.where(np.less(baseline, df), 1.0, _ratio(baseline - chi_square, baseline - df))


def rni(chi_square, df, baseline, baseline_df):
    """Relative noncentrality index: the CFI without clipping; one where df = 0.  McDonald and Marsh (1990)."""
    value = 1 - _ratio(chi_square - df, baseline - baseline_df)
    return np.where(np.asarray(df) <= 0, 1.0, value)


def _by_ratios(chi_square, df, baseline, baseline_df, best):
    """What a model gains in chi2 / df over the baseline, of what it could gain down to the best; one where df = 0."""
    df, baseline_df = np.asarray(df, float), np.asarray(baseline_df, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = baseline / baseline_df
        value = (ratio - chi_square / df) / (ratio - best)
    return np.where(df > 0, np.where(baseline_df > 0, value, np.nan), 1.0)


def _ratio(numerator, denominator):
    """Quotient, NaN where the denominator is zero."""
    denominator = np.asarray(denominator, dtype=float)
    return np.where(denominator != 0, numerator / np.where(denominator != 0, denominator, 1), np.nan)


def akaike_weights(aic):
    """How plausible each model is among these, given equal prior chances: (..., k) -> (..., k)

    exp(-Delta / 2), summing to one.  Burnham and Anderson (2004), Sociological Methods and Research 33, 261-304.

    >>> akaike_weights(np.array([100.0, 102.0])).round(3).tolist()
    [0.731, 0.269]
    """
    likelihood = np.exp(-(aic - aic.min(axis=-1, keepdims=True)) / 2)
    return likelihood / likelihood.sum(axis=-1, keepdims=True)


def rmsea(chi_square, df, N, groups=1):
    """Root mean square error of approximation: sqrt(G max(chi2 - df, 0) / (N df)); zero where df = 0.

    Steiger (1990), Multivariate Behavioral Research 25, 173-180; G as in Steiger (1998).
    """
    df = np.asarray(df, dtype=float)
    excess = np.maximum(chi_square - df, 0) / (N * np.where(df > 0, df, 1))
    return np.where(df > 0, np.sqrt(groups * excess), 0.0)


def rmsea_interval(chi_square, df, N, groups=1, level=0.90):
    """Both ends of the interval, from the noncentral chi-square distribution: floats -> (lower, upper)

    Browne and Cudeck (1992), Sociological Methods & Research 21, 230-258.
    """
    if not (df > 0 and N > 0 and 0 <= chi_square < np.inf):
        return (0.0, 0.0) if df == 0 else (np.nan, np.nan)
    tail = (1 - level) / 2
    ends = (noncentrality(chi_square, df, 1 - tail), noncentrality(chi_square, df, tail))
    return tuple(float(np.sqrt(groups * end / (N * df))) for end in ends)


def noncentrality(chi_square, df, probability):
    """The noncentrality at which P(X <= chi2) is the given probability; zero if none is: floats -> float"""
    if chi_square > FAR:
        return max(float((np.sqrt(chi_square) - special.ndtri(probability)) ** 2 - (df - 1)), 0.0)
    if special.chdtr(df, chi_square) <= probability:
        return 0.0
    return float(special.chndtrinc(chi_square, df, probability))


def close_fit_p_value(chi_square, df, N, groups=1, close=CLOSE):
    """P-close: the probability of a chi-square as large if the RMSEA were ``close``; NaN where df = 0."""
    if not df > 0 or np.isnan(chi_square):
        return np.nan
    return float(1 - _lower_tail(chi_square, df, N * df * close**2 / groups))


def not_close_fit_p_value(chi_square, df, N, groups=1, bound=NOT_CLOSE):
    """The probability of a chi-square as small if the RMSEA were ``bound``, small where it is better; NaN at df = 0.

    MacCallum, Browne and Sugawara (1996), Psychological Methods 1, 130-149.
    """
    if not df > 0 or np.isnan(chi_square):
        return np.nan
    return float(_lower_tail(chi_square, df, N * df * bound**2 / groups))


def critical_n(chi_square, df, N, alpha):
    """How many respondents would make this misfit significant: N times the critical over the own chi-square, plus one.

    NaN without degrees of freedom or without misfit.  Hoelter (1983), Sociological Methods & Research 11, 325-344.
    """
    if not (df > 0 and chi_square > 0):
        return np.nan
    return float(special.chdtri(df, alpha) / (chi_square / N) + 1)


def _lower_tail(chi_square, df, ncp):
    """P(X <= chi2); far out sqrt(X) is normal about sqrt(ncp + df - 1), with a variance of one."""
    if max(chi_square, ncp) <= FAR:
        return special.chndtr(chi_square, df, ncp)
    return special.ndtr(np.sqrt(chi_square) - np.sqrt(max(ncp + df - 1, 0)))


def mcdonald(chi_square, df, N):
    """McDonald's (1989) noncentrality index: exp(-(chi2 - df) / (2 N))"""
    return np.exp(-0.5 * (chi_square - df) / N)


def ecvi(chi_square, parameters, N):
    """Expected cross-validation index: chi2 / N + 2 q / N.  Browne and Cudeck (1992)."""
    return (chi_square + 2 * parameters) / N


def correlation_residuals(sample, implied):
    """cor(S) - cor(Sigma), each matrix with its own variances (Bollen 1989): (..., p, p) -> (..., p, p)"""
    return linalg.correlation(sample) - linalg.correlation(implied)


def rmr(sample, implied, mean=None, implied_mean=None):
    """Root mean square residual over variances and covariances, and means if modelled: (..., p, p) -> (...)"""
    return _root_mean_square(sample - implied, None if mean is None else mean - implied_mean)


def srmr(sample, implied, mean=None, implied_mean=None):
    """Standardized root mean square residual, residuals divided by the sample's standard deviations.

    Bentler (1995), EQS manual; variances count, and means if modelled: (..., p, p) -> (...)
    """
    deviation = np.sqrt(np.linalg.diagonal(sample))
    residual = (sample - implied) / (deviation[..., :, None] * deviation[..., None, :])
    means = None if mean is None else (mean - implied_mean) / deviation
    return _root_mean_square(residual, means)


def crmr(sample, implied, mean=None, implied_mean=None):
    """Correlation root mean square residual: residual correlations below the diagonal: (..., p, p) -> (...)

    Residual means, if modelled, are divided by the sample's standard deviations.  Maydeu-Olivares (2017).
    """
    residual = correlation_residuals(sample, implied)
    each = np.arange(sample.shape[-1])
    residual[..., each, each] = 0
    means = None if mean is None else (mean - implied_mean) / np.sqrt(np.linalg.diagonal(sample))
    return _root_mean_square(residual, means, diagonal=False)


def srmr_mplus(sample, implied, mean=None, implied_mean=None):
    """SRMR as Mplus has it: each matrix, and mean, in its own standard deviations: (..., p, p) -> (...)

    Variances count by (s_ii - sigma_ii) / s_ii.  Asparouhov and Muthen (2018), SRMR in Mplus.
    """
    own, fitted = np.linalg.diagonal(sample), np.linalg.diagonal(implied)
    residual = correlation_residuals(sample, implied)
    each = np.arange(sample.shape[-1])
    residual[..., each, each] = (own - fitted) / own
    means = None if mean is None else mean / np.sqrt(own) - implied_mean / np.sqrt(np.where(fitted > 0, fitted, np.nan))
    return _root_mean_square(residual, means)


def _root_mean_square(residual, means, *, diagonal=True):
    """Over the lower triangle of symmetric residuals, and means: (..., p, p) -> (...)

    diagonal : whether it counts; it is zero otherwise
    """
    p = residual.shape[-1]
    with np.errstate(over="ignore"):  # a search that failed can end anywhere
        own = (np.linalg.diagonal(residual) ** 2).sum(axis=-1)
        total, count = ((residual**2).sum(axis=(-2, -1)) + own) / 2, p * (p + (1 if diagonal else -1)) // 2
        if means is not None:
            total, count = total + (means**2).sum(axis=-1), count + p
    return np.sqrt(total / max(count, 1))


def gfi_parts(sample, implied, exogenous=0, mean=None, implied_mean=None, weight=None):
    """Numerator and denominator of 1 - GFI under normal theory: (..., p, p) -> (...), (...)

    ::

        GFI = 1 - tr[(Sigma^-1 (S - Sigma))^2] / tr[(Sigma^-1 S)^2]

    Joreskog and Sorbom's (LISREL, AMOS).  Means, if modelled, add 2 d^T Sigma^-1 d and 2 m^T Sigma^-1 m.
    Moments among the ``exogenous`` last variables are given, not modelled, and do not count (as in lavaan).
    weight : (..., p, p) takes Sigma's place inside the inverses
    """
    W = linalg.whitener(implied if weight is None else weight)
    misfit = W @ (sample - implied) @ W.mT
    counted = sample.copy()
    if exogenous:
        counted[..., -exogenous:, -exogenous:] = 0
    numerator, denominator = (misfit**2).sum(axis=(-2, -1)), ((W @ counted @ W.mT) ** 2).sum(axis=(-2, -1))
    if mean is not None:
        modelled = np.arange(mean.shape[-1]) < mean.shape[-1] - exogenous
        difference, own = np.matvec(W, mean - implied_mean), np.matvec(W, np.where(modelled, mean, 0))
        numerator = numerator + 2 * np.vecdot(difference, difference)
        denominator = denominator + 2 * np.vecdot(own, own)
    return numerator, denominator
