"""The estimators a fit can use, by the field's names.

Each says which discrepancy is minimised, which standard errors are given, and which test statistic is given:

========  ====  =====================  =======================================================
ML        ML    standard               likelihood ratio
MLM       ML    robust_sem             Satorra-Bentler, mean adjusted
MLMV      ML    robust_sem             mean and variance adjusted by scale and shift
MLMVS     ML    robust_sem             mean and variance adjusted (Satterthwaite)
MLR       ML    robust_huber_white     Yuan-Bentler T2* as Mplus computes it
MLF       ML    first_order            likelihood ratio
GLS       GLS   standard               (N - G) F
WLS       WLS   standard               (N - G) F, asymptotically distribution free
ULS       ULS   robust_sem_nt          Browne's residual statistic under normality
ULSM      ULS   robust_sem             Satorra-Bentler; ULSMV, ULSMVS as MLMV, MLMVS
DWLS      DWLS  robust_sem_nt          Browne's residual statistic under normality
WLSM      DWLS  robust_sem             Satorra-Bentler; WLSMV, WLSMVS as MLMV, MLMVS
========  ====  =====================  =======================================================

``test="yuan_bentler"`` is Yuan and Bentler's own T2*; MLR's takes both traces of it from the spread of scores, and the
second derivatives of the model.

Satorra and Bentler (1994); Asparouhov and Muthen (2010), Simple second order chi-square correction;
Yuan and Bentler (2000); Browne (1984); the names are Mplus's and lavaan's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, cast

from ..arguments import chosen, means
from ..errors import SpecificationError
from ..words import Words

Discrepancy = Literal["ML", "GLS", "ULS", "WLS", "DWLS"]
SE = Literal["standard", "robust_sem", "robust_sem_nt", "robust_huber_white", "first_order", "two_stage", "none"]
Test = Literal[
    "standard",
    "satorra_bentler",
    "scaled_shifted",
    "mean_var_adjusted",
    "yuan_bentler",
    "yuan_bentler_mplus",
    "browne_residual_nt",
    "browne_residual_adf",
]
RESIDUAL = ("browne_residual_nt", "browne_residual_adf")
YUAN_BENTLER = ("yuan_bentler", "yuan_bentler_mplus")
SCALED = ("satorra_bentler", "scaled_shifted", "mean_var_adjusted", *YUAN_BENTLER)


@dataclass(frozen=True)
class Estimator:
    """What an estimator's name stands for.

    information : which information matrix the standard errors start from
    """

    name: str
    discrepancy: Discrepancy = "ML"
    se: SE = "standard"
    test: Test = "standard"
    information: Literal["expected", "observed"] = "expected"

    @property
    def scaled(self) -> bool:
        """Whether a robust statistic stands beside the plain one."""
        return self.test in SCALED

    @property
    def mean_adjusted(self) -> bool:
        """Whether the robust statistic is the plain one divided by a factor, no more."""
        return self.test in ("satorra_bentler", *YUAN_BENTLER)

    @property
    def test_around_sample(self) -> bool:
        """Whether its test takes respondents' scores around the sample's moments, not the model's."""
        return self.test not in YUAN_BENTLER

    @property
    def chi_square(self) -> bool:
        """Whether its plain statistic has a chi-square distribution where the model holds."""
        return self.discrepancy not in ("ULS", "DWLS") or self.residual

    @property
    def residual(self) -> bool:
        """Whether the test is made of residuals in place of the discrepancy."""
        return self.test in RESIDUAL

    @property
    def takes_gaps(self) -> bool:
        """Whether it goes with full information maximum likelihood."""
        return self.discrepancy == "ML" and self.se != "robust_sem" and self.test in ("standard", *YUAN_BENTLER)

    @property
    def needs_answers(self) -> bool:
        """Whether it needs the answers themselves and not their covariances alone."""
        free_of_distribution = self.se in ("robust_sem", "robust_huber_white", "first_order")
        return free_of_distribution or self.scaled or self.discrepancy == "WLS" or self.test == "browne_residual_adf"


def _family(discrepancy: Discrepancy, prefix: str) -> tuple[Estimator, ...]:
    return (
        Estimator(f"{prefix}M", discrepancy, "robust_sem", "satorra_bentler"),
        Estimator(f"{prefix}MV", discrepancy, "robust_sem", "scaled_shifted"),
        Estimator(f"{prefix}MVS", discrepancy, "robust_sem", "mean_var_adjusted"),
    )


ESTIMATORS = {
    e.name: e
    for e in (
        Estimator("ML"),
        *_family("ML", "ML"),
        Estimator("MLR", "ML", "robust_huber_white", "yuan_bentler_mplus", "observed"),
        Estimator("MLF", "ML", "first_order"),
        Estimator("GLS", "GLS"),
        Estimator("WLS", "WLS"),
        Estimator("ULS", "ULS", "robust_sem_nt", "browne_residual_nt"),
        *_family("ULS", "ULS"),
        Estimator("DWLS", "DWLS", "robust_sem_nt", "browne_residual_nt"),
        *_family("DWLS", "WLS"),
    )
}

_SE = ("standard", "robust", "robust_sem", "robust_huber_white", "first_order", "none")
_BY_SAMPLES = Words(" 'bootstrap' takes them from samples.", "'bootstrap'由抽样得到标准误。")
_BOLLEN_STINE = Words(
    " Bollen and Stine's is sme.bootstrap(fit, kind='bollen-stine').",
    "Bollen与Stine的检验见sme.bootstrap(fit, kind='bollen-stine')。",
)
TESTS = ("standard", "robust", *SCALED, *RESIDUAL)


