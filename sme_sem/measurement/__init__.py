"""The quality of items and scales.

``reliability`` asks whether a scale's items answer alike, ``adequacy`` whether items share
enough to be condensed, ``components`` condenses them; ``normality`` describes how answers are
distributed, ``validity`` whether constructs hold together and differ, ``collinearity`` whether
predictors say nearly the same.
"""

from .adequacy import Adequacy, adequacy
from .collinearity import Collinearity, collinearity, variance_inflation
from .components import Components, components
from .normality import Normality, normality
from .reliability import Reliability, reliability
from .validity import Validity, validity

__all__ = [
    "Adequacy",
    "Collinearity",
    "Components",
    "Normality",
    "Reliability",
    "Validity",
    "adequacy",
    "collinearity",
    "components",
    "normality",
    "reliability",
    "validity",
    "variance_inflation",
]
