"""A report as a value: sections of sentences, tables and figures, in two languages.

Whoever has results composes it; ``html`` prints it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sme_sem.tables import Table, Text, Words

SYNTHETIC = Words("synthetic answers", "合成（模拟）数据")


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture with its caption.

    name : machine name, such as ``"path_diagram"``; also the name of its file
    svg : one SVG document that states its width and height; for a report in two languages, make one report for each
    reduced : what to show in its place where its letters would be too small to read
    """

    name: str
    caption: Text
    svg: str
    reduced: Figure | None = None


Content = Text | Table | Figure


def filled(tables: Iterable[Table]) -> tuple[Table, ...]:
    """Keep the tables that have rows."""
    return tuple(table for table in tables if table.rows)


def present(content: Iterable[Content | None]) -> tuple[Content, ...]:
    """Leave out what there is not."""
    return tuple(piece for piece in content if piece is not None)


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report under one heading; a text is a paragraph (an empty line begins another)."""

    name: str
    title: Text
    content: tuple[Content, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that is handed over.

    facts : pairs shown under the title, such as ``("Answers", "344")`` or the data file's hash
    synthetic : the answers were simulated; then ``banner`` stands on every page and section
    """

    title: Text
    sections: tuple[Section, ...]
    subtitle: Text = ""
    facts: tuple[tuple[Text, Text], ...] = ()
    synthetic: bool = False
    banner: Text = SYNTHETIC

    def tables(self) -> tuple[Table, ...]:
        """List all tables in the order they appear.

        >>> Report("Results", (Section("fit", "Model fit", ("No table yet.",)),)).tables()
        ()
        """
        return tuple(c for section in self.sections for c in section.content if isinstance(c, Table))

    def figures(self) -> tuple[Figure, ...]:
        """List all figures in the order they appear."""
        return tuple(c for section in self.sections for c in section.content if isinstance(c, Figure))
