"""Export, field, read back: what was answered comes back, for every platform and every shipped instrument."""

from __future__ import annotations

import io
import json
import re

import pandas as pd
import pytest

from instrument.fielded import draw, fielded, write
from instrument.small import CHANNELS
from sme_sem import load_instrument, read_responses, shipped
from sme_sem.instrument import read_instrument
from sme_sem.responses.files import read_table

INSTRUMENTS = sorted(shipped())
WITHOUT_DRESS = {  # what a platform puts around the name of a question
    "xlsform": lambda heading: heading.rpartition("/")[2],
    "limesurvey": lambda heading: re.sub(r".*\[(.*)\]", r"\1", heading),
}


def as_read(instrument, answers):
    """The numbers that the answers must come back as: reversed items turned, labels as codes."""
    wanted = {}
    for item in instrument.items():
        scale = instrument.response_scale(item.id)
        given = pd.to_numeric(answers[item.id])
        wanted[item.id] = scale.lowest + scale.highest - given if item.reversed else given
    for question in instrument.background:
        if question.kind == "multiple":
            for code in question.categories:
                chosen = answers[question.id]
                wanted[f"{question.id}.{code}"] = [None if own is None else float(code in own) for own in chosen]
            continue
        wanted[question.id] = answers[question.id] if question.kind == "text" else pd.to_numeric(answers[question.id])
    return pd.DataFrame(wanted).reset_index(drop=True)


def come_back(instrument, answers, format, folder, language=None):
    path = write(folder, instrument, answers, format, language)
    if format == "json-schema":
        table = pd.DataFrame(json.loads(path.read_text(encoding="utf-8")), dtype=object)
        return read_responses(table.astype(object).where(table.notna(), None), instrument)
    if format in WITHOUT_DRESS:
        cells = read_table(path).cells
        return read_responses(cells.rename(columns=WITHOUT_DRESS[format]), instrument)
    return read_responses(path, instrument)


def same(responses, instrument, answers):
    wanted = as_read(instrument, answers)
    given = responses.frame[list(wanted)].reset_index(drop=True)
    pd.testing.assert_frame_equal(
        given.astype(object).where(given.notna(), None),
        wanted.astype(object).where(wanted.notna(), None),
        check_dtype=False,
    )
    for check in instrument.attention_checks:
        passed = [None if a is None else a == check.expected for a in answers[check.id]]
        assert (
            responses.attention[check.id].astype(object).where(responses.attention[check.id].notna(), None).tolist()
            == passed
        )
    return True


@pytest.mark.parametrize("name", INSTRUMENTS)
@pytest.mark.parametrize("format", ["xlsform", "limesurvey", "wenjuanxing", "redcap", "ddi", "json-schema"])
def test_what_was_answered_comes_back(name, format, tmp_path):
    instrument = load_instrument(name)
    answers = draw(instrument)
    responses = come_back(instrument, answers, format, tmp_path)
    assert same(responses, instrument, answers)
    assert "error" not in set(responses.findings["severity"])


@pytest.mark.parametrize(
    ("format", "language"), [("wenjuanxing", "en"), ("redcap", "zh"), ("xlsform", "zh"), ("limesurvey", "zh")]
)
def test_the_other_language_comes_back_as_well(format, language, tmp_path):
    instrument = load_instrument("bmi-drivers")
    answers = draw(instrument, seed=3)
    assert same(come_back(instrument, answers, format, tmp_path, language), instrument, answers)


@pytest.mark.parametrize("format", ["xlsform", "limesurvey", "wenjuanxing", "redcap", "ddi", "json-schema"])
def test_scales_from_zero_free_texts_and_numbers_come_back(format, document, tmp_path):
    for construct in document["constructs"]:
        for item in construct.get("items", ()):
            item["id"] = f"{item['id']}_q" if item["id"] != "stay" else "stay"
    document["background"].append({"id": "why", "label": "Why", "wording": "Say why.", "kind": "text"})
    instrument = read_instrument(document)
    answers = draw(instrument, gaps=False)
    if format == "wenjuanxing":  # options without words come back as their places from 1, or as their codes from 0
        chosen = {n: answers[n] + 1 for n in ("stay", "overall")}
        responses = come_back(instrument, answers.assign(**chosen), format, tmp_path)
        assert responses.frame[["stay"]].isna().all(axis=None)
        found = responses.findings.query("column == 'stay'")["message"]
        assert found.str.contains("could be a code or count the options from 1").all()
        return
    responses = come_back(instrument, answers, format, tmp_path)
    assert same(responses, instrument, answers)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("format", ["xlsform", "limesurvey", "wenjuanxing", "redcap", "ddi", "json-schema"])
