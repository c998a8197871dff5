import io
import re
import zipfile

import docx
import pytest
from docx.oxml.ns import qn

from sme_sem.diagrams.picture import png
from sme_sem.tables import Column, Kind, Table, word
from tables.examples import MODELS, PATHS

WIDE_DRAWING = '<svg xmlns="http://www.w3.org/2000/svg" width="800px" height="500px"/>'


def opened(tables, language="en", **options):
    return docx.Document(io.BytesIO(word.render(tables, language, **options)))


def part(content, name):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name).decode("utf-8")


def captions(document):
    return [p for p in document.paragraphs if p.style.name == "Caption"]


def text_of(paragraph):
    return "".join(node.text or "\n" for node in paragraph._p.iter(qn("w:t"), qn("w:br")))


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en", ["Table 1\nPath coefficients", "Table 2\nTwo models"]),
        ("zh", ["表1\u3000路径系数表", "表2\u3000两个模型"]),
    ],
)
def test_captions_count_themselves_by_fields(language, written):
    document = opened([PATHS, MODELS], language)
    assert [text_of(p) for p in captions(document)] == written
    fields = [f.get(qn("w:instr")).split() for f in document.element.iter(qn("w:fldSimple"))]
    assert fields == [["SEQ", written[0][: 5 if language == "en" else 1], "\\*", "ARABIC"]] * 2


def test_a_caption_stays_with_its_table_and_headings_are_repeated():
    document = opened([PATHS])
    assert captions(document)[0].paragraph_format.keep_with_next
    rows = document.tables[0]._tbl.tr_lst
    assert [row.trPr.find(qn("w:tblHeader")) is not None for row in rows] == [True, False, False, False]


def test_a_table_has_three_lines_and_no_others():
    table = opened([PATHS]).tables[0]._tbl
    drawn = {edge.tag.split("}")[1]: edge.get(qn("w:sz")) for edge in table.tblPr.find(qn("w:tblBorders"))}
    assert drawn == {"top": "12", "bottom": "12"}
    thin = [cell.getparent().getparent().getparent() for cell in table.iter(qn("w:tcBorders"))]
    assert {table.index(row) for row in thin} == {table.index(table.tr_lst[0])}


def test_a_heading_over_several_columns_spans_them():
    first = opened([MODELS]).tables[0].rows[0]
    assert [cell.grid_span for cell in first._tr.tc_lst] == [2, 2, 1]
    assert [cell.text for cell in first.cells] == ["", "", "Full mediation", "Full mediation", "Partial mediation"]


def test_numbers_stand_right_and_symbols_in_italics():
    cells = opened([PATHS]).tables[0].rows
    assert [cell.paragraphs[0].alignment for cell in cells[1].cells] == [0, 2, 2, 0]
    assert [[run.italic for run in cell.paragraphs[0].runs] for cell in cells[0].cells] == [[None], [None], [True], []]


@pytest.mark.parametrize(("language", "first"), [("en", "Note. N = 412."), ("zh", "注：样本量 N = 412。")])
def test_notes_stand_under_the_table(language, first):
    paragraphs = [p.text for p in opened([PATHS], language).paragraphs]
    assert paragraphs[1] == first


def test_latin_and_chinese_letters_have_fonts_of_their_own():
    styles = part(word.render([PATHS], "zh"), "word/styles.xml")
    normal = re.search(r'<w:style [^>]*w:styleId="Normal".*?</w:style>', styles, re.S).group()
    assert 'w:ascii="Times New Roman"' in normal and 'w:eastAsia="SimSun"' in normal
    assert "asciiTheme" not in normal


def wide(columns):
    heads = tuple(Column(f"c{i}", f"Coefficient{i:02}", Kind.STATISTIC) for i in range(columns))
    return Table("wide", "Wide", heads, (tuple(-1234.5 for _ in heads),))


def test_a_broad_table_lies_on_a_turned_page_and_the_next_one_stands_again():
    document = opened([PATHS, wide(12), long(30)])
    assert [section.orientation for section in document.sections] == [0, 1, 0]
    for section, table in zip(document.sections, document.tables):
        room = section.page_width - section.left_margin - section.right_margin
        assert sum(column.width for column in table.columns) <= room


def long(rows):
    return Table("long", "Long", (Column("n", "n", Kind.COUNT),), tuple((row,) for row in range(rows)), ("Whole.",))


def test_short_tables_between_two_broad_ones_stay_on_the_turned_page_in_their_order():
    def turned(*tables):
        return [section.orientation for section in opened(tables).sections]

    assert turned(wide(12), PATHS, MODELS, wide(12)) == [1]
    assert turned(wide(12), long(30), wide(12)) == [1, 0, 1]
    assert turned(wide(12), PATHS, long(30)) == [1, 0]
    document = opened([wide(12), PATHS, long(3), wide(13)])
    assert [len(table.columns) for table in document.tables] == [12, 4, 1, 13]


