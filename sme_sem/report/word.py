"""Report -> one Word document, with the content of the page.

Headings are Word's own, so that it lists them; tables and figures are numbered by fields.  The same
report gives the same bytes.
"""

from __future__ import annotations

import re

from ..diagrams.picture import letters, png, points
from ..tables import Language, Table, Words, word, written
from .report import Content, Figure, Report

_ZOOM = 300 / 96  # 300 dots per inch of what is printed
_LEAST_ZOOM = 1.5  # of the drawing: letters printed small can be read where a page on the screen is enlarged
_FACT = Words("{name}: {fact}", "{name}：{fact}")


def render(report: Report, language: Language = "en") -> bytes:
    """Print a report as a Word document.

    Parameters
    ----------
    report
        The report; figures should be drawn in the same language.
    language
        Of the document.

    Returns
    -------
    bytes
        Of the .docx file.

    Examples
    --------
    >>> import io, docx
    >>> from sme_sem.report.report import Section
    >>> content = render(Report("Results", (Section("sample", "Sample", ("N = 344.",)),)))
    >>> [paragraph.text for paragraph in docx.Document(io.BytesIO(content)).paragraphs]
    ['Results', 'Sample', 'N = 344.']
    """
    made = word.Document(language, title=report.title, banner=report.banner if report.synthetic else None)
    made.heading(report.title, level=0)
    if report.subtitle:
        made.paragraph(report.subtitle)
    for name, fact in report.facts:
        made.paragraph(_FACT.filled(name=name, fact=fact))
    for section in report.sections:
        made.heading(section.title)
        for piece in section.content:
            _add(made, piece, language)
    return made.content()


def _add(made: word.Document, piece: Content, language: Language) -> None:
    if isinstance(piece, Table):
        made.table(piece)
    elif isinstance(piece, Figure):
        figure, share, turned = _legible(piece)
        drawn = png(figure.svg, max(_ZOOM * share, _LEAST_ZOOM))
        made.picture(drawn, figure.caption, share * points(figure.svg)[0], turned=turned)
    else:
        for paragraph in re.split(r"\n\s*\n", written(piece, language).strip()):
            made.paragraph(paragraph)


def _legible(figure: Figure) -> tuple[Figure, float, bool]:
    """Reduce a figure until its letters can be read; give its share of its size too, and whether the page is turned."""
    size = letters(figure.svg)
    share, turned = word.fitted(*points(figure.svg), size)
    if figure.reduced is not None and share * size < word.LEGIBLE:
        return _legible(figure.reduced)
    return figure, share, turned
