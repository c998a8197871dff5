"""Tables -> Word: real tables with three lines, in the manner of APA or of Chinese theses.

Captions count themselves: their number is a ``SEQ`` field, so that Word renumbers and lists them.
Latin letters are set in Times New Roman, Chinese ones in SimSun.  Columns are as wide as ``layout``
finds; a table too broad for an upright page stands on a turned one, and so do short ones between two such tables or in
the room below one, and a few lines before it.
A short table, its notes and the few lines that lead to it are kept on one page.  Text stays text, and the same tables
give the same bytes.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.sax.saxutils import escape

from ..words import Language, Text
from . import format
from .layout import TURNED, UPRIGHT, Layout, layout, least_room, lines, room
from .table import Column, Kind, Table
from .typography import runs

if TYPE_CHECKING:
    from docx.section import Section

_FIRST_DAY = datetime(2000, 1, 1)  # a fixed date: the document tells no more than its tables
_FIRST_FILE = (1980, 1, 1, 0, 0, 0)
_LATIN, _CHINESE, _CHINESE_BOLD = "Times New Roman", "SimSun", "SimHei"
_POINTS: dict[Language, float] = {"en": 10, "zh": 10.5}  # 10.5: the Chinese size five
_A4 = (11906, 16838)  # twentieths of a point, as are the other lengths
_MARGIN = 1276
_LINE = {False: _A4[0] - 2 * _MARGIN, True: _A4[1] - 2 * _MARGIN}
_PICTURES = 96  # points of a page's height for heading and caption
LEGIBLE = 5.5  # points: smaller letters are hard to read on paper
_CELLS = {False: UPRIGHT, True: TURNED}
_BESIDE = 108  # free at both sides of a cell, of writing as large as the text
_AFTER = 360  # below the notes; unlike an empty line, it never begins a page
_WIDEST = 1.3  # as broad as a table may be drawn beyond its own need
_FEW = 800  # letters: so much text may stand on a turned page before the table it leads to
_SHORT = 12  # rows: such a table is not cut by the end of a page, and may stand on a turned one
_MOST = 30  # rows of all tables that may stand on turned pages without need
_FULL = 30  # lines of a turned page
_THICK, _THIN = 12, 6  # eighths of a point
_TEXTS = (Kind.LABEL, Kind.STARS)
_TABLE: dict[Language, str] = {"en": "Table", "zh": "表"}
_FIGURE: dict[Language, str] = {"en": "Figure", "zh": "图"}
_NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def render(tables: Iterable[Table], language: Language = "en", *, banner: Text | None = None) -> bytes:
    """Give the bytes of a document that holds the tables.

    Parameters
    ----------
    tables
        In the order in which they are numbered.
    language
        Of titles, headings, labels and notes.
    banner
        A sentence for the head of every page, such as that the answers are synthetic.

    Examples
    --------
    >>> import io, docx
    >>> table = Table("fit", "Model fit", (Column("cfi", "CFI", Kind.COEFFICIENT),), ((0.973,),))
    >>> docx.Document(io.BytesIO(render([table]))).tables[0].cell(1, 0).text
    '.973'
    """
    made = Document(language, banner=banner)
    for table in tables:
        made.table(table)
    return made.content()


class _Line(NamedTuple):
    """A heading, or a paragraph, that has no place yet."""

    text: str
    style: str = ""

    def paragraph(self, *, follows: bool = False) -> str:
        """Write it; ``follows``: on the page of what comes next, as headings are by their style."""
        if self.style:
            return _paragraph(_run(self.text), style=self.style)
        return _paragraph(_run(self.text), after=120, follows=follows)


class Document:
    """A Word document that grows from top to bottom.

    language : of everything written into it    title : of its properties    banner : at the head of every page
    """

    def __init__(self, language: Language = "en", *, title: Text = "", banner: Text | None = None) -> None:
        import docx

        self._language = language
        self._document = docx.Document()
        self._end = self._document.element.body.sectPr
        self._turned, self._lines = False, 0  # of the pages since the last turn
        self._lead: list[_Line] = []
        self._letters = 0
        self._waiting: list[tuple[list[_Line], Table, Layout]] = []
        self._tables = self._figures = 0
        _set_styles(self._document, language)
        _set_properties(self._document, self._text(title))
        _lay(self._document.sections[0], turned=False)
        if banner is not None:
            head = self._document.sections[0].header.paragraphs[0]._p
            head.getparent().replace(head, _element(_paragraph(_run(self._text(banner), bold=True), centred=True)))

    def heading(self, text: Text, level: int = 1) -> None:
        """Add a heading, on the page of what follows; level 0 is the title of the document."""
        self._lead.append(_Line(self._text(text), f"Heading{level}" if level else "Title"))

    def paragraph(self, text: Text) -> None:
        """Add a paragraph; a few lines stand on the page of what follows, turned or not."""
        said = self._text(text)
        self._letters += len(said) * (2 if self._language == "zh" else 1)
        self._lead.append(_Line(said))
        if self._letters > _FEW:
            self._turn(False)

    def table(self, table: Table) -> None:
        """Add a table under its caption, with its notes below; a short one after a turned one may stay there."""
        shape = layout(table, self._language)
        rows = len(table.rows) + sum(len(other.rows) for _, other, _ in self._waiting)
        if self._turned and not shape.turned and len(table.rows) <= _SHORT and rows <= _MOST:
            self._waiting.append((self._led(), table, shape))
            return
        lead = self._led()
        self._turn(shape.turned)
        self._put(lead, table, shape)

    def picture(self, png: bytes, caption: Text, across: float, *, turned: bool = False) -> None:
        """Add a picture so many points wide, with its caption: above it, in Chinese below; also as its other text."""
        from docx.shared import Pt

        if turned and self._letters:  # the page has room for the picture and a heading
            self._turn(False)
        self._turn(turned)
        self._lines += _FULL * turned  # a picture for which the page is turned leaves no room on it
        self._figures += 1
        if self._language == "en":
            self._caption(_FIGURE, self._figures, caption, follows=True)
        drawn = self._document.add_picture(io.BytesIO(png), width=Pt(across))
        drawn._inline.docPr.set("descr", self._text(caption))
        if self._language == "zh":
            self._document.paragraphs[-1].paragraph_format.keep_with_next = True
            self._caption(_FIGURE, self._figures, caption, follows=False)

    def content(self) -> bytes:
        """Give the document's bytes."""
        self._fill()
        if self._waiting or self._letters:
            self._turn(False)
        self._place_lead()
        stream = io.BytesIO()
        self._document.save(stream)
        return _undated(stream.getvalue())

    def _caption(self, words: dict[Language, str], number: int, title: Text, *, follows: bool) -> None:
        """Write what it is, its number and its title; the number counts itself."""
        word, text = words[self._language], self._text(title)
        field = f'<w:fldSimple w:instr=" SEQ {word} \\* ARABIC ">{_run(str(number))}</w:fldSimple>'
        if self._language == "zh":
            said = _run(word) + field + _run(f"\u3000{text}")
        else:
            said = _run(f"{word} ") + field + "<w:r><w:br/></w:r>" + _run(text, bold=False, italic=True)
        self._add(_paragraph(said, style="Caption", follows=follows, centred=self._language == "zh"))

    def _turn(self, turned: bool) -> None:
        """Go on on a page that lies on its side, or stands upright, with the tables, headings and text that wait."""
        if self._turned and not turned:
            self._fill()
        if turned != self._turned:
            self._begin_section(turned)
        for lead, table, shape in self._waiting:
            self._put(lead, table, layout(table, self._language, turned=True) if turned else shape)
        self._waiting.clear()
        self._place_lead()

    def _fill(self) -> None:
        """Let short tables that wait stand on what is left of the turned page, so that it does not stay empty."""
        while self._waiting:
            lead, table, _ = self._waiting[0]
            shape = layout(table, self._language, turned=True)
            if shape.broken or self._lines + self._height(lead, table) > _FULL:
                return
            self._put(lead, table, shape)
            del self._waiting[0]

    def _height(self, lead: list[_Line], table: Table) -> int:
        """Estimate how many lines of a turned page a table takes, with what leads to it and its notes."""
        said = [*(line.text for line in lead), *map(self._text, table.notes)]
        return 5 + len(table.rows) + sum(1 + int(room(text) / TURNED) for text in said)

    def _put(self, lead: list[_Line], table: Table, shape: Layout) -> None:
        """Write a table, after the lines that lead to it, on the page that is there."""
        self._lines += self._height(lead, table) + len(table.rows) * shape.broken
        for line in lead:
            self._add(line.paragraph(follows=True))
        self._tables += 1
        self._caption(_TABLE, self._tables, table.title, follows=True)
        self._add(_table(table, shape, self._language))
        notes = _notes(table, self._language)
        for number, note in enumerate(notes, start=1):
            above, more = 60 * (number == 1), number < len(notes)
            below = 0 if more else _AFTER
            self._add(_paragraph(note, before=above, after=below, size=_POINTS[self._language] - 1, follows=more))
        if not notes:
            self._add(_paragraph("", after=120))

    def _place_lead(self) -> None:
        for line in self._led():
            self._add(line.paragraph())

    def _led(self) -> list[_Line]:
        """Take the headings and lines that have no place yet."""
        lead, self._lead, self._letters = self._lead, [], 0
        return lead

    def _begin_section(self, turned: bool) -> None:
        from docx.enum.section import WD_SECTION

        before = self._end.getprevious()
        if before is None:
            _lay(self._document.sections[0], turned)
        else:
            _lay(self._document.add_section(WD_SECTION.NEW_PAGE), turned)
            _flatten(self._end.getprevious(), before)
        self._turned, self._lines = turned, 0

    def _add(self, xml: str) -> None:
        self._end.addprevious(_element(xml))

    def _text(self, text: Text) -> str:
        return format.text_of(text, self._language)