def test_short_tables_fill_the_room_below_a_broad_one_until_the_page_is_full():
    def places(*tables):
        body = opened(tables).element.body
        turns = [i for i, part in enumerate(body) if part.xpath(".//w:sectPr") or part.tag.endswith("sectPr")]
        at = [i for i, part in enumerate(body) if part.tag.endswith("}tbl")]
        return [sum(turn < i for turn in turns) for i in at]

    assert places(wide(12), PATHS) == [0, 0]
    assert places(wide(12), long(8), long(12)) == [0, 0, 1]
    assert places(PATHS, wide(12), PATHS, long(30), wide(12)) == [0, 1, 1, 2, 3]
    made = word.Document()
    made.picture(png(WIDE_DRAWING), "Drawing", 600, turned=True)
    made.table(PATHS)
    assert [section.orientation for section in docx.Document(io.BytesIO(made.content())).sections] == [1, 0]


def test_a_short_table_on_a_turned_page_is_laid_out_for_it():
    columns = tuple(Column(f"c{i}", f"{i}", Kind.STATISTIC) for i in range(8))
    narrow = Table("narrow", "Narrow", columns, ((-12345.5,) * 8,))
    document = opened([wide(12), narrow, wide(12)])
    alone = opened([narrow]).tables[0]
    size = [table.rows[1].cells[0].paragraphs[0].runs[0].font.size.pt for table in (alone, document.tables[1])]
    assert len(document.sections) == 1 and size == [8, 10]


def kept(table):
    """Of each row: whether it stays on the page of the next one."""
    return [bool(row.cells[0].paragraphs[0].paragraph_format.keep_with_next) for row in opened([table]).tables[0].rows]


def test_a_short_table_stays_on_one_page_with_its_notes_and_of_a_long_one_the_last_rows_do():
    assert kept(long(3)) == [True] * 4
    assert kept(long(30)) == [True] + [False] * 28 + [True] * 2
    assert kept(wide(3)) == [True, False]


def test_the_room_below_notes_is_no_paragraph_that_could_begin_an_empty_page():
    *_, last = opened([long(3)]).paragraphs
    assert last.text == "Note. Whole." and last.paragraph_format.space_after.pt == 18


def test_a_document_that_begins_with_a_broad_table_has_no_empty_page():
    assert [section.orientation for section in opened([wide(12)]).sections] == [1]


def test_the_file_tells_nothing_but_the_tables():
    content = word.render([PATHS])
    assert content == word.render([PATHS])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    known = docx.Document(io.BytesIO(content)).core_properties
    assert (known.author, known.comments, known.last_modified_by, known.created.year) == ("", "", "", 2000)


def test_a_document_without_tables_opens():
    assert opened([]).tables == []


def text_widths(document, number):
    """Of each column of a table: the room for text, in points."""
    table = document.tables[number]
    beside = int(table._tbl.xpath("w:tblPr/w:tblCellMar/w:left/@w:w")[0]) / 20
    return [column.width.pt - 2 * beside for column in table.columns]


TIMES = {"−": 0.564, "-": 0.333, ".": 0.25}  # of the size of the writing; a digit: one half


@pytest.mark.parametrize("columns", [2, 8, 9, 10, 12, 14, 18, 22, 30, 45])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_number_is_broken_however_many_columns_stand_beside_it(columns, language):
    heads = tuple(Column(f"c{i}", f"C{i}", Kind.ESTIMATE) for i in range(columns))
    document = opened([Table("t", "t", heads, ((-0.253,) * columns,))], language)
    (run,) = document.tables[0].rows[1].cells[0].paragraphs[0].runs
    needed = sum(TIMES.get(character, 0.5) for character in run.text) * run.font.size.pt
    assert run.text == "−0.253" and min(text_widths(document, 0)) >= needed


def test_the_sentence_before_a_short_table_stays_on_its_page():
    made = word.Document("en")
    made.heading("Results")
    made.paragraph("They are here.")
    made.table(long(3))
    _, said, *_ = docx.Document(io.BytesIO(made.content())).paragraphs
    assert said.text == "They are here." and said.paragraph_format.keep_with_next


def test_headings_and_short_tables_between_two_broad_ones_need_no_page_of_their_own():
    def sections(*pieces):
        made = word.Document("en")
        for piece in pieces:
            (made.paragraph if isinstance(piece, str) else made.table)(piece)
        return [section.orientation for section in docx.Document(io.BytesIO(made.content())).sections]

    assert sections(wide(12), "A sentence.", long(3), wide(12)) == [1]
    assert sections(wide(12), "A sentence.", long(3), "Another.", long(30)) == [1, 0]
    assert sections(wide(12), *[long(12)] * 3, wide(12)) == [1, 0, 1]
