"""A questionnaire to print: Word, A4, grids for rated items, in English, Chinese or both.

Questions carry Word's own numbering, so that one can be added or moved.  In a grid the respondent
circles the code; head rows repeat on each page, rows never break across pages.  English is set in
Times New Roman, Chinese in SimSun (宋体), headings in Arial and SimHei (黑体).
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ...letters import width
from ...tables import Words
from .questionnaire import ALL_THAT_APPLY, Part, Question, Questionnaire

_BODY, _HEAD = ("Times New Roman", "SimSun"), ("Arial", "SimHei")
_FIRST_DAY = datetime(2000, 1, 1)
_PAGE_WIDTH, _PAGE_HEIGHT, _MARGIN = 21.0, 29.7, 2.0  # cm, A4
_NARROWEST, _WIDEST, _GRID = 0.9, 1.9, 9.5  # cm: a column of codes, and all of them together
_INDENT = 0.85  # cm
_ROW, _ACROSS = 76, 4  # answers side by side: half-width signs in a line, and how many at most
_KEPT_WHOLE = 8  # a grid of so many rows stays on one page
_BOX = "□"
_LINE = "_" * 24
_HINT = 9  # points


def problems(questionnaire: Questionnaire) -> list[Words]:
    """Nothing: paper is patient."""
    return []


def render(questionnaire: Questionnaire) -> bytes:
    """Write the document; the same questionnaire gives the same bytes."""
    import docx

    page = _Page(docx.Document(), questionnaire)
    page.title()
    for part in questionnaire.parts:
        page.part(part)
    stream = io.BytesIO()
    page.document.save(stream)
    return _without_times(stream.getvalue())


class _Page:
    """Puts parts and questions on paper, one after the other."""

    def __init__(self, document: Any, questionnaire: Questionnaire) -> None:
        self.document, self.questionnaire = document, questionnaire
        _set_up(document, questionnaire)
        self.numbering = _numbering(document)

    def title(self) -> None:
        for text in self._texts(self.questionnaire.instrument.title.words):
            self.document.add_paragraph(text, style="Title")

    def part(self, part: Part) -> None:
        heading = self.document.add_paragraph(style="Heading 1")
        _write(heading, self._texts(part.heading))
        instruction = self.document.add_paragraph()
        instruction.paragraph_format.keep_with_next = True
        _write(instruction, self._texts(part.instruction))
        if part.scale is not None:
            self._grid(part.questions)
        else:
            for question in part.questions:
                self._question(question)

    def _grid(self, questions: Sequence[Question]) -> None:
        """One row for each question, one column for each answer."""
        options = questions[0].options
        table = self.document.add_table(rows=1, cols=1 + len(options))
        _shape(table)
        for cell, option in zip(table.rows[0].cells[1:], options, strict=True):
            _centred(cell, self._texts(option.label) if option.label else [], size=8)
        _mark_row(table.rows[0], "w:cantSplit", "w:tblHeader")
        for question in questions:
            row = table.add_row()
            _mark_row(row, "w:cantSplit")
            self._numbered(row.cells[0].paragraphs[0], question.wording)
            for cell, option in zip(row.cells[1:], question.options, strict=True):
                _centred(cell, [str(option.code)])
        _finish(table, _widths(len(options)))

    def _question(self, question: Question) -> None:
        asked = self.document.add_paragraph()
        asked.paragraph_format.keep_with_next = True
        asked.paragraph_format.space_before = _points(4)
        self._numbered(asked, question.wording)
        if question.kind == "multiple":
            asked.add_run().add_break()
            _write(asked, self._texts(ALL_THAT_APPLY), size=_HINT)
        labels = [" / ".join(self._texts(option.words)) for option in question.options]
        lines = [self.document.add_paragraph() for _ in _lines(labels)]
        for paragraph, line in zip(lines, _lines(labels), strict=True):
            _boxes(paragraph, line, _across(labels))
            paragraph.paragraph_format.keep_with_next = paragraph is not lines[-1]
        if not labels:
            self.document.add_paragraph(_LINE).paragraph_format.left_indent = _cm(_INDENT)

    def _numbered(self, paragraph: Any, words: Words) -> None:
        """Write a question under the next number."""
        properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
        properties.get_or_add_ilvl().val = 0
        properties.get_or_add_numId().val = self.numbering
        _write(paragraph, self._texts(words))

    def _texts(self, words: Words) -> list[str]:
        """Give the text in each language; once where both are the same."""
        return list(dict.fromkeys(self.questionnaire.texts(words).values()))


def _write(paragraph: Any, texts: Sequence[str], *, size: float | None = None) -> None:
    """Write texts under each other in one paragraph."""
    for place, text in enumerate(texts):
        run = paragraph.add_run()
        if place:
            run.add_break()
        run.add_text(text)
        if size is not None:
            run.font.size = _points(size)


def _boxes(paragraph: Any, labels: Sequence[str], across: int) -> None:
    """Write answers to tick, side by side."""
    layout = paragraph.paragraph_format
    layout.left_indent = _cm(_INDENT)
    room = (_PAGE_WIDTH - 2 * _MARGIN - _INDENT) / across
    for place, label in enumerate(labels):
        if place:
            layout.tab_stops.add_tab_stop(_cm(_INDENT + place * room))
        box = paragraph.add_run(("\t" if place else "") + _BOX)
        box._r.get_or_add_rPr().get_or_add_rFonts().set(_name("w:hint"), "eastAsia")  # the same box everywhere
        paragraph.add_run(f" {label}")


def _across(labels: Sequence[str]) -> int:
    """Say how many answers stand side by side, as the longest allows."""
    return max(min(_ACROSS, _ROW // (max(map(width, labels)) + 6)), 1)


def _lines(labels: Sequence[str]) -> list[Sequence[str]]:
    return [labels[i : i + _across(labels)] for i in range(0, len(labels), _across(labels))] if labels else []


def _centred(cell: Any, texts: Sequence[str], size: float | None = None) -> None:
    from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT
    from docx.enum.text import WD_PARAGRAPH_ALIGNMENT

    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    paragraph = cell.paragraphs[0]
    paragraph.alignment = WD_PARAGRAPH_ALIGNMENT.CENTER
    _write(paragraph, texts, size=size)


def _set_up(document: Any, questionnaire: Questionnaire) -> None:
    """Page, fonts, and what the file says about itself."""
    section = document.sections[0]
    section.page_width, section.page_height = _cm(_PAGE_WIDTH), _cm(_PAGE_HEIGHT)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = _cm(_MARGIN)
    _page_number(section.footer.paragraphs[0])
    _style(document.styles["Normal"], _BODY, 10.5, space_after=2)
    _style(document.styles["Title"], _HEAD, 16, space_after=6, centred=True)
    _style(document.styles["Heading 1"], _HEAD, 12, space_before=12, space_after=2)
    languages = document.styles.element.xpath("w:docDefaults/w:rPrDefault/w:rPr/w:lang")
    for language in languages:
        language.set(_name("w:eastAsia"), "zh-CN")
    about = document.core_properties
    about.title = questionnaire.text(questionnaire.instrument.title.words)
    about.author = about.comments = about.last_modified_by = ""
    about.created = about.modified = _FIRST_DAY


def _style(
    style: Any,
    fonts: tuple[str, str],
    size: float,
    *,
    space_before: float = 0,
    space_after: float = 0,
    centred: bool = False,
) -> None:
    """Set the fonts of a style for both scripts, in place of the theme's, and its spacing."""
    from docx.enum.text import WD_PARAGRAPH_ALIGNMENT
    from docx.shared import RGBColor

    western, chinese = fonts
    own = style.element.get_or_add_rPr().get_or_add_rFonts()
    own.attrib.clear()
    for script, font in (("ascii", western), ("hAnsi", western), ("cs", western), ("eastAsia", chinese)):
        own.set(_name(f"w:{script}"), font)
    style.font.size = _points(size)
    style.font.color.rgb = RGBColor(0, 0, 0)
    layout = style.paragraph_format
    layout.space_before, layout.space_after, layout.line_spacing = _points(space_before), _points(space_after), 1.1
    if centred:
        layout.alignment = WD_PARAGRAPH_ALIGNMENT.CENTER
        for border in style.element.xpath("w:pPr/w:pBdr"):
            border.getparent().remove(border)


