"""Which numbers are called good: cut-offs of fit indices in named profiles, and some of scales, each with its source.

Cut-offs are conventions, and conventions differ; a report names the profile it used.

Hu & Bentler (1999), Structural Equation Modeling 6(1), 1-55, advise .95 for CFI and TLI, .06 for
RMSEA and .08 for SRMR.  Browne & Cudeck (1993), "Alternative ways of assessing model fit", call an
RMSEA up to .05 close and up to .08 reasonable.  Bentler & Bonett (1980), Psychological Bulletin 88,
588-606, ask .90 of an incremental index.  Of parsimonious ones .50 is customary, after Mulaik et al. (1989),
Psychological Bulletin 105, 430-445, and Wu Minglong's (2009) textbook of AMOS, whose list Chinese theses follow.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from ..errors import SpecificationError
from ..suggestions import and_known
from ..tables import Kind, Words
from ..tables.format import cell

GOOD = Words("good", "良好")
ACCEPTABLE = Words("acceptable", "可接受")
NOT_MET = Words("not met", "未达标")


@dataclass(frozen=True, slots=True)
class Cutoff:
    """What one index should reach.

    good, acceptable : bounds of the two verdicts; equal where a source gives only one
    at_least : large values are good (CFI), or small ones (RMSEA)
    """

    good: float
    acceptable: float
    at_least: bool

    def verdict(self, value: float) -> Words | None:
        """Judge a value; None where there is none.

        >>> Cutoff(good=0.95, acceptable=0.90, at_least=True).verdict(0.93).en
        'acceptable'
        """
        if math.isnan(value):
            return None
        sign = 1 if self.at_least else -1
        if sign * value >= sign * self.good:
            return GOOD
        return ACCEPTABLE if sign * value >= sign * self.acceptable else NOT_MET

    def __str__(self) -> str:
        sign = "≥" if self.at_least else "≤"
        return f"{sign} {' / '.join(dict.fromkeys(map(_short, (self.acceptable, self.good))))}"


@dataclass(frozen=True)
class Profile:
    """A set of cut-offs and where it comes from; indices by their name in ``Fit.measures()``."""

    name: str
    title: Words
    source: Words
    cutoffs: Mapping[str, Cutoff]


def profile(name: str) -> Profile:
    """Look a profile up by its name.

    >>> str(profile("hu-bentler").cutoffs["rmsea"])
    '≤ .06'
    """
    try:
        return PROFILES[name]
    except KeyError:
        unknown = Words(f"no profile of thresholds is named {name!r}.", f"没有名为{name!r}的判断标准。")
        raise SpecificationError(unknown + and_known(name, PROFILES)) from None


def _short(bound: float) -> str:
    """Write a bound as papers do: .90, but 3."""
    return cell(bound, Kind.COEFFICIENT)[:-1] if bound < 1 else f"{bound:g}"


_INCREMENTAL = Cutoff(0.95, 0.90, at_least=True)
_LISREL = Cutoff(0.95, 0.90, at_least=True)

PROFILES: dict[str, Profile] = {
    "conventional": Profile(
        "conventional",
        Words("conventional (acceptable / good)", "常用标准（可接受 / 良好）"),
        Words(
            "CFI, TLI: Bentler & Bonett (1980), Hu & Bentler (1999); RMSEA: Browne & Cudeck (1993); "
            "SRMR: Hu & Bentler (1999) for .08; χ²/df, GFI and AGFI: common practice",
            "CFI、TLI：Bentler与Bonett（1980）、Hu与Bentler（1999）；RMSEA：Browne与Cudeck（1993）；"
            "SRMR：.08 见 Hu与Bentler（1999）；χ²/df、GFI、AGFI：研究惯例",
        ),
        {
            "chisq_df": Cutoff(3, 5, at_least=False),
            "cfi": _INCREMENTAL,
            "tli": _INCREMENTAL,
            "rmsea": Cutoff(0.05, 0.08, at_least=False),
            "srmr": Cutoff(0.05, 0.08, at_least=False),
            "gfi": _LISREL,
            "agfi": Cutoff(0.90, 0.80, at_least=True),
        },
    ),
    "hu-bentler": Profile(
        "hu-bentler",
        Words("Hu & Bentler (1999)", "Hu与Bentler（1999）"),
        Words(
            "Hu & Bentler (1999), Structural Equation Modeling 6(1), 1–55",
            "Hu与Bentler（1999），Structural Equation Modeling，6(1)，1–55",
        ),
        {
            "cfi": Cutoff(0.95, 0.95, at_least=True),
            "tli": Cutoff(0.95, 0.95, at_least=True),
            "rmsea": Cutoff(0.06, 0.06, at_least=False),
            "srmr": Cutoff(0.08, 0.08, at_least=False),
        },
    ),
    "wu": Profile(
        "wu",
        Words("Wu Minglong's list of AMOS indices (acceptable / good)", "吴明隆AMOS适配指标（可接受 / 良好）"),
        Words(
            "Wu Minglong (2009), Structural Equation Modeling: Operation and Application of AMOS; NFI, RFI, IFI, TLI "
            "and CFI of .90 after Bentler & Bonett (1980); PNFI and PGFI of .50 after Mulaik et al. (1989); SRMR of "
            ".08 after Hu & Bentler (1999) and Wen, Hau & Marsh (2004)",
            "吴明隆（2009）《结构方程模型——AMOS的操作与应用》；NFI、RFI、IFI、TLI与CFI的.90见Bentler与Bonett（1980）；"
            "PNFI与PGFI的.50见Mulaik等（1989）；SRMR的.08见Hu与Bentler（1999）及温忠麟、侯杰泰与马什赫伯特（2004）",
        ),
        {
            "chisq_df": Cutoff(3, 5, at_least=False),
            "rmsea": Cutoff(0.05, 0.08, at_least=False),
            "srmr": Cutoff(0.05, 0.08, at_least=False),
            **{name: Cutoff(0.90, 0.90, at_least=True) for name in ("gfi", "agfi")},
            **{name: Cutoff(0.90, 0.90, at_least=True) for name in ("nfi", "rfi", "ifi", "tli", "cfi")},
            **{name: Cutoff(0.50, 0.50, at_least=True) for name in ("pnfi", "pgfi")},
        },
    ),
}

# The same in every profile.
ALPHA = 0.70  # Nunnally (1978), Psychometric Theory
LOADINGS = (0.70, 0.50)  # an item that shares half its variance with the construct; the usual minimum
CR, AVE = 0.70, 0.50  # Hair et al. (2010), Multivariate Data Analysis; Fornell & Larcker (1981)
HTMT = 0.85  # Henseler, Ringle & Sarstedt (2015), the stricter of their bounds
CFI_FALL = 0.01  # Cheung & Rensvold (2002)
CLOSE_FIT, NOT_CLOSE_FIT = (0.05, 0.08), (0.05, 0.01)  # RMSEA tested, and if false: MacCallum, Browne & Sugawara (1996)
