"""What is printed and archived: the Word questionnaire, the DDI codebook, the JSON Schema."""

from __future__ import annotations

import io
import json
import re
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

import docx
import jsonschema
import pytest
from docx.oxml.ns import qn
from lxml import etree

from instrument.fielded import draw, exported, fielded
from instrument.small import CHANNELS
from sme_sem import load_instrument, shipped
from sme_sem.instrument import read_instrument

INSTRUMENTS = sorted(shipped())
DDI = etree.XMLSchema(etree.parse(Path(__file__).parents[1] / "reference" / "ddi_codebook_2_5.xsd"))
SPACE = {"d": "ddi:codebook:2_5"}


@pytest.fixture
def small(document):
    return read_instrument(document)


# --- Word --------------------------------------------------------------------------------------------


def word(instrument, language=None, **choices):
    return docx.Document(io.BytesIO(exported(instrument, "word", language, **choices)))


def words(document):
    """Everything a respondent reads, a line each."""
    cells = [p.text for t in document.tables for row in t.rows for c in row.cells for p in c.paragraphs]
    return [line for text in (*(p.text for p in document.paragraphs), *cells) for line in text.split("\n")]


@pytest.mark.parametrize("name", INSTRUMENTS)
@pytest.mark.parametrize(("language", "tongues"), [("en", ["en"]), ("zh", ["zh"]), ("both", ["en", "zh"])])
def test_every_question_is_printed_once_in_each_language(name, language, tongues):
    instrument = load_instrument(name)
    lines = words(word(instrument, language))
    for asked in (*instrument.items(), *instrument.attention_checks, *instrument.background):
        for tongue in ("en", "zh"):
            assert lines.count(getattr(asked.wording, tongue)) == (tongue in tongues)


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_respondents_see_no_internal_name(name):
    instrument = load_instrument(name)
    content = exported(instrument, "word", "both")
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        inside = " ".join(packed.read(n).decode() for n in packed.namelist() if re.match(r"word/(document|footer)", n))
    lines = words(docx.Document(io.BytesIO(content)))
    text = " ".join(lines)
    for construct in instrument.constructs:
        assert construct.name not in re.findall(r"[\w.]+", text) and f">{construct.name}<" not in inside
        assert construct.label.zh not in lines
    assert not {item.id for item in instrument.items()} & set(re.findall(r"[\w.]+", text))


def test_constructs_are_headings_if_that_is_wanted(small):
    shown = [p.text for p in word(small, "en", constructs=True).paragraphs if p.style.name == "Heading 1"]
    assert shown == ["Trust", "Price", "Stay", "Use", "Part 5", "Part 6"]


def test_a_grid_has_a_row_for_each_item_and_a_column_for_each_code(small):
    first = word(small, "zh").tables[0]
    assert [cell.text for cell in first.rows[0].cells] == ["", "No", "", "", "", "Yes"]
    assert [[cell.text for cell in row.cells] for row in first.rows[1:]] == [
        ["我们信任供应商。", "1", "2", "3", "4", "5"],
        ["我们核对每张账单。", "1", "2", "3", "4", "5"],
    ]


def test_a_grid_fits_the_page_and_its_head_comes_again_on_the_next(document):
    document["response_scales"]["likelihood"]["anchors"] = {0: "Not at all likely", 10: "Extremely likely"}
    printed = word(read_instrument(document))
    section = printed.sections[0]
    room = section.page_width - section.left_margin - section.right_margin
    for table in printed.tables:
        assert abs(sum(column.width for column in table.columns) - room) < 5000  # EMU: a hundredth of a millimetre
        assert table.columns[0].width > room * 0.35
        head, *rows = table.rows
        assert head._tr.trPr.find(qn("w:tblHeader")) is not None
        assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in (head, *rows))


def test_questions_carry_the_numbering_of_word(small):
    printed = word(small)
    numbered = printed.element.body.xpath(".//w:p[w:pPr/w:numPr]")
    assert len(numbered) == 11
    (number,) = {p.pPr.numPr.numId.val for p in numbered}
    lists = printed.part.numbering_part.element
    (kind,) = lists.xpath(f"w:num[@w:numId={number}]/w:abstractNumId/@w:val")
    assert lists.xpath(f"w:abstractNum[@w:abstractNumId={kind}]/w:lvl/w:lvlText/@w:val") == ["%1."]
    order = [child.tag for child in lists]
    assert order.index(qn("w:num")) > max(i for i, tag in enumerate(order) if tag == qn("w:abstractNum"))
    assert not [line for line in words(printed) if re.match(r"\d+\.", line)]


