"""From words to constructs: what was coded or counted in texts becomes the questionnaire.

``read_coding`` reads coded segments; ``frequencies``, ``coding_tables``, ``cooccurrence``, ``saturation``,
``hold_out``, ``agreement`` and ``compare_groups`` describe them.  ``count_keywords`` counts keywords in documents and
``read_citations`` looks at a firm's patents; ``select`` keeps the cases that pass rules.
"""

from .agreement import Agreement, agreement
from .citations import Citations, read_citations
from .coding import Coding, read_coding
from .cooccurrence import Cooccurrence, cooccurrence
from .frequency import Frequencies, coding_tables, frequencies
from .groups import GroupComparison, compare_groups
from .keywords import KeywordCounts, count_keywords, read_keywords
from .saturation import HoldOut, Saturation, SaturationRule, hold_out, saturation
from .selection import Selection, select

__all__ = [
    "Agreement",
    "Citations",
    "Coding",
    "Cooccurrence",
    "Frequencies",
    "GroupComparison",
    "HoldOut",
    "KeywordCounts",
    "Saturation",
    "SaturationRule",
    "Selection",
    "agreement",
    "coding_tables",
    "compare_groups",
    "cooccurrence",
    "count_keywords",
    "frequencies",
    "hold_out",
    "read_citations",
    "read_coding",
    "read_keywords",
    "saturation",
    "select",
]
