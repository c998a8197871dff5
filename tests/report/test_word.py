import io
import struct

import docx
import pytest
from docx.oxml.ns import qn

from report.examples import reputation
from sme_sem.diagrams.drawing import path_diagram
from sme_sem.diagrams.picture import png, points
from sme_sem.report import word
from sme_sem.report.report import Figure, Report, Section
from sme_sem.tables import Column, Kind, Table, Words, term, written
from tables.examples import MODELS, PATHS

SMALL = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="72pt" height="36pt" viewBox="0 0 72 36"><text y="9">信</text></svg>'
)
REPORT = Report(
    Words("Trust and use", "信任与使用"),
    (
        Section("summary", Words("Summary", "摘要"), (Words("It holds.\n\nIt does.", "成立。\n\n如此。"), PATHS)),
        Section(
            "diagram",
            term("Path diagram"),
            (
                Figure("diagram", Words("Reputation", "声誉模型"), path_diagram(reputation(), "zh")),
                MODELS,
                Figure("small", Words("Small", "小图"), SMALL),
            ),
        ),
    ),
    facts=((Words("Answers", "数据"), "answers.csv"),),
    synthetic=True,
)


def opened(language="en"):
    return docx.Document(io.BytesIO(word.render(REPORT, language)))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_section_table_and_figure_of_the_report_is_in_the_document(language):
    document = opened(language)
    heads = [p.text for p in document.paragraphs if p.style.name == "Heading 1"]
    assert heads == [written(section.title, language) for section in REPORT.sections]
    assert len(document.tables) == len(REPORT.tables())
    assert len(document.inline_shapes) == len(REPORT.figures())
    kinds = [field.get(qn("w:instr")).split()[1] for field in document.element.iter(qn("w:fldSimple"))]
    table, figure = ("Table", "Figure") if language == "en" else ("表", "图")
    assert (kinds.count(table), kinds.count(figure)) == (len(REPORT.tables()), len(REPORT.figures()))


def test_every_sentence_and_fact_is_there():
    texts = "\n".join(p.text for p in opened("zh").paragraphs)
    for section in REPORT.sections:
        for piece in section.content:
            if not hasattr(piece, "name"):
                assert set(written(piece, "zh").split("\n\n")) <= set(texts.split("\n"))
    for name, fact in REPORT.facts:
        assert f"{written(name, 'zh')}：{written(fact, 'zh')}" in texts


def test_synthetic_answers_are_marked_at_the_head_of_every_page():
    head = opened().sections[0].header.paragraphs[0].text
    assert head == written(REPORT.banner)


def test_a_picture_keeps_its_proportions_and_fits_the_page():
    document = opened()
    section = document.sections[1]
    for shape, figure in zip(document.inline_shapes, REPORT.figures()):
        wide, high = struct.unpack(">II", png(figure.svg)[16:24])
        assert shape.width / shape.height == pytest.approx(wide / high, rel=0.02)
        assert shape.width <= section.page_width - section.left_margin - section.right_margin
        assert shape.width.pt <= points(figure.svg)[0] + 0.1


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_picture_has_three_hundred_dots_to_the_inch_and_its_caption_as_other_text(language):
    document = opened(language)
    for shape, figure in zip(document.inline_shapes, REPORT.figures(), strict=True):
        blip = shape._inline.graphic.graphicData.pic.blipFill.blip.embed
        wide, _ = struct.unpack(">II", document.part.related_parts[blip].blob[16:24])
        assert wide / shape.width.inches > 298
        assert shape._inline.docPr.get("descr") == written(figure.caption, language)


@pytest.mark.parametrize(
    ("across", "up", "turned"),
    [(600, 300, False), (680, 300, False), (900, 450, True), (900, 650, True), (560, 700, False), (300, 2000, False)],
)
def test_a_drawing_illegible_on_an_upright_page_lies_on_a_turned_one_and_fits_it(across, up, turned):
    size = f'width="{across}pt" height="{up}pt"'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" {size}><text y="9" font-size="8">x</text></svg>'
    figure = Figure("f", "A drawing", svg)
    document = docx.Document(io.BytesIO(word.render(Report("R", (Section("s", "S", ("Text.", figure, "More.")),)))))
    assert [section.orientation for section in document.sections] == ([0, 1, 0] if turned else [0])
    section, shape = document.sections[int(turned)], document.inline_shapes[0]
    assert shape.width <= section.page_width - section.left_margin - section.right_margin
    room = section.page_height - section.top_margin - section.bottom_margin
    assert shape.height.pt <= room / 12700 - 90  # the heading and the caption have theirs
    assert shape.width / shape.height == pytest.approx(across / up, rel=0.02)


def test_a_figure_whose_letters_would_be_too_small_is_shown_reduced():
    def drawing(name, across, reduced=None):
        size = f'width="{across}pt" height="100pt"'
        svg = f'<svg xmlns="http://www.w3.org/2000/svg" {size}><text y="9" font-size="8">x</text></svg>'
        return Figure("f", name, svg, reduced)

    def shown(figure):
        document = docx.Document(io.BytesIO(word.render(Report("R", (Section("s", "S", (figure,)),)))))
        return document.inline_shapes[0]._inline.docPr.get("descr")

    least = drawing("least", 3000)
    assert shown(drawing("whole", 600, least)) == "whole"
    assert shown(drawing("whole", 3000, drawing("reduced", 600, least))) == "reduced"
    assert shown(drawing("whole", 4000, drawing("reduced", 3500, least))) == "least"


def test_the_same_report_gives_the_same_bytes():
    assert word.render(REPORT, "zh") == word.render(REPORT, "zh")


def test_a_heading_stands_on_the_page_of_what_follows():
    columns = tuple(Column(f"c{i}", f"Coefficient{i:02}", Kind.STATISTIC) for i in range(12))
    broad = Table("broad", "Broad", columns, ((-1234.5,) * 12,))
    report = Report("R", (Section("one", "One", (PATHS,)), Section("two", "Two", (broad,)), Section("three", "Three")))
    document = docx.Document(io.BytesIO(word.render(report)))
    assert [section.orientation for section in document.sections] == [0, 1]
    ends = [place for place, element in enumerate(document.element.body) if element.xpath("w:pPr/w:sectPr")]
    places = {p.text: document.element.body.index(p._p) for p in document.paragraphs if p.style.name == "Heading 1"}
    assert places["One"] < ends[0] < places["Two"] < places["Three"]


@pytest.mark.parametrize(("said", "upright"), [("A few words.", False), ("Many words. " * 100, True)])
def test_a_few_lines_stand_on_the_turned_page_of_the_table_they_lead_to(said, upright):
    columns = tuple(Column(f"c{i}", f"Coefficient{i:02}", Kind.STATISTIC) for i in range(12))
    broad = Table("broad", "Broad", columns, ((-1234.5,) * 12,))
    report = Report("R", (Section("one", "One", (PATHS,)), Section("two", "Two", (said, broad, "Last words."))))
    document = docx.Document(io.BytesIO(word.render(report)))
    assert [section.orientation for section in document.sections] == [0, 1, 0]
    end = next(place for place, element in enumerate(document.element.body) if element.xpath("w:pPr/w:sectPr"))
    places = {p.text: document.element.body.index(p._p) for p in document.paragraphs}
    assert (places["Two"] < places[said.strip()] < end) if upright else (end < places["Two"] < places[said])