def fitted(across: float, up: float, letters: float) -> tuple[float, bool]:
    """Give the share of its size at which a picture has room, and whether on a page that is turned; all in points.

    The page is turned where the smallest letters would be too small upright, and are larger so.

    >>> fitted(400, 300, 8), fitted(900, 650, 8)[1]
    ((1.0, False), True)
    """
    upright, turned = (
        min(1.0, _LINE[lies] / 20 / across, (_LINE[not lies] / 20 - _PICTURES) / up) for lies in (False, True)
    )
    return (turned, True) if upright * letters < LEGIBLE and turned > upright else (upright, False)


def _table(table: Table, shape: Layout, language: Language) -> str:
    """Write the table itself: thick lines above and below, a thin one under the headings."""
    size = _POINTS[language] * shape.size * _share(table, shape, language)
    beside = int(_BESIDE * shape.size)
    widths = _twips(shape, beside)
    spans = format.groups(table, language)
    heads = [format.text_of(column.heading, language) for column in table.columns]
    last = f'<w:tcBorders><w:bottom w:val="single" w:sz="{_THIN}" w:space="0" w:color="auto"/></w:tcBorders>'
    rows = [_row(_group_cells(spans, widths, size), head=True)] if spans else []
    rows.append(_row(_cells(heads, table.columns, widths, size, symbols=True, follows=True, border=last), head=True))
    for left, cells in zip(range(len(table.rows) - 1, -1, -1), format.grid(table, language), strict=True):
        follows = (len(table.rows) <= _SHORT or left <= 1) and (left > 0 or bool(table.notes))
        rows.append(_row(_cells(cells, table.columns, widths, size, follows=follows)))
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    line = f'w:val="single" w:sz="{_THICK}" w:space="0" w:color="auto"'
    side = f'w:w="{beside}" w:type="dxa"'
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/>'
        f"<w:tblBorders><w:top {line}/><w:bottom {line}/></w:tblBorders>"
        f'<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left {side}/><w:right {side}/></w:tblCellMar></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )


