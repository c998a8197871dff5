"""Corrections of p values for the number of tests.

Of many tests some p values are small by chance.  Bonferroni's correction bounds the chance of any false finding, Holm's
does so and finds no less, Benjamini and Hochberg's bounds the expected share of false ones.

Holm (1979), Scandinavian Journal of Statistics 6, 65-70.  Benjamini & Hochberg (1995), Journal of the Royal Statistical
Society B 57, 289-300.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple, get_args

import numpy as np

from ..arguments import chosen
from ..tables import Words

Correction = Literal["holm", "benjamini-hochberg", "bonferroni"]


class _Known(NamedTuple):
    method: str  # as statsmodels calls it
    title: str
    cited: Words


CORRECTIONS: dict[str, _Known] = {
    "holm": _Known("holm", "Holm", Words("Holm, 1979", "Holm，1979")),
    "benjamini-hochberg": _Known(
        "fdr_bh", "Benjamini-Hochberg", Words("Benjamini and Hochberg, 1995", "Benjamini与Hochberg，1995")
    ),
    "bonferroni": _Known("bonferroni", "Bonferroni", Words.same("Bonferroni")),
}


def correction_of(value: Correction) -> Correction:
    """Read ``correction=``."""
    return chosen("correction", value, get_args(Correction))


def corrected(p_values: Any, correction: str) -> np.ndarray:
    """Correct p values for their number; NaN stays NaN and does not count.

    >>> corrected([0.25, 0.125, np.nan, 0.5], "holm").tolist()
    [0.5, 0.375, nan, 0.5]
    """
    p = np.array(p_values, dtype=float)
    known = ~np.isnan(p)
    if correction != "none" and known.any():
        from statsmodels.stats.multitest import multipletests

        p[known] = multipletests(p[known], method=CORRECTIONS[correction].method)[1]
    return p
