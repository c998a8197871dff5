"""Fitted models set against each other.

``compare`` tests every pair by the method that is right for it: ``sameness`` refuses what cannot be compared,
``nesting`` finds out which model contains which, ``difference`` and ``vuong`` hold the tests, ``folds``
cross-validates; ``equivalents`` lists what no test can tell from a chosen model;
``invariance`` asks whether a measurement is the same in all groups; ``side_by_side`` prints models in one table;
``specification_search`` changes a model until it fits better, and says how much of that is chance.
"""

from .compare import Comparison, compare
from .equivalents import Equivalents, equivalents
from .invariance import Invariance, invariance
from .side_by_side import SideBySide, side_by_side
from .specification_search import Search, search

__all__ = [
    "Comparison",
    "Equivalents",
    "Invariance",
    "Search",
    "SideBySide",
    "compare",
    "equivalents",
    "invariance",
    "search",
    "side_by_side",
]
