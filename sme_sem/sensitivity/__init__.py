"""Every defensible analysis of the same answers, and what is left of a finding across all of them.

``choices`` reads what may be chosen, ``expectations`` what is expected, ``plans`` turns each combination into a model,
rows and options, ``multiverse`` fits them and lays out what came of it.
"""

from .multiverse import Multiverse, multiverse

__all__ = ["Multiverse", "multiverse"]
