"""What is quoted of a fit: each measure in the version its estimator calls for, and what stands against the fit."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from ..tables import Words

if TYPE_CHECKING:
    from .fit import Fit
    from .judged import Judged


def reported(fit: Judged, *, robust: bool = True) -> dict[str, float]:
    """Give the measures as they are to be quoted.

    Where the estimator corrects the test: the scaled chi-square with its df and p, and CFI, TLI and
    RMSEA in their robust version, or scaled where there is no robust one (or none is wanted).
    """
    found = dict(fit._measures)
    for names, versions in ((_TESTED, ("scaled",)), (_CORRECTED, ("robust", "scaled")[not robust :])):
        for name in names:
            values = (found.get(f"{name}_{version}", math.nan) for version in versions)
            found[name] = next((v for v in values if not math.isnan(v)), found.get(name, math.nan))
    return found


def reported_alike(fits: Iterable[Judged]) -> list[dict[str, float]]:
    """The same of models that stand side by side: robust indices only if all have them, or else the scaled of all."""
    own = list(fits)
    robust = all(not math.isnan(fit._measures.get("rmsea_robust", math.nan)) for fit in own if corrected(fit))
    return [reported(fit, robust=robust) for fit in own]


def measures_to_judge(fit: Fit) -> dict[str, float]:
    """The same without GFIs where means of numbers are modelled: there they tell where zero lies.

    NFI, RFI, IFI and PNFI are scaled where the estimator corrects the test, for they have no robust version.
    """
    found = reported(fit)
    if corrected(fit):
        found |= {name: found.get(f"{name}_scaled", math.nan) for name in SCALED_ONLY}
    return found | (dict.fromkeys(_OF_COVARIANCES, math.nan) if of_means(fit) else {})


def of_means(fit: Fit) -> bool:
    """Tell whether the model holds means of numbers."""
    return fit.table.means and not fit.table.ordered


def corrected(fit: Judged) -> bool:
    """Tell whether the estimator corrects the chi-square test."""
    return not math.isnan(fit._measures.get("chisq_scaled", math.nan))


def chisq_per_df(measures: Mapping[str, float]) -> float:
    """Divide chi-square by its degrees of freedom; NaN for a saturated model."""
    df = float(measures.get("df", math.nan))
    return float(measures.get("chisq", math.nan)) / df if df > 0 else math.nan


def objections(fit: Judged) -> tuple[Words, ...]:
    """Say what stands against a fit: its errors and warnings, and that the iterations did not converge."""
    grave = [d for d in fit.diagnostics if d.severity in ("error", "warning")]
    said: list[Words] = [_CAUTION.filled(what=SEVERITIES[d.severity], message=d.words) for d in grave]
    if not fit.converged and not any(d.severity == "error" for d in grave):
        said.insert(0, _NOT_CONVERGED)
    return tuple(said)


def held_back(fit: Fit) -> tuple[Words, ...]:
    """Say which limits hold estimates back; where they do, tests between models are approximate."""
    return tuple(d.words for d in fit.diagnostics if d.code == "at_limit")


SEVERITIES = {
    "error": Words("error", "错误"),
    "warning": Words("warning", "警告"),
    "info": Words("note", "提示"),
}


_TESTED = ("chisq", "df", "pvalue")
_CORRECTED = ("cfi", "tli", "rmsea", "rmsea_ci_lower", "rmsea_ci_upper", "rmsea_pvalue")
SCALED_ONLY, _OF_COVARIANCES = ("nfi", "rfi", "ifi", "pnfi"), ("gfi", "agfi", "pgfi")
_CAUTION = Words("Caution ({what}): {message}", "注意（{what}）：{message}")
_NOT_CONVERGED = Words(
    "Caution (error): the iterations did not converge; these numbers are not estimates.",
    "注意（错误）：迭代未收敛，表中数字不是估计值。",
)
