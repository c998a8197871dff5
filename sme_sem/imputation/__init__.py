"""Answers that were not given, filled in several times.

``impute`` makes completed copies of the answers by chained equations, ``pool`` puts what was fitted to each of them
together, ``fit_imputed`` does both for one model, ``compare_imputed`` tests two nested ones.
"""

from .impute import Imputations, impute
from .pooled import PooledFit, fit_imputed, pool
from .pooled_tests import PooledComparison, compare_imputed

__all__ = ["Imputations", "PooledComparison", "PooledFit", "compare_imputed", "fit_imputed", "impute", "pool"]