@pytest.mark.parametrize("style", ["Normal", "Title", "Heading 1"])
def test_both_scripts_have_a_font_of_their_own(small, style):
    fonts = word(small).styles[style].element.rPr.rFonts
    assert {key.rpartition("}")[2] for key in fonts.attrib} == {"ascii", "hAnsi", "cs", "eastAsia"}
    assert fonts.get(qn("w:eastAsia")) in ("SimSun", "SimHei")
    assert fonts.get(qn("w:ascii")) not in ("SimSun", "SimHei")


def test_background_questions_offer_boxes_or_a_line(small):
    lines = words(word(small))
    assert "□ Harbin\t□ Daqing" in lines
    assert lines[lines.index("How old?") + 1] == "_" * 24


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", ["Please choose all that apply."]),
        ("zh", ["可多选"]),
        ("both", ["Please choose all that apply.", "可多选"]),
    ],
)
def test_respondents_are_told_where_they_may_choose_several(document, language, told):
    document["background"].append(CHANNELS)
    lines = words(word(read_instrument(document), language))
    wordings = [CHANNELS["wording"][tongue] for tongue in (["en", "zh"] if language == "both" else [language])]
    place = lines.index(wordings[0])
    assert [line for line in lines if "all that apply" in line or "多选" in line] == told
    assert lines[place : place + 2 * len(told)] == [*wordings, *told]
    assert all(line.startswith("□") for line in lines[place + 2 * len(told) :][:1])


def test_long_answers_stand_under_each_other(document):
    document["background"][0]["categories"] = {1: "A" * 50, 2: "B" * 50, 3: "C"}
    assert [line[0] for line in words(word(read_instrument(document))) if line.startswith("□")] == ["□"] * 3


def test_a_text_in_one_language_is_printed_once(small):
    assert words(word(small, "both")).count("Cheap.") == 1


def test_a_document_says_nothing_of_its_maker(small):
    about = word(small).core_properties
    assert (about.title, about.author, about.comments, about.last_modified_by) == ("A small survey", "", "", "")


# --- DDI ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", INSTRUMENTS)
@pytest.mark.parametrize("language", ["en", "zh", "both"])
def test_a_codebook_is_valid_against_the_schema(name, language):
    schema_is_kept(exported(load_instrument(name), "ddi", language))


def schema_is_kept(book):
    DDI.assertValid(etree.fromstring(book))


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (b"<labl", b"<defntn>two</defntn><defntn>of them</defntn><labl"),
        (b'intrvl="discrete"', b'intrvl="ordered"'),
        (b'<var ID="V2"', b'<var ID="V1"'),
        (b'version="2.5"', b'version="2.1"'),
        (b'<item VALUE="', b'<item value="'),
    ],
)
def test_a_codebook_that_is_not_valid_is_noticed(document, right, wrong):
    document["response_scales"]["agreement"]["missing_codes"] = [9]
    book = exported(read_instrument(document), "ddi", "both")
    schema_is_kept(book)
    assert right in book
    with pytest.raises(etree.DocumentInvalid):
        schema_is_kept(book.replace(right, wrong, 1))


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_ids_are_unique_and_every_reference_has_one(name):
    ids_and_references_agree(ET.fromstring(exported(load_instrument(name), "ddi")))


def test_a_question_with_several_answers_is_a_group_of_variables(document):
    document["background"].insert(0, CHANNELS | {"missing_codes": [-9]})
    schema_is_kept(exported(read_instrument(document), "ddi", "both"))
    book = ET.fromstring(exported(read_instrument(document), "ddi", "both"))
    ids_and_references_agree(book)
    (group,) = (g for g in book.iterfind(".//d:varGrp", SPACE) if g.get("type") == "multipleResp")
    assert group.get("name") == "sales.channels" and group.findtext("d:labl", None, SPACE) == "Channels"
    held = [v for v in book.iterfind(".//d:var", SPACE) if v.get("ID") in group.get("var").split()]
    assert [v.get("name") for v in held] == ["sales.channels.1", "sales.channels.2", "sales.channels.10"]
    assert [label.text for label in held[0].findall("d:labl", SPACE)] == ["Channels: Shops, own", "渠道：自营门店"]
    values = [
        (c.findtext("d:catValu", None, SPACE), c.findtext("d:labl", None, SPACE))
        for c in held[2].iterfind("d:catgry", SPACE)
    ]
    assert values == [("0", "Not chosen"), ("1", "Chosen"), ("-9", "No answer")]
    assert {q.get("responseDomainType") for v in held for q in v.iterfind("d:qstn", SPACE)} == {"multiple"}
    assert sum("responseDomainType" in q.attrib for q in book.iterfind(".//d:qstn", SPACE)) == 6