def _numbering(document: Any) -> int:
    """Add a list that counts 1, 2, 3 with a hanging indent, and give its number."""
    lists = document.part.numbering_part.element
    kinds = lists.xpath("w:abstractNum")
    number = 1 + max(int(kind.get(_name("w:abstractNumId"))) for kind in kinds)
    level = _element("w:lvl", {"w:ilvl": "0"})
    level.append(_element("w:start", {"w:val": "1"}))
    level.append(_element("w:numFmt", {"w:val": "decimal"}))
    level.append(_element("w:lvlText", {"w:val": "%1."}))
    level.append(_element("w:lvlJc", {"w:val": "left"}))
    paragraph = _element("w:pPr")
    hanging = str(round(_INDENT * 567))  # twentieths of a point
    paragraph.append(_element("w:ind", {"w:left": hanging, "w:hanging": hanging}))
    level.append(paragraph)
    kind = _element("w:abstractNum", {"w:abstractNumId": str(number)})
    kind.append(_element("w:multiLevelType", {"w:val": "singleLevel"}))
    kind.append(level)
    kinds[-1].addnext(kind)
    return int(lists.add_num(number).numId)


def _page_number(paragraph: Any) -> None:
    from docx.enum.text import WD_PARAGRAPH_ALIGNMENT

    paragraph.alignment = WD_PARAGRAPH_ALIGNMENT.CENTER
    for code, after in (("PAGE", " / "), ("NUMPAGES", "")):
        field = _element("w:fldSimple", {"w:instr": code})
        paragraph._p.append(field)
        run = paragraph.add_run("1")
        field.append(run._r)
        paragraph.add_run(after)


