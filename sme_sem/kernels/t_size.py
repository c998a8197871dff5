"""T-size: how badly a model may fit at most, at a level of confidence, and which sizes are called close or fair.

With d(T, df, q) the noncentrality at which a chi-square variable is T or less with probability q::

    RMSEA_t = sqrt(d(T, df, alpha) / (N df))                  the upper end of the RMSEA's interval
    CFI_t = 1 - d(T, df, alpha / 2) / max(d(T, df, alpha / 2), d(T_b, df_b, 1 - alpha / 2))

Yuan, Chan, Marcoulides and Bentler (2016), Structural Equation Modeling 23, 319-330; of the CFI, Marcoulides and Yuan
(2017), ibid. 24, 148-153.  They find d by a series and publish regressions on N and the degrees of freedom for what the
conventional .01, .05, .08 and .10 of the RMSEA, and .99, .95, .92 and .90 of the CFI, come to as T-sizes.  Here d is
exact, and so are these: the T-sizes of a sample whose index has that value.
"""

import numpy as np

from . import fit_indices

RMSEA, CFI = (0.01, 0.05, 0.08, 0.10), (0.99, 0.95, 0.92, 0.90)


def rmsea(chi_square, df, N, alpha):
    """Floats -> float"""
    return float(np.sqrt(fit_indices.noncentrality(chi_square, df, alpha) / (N * df)))


def cfi(chi_square, df, baseline, baseline_df, alpha):
    """Floats -> float"""
    own = fit_indices.noncentrality(chi_square, df, alpha / 2)
    worst = max(own, fit_indices.noncentrality(baseline, baseline_df, 1 - alpha / 2))
    return 1.0 if worst == 0 else 1 - own / worst


def rmsea_sizes(df, N, alpha):
    """T-sizes of a sample's RMSEA of the four conventional values: floats -> (4,)"""
    return np.array([rmsea(df + N * df * value**2, df, N, alpha) for value in RMSEA])


def cfi_sizes(df, baseline, baseline_df, alpha):
    """T-sizes of a sample's CFI of the four conventional values, for its baseline: floats -> (4,)"""
    worst = max(baseline - baseline_df, 0)
    return np.array([cfi(df + (1 - value) * worst, df, baseline, baseline_df, alpha) for value in CFI])
