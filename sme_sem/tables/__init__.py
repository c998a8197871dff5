"""A results table: what it is (``table``), how its numbers are written (``format``), where it is printed."""

from ..words import NOTHING, Language, Text, Words, joined, written
from .language import About, about, cited, naming, term
from .table import Column, Kind, Number, Table, Tabled, rows_from

__all__ = [
    "NOTHING",
    "About",
    "Column",
    "Kind",
    "Language",
    "Number",
    "Table",
    "Tabled",
    "Text",
    "Words",
    "about",
    "cited",
    "joined",
    "naming",
    "rows_from",
    "term",
    "written",
]