def ids_and_references_agree(book):
    ids = [element.get("ID") for element in book.iter() if element.get("ID")]
    assert len(set(ids)) == len(ids) and all(re.fullmatch("[A-Z][0-9]+", i) for i in ids)
    referred = [r for e in book.iter() for key in ("var", "varGrp") for r in e.get(key, "").split()]
    assert referred and set(referred) <= set(ids)


def test_a_codebook_names_every_column_and_its_codes(small):
    book = ET.fromstring(exported(small, "ddi", "en"))
    variables = {v.get("name"): v for v in book.iterfind(".//d:var", SPACE)}
    assert set(variables) == {*small.item_ids, "check", "city", "age", "respondent_id"}
    t2 = variables["t2"]
    held = [
        (c.findtext("d:catValu", None, SPACE), c.findtext("d:labl", None, SPACE), c.get("missing"))
        for c in t2.iterfind("d:catgry", SPACE)
    ]
    assert held == [
        ("1", "No", None),
        ("2", None, None),
        ("3", None, None),
        ("4", None, None),
        ("5", "Yes", None),
        ("-99", "No answer", "Y"),
    ]
    assert t2.find("d:valrng/d:range", SPACE).attrib == {"min": "1", "max": "5"}
    assert t2.find("d:invalrng/d:item", SPACE).get("VALUE") == "-99"
    assert "Reversed" in t2.findtext("d:notes", "", SPACE) and variables["t1"].find("d:notes", SPACE) is None
    assert variables["age"].get("intrvl") == "contin"


def test_constructs_group_their_items_and_second_order_ones_their_constructs(small):
    book = ET.fromstring(exported(small, "ddi", "en"))
    names = {v.get("ID"): v.get("name") for v in book.iter() if v.get("ID")}
    groups = {
        g.get("name"): [names[i] for i in (g.get("var") or g.get("varGrp")).split()]
        for g in book.iterfind(".//d:varGrp", SPACE)
    }
    assert groups["TRUST"] == ["t1", "t2"] and groups["VALUE"] == ["TRUST", "PRICE"]


# --- JSON Schema -------------------------------------------------------------------------------------


def schema(instrument, language=None):
    return json.loads(exported(instrument, "json-schema", language))


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_the_schema_is_one_and_takes_the_answers(name):
    instrument = load_instrument(name)
    wanted = schema(instrument)
    jsonschema.Draft202012Validator.check_schema(wanted)
    for record in json.loads(fielded(instrument, draw(instrument), "json-schema")):
        jsonschema.validate(record, wanted, jsonschema.Draft202012Validator)


@pytest.mark.parametrize(
    "record",
    [{"t1": 6}, {"t1": 2.5}, {"t1": "2"}, {"t1": None}, {"city": 3}, {"age": "old"}, {"t9": 1}, {}, {"check": 0}],
)
def test_what_cannot_be_an_answer_is_refused(small, record):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(record, schema(small), jsonschema.Draft202012Validator)


@pytest.mark.parametrize(
    "record",
    [
        {"t1": 5},
        {"t1": -99},
        {"stay": 0, "overall": 10},
        {"city": 2, "age": 40.5},
        {"check": 1},
        {"respondent_id": "R1"},
    ],
)
def test_what_can_be_an_answer_is_taken(small, record):
    jsonschema.validate(record, schema(small), jsonschema.Draft202012Validator)


@pytest.mark.parametrize("missing", [[], [-9]])
def test_several_answers_are_a_list_in_which_each_stands_once(document, missing):
    document["background"].append(CHANNELS | {"missing_codes": missing})
    wanted = schema(read_instrument(document))
    jsonschema.Draft202012Validator.check_schema(wanted)
    valid = jsonschema.Draft202012Validator(wanted).is_valid
    taken = [[1], [10, 2], []]
    refused = [[3], [1, 1], ["1"], 1, None, -9]
    assert all(valid({"sales.channels": chosen}) for chosen in taken)
    assert [chosen for chosen in refused if valid({"sales.channels": chosen})] == missing


def test_the_schema_says_what_was_asked_in_both_languages(small):
    asked = schema(small)["properties"]
    assert (asked["t1"]["title"], asked["t1"]["description"]) == ("We trust our supplier.", "我们信任供应商。")
    assert "description" not in asked["p1"]  # the same in both
    assert schema(small, "zh")["properties"]["t1"]["title"] == "我们信任供应商。"
