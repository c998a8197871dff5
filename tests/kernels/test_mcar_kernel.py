"""Little's statistic by its definition, pattern after pattern."""

import numpy as np
import pytest

from sme_sem.kernels import gaps, mcar


def test_distance_is_the_sum_over_patterns():
    rng = np.random.default_rng(2)
    values = rng.normal(size=(120, 4))
    values[rng.random(values.shape) < 0.2] = np.nan
    values = values[~np.isnan(values).all(axis=1)]
    half = rng.normal(size=(4, 9))
    sigma, mu = half @ half.T / 9, rng.normal(size=4)
    total = df = 0
    answered = ~np.isnan(values)
    for pattern in np.unique(answered, axis=0):
        own = values[(answered == pattern).all(axis=1)][:, pattern]
        d = own.mean(axis=0) - mu[pattern]
        total += len(own) * d @ np.linalg.solve(sigma[np.ix_(pattern, pattern)], d)
        df += pattern.sum()
    found = mcar.little(gaps.missing_patterns([values]), sigma, mu)
    assert found == (pytest.approx(total, rel=1e-12), df - 4)
