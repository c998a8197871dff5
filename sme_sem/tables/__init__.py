"""A results table: what it is (``table``), how its numbers are written (``format``), where it is printed."""

from .language import Language, Text, Words, joined, term, written
from .table import Column, Kind, Number, Table, Tabled, rows_from

__all__ = [
    "Column",
    "Kind",
    "Language",
    "Number",
    "Table",
    "Tabled",
    "Text",
    "Words",
    "joined",
    "rows_from",
    "term",
    "written",
]
