"""Table -> Markdown, with the pipes GitHub and Quarto read.

Every character that Markdown, its mathematics or HTML could take for a sign is escaped; an address
stays text.  A heading over several columns is put in front of theirs.
"""

from __future__ import annotations

import re

from ..words import Language
from . import format
from .layout import lines
from .table import Kind, Table
from .typography import runs

_SIGNS = re.compile(r"[\\`*_\[\]~|$]")
_ADDRESS = re.compile(r"(?<=\w):(?=//)|(?<=www)\.|@", re.IGNORECASE)
_NOTE: dict[Language, str] = {"en": "*Note.* ", "zh": "注："}


def render(table: Table, language: Language = "en") -> str:
    r"""Write the table with its title above and its notes below.

    >>> from sme_sem.tables import Column
    >>> columns = (Column("path", "Path"), Column("p", "p", Kind.PROBABILITY))
    >>> print(render(Table("paths", "Paths", columns, (("use | trust", 0.0001),))))
    **Paths**
    <BLANKLINE>
    | Path | *p* |
    | :--- | ---: |
    | use \| trust | &lt; .001 |
    """
    heads = map(_symbols, format.full_headings(table, language), (column.named for column in table.columns))
    sides = [":---" if column.kind in (Kind.LABEL, Kind.STARS) else "---:" for column in table.columns]
    body = [[_escaped(cell) for cell in row] for row in format.grid(table, language)]
    title = _escaped(format.text_of(table.title, language)).strip()
    notes = [_symbols(format.text_of(note, language)) for note in table.notes]
    blocks = [f"**{title}**"] if title else []
    blocks.append("\n".join(f"| {' | '.join(row)} |" for row in (heads, sides, *body)))
    if notes:
        blocks.append("\n\n".join((_NOTE[language] + notes[0], *notes[1:])))
    return "\n\n".join(blocks)


def _symbols(text: str, named: bool = False) -> str:
    return "".join(f"*{piece}*" if italic else _escaped(piece) for piece, italic in runs(text, named=named))


def _escaped(text: str) -> str:
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = _ADDRESS.sub(lambda sign: f"&#{ord(sign.group())};", _SIGNS.sub(r"\\\g<0>", text))
    return "<br>".join(re.sub(r"[\t\u2028\u2029]", " ", line) for line in lines(text))
