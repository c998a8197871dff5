"""Respondents in clusters, such as employees in firms: models of what goes on within clusters, and between them."""

from .fit import fit_two_level
from .levels import has_levels, parted
from .presentation import two_level_tables
from .result import TwoLevelFit

__all__ = ["TwoLevelFit", "fit_two_level", "has_levels", "parted", "two_level_tables"]
