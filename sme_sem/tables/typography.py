"""Symbols of statistics stand in italics, Greek letters and abbreviations do not.

American Psychological Association (2020), Publication Manual, 7th edition, section 6.44.
Only headings and notes are treated so: a label in a cell is what somebody wrote.
"""

from __future__ import annotations

import re

_LETTER = "A-Za-z\u00c0-\u024f"  # Latin ones, with accents; a symbol may stand right behind a Chinese one
_SYMBOL = re.compile(rf"(?<![{_LETTER}0-9_.'’&/-])(?:SD|SE|df|[MNRbnprtzF])(?![{_LETTER}0-9_/]|[.'’]\w)")


def runs(text: str, *, named: bool = False) -> list[tuple[str, bool]]:
    """Cut a text into pieces, each with whether it is italic; nothing of a name is.

    >>> runs("*** p < .001")
    [('*** ', False), ('p', True), (' < .001', False)]
    >>> runs("C.R.（临界比 z）")
    [('C.R.（临界比 ', False), ('z', True), ('）', False)]
    >>> runs("Muthén")
    [('Muthén', False)]
    >>> runs("SD", named=True)
    [('SD', False)]
    """
    found, end = [], 0
    for symbol in () if named else _SYMBOL.finditer(text):
        found += [(text[end : symbol.start()], False), (symbol.group(), True)]
        end = symbol.end()
    found.append((text[end:], False))
    return [piece for piece in found if piece[0]]