def _share(table: Table, shape: Layout, language: Language) -> float:
    """Tell how much smaller than the least size a table is written for which even a turned page is too narrow."""
    return min(1.0, round(sum(shape.widths) / least_room(table, language), 6))


def _twips(shape: Layout, beside: int) -> list[int]:
    """Widths of the columns; together they fill the line, unless that would spread them too far."""
    line, cell = _LINE[shape.turned], _LINE[shape.turned] / _CELLS[shape.turned] * shape.size
    own = [width * cell + 2 * beside for width in shape.widths]
    stretch = min(line / sum(own), _WIDEST)
    return [int(width * stretch) for width in own]


def _row(cells: str, *, head: bool = False) -> str:
    return f"<w:tr><w:trPr><w:cantSplit/>{'<w:tblHeader/>' * head}</w:trPr>{cells}</w:tr>"


def _group_cells(spans: list[tuple[str, int]], widths: list[int], size: float) -> str:
    cells, place = [], 0
    for name, count in spans:
        text = _paragraph(_symbols(name, size), centred=True, follows=True, ruled=bool(name))
        room = sum(widths[place : place + count])
        cells.append(
            f'<w:tc><w:tcPr><w:tcW w:w="{room}" w:type="dxa"/><w:gridSpan w:val="{count}"/></w:tcPr>{text}</w:tc>'
        )
        place += count
    return "".join(cells)


def _cells(
    texts: list[str],
    columns: tuple[Column, ...],
    widths: list[int],
    size: float,
    *,
    symbols: bool = False,
    follows: bool = False,
    border: str = "",
) -> str:
    upright = "bottom" if symbols else "center"
    cells = []
    for text, column, width in zip(texts, columns, widths, strict=True):
        written = _symbols(text, size) if symbols and not column.named else _run(text, size)
        look = f'<w:tcW w:w="{width}" w:type="dxa"/>{border}<w:vAlign w:val="{upright}"/>'
        line = _paragraph(written, right=column.kind not in _TEXTS, follows=follows)
        cells.append(f"<w:tc><w:tcPr>{look}</w:tcPr>{line}</w:tc>")
    return "".join(cells)


def _notes(table: Table, language: Language) -> list[str]:
    size = _POINTS[language] - 1
    notes = [_symbols(format.text_of(note, language), size) for note in table.notes]
    first = _run("注：", size) if language == "zh" else _run("Note.", size, italic=True) + _run(" ", size)
    return [first + notes[0], *notes[1:]] if notes else []