def chosen_estimator(
    name: str | None, se: str | None, test: str | None, *, gaps: bool = False, ordered: bool = False
) -> Estimator:
    """Look up an estimator, with its errors or test replaced by what ``se=`` and ``test=`` ask for.

    ``"robust"`` means what the estimator's robust sibling does.
    gaps, ordered : whether answers with gaps are analysed, or answers as ordered

    >>> chosen_estimator("ML", None, "satorra.bentler").test
    'satorra_bentler'
    """
    name = name or ("WLSMV" if ordered else "ML")
    name = "WLS" if means(name, "ADF") else name  # as AMOS and EQS call it
    found = ESTIMATORS[chosen("estimator", name, tuple(ESTIMATORS))]
    if ordered:
        found = _for_ordered(found)
    if se is not None:
        found = _with_errors(found, chosen("se", se, _SE, _BY_SAMPLES), gaps, ordered)
    if test is not None:
        found = with_test(found, test, gaps=gaps, ordered=ordered)
    if found.discrepancy != "ML" and (found.se in ("robust_huber_white", "first_order")):
        raise SpecificationError(_ERRORS_BY_LIKELIHOOD.filled(se=repr(se), name=repr(name)))
    return found


def with_test(found: Estimator, test: str, *, gaps: bool, ordered: bool) -> Estimator:
    """Replace an estimator's test; see :func:`chosen_estimator`."""
    found = _with_test(found, chosen("test", test, TESTS, _BOLLEN_STINE), gaps, ordered)
    if ordered and found.residual:
        kind = _NORMAL if found.test == "browne_residual_nt" else _CONTINUOUS
        raise SpecificationError(_TEST_OF_NUMBERS.filled(test=repr(test), kind=kind))
    if gaps and not found.takes_gaps:
        named = f"test={test!r}" if found.discrepancy == "ML" else f"estimator={found.name!r}"
        raise SpecificationError(COMPLETE_ONLY.filled(named=named))
    return found


def by_likelihood(name: str) -> bool:
    """Whether an estimator takes answers as numbers alone, by maximum likelihood or generalized least squares."""
    return chosen_estimator(name, None, None).discrepancy in ("ML", "GLS")


def _for_ordered(found: Estimator) -> Estimator:
    if found.discrepancy in ("ML", "GLS"):
        raise SpecificationError(_NOT_OF_ORDERED.filled(name=repr(found.name)))
    if found.se == "robust_sem_nt":
        return replace(found, se="robust_sem", test="standard")
    return found


def _with_errors(found: Estimator, se: str, gaps: bool, ordered: bool) -> Estimator:
    if se == "robust":
        se = "robust_huber_white" if gaps else "robust_sem"
    if se == "standard" and found.discrepancy in ("ULS", "DWLS") and not ordered:
        se = "robust_sem_nt"
    if se == "robust_sem" and found.test == "browne_residual_nt":
        found = replace(found, test="browne_residual_adf")  # free of the distribution as the errors are
    changed = replace(found, se=cast(SE, se))
    return replace(changed, information="observed") if se == "robust_huber_white" else changed


def _with_test(found: Estimator, test: str, gaps: bool, ordered: bool) -> Estimator:
    if test == "robust":
        test = "yuan_bentler_mplus" if gaps and found.discrepancy == "ML" else "satorra_bentler"
    if test == "standard" and found.discrepancy in ("ULS", "DWLS") and not ordered:
        test = "browne_residual_nt"
    if test in YUAN_BENTLER and found.discrepancy != "ML":
        raise SpecificationError(_TEST_BY_LIKELIHOOD.filled(test=repr(test), name=repr(found.name)))
    return replace(found, test=cast(Test, test))


NEEDS_ANSWERS = Words(
    "{what} the answers themselves: give data=, not cov=.", "{what}需要原始作答：请给出data=，而非cov=。"
)
"""Where a covariance matrix was given; ``what`` with its verb, as ``"ordered= needs"``."""

COMPLETE_ONLY = Words(
    "{named} needs complete answers; with missing='fiml' use 'ML' or 'MLR'.",
    "{named}需要完整的作答；missing='fiml'时请用'ML'或'MLR'。",
)
_NORMAL, _CONTINUOUS = Words("normal", "正态"), Words("continuous", "连续")
_TEST_OF_NUMBERS = Words(
    "test={test} is of {kind} answers; with ordered= take 'satorra_bentler', 'mean_var_adjusted' or 'scaled_shifted'.",
    "test={test}用于{kind}作答；指定ordered=时请用'satorra_bentler'、'mean_var_adjusted'或'scaled_shifted'。",
)
_ERRORS_BY_LIKELIHOOD = Words(
    "se={se} rests on a likelihood; estimator={name} has none: take se='robust_sem'.",
    "se={se}以似然函数为依据，而estimator={name}没有似然函数：请用se='robust_sem'。",
)
_TEST_BY_LIKELIHOOD = Words(
    "test={test} rests on a likelihood, which estimator={name} does not have; take test='satorra_bentler'.",
    "test={test}以似然函数为依据，而estimator={name}没有似然函数；请用test='satorra_bentler'。",
)
_NOT_OF_ORDERED = Words(
    "estimator={name} does not take answers as ordered; with ordered= use 'WLSMV', or another of WLS, DWLS, ULS, WLSM, "
    "WLSMVS, ULSM, ULSMV, ULSMVS.",
    "estimator={name}不能把答案作为有序类别；ordered=True须配'WLSMV'，或WLS、DWLS、ULS、WLSM、WLSMVS、ULSM、ULSMV、ULSMVS。",
)
