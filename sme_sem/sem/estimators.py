"""The estimators a fit can use, by the field's names.

Each says which discrepancy is minimised, which standard errors are given, and which test statistic stands
beside the plain one:

=======  ====  =====================  =======================================================
ML       ML    standard               likelihood ratio
MLM      ML    robust_sem             Satorra-Bentler, mean adjusted
MLMV     ML    robust_sem             mean and variance adjusted by scale and shift
MLMVS    ML    robust_sem             mean and variance adjusted (Satterthwaite)
MLR      ML    robust_huber_white     Yuan-Bentler T2* as Mplus computes it
MLF      ML    first_order            likelihood ratio
=======  ====  =====================  =======================================================

Satorra and Bentler (1994); Asparouhov and Muthen (2010), Simple second order chi-square correction;
Yuan and Bentler (2000); the names are Mplus's and lavaan's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SE = Literal["standard", "robust_sem", "robust_huber_white", "first_order"]
Test = Literal["standard", "satorra_bentler", "scaled_shifted", "mean_var_adjusted", "yuan_bentler_mplus"]


@dataclass(frozen=True)
class Estimator:
    """What an estimator's name stands for.

    information : which information matrix the standard errors start from
    """

    name: str
    se: SE = "standard"
    test: Test = "standard"
    information: Literal["expected", "observed"] = "expected"

    @property
    def robust(self) -> bool:
        """Whether it needs the answers themselves and not their covariances alone."""
        return self.se != "standard" or self.test != "standard"


ESTIMATORS = {
    e.name: e
    for e in (
        Estimator("ML"),
        Estimator("MLM", "robust_sem", "satorra_bentler"),
        Estimator("MLMV", "robust_sem", "scaled_shifted"),
        Estimator("MLMVS", "robust_sem", "mean_var_adjusted"),
        Estimator("MLR", "robust_huber_white", "yuan_bentler_mplus", "observed"),
        Estimator("MLF", "first_order"),
    )
}
