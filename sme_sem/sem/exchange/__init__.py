"""A fitted model in the words of other programs, and models of other programs in ours.

::

    lavaan   an R script          mplus    an input file (.inp)
    semopy   a Python script      amos     a Visual Basic program for the Amos engine

A program that leaves this package states every parameter, free or fixed, so that no default of the other program
can change the model (lavaan's defaults are ours: its script holds the model as it was written).
"""

from .reading import read_model
from .writing import PROGRAMS, syntax, write_syntax

__all__ = ["PROGRAMS", "read_model", "syntax", "write_syntax"]
