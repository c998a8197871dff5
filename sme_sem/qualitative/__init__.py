"""From words to constructs: what was coded or counted in texts becomes the questionnaire.

``read_coding`` reads coded segments; ``frequencies``, ``coding_tables``, ``cooccurrence``, ``saturation``,
``hold_out``, ``agreement`` and ``compare_groups`` describe them.  ``count_keywords`` counts keywords in documents and
``read_citations`` looks at a firm's patents; ``select`` keeps the cases that pass rules.  ``read_elements`` and
``expert_panel`` go from the literature to the elements experts agree on; ``draft_instrument`` turns a coding into a
questionnaire and a model to be finished, and ``trail_table`` shows the way from segments to estimated paths.
"""

from .agreement import Agreement, agreement
from .bridge import Draft, Relation, draft_instrument, read_relations
from .citations import Citations, read_citations
from .coding import Coding, read_coding
from .cooccurrence import Cooccurrence, cooccurrence
from .elements import Elements, read_elements
from .frequency import Frequencies, coding_tables, frequencies
from .groups import GroupComparison, compare_groups
from .keywords import KeywordCounts, count_keywords, read_keywords
from .panel import Panel, expert_panel, read_ratings
from .saturation import HoldOut, Saturation, SaturationRule, hold_out, saturation
from .selection import Selection, select
from .trail import read_trail, trail_table

__all__ = [
    "Agreement",
    "Citations",
    "Coding",
    "Cooccurrence",
    "Draft",
    "Elements",
    "Frequencies",
    "GroupComparison",
    "HoldOut",
    "KeywordCounts",
    "Panel",
    "Relation",
    "Saturation",
    "SaturationRule",
    "Selection",
    "agreement",
    "coding_tables",
    "compare_groups",
    "cooccurrence",
    "count_keywords",
    "draft_instrument",
    "expert_panel",
    "frequencies",
    "hold_out",
    "read_citations",
    "read_coding",
    "read_elements",
    "read_keywords",
    "read_ratings",
    "read_relations",
    "read_trail",
    "saturation",
    "select",
    "trail_table",
]