def test_what_was_chosen_of_several_answers_comes_back(format, language, document, tmp_path):
    document["background"].append(CHANNELS)
    instrument = read_instrument(document)
    codes = {name: 5 for name in ("stay", "overall")}  # a code that is no place of an option as well
    answers = draw(instrument, n=8, gaps=False).assign(**codes)
    assert answers["sales.channels"].map(len).nunique() == 3
    if format != "redcap":
        answers.at[2, "sales.channels"] = None
    given = answers
    if format == "wenjuanxing":  # its form numbers the options from 1
        places = {1: 1, 2: 2, 10: 3}
        own = [chosen and tuple(places[code] for code in chosen) for chosen in answers["sales.channels"]]
        given = answers.assign(**{"sales.channels": pd.Series(own, dtype=object)})
    path = write(tmp_path, instrument, given, format, language)
    table = pd.DataFrame(json.loads(path.read_text(encoding="utf-8"))) if format == "json-schema" else path
    responses = read_responses(table, instrument)
    names = ["sales.channels.1", "sales.channels.2", "sales.channels.10"]
    wanted = as_read(instrument, answers)[names].astype(float)
    assert [name for name in responses.frame if name.startswith("sales")] == names
    pd.testing.assert_frame_equal(responses.frame[names].reset_index(drop=True), wanted)
    assert not responses.findings.query("column == 'sales.channels' and severity != 'info'").size


def test_boxes_of_redcap_that_are_all_empty_are_told_because_the_question_may_have_been_left_out(document, tmp_path):
    document["background"].append(CHANNELS)
    instrument = read_instrument(document)
    answers = draw(instrument, gaps=False)
    answers.at[1, "sales.channels"] = answers.at[4, "sales.channels"] = None
    responses = read_responses(write(tmp_path, instrument, answers, "redcap"), instrument)
    assert responses.frame.loc[[2, 5], "sales.channels.1"].tolist() == [0, 0]
    assert responses.findings.query("rule == 'none_chosen'").values.tolist() == [
        [
            "warning",
            pd.NA,
            "sales.channels",
            None,
            "none_chosen",
            "2 respondents chose none of its options; the file does not tell this from a question left out: rows 3, 6",
            "有2名受访者未选择任何选项；文件无法区分这与未作答：第3、6行",
            2,
        ]
    ]


def test_an_answer_that_the_form_does_not_offer_stops_the_small_platform():
    instrument = load_instrument("bmi-drivers")
    answers = draw(instrument)
    answers.loc[0, "MK1"] = 6
    with pytest.raises(ValueError, match=r"MKT/MK1: the form offers \['1', '2', '3', '4', '5'\], not '6'"):
        fielded(instrument, answers, "xlsform")


def test_the_small_platform_writes_the_dialect_of_each():
    instrument = load_instrument("corporate-reputation")
    answers = draw(instrument)
    kobo = fielded(instrument, answers, "xlsform").decode()
    assert kobo.startswith('"start";"end";"COMP/comp_1";') and "cusa_2/cusa" in kobo
    lime = fielded(instrument, answers, "limesurvey")
    assert lime.startswith(b"\xef\xbb\xbf") and b'"COMP[comp1]"' in lime and b'"cusa"' in lime
    assert fielded(instrument, answers, "redcap").startswith(b"record_id,comp_1,")
    wenjuanxing = pd.read_excel(io.BytesIO(fielded(instrument, answers, "wenjuanxing")), engine="calamine")
    assert list(wenjuanxing.columns[:2]) == ["序号", "提交答卷时间"]
    assert wenjuanxing.columns[6].startswith("第1题(该公司是")
