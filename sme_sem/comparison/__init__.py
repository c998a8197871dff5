"""Fitted models set against each other.

``compare`` tests every pair by the method that is right for it: ``sameness`` refuses what cannot be compared,
``nesting`` finds out which model contains which, ``difference`` and ``vuong`` hold the tests, ``folds``
cross-validates.
"""

from .compare import Comparison, compare

__all__ = ["Comparison", "compare"]
