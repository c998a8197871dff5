"""The quality of items and scales.

``reliability`` asks whether a scale's items answer alike, ``adequacy`` whether items share
enough to be condensed, ``components`` condenses them; ``normality`` describes how answers are
distributed, ``polychoric`` how the responses behind coarse scales correlate, ``validity`` whether
constructs hold together and differ, ``collinearity`` whether predictors say nearly the same.
"""

from .adequacy import Adequacy, adequacy
from .collinearity import Collinearity, collinearity, variance_inflation
from .components import Components, components
from .normality import Normality, normality
from .polychoric import Polychoric, polychoric
from .reliability import Reliability, reliability
from .validity import Validity, validity

__all__ = [
    "Adequacy",
    "Collinearity",
    "Components",
    "Normality",
    "Polychoric",
    "Reliability",
    "Validity",
    "adequacy",
    "collinearity",
    "components",
    "normality",
    "polychoric",
    "reliability",
    "validity",
    "variance_inflation",
]
