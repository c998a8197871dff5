"""The quality of items and scales.

``descriptives`` and ``correlations`` say how items and scales are distributed and go together.
``reliability`` asks whether a scale's items answer alike, ``adequacy`` whether items share
enough to be condensed, ``components`` condenses them; ``normality`` describes how answers are
distributed, ``polychoric`` how the responses behind coarse scales correlate, ``validity`` whether
constructs hold together and differ, ``collinearity`` whether predictors say nearly the same.
``retention`` says how many dimensions items have and ``factors`` finds them; ``mcar`` asks whether
answers are missing by chance, ``method_bias`` whether asking everything alike made answers alike.
``discriminant`` tests whether constructs are distinct, ``heterotrait`` gives intervals of HTMT, ``hierarchical``
divides a total between general and specific constructs, ``rater_agreement`` asks whether raters agree.
``missing`` says how much was left open and with what that goes along, ``nonresponse`` whether late respondents differ.
``item_advice`` says which items of a pre-test to keep, ``congruence`` and ``loading_intervals`` how stable dimensions
are, ``importance`` which drivers of an outcome deserve an effort.
"""

from .adequacy import Adequacy, adequacy
from .collinearity import Collinearity, collinearity, variance_inflation
from .components import Components, components
from .correlations import Correlations, correlations
from .descriptives import Descriptives, descriptives
from .discriminant import Discriminant, Heterotrait, discriminant, heterotrait
from .factors import Factors, factors
from .hierarchical import Hierarchical, hierarchical
from .importance import Importance, importance
from .item_advice import ItemAdvice, ItemRules, item_advice
from .mcar import Mcar, mcar
from .measured import measurement_part, measurement_table
from .method_bias import MethodBias, method_bias
from .missing import Missing, missing
from .nonresponse import Nonresponse, nonresponse
from .normality import Normality, normality
from .polychoric import Polychoric, polychoric
from .raters import RaterAgreement, rater_agreement
from .reliability import Reliability, reliability
from .retention import Retention, retention
from .stability import Congruence, LoadingIntervals, congruence, loading_intervals
from .validity import Validity, validity

__all__ = [
    "Adequacy",
    "Collinearity",
    "Components",
    "Congruence",
    "Correlations",
    "Descriptives",
    "Discriminant",
    "Factors",
    "Heterotrait",
    "Hierarchical",
    "Importance",
    "ItemAdvice",
    "ItemRules",
    "LoadingIntervals",
    "Mcar",
    "MethodBias",
    "Missing",
    "Nonresponse",
    "Normality",
    "Polychoric",
    "RaterAgreement",
    "Reliability",
    "Retention",
    "Validity",
    "adequacy",
    "collinearity",
    "components",
    "congruence",
    "correlations",
    "descriptives",
    "discriminant",
    "factors",
    "heterotrait",
    "hierarchical",
    "importance",
    "item_advice",
    "loading_intervals",
    "mcar",
    "measurement_part",
    "measurement_table",
    "method_bias",
    "missing",
    "nonresponse",
    "normality",
    "polychoric",
    "rater_agreement",
    "reliability",
    "retention",
    "validity",
    "variance_inflation",
]
