"""From words to constructs: what was coded or counted in texts becomes the questionnaire.

``read_coding`` reads coded segments; ``frequencies``, ``coding_tables``, ``cooccurrence``, ``saturation``,
``hold_out``, ``agreement`` and ``compare_groups`` describe them.
"""

from .agreement import Agreement, agreement
from .coding import Coding, read_coding
from .cooccurrence import Cooccurrence, cooccurrence
from .frequency import Frequencies, coding_tables, frequencies
from .groups import GroupComparison, compare_groups
from .saturation import HoldOut, Saturation, SaturationRule, hold_out, saturation

__all__ = [
    "Agreement",
    "Coding",
    "Cooccurrence",
    "Frequencies",
    "GroupComparison",
    "HoldOut",
    "Saturation",
    "SaturationRule",
    "agreement",
    "coding_tables",
    "compare_groups",
    "cooccurrence",
    "frequencies",
    "hold_out",
    "read_coding",
    "saturation",
]
