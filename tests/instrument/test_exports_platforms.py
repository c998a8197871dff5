"""Forms for survey platforms: what each platform demands of its file, read as the platform reads it."""

from __future__ import annotations

import csv
import html
import io
import re
import tempfile
import warnings
from pathlib import Path

import pytest

from instrument.fielded import exported, sheets
from instrument.small import CHANNELS
from sme_sem import load_instrument, shipped
from sme_sem.errors import ExportError
from sme_sem.instrument import read_instrument

INSTRUMENTS = sorted(shipped())


@pytest.fixture
def small(document):
    return read_instrument(document)


# --- XLSForm -----------------------------------------------------------------------------------------


def xform(instrument, language="both"):
    """The form that pyxform makes of an export, and what it warns of."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pyxform.xls2xform import convert

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "form.xlsx"
        path.write_bytes(exported(instrument, "xlsform", language))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            done = convert(path)
    return done.xform, done.warnings


@pytest.mark.parametrize("name", INSTRUMENTS)
@pytest.mark.parametrize("language", ["en", "zh", "both"])
def test_pyxform_takes_the_form_without_a_warning(name, language):
    form, complaints = xform(load_instrument(name), language)
    assert complaints == []
    assert "<h:title>" in form


def test_a_form_has_both_languages_and_names_that_are_ids(small):
    form, complaints = xform(small)
    assert complaints == []
    assert 'lang="English (en)" default="true()"' in form and 'lang="中文 (zh)"' in form
    assert 'ref="/data/TRUST/t1"' in form and 'ref="/data/stay_2/stay"' in form
    assert "<value>我们信任供应商。</value>" in form


def test_items_are_asked_as_likert_and_required_and_background_is_not(small):
    survey = {row["name"]: row for row in sheets(exported(small, "xlsform"))["survey"] if row["name"]}
    assert (survey["t1"]["type"], survey["t1"]["appearance"], survey["t1"]["required"]) == (
        "select_one scale_agreement",
        "likert",
        "yes",
    )
    assert survey["overall"]["appearance"] == "columns-pack"  # eleven answers
    assert (survey["city"]["type"], survey["city"]["required"]) == ("select_one answers_city", "")
    assert survey["age"]["type"] == "decimal"
    assert survey["TRUST"]["type"] == "begin_group" and survey["TRUST"]["appearance"] == "field-list"
    assert {"start", "end"} <= set(survey) and "relevant" in survey["t1"]


def test_an_attention_check_is_an_item_like_any_other_and_never_tells_its_answer(small):
    survey = {row["name"]: row for row in sheets(exported(small, "xlsform"))["survey"]}
    check, item = survey["check"], survey["t1"]
    assert {k: v for k, v in check.items() if not k.startswith(("name", "label"))} == {
        k: v for k, v in item.items() if not k.startswith(("name", "label"))
    }


def test_unlabelled_codes_are_offered_as_numbers_and_missing_codes_are_not_offered(small):
    choices = sheets(exported(small, "xlsform", "en"))["choices"]
    agreement = [(r["name"], r["label::English (en)"]) for r in choices if r["list_name"] == "scale_agreement"]
    assert agreement == [("1", "No"), ("2", "2"), ("3", "3"), ("4", "4"), ("5", "Yes")]


def test_settings_name_the_form_and_its_version(document):
    document |= {"name": "my survey: 2026!", "version": "3.1"}
    (settings,) = sheets(exported(read_instrument(document), "xlsform", "zh"))["settings"]
    assert settings == {
        "form_title": "小型调查",
        "form_id": "my_survey_2026",
        "version": "3.1",
        "default_language": "中文 (zh)",
    }


def test_a_wording_is_never_taken_for_a_reference_to_another_question(document):
    document["constructs"][0]["items"][0]["wording"] = "=We pay ${price} & <more>."
    form, complaints = xform(read_instrument(document), "en")
    assert complaints == []
    assert "=We pay $\u2060{price} &amp; &lt;more&gt;." in form and "<output" not in form


def test_a_form_lets_respondents_select_several_answers(document):
    document["background"].append(CHANNELS | {"id": "channels"})
    instrument = read_instrument(document)
    survey = {row["name"]: row for row in sheets(exported(instrument, "xlsform"))["survey"]}
    assert (survey["channels"]["type"], survey["channels"]["appearance"]) == ("select_multiple answers_channels", "")
    form, complaints = xform(instrument)
    assert complaints == []
    assert '<select ref="/data/background/channels">' in form and form.count("<select ") == 1


def test_codes_that_a_space_would_part_are_refused_where_several_can_be_chosen(document):
    document["background"][0]["categories"] = {"har bin": "Harbin", "dq": "Daqing"}
    assert exported(read_instrument(document), "xlsform")
    document["background"][0]["kind"] = "multiple"
    with pytest.raises(ExportError) as caught:
        exported(read_instrument(document), "xlsform")
    assert str(caught.value) == (
        "small as xlsform: 1 problem\n"
        "  city: a form puts spaces between the codes chosen; recode 'har bin' in the instrument"
    )


# --- LimeSurvey --------------------------------------------------------------------------------------


def limesurvey(instrument, language=None):
    """The rows of a structure as LimeSurvey reads them: tabs, double quotes."""
    text = exported(instrument, "limesurvey", language)
    assert text.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"), newline=""), delimiter="\t"))


def test_a_structure_has_its_settings_first_and_each_language_in_the_same_order(small):
    rows = limesurvey(small)
    settings = {row["name"]: row["text"] for row in rows if row["class"] == "S"}
    assert (settings["language"], settings["additional_languages"]) == ("en", "zh-Hans")
    titles = {row["language"]: row["text"] for row in rows if row["class"] == "SL"}
    assert titles == {"en": "A small survey", "zh-Hans": "小型调查"}
    first, second = (
        [
            (r["class"], r["type/scale"], r["name"])
            for r in rows
            if r["language"] == tongue and r["class"] in ("Q", "SQ", "A")
        ]
        for tongue in ("en", "zh-Hans")
    )
    assert first == second and len(first) > 30
    assert [r["class"] for r in rows if r["class"] in ("S", "SL")] == [r["class"] for r in rows[: len(settings) + 2]]


def test_groups_of_both_languages_are_tied_by_their_number(small):
    groups = [(row["language"], row["type/scale"]) for row in limesurvey(small) if row["class"] == "G"]
    assert groups == [(tongue, f"G{n}") for tongue in ("en", "zh-Hans") for n in range(6)]


def test_items_that_stand_together_are_an_array_with_their_answers(small):
    rows = limesurvey(small, "en")
    start = next(i for i, row in enumerate(rows) if row["name"] == "TRUST")
    assert [(r["class"], r["type/scale"], r["name"], r["mandatory"]) for r in rows[start : start + 8]] == [
        ("Q", "F", "TRUST", "Y"),
        ("SQ", "0", "t1", ""),
        ("SQ", "0", "t2", ""),
        *(("A", "0", str(code), "") for code in range(1, 6)),
    ]


def test_single_questions_are_lists_numbers_and_texts(document):
    document["background"].append({"id": "why", "label": "Why", "wording": "Say why.", "kind": "text"})
    kinds = {r["name"]: r["type/scale"] for r in limesurvey(read_instrument(document), "en") if r["class"] == "Q"}
    assert (kinds["stay"], kinds["city"], kinds["age"], kinds["why"]) == ("L", "L", "N", "S")


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_codes_are_what_limesurvey_allows_and_differ(name):
    rows = [row for row in limesurvey(load_instrument(name)) if row["language"] == "en"]
    codes = [row["name"] for row in rows if row["class"] in ("Q", "SQ")]
    assert all(re.fullmatch("[A-Za-z][A-Za-z0-9]{0,19}", code) for code in codes)
    assert len({code.casefold() for code in codes}) == len(codes)


def test_an_array_whose_name_is_taken_or_cannot_be_spelled_gets_another(document):
    document["constructs"][0]["name"] = "信任"
    document["constructs"][2]["of"] = ["信任", "PRICE"]
    document["background"][1]["id"] = "part1"
    for model in document["models"].values():
        model["structure"] = model["structure"].replace("age", "part1")
    names = [row["name"] for row in limesurvey(read_instrument(document), "en") if row["class"] == "Q"]
    assert names[0] == "part1x" and names.count("part1") == 1


def test_texts_are_html_that_means_nothing_to_limesurvey(document):
    wording = "=1+1 {TOKEN} <b>\"we\" & 'they'</b> \\ "
    document["constructs"][0]["items"][0]["wording"] = wording
    row = next(row for row in limesurvey(read_instrument(document), "en") if row["name"] == "t1")
    assert not set('{<"\\') & set(row["text"]) and not row["text"].startswith("=")
    assert html.unescape(row["text"]) == wording.strip()


def test_a_question_with_several_answers_has_its_options_as_rows(document):
    document["background"].append(CHANNELS)
    rows = limesurvey(read_instrument(document), "en")
    start = next(i for i, row in enumerate(rows) if row["name"] == "saleschannels")
    assert [(r["class"], r["type/scale"], r["name"], r["mandatory"]) for r in rows[start:]] == [
        ("Q", "M", "saleschannels", "N"),
        ("SQ", "0", "1", ""),
        ("SQ", "0", "2", ""),
        ("SQ", "0", "10", ""),
    ]
    assert [row["text"] for row in rows[start + 1 :]] == ["Shops, own", "Online", "Agents | others"]


# --- Wenjuanxing -------------------------------------------------------------------------------------


def blocks(instrument, language=None):
    return [
        block.split("\n") for block in exported(instrument, "wenjuanxing", language).decode().rstrip("\n").split("\n\n")
    ]


def test_the_text_begins_with_the_title_and_numbers_its_questions(small):
    title, *questions = blocks(small)
    assert title == ["小型调查"]
    assert [re.match(r"(\d+)、", lines[0])[1] for lines in questions] == [str(n) for n in range(1, len(questions) + 1)]
    assert all(re.search(r"\[(矩阵量表题|单选题|填空题)\]$", lines[0]) for lines in questions)


def test_a_matrix_has_its_columns_in_one_line_and_a_row_for_each_item(document):
    document["attention_checks"] = []
    _, first, *_ = blocks(read_instrument(document))
    assert first == [
        "1、第1部分：请在每一行选择一个答案。[矩阵量表题]",
        "No 2 3 4 Yes",
        "我们信任供应商。",
        "我们核对每张账单。",
    ]


def test_blanks_in_a_column_do_not_part_it(document):
    document["response_scales"]["agreement"]["anchors"] = {1: "Not at  all", 5: "Very much so"}
    columns = blocks(read_instrument(document), "en")[1][1]
    assert columns.split(" ") == ["Not\u00a0at\u00a0all", "2", "3", "4", "Very\u00a0much\u00a0so"]


def test_marks_of_the_language_are_written_as_signs_that_look_alike(document):
    document["constructs"][0]["items"][0]["wording"] = "Fill [单选题] {the} gap ____ □."
    text = exported(read_instrument(document), "wenjuanxing", "en").decode()
    assert "\nFill 〔单选题〕 〔the〕 gap __ ▫.\n" in text


def test_a_question_with_several_answers_is_of_the_kind_that_allows_them(document):
    document["background"].append(CHANNELS)
    last = blocks(read_instrument(document))[-1]
    assert last == ["8、通过哪些渠道销售？[多选题]", "自营门店", "线上", "代理商、其他"]


def test_a_wording_without_letters_is_refused(document):
    document["constructs"][0]["items"][0]["wording"] = "---"
    with pytest.raises(Exception, match="t1: Wenjuanxing needs a wording of letters, got '---'"):
        exported(read_instrument(document), "wenjuanxing", "en")


# --- REDCap ------------------------------------------------------------------------------------------

HEADINGS = (
    "Variable / Field Name|Form Name|Section Header|Field Type|Field Label|"
    "Choices, Calculations, OR Slider Labels|Field Note|Text Validation Type OR Show Slider Number|"
    "Text Validation Min|Text Validation Max|Identifier?|Branching Logic (Show field only if...)|Required Field?|"
    "Custom Alignment|Question Number (surveys only)|Matrix Group Name|Matrix Ranking?|Field Annotation"
).split("|")


def redcap(instrument, language="en"):
    text = exported(instrument, "redcap", language).decode("utf-8-sig")
    reader = csv.DictReader(io.StringIO(text, newline=""))
    return reader.fieldnames, list(reader)


def test_a_dictionary_has_the_eighteen_columns_and_the_record_first(small):
    headings, rows = redcap(small)
    assert headings == HEADINGS and len(headings) == 18
    assert (rows[0]["Variable / Field Name"], rows[0]["Field Type"]) == ("record_id", "text")
    assert {row["Form Name"] for row in rows} == {"small"}


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_fields_are_what_redcap_allows_and_differ(name):
    _, rows = redcap(load_instrument(name))
    names = [row["Variable / Field Name"] for row in rows]
    assert all(re.fullmatch("[a-z][a-z0-9_]*", field) for field in names)
    assert len(set(names)) == len(names)


def test_items_that_stand_together_are_a_matrix_with_one_set_of_choices(small):
    _, rows = redcap(small)
    matrices = {}
    for row in rows:
        if row["Matrix Group Name"]:
            matrices.setdefault(row["Matrix Group Name"], []).append(row)
    assert len(matrices) == 3
    for held in matrices.values():
        assert len(held) > 1 and {row["Field Type"] for row in held} == {"radio"}
        assert len({row["Choices, Calculations, OR Slider Labels"] for row in held}) == 1
        assert [bool(row["Section Header"]) for row in held] == [True] + [False] * (len(held) - 1)
    fields = {row["Variable / Field Name"]: row for row in rows}
    assert fields["t1"]["Choices, Calculations, OR Slider Labels"] == "1, No | 2, 2 | 3, 3 | 4, 4 | 5, Yes"
    assert (fields["t1"]["Required Field?"], fields["city"]["Required Field?"]) == ("y", "")
    assert fields["age"]["Text Validation Type OR Show Slider Number"] == "number"


def test_a_question_with_several_answers_is_a_checkbox_that_says_so(document):
    document["background"].append(CHANNELS)
    fields = {row["Variable / Field Name"]: row for row in redcap(read_instrument(document))[1]}
    box = fields["sales_channels"]
    assert (box["Field Type"], box["Field Note"]) == ("checkbox", "Please choose all that apply.")
    assert box["Choices, Calculations, OR Slider Labels"] == "1, Shops, own | 2, Online | 10, Agents &#124; others"
    assert (fields["city"]["Field Type"], fields["city"]["Field Note"]) == ("radio", "")


def test_labels_are_html_that_means_nothing_to_redcap(document):
    document["background"][0]["categories"] = {1: "here | there, or <b>", 2: "=there"}
    document["constructs"][0]["items"][0]["wording"] = "-Pipe [t2] in"
    fields = {row["Variable / Field Name"]: row for row in redcap(read_instrument(document))[1]}
    choices = fields["city"]["Choices, Calculations, OR Slider Labels"]
    assert [html.unescape(c.partition(", ")[2]) for c in choices.split(" | ")] == ["here | there, or <b>", "=there"]
    label = fields["t1"]["Field Label"]
    assert "[" not in label and label[0] != "-" and html.unescape(label) == "-Pipe [t2] in"


def test_negative_codes_survive_in_a_cell_that_is_no_formula(document):
    document["background"][0]["categories"] = {-1: "Below", 1: "Above"}
    fields = {row["Variable / Field Name"]: row for row in redcap(read_instrument(document))[1]}
    assert fields["city"]["Choices, Calculations, OR Slider Labels"] == " -1, Below | 1, Above"


@pytest.mark.parametrize(("name", "form"), [("Übung 3", "bung_3"), ("2026", "form_2026"), ("调查", "form")])
def test_a_form_has_a_name_that_redcap_allows(document, name, form):
    document["name"] = name
    assert redcap(read_instrument(document))[1][0]["Form Name"] == form