def _widths(options: int) -> list[float]:
    """Width of each column in cm, the wording first."""
    column = min(max(_GRID / options, _NARROWEST), _WIDEST)
    return [_PAGE_WIDTH - 2 * _MARGIN - options * column, *[column] * options]


def _shape(table: Any) -> None:
    """Rule between rows only; the columns keep their widths."""
    table.autofit = False
    borders = _element("w:tblBorders")
    for side in ("top", "bottom", "insideH"):
        borders.append(_element(f"w:{side}", {"w:val": "single", "w:sz": "4", "w:space": "0", "w:color": "808080"}))
    layout = table._tbl.tblPr.find(_name("w:tblLayout"))
    layout.addprevious(borders)


def _finish(table: Any, widths: Sequence[float]) -> None:
    """Set the widths of a grid, and keep its head and first row, or all of it, on one page."""
    for column, own in zip(table.columns, widths, strict=True):
        column.width = _cm(own)
    kept = len(table.rows) - 1 if len(table.rows) <= _KEPT_WHOLE else 2
    for place, row in enumerate(table.rows):
        for cell, own in zip(row.cells, widths, strict=True):
            cell.width = _cm(own)
            layout = cell.paragraphs[0].paragraph_format
            layout.space_before = layout.space_after = _points(2)
            layout.keep_with_next = place < kept


def _mark_row(row: Any, *marks: str) -> None:
    for mark in marks:
        row._tr.get_or_add_trPr().append(_element(mark))


def _element(name: str, attributes: dict[str, str] | None = None) -> Any:
    from docx.oxml import OxmlElement

    element = OxmlElement(name)
    for key, value in (attributes or {}).items():
        element.set(_name(key), value)
    return element


def _name(name: str) -> str:
    from docx.oxml.ns import qn

    return str(qn(name))


def _cm(length: float) -> Any:
    from docx.shared import Cm

    return Cm(length)


def _points(length: float) -> Any:
    from docx.shared import Pt

    return Pt(length)


def _without_times(document: bytes) -> bytes:
    """Pack a document again, with the same date for every file in it."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(document)) as given, zipfile.ZipFile(stream, "w") as packed:
        for name in given.namelist():
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(entry, given.read(name))
    return stream.getvalue()
