"""The quality of items and scales.

``reliability`` asks whether a scale's items answer alike, ``adequacy`` whether items share
enough to be condensed, ``components`` condenses them.
"""

from .adequacy import Adequacy, adequacy
from .components import Components, components
from .reliability import Reliability, reliability

__all__ = ["Adequacy", "Components", "Reliability", "adequacy", "components", "reliability"]