def _paragraph(
    content: str,
    *,
    style: str = "",
    follows: bool = False,
    ruled: bool = False,
    before: int = 0,
    after: int = 0,
    right: bool = False,
    centred: bool = False,
    size: float = 0,
) -> str:
    """A paragraph; ``follows``: it stays on the page of the next one, ``ruled``: a thin line stands below it."""
    side = "right" if right else "center" if centred else "left"
    line = f'<w:pBdr><w:bottom w:val="single" w:sz="{_THIN}" w:space="1" w:color="auto"/></w:pBdr>'
    spacing = f'<w:spacing w:before="{before}" w:after="{after}"/>' if not style else ""
    mark = f'<w:rPr><w:sz w:val="{int(2 * size)}"/></w:rPr>' if size else ""
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    look = f"{named}{'<w:keepNext/>' * follows}{line * ruled}{spacing}"
    return f'<w:p><w:pPr>{look}<w:jc w:val="{side}"/>{mark}</w:pPr>{content}</w:p>'


def _symbols(text: str, size: float) -> str:
    return "".join(_run(piece, size, italic=italic) for piece, italic in runs(text))


def _run(text: str, size: float = 0, *, bold: bool | None = None, italic: bool = False) -> str:
    look = "" if bold is None else "<w:b/>" if bold else '<w:b w:val="0"/>'
    look += "<w:i/>" * italic + (f'<w:sz w:val="{int(2 * size)}"/>' if size else "")
    pieces = "<w:br/>".join(
        "<w:tab/>".join(f'<w:t xml:space="preserve">{escape(part)}</w:t>' for part in line.split("\t"))
        for line in lines(format.typeset(text))
    )
    return f"<w:r><w:rPr>{look}</w:rPr>{pieces}</w:r>"


def _element(xml: str) -> Any:
    from docx.oxml import parse_xml

    name, rest = re.split("(?=[ />])", xml, maxsplit=1)
    return parse_xml(f'{name} xmlns:w="{_NAMESPACE}"{rest}')


def _flatten(ending: Any, before: Any) -> None:
    """Let the paragraph that ends a section take no room, which could be that of a page of its own."""
    if not before.xpath(".//w:r | .//w:tbl | self::w:tbl"):
        before.getparent().remove(before)
    ending.pPr.insert(0, _element('<w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/>'))


def _lay(section: Section, turned: bool) -> None:
    from docx.enum.section import WD_ORIENT
    from docx.shared import Twips

    section.orientation = WD_ORIENT.LANDSCAPE if turned else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (Twips(side) for side in (reversed(_A4) if turned else _A4))
    for side in ("left_margin", "right_margin", "top_margin", "bottom_margin"):
        setattr(section, side, Twips(_MARGIN))


def _set_styles(document: Any, language: Language) -> None:
    """Black writing in the fonts of a journal or a thesis, in place of the template's."""
    from docx.shared import Pt, RGBColor

    points = _POINTS[language]
    sizes = {"Normal": points, "Caption": points, "Title": 18, "Heading 1": 14, "Heading 2": 12, "Header": points}
    for name, size in sizes.items():
        style = document.styles[name]
        chinese = _CHINESE if name == "Normal" else _CHINESE_BOLD
        properties = style.element.get_or_add_rPr()
        for old in properties.xpath("w:rFonts | w:color | w:lang"):
            properties.remove(old)
        fonts = f'w:ascii="{_LATIN}" w:hAnsi="{_LATIN}" w:cs="{_LATIN}" w:eastAsia="{chinese}"'
        properties.insert(0, _element(f"<w:rFonts {fonts}/>"))
        style.font.size, style.font.color.rgb = Pt(size), RGBColor(0, 0, 0)
    document.styles["Normal"].paragraph_format.space_after = Pt(0)
    caption = document.styles["Caption"].paragraph_format
    caption.space_before, caption.space_after = Pt(6), Pt(4)
    for old in document.styles["Title"].element.xpath("w:pPr/w:pBdr"):
        old.getparent().remove(old)
    for language_of in document.styles.element.xpath("w:docDefaults//w:lang"):
        language_of.set(f"{{{_NAMESPACE}}}eastAsia", "zh-CN")


def _set_properties(document: Any, title: str) -> None:
    known = document.core_properties
    known.title, known.author, known.last_modified_by, known.comments = title[:255], "", "", ""
    known.created = known.modified = _FIRST_DAY


def _undated(content: bytes) -> bytes:
    """Pack the parts again with a fixed date each."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as dated, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as undated:
        for name in dated.namelist():
            undated.writestr(zipfile.ZipInfo(name, _FIRST_FILE), dated.read(name), zipfile.ZIP_DEFLATED)
    return stream.getvalue()
