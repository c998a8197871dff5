r"""Table -> LaTeX, with booktabs rules and notes in a threeparttable.

A table goes into a document that loads ``array, booktabs, threeparttable, longtable, rotating,
pdflscape``; :func:`document` writes one.  Chinese needs XeLaTeX or LuaLaTeX with ctex; of what is
not Latin, other engines know the Greek letters and signs of statistics, which are written as mathematics.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

from ..words import Language, Text
from . import format
from .layout import GAP, TURNED, UPRIGHT, Layout, layout, lines, room
from .storing import file_names
from .table import Kind, Table
from .typography import runs

PACKAGES = ("array", "booktabs", "threeparttable", "longtable", "rotating", "pdflscape")
_MOST_LINES, _MOST_TURNED_LINES = 50, 31  # of a page, in writing of ten points
_LONGEST_WORD, _LONGEST_CAPTION = 24, 1000
_CELL = 0.52  # of an em
_LOOSE = 0.85
_SMALL = 0.8  # of ten points: the size of notes
_SIZES = {1.0: "\\normalsize", 0.9: "\\small", 0.8: "\\footnotesize", 0.7: "\\scriptsize", 0.65: "\\scriptsize"}
_TEXTS = (Kind.LABEL, Kind.STARS)
_FLOATS = ("\\begin{table}", "\\begin{sidewaystable}")
_NOTE: dict[Language, str] = {"en": "\\textit{Note.} ", "zh": "注："}
_SIGNS = {
    "\\": "\\textbackslash{}",
    "{": "\\{",
    "}": "\\}",
    "$": "\\$",
    "&": "\\&",
    "#": "\\#",
    "%": "\\%",
    "_": "\\_",
    "^": "\\textasciicircum{}",
    "~": "\\textasciitilde{}",
    "<": "$<$",
    ">": "$>$",
    "|": "$|$",
    "`": "\\textasciigrave{}",
    "\t": " ",
    "\u00a0": "~",
    "\u2028": " ",
    "\u2029": " ",
    "\ufffd": "?",
    "–": "\\textendash{}",
    "—": "\\textemdash{}",
    "−": "$-$",
    "“": "``",
    "”": "''",
    "‘": "`",
    "’": "'",
    "…": "\\ldots{}",
    "±": "$\\pm$",
    "×": "$\\times$",
    "·": "$\\cdot$",
    "≤": "$\\leq$",
    "≥": "$\\geq$",
    "≠": "$\\neq$",
    "≈": "$\\approx$",
    "√": "$\\surd$",
    "∞": "$\\infty$",
    "←": "$\\leftarrow$",
    "→": "$\\rightarrow$",
    "↔": "$\\leftrightarrow$",
    "Δ": "$\\Delta$",
    "Σ": "$\\Sigma$",
    "α": "$\\alpha$",
    "β": "$\\beta$",
    "γ": "$\\gamma$",
    "δ": "$\\delta$",
    "ε": "$\\epsilon$",
    "θ": "$\\theta$",
    "λ": "$\\lambda$",
    "ν": "$\\nu$",
    "ρ": "$\\rho$",
    "τ": "$\\tau$",
    "φ": "$\\phi$",
    "χ": "$\\chi$",
    "ψ": "$\\psi$",
    "ω": "$\\omega$",
}
_SIGNS |= {sign: f"$^{{{plain}}}$" for sign, plain in zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻ⁿ", "0123456789-n", strict=True)}
_SIGNS |= {sign: f"$_{{{plain}}}$" for sign, plain in zip("₀₁₂₃₄₅₆₇₈₉₋ᵢⱼ", "0123456789-ij", strict=True)}
_SIGN = re.compile("[" + re.escape("".join(_SIGNS)) + "]|--+|(?<=[?!])`|''+")


def render(table: Table, language: Language = "en") -> str:
    r"""Write one table as an environment to be put into a document by ``\input``.

    >>> from sme_sem.tables import Column
    >>> columns = (Column("path", "Path"), Column("p", "p", Kind.PROBABILITY))
    >>> print(render(Table("paths", "Paths", columns, (("use & trust", 0.0001),))))
    \begin{table}[htbp]
    \centering
    \begin{threeparttable}
    \caption{Paths}\label{tab:paths}
    \begin{tabular}{@{}lr@{}}
    \toprule
    Path & \textit{p} \\
    \midrule
    use \& trust & $<$~.001 \\
    \bottomrule
    \end{tabular}
    \end{threeparttable}
    \end{table}
    """
    return _written(table, _label(table.name), language)


def document(tables: Iterable[Table], language: Language = "en", *, banner: Text | None = None) -> str:
    """Write a document of its own that holds the tables; in Chinese it is one for XeLaTeX."""
    tables = tuple(tables)
    labels = file_names(_label(table.name) for table in tables)
    shown = "" if banner is None else f"\\markboth{{{_one_line(banner, language)}}}{{{_one_line(banner, language)}}}\n"
    written = (_written(table, label, language) for table, label in zip(tables, labels, strict=True))
    body = "\n\n".join(
        one if one.startswith(_FLOATS) else f"\\clearpage\n{one}" for one in written
    )  # keeps their order
    chinese = _CHINESE if language == "en" and re.search("[\u2e80-\u9fff\uff00-\uffef]", body + shown) else ""
    head = _HEAD[language] + chinese + "".join(f"\\usepackage{{{name}}}\n" for name in PACKAGES)
    head += "\\extrafloats{500}\\maxdeadcycles=1000\n"  # TeX gives up on a page of tables after a hundred
    style = "\\pagestyle{myheadings}\n" if banner is not None else ""
    return f"{head}{style}\\begin{{document}}\n{shown}{body}\n\\end{{document}}\n"


def _written(table: Table, label: str, language: Language) -> str:
    shape = layout(table, language)
    caption = f"\\caption{{{_one_line(table.title, language)}}}\\label{{tab:{label}}}"
    columns = f"{{@{{}}{''.join(_columns(table, shape))}@{{}}}}"
    heads, body = _heads(table, shape, language), _body(table, language)
    notes = [_symbols(format.text_of(note, language), "\\\\") for note in table.notes]
    look = [_SIZES[shape.size]] if shape.size < 1 else []
    look += [_UNMEASURED] if len(caption) > _LONGEST_CAPTION else []
    if _height(table, shape, language) > (_MOST_TURNED_LINES if shape.turned else _MOST_LINES):
        return "\n".join(_on_several_pages(caption, columns, heads, body, notes, look, shape.turned, language))
    environment = "sidewaystable" if shape.turned else "table"
    parts = [f"\\begin{{{environment}}}[htbp]", "\\centering", *look, "\\begin{threeparttable}", caption]
    parts += [f"\\begin{{tabular}}{columns}", "\\toprule", *heads, "\\midrule", *body, "\\bottomrule", "\\end{tabular}"]
    if notes:
        notes = [_NOTE[language] + notes[0], *notes[1:]]
        items = (f"\\item {note}" for note in notes)
        parts += ["\\begin{tablenotes}[flushleft]\\footnotesize", *items, "\\end{tablenotes}"]
    return "\n".join([*parts, "\\end{threeparttable}", f"\\end{{{environment}}}"])


def _height(table: Table, shape: Layout, language: Language) -> float:
    """Lines of ten points that a table needs with its headings and its notes."""
    texts = [[format.text_of(column.heading, language) for column in table.columns], *format.grid(table, language)]
    body = sum(max(map(_lines, row, shape.widths), default=1) for row in texts) + bool(format.groups(table, language))
    line = (TURNED if shape.turned else UPRIGHT) / _SMALL
    notes = sum(_lines(format.text_of(note, language), line) for note in table.notes)
    return body * shape.size + notes * _SMALL


def _lines(text: str, width: float) -> int:
    """Lines that a text takes in a column; broken at words, each is not quite full."""
    return sum(
        math.ceil(room(line) / max(width, 1.0) * (1.1 if room(line) > width else 1.0)) or 1 for line in lines(text)
    )


def _on_several_pages(
    caption: str,
    columns: str,
    heads: list[str],
    body: list[str],
    notes: list[str],
    look: list[str],
    turned: bool,
    language: Language,
) -> list[str]:
    """Lay a table that no page holds into a longtable, its headings on every page."""
    top = ["\\toprule", *heads, "\\midrule"]
    parts = ["\\begin{landscape}"] * turned + ["\\begingroup", *look, f"\\begin{{longtable}}{columns}"]
    parts += [f"{caption}\\\\", *top, "\\endfirsthead", *top, "\\endhead", "\\bottomrule", "\\endfoot"]
    parts += [*body, "\\end{longtable}"]
    if notes:
        parts.append("\\noindent\\footnotesize " + _NOTE[language] + "\\par\\noindent ".join(notes) + "\\par")
    return [*parts, "\\endgroup", *["\\end{landscape}"] * turned]


def _columns(table: Table, shape: Layout) -> list[str]:
    """Column types: as wide as their text where all of it has room, else paragraphs of a given width."""
    texts = [column.kind in _TEXTS for column in table.columns]
    if _has_room(table, shape):
        return ["l" if text else "r" for text in texts]
    sides = ("\\raggedright" if text else "\\raggedleft" for text in texts)
    return [_paragraphs(side, width) for side, width in zip(sides, shape.widths, strict=True)]


def _has_room(table: Table, shape: Layout) -> bool:
    """Tell whether no line need be broken; the fonts of TeX are broader than those the layout thinks of."""
    several = any("\n" in str(cell) or "\r" in str(cell) for row in table.rows for cell in row)
    line = (TURNED if shape.turned else UPRIGHT) / shape.size - GAP * len(shape.widths)
    return not (shape.broken or several) and sum(shape.widths) <= _LOOSE * line


def _paragraphs(side: str, width: float) -> str:
    return f">{{{side}\\arraybackslash}}p{{{_CELL * width:.2f}em}}"


def _heads(table: Table, shape: Layout, language: Language) -> list[str]:
    found, place = [], 1
    spans = format.groups(table, language)
    if spans:
        fits = _has_room(table, shape)
        over, first = [], 0
        for name, count in spans:
            width = sum(shape.widths[first : first + count]) + GAP * (count - 1)
            kind = "c" if fits else _paragraphs("\\centering", width)
            over.append(f"\\multicolumn{{{count}}}{{{kind}}}{{{_symbols(name)}}}" if name else "&" * (count - 1))
            first += count
        found.append(" & ".join(over) + " \\\\")
        rules = []
        for name, count in spans:
            rules += [f"\\cmidrule(lr){{{place}-{place + count - 1}}}"] if name else []
            place += count
        found.append("".join(rules))
    heads = (_symbols(format.text_of(column.heading, language), named=column.named) for column in table.columns)
    return [*found, _row(heads)]


def _body(table: Table, language: Language) -> list[str]:
    texts = [column.kind in _TEXTS for column in table.columns]
    return [_row(map(_body_cell, row, texts)) for row in format.grid(table, language)]


def _body_cell(cell: str, text: bool) -> str:
    """Write a number and what stands before it on the same line."""
    return _escaped(cell) if text else _escaped(cell).replace("$<$ ", "$<$~")


def _row(cells: Iterable[str]) -> str:
    row = " & ".join(cells) + " \\\\"
    return f"{{}}{row}" if row.startswith(("[", "*")) else row  # else the line end before would take it for its own


def _one_line(text: Text, language: Language) -> str:
    return _escaped(" ".join(lines(format.text_of(text, language))))


def _symbols(text: str, line_end: str = "\\newline ", *, named: bool = False) -> str:
    pieces = runs(text, named=named)
    return "".join(f"\\textit{{{piece}}}" if italic else _escaped(piece, line_end) for piece, italic in pieces)


def _escaped(text: str, line_end: str = "\\newline ") -> str:
    return line_end.join(_SIGN.sub(_sign, _breakable(line)) for line in lines(format.typeset(text))).replace(
        _BREAK, "\\allowbreak{}"
    )


def _breakable(line: str) -> str:
    """Mark where a word too long for any column may be broken."""
    return re.sub(rf"[!-~\u00a1-\u2e7f]{{{_LONGEST_WORD}}}(?=\S)", rf"\g<0>{_BREAK}", line)


def _sign(found: re.Match[str]) -> str:
    sign = found.group()
    return _SIGNS[sign] if sign in _SIGNS else "{}".join(sign)


def _label(name: str) -> str:
    return re.sub(r"[^\w-]+", "-", name).replace("_", "-").strip("-") or "table"


_CHINESE = "% XeLaTeX\n\\usepackage[UTF8,scheme=plain]{ctex}\n"
_UNMEASURED = "\\ifdefined\\captionsetup\\captionsetup{singlelinecheck=off}\\fi"  # TeX cannot measure it on one line
_BREAK = "\x00"  # no printable text holds it
_HEAD: dict[Language, str] = {
    "en": (
        "\\documentclass{article}\n\\usepackage{iftex}\n"
        "\\iftutex\\usepackage{fontspec}\\else\\usepackage[T1]{fontenc}\\fi\n"
        "\\usepackage[a4paper,margin=22.5mm]{geometry}\n"
        "\\usepackage[labelsep=newline,justification=raggedright,singlelinecheck=off,labelfont=bf,textfont=it]{caption}\n"
    ),
    "zh": (
        "% XeLaTeX\n\\documentclass[UTF8,zihao=false]{ctexart}\n\\usepackage[a4paper,margin=22.5mm]{geometry}\n"
        "\\usepackage[labelsep=quad,labelfont=bf]{caption}\n"
    ),
}
